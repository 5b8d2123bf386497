"""Taking back a change of who is who: records, cases, contacts, feedback and numbers go back where they were."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.db.models import Q

from regard.customers import following
from regard.customers.actions import moving, saying
from regard.customers.actions.showing import SHOWN
from regard.customers.following import RECORDS
from regard.customers.models import Customer, IdentityChange, Link, Verdict
from regard.records import audit
from regard.records.actors import Actor

Kind = IdentityChange.Kind


@dataclass(frozen=True)
class _Turn:
    """What taking back a change makes of one of its customers: `into` is who it is merged into then."""

    customer: Customer
    into: int | None
    before: Mapping[str, Any] | None  # its columns before the change; None: the change had made it

    @property
    def retires(self) -> bool:
        return self.into is not None and self.customer.merged_into_id is None


@transaction.atomic
def undo_change(*, by: Actor, change: IdentityChange, reason: str) -> IdentityChange:
    """Take back a merge, a split, a link, an unlinking, or the taking back of one. Returns the change that does it.

    What the change moved goes back, exactly; what came to the customers since stays where it came, but follows its
    record. Raises ValidationError when a later change built on it: that one has to be taken back first.
    """
    reason = moving.insist_on_reason(reason)
    with connection.cursor() as cursor:
        moving.hold_still(cursor, change.office_id)
        change = IdentityChange.objects.select_for_update().get(pk=change.pk)
        if not change.in_force:
            raise ValidationError("This was taken back already. Look at the history again.")
        touched = [pk for pk in (change.customer_id, change.other_id) if pk is not None]
        customers = {c.pk: c for c in Customer.objects.select_for_update().filter(pk__in=touched).order_by("pk")}
        turns = _turns(change, customers)
        later = _later(change)
        _refuse_when_built_upon(change, turns, later)
        undo = moving.begin(
            cursor, by=by, kind=Kind.UNDO, customer=customers[change.customer_id],
            other=customers.get(change.other_id or 0), reason=reason, undoes=change,
        )  # fmt: skip
        _stage_back(cursor, change, undo, turns)
        staff = moving.staff_of(by)
        moving.carry_out(cursor, staff=staff, ended_reason=f"change {change.pk} was taken back")
        _restore(cursor, change, turns, {pk for one in later for pk in (one.customer_id, one.other_id)})
        _turn_over(change)
        saying.withdraw_said_by(cursor, change, undo)
        if change.is_by_machine and staff is not None:
            _contradict(cursor, change, undo)
    note = {"change": undo.pk, "undoes": change.pk, **moving.counts_of(undo)}
    audit.record(by=by, action="customers.undo", obj=undo.customer, note=note, office_id=undo.office_id)
    return undo


def _turn_over(change: IdentityChange) -> None:
    """The change is not in force any more; if it took something back, that is in force again, and so on."""
    one: IdentityChange | None = change
    in_force = False
    while one is not None:
        one.in_force = in_force
        one.save(update_fields=["in_force"])
        one, in_force = one.undoes, not in_force


def _turns(change: IdentityChange, customers: Mapping[int, Customer]) -> list[_Turn]:
    turns = []
    for pk, customer in customers.items():
        before = change.before.get(str(pk))
        # A customer that the change had made goes into the one it was taken from, and its number leads there.
        into = before["merged_into_id"] if before is not None else change.customer_id
        turns.append(_Turn(customer, into, before))
    return turns


def _later(change: IdentityChange) -> list[IdentityChange]:
    """Changes of the same customers since, that are in force; what was done and taken back since does not matter."""
    touched = [pk for pk in (change.customer_id, change.other_id) if pk is not None]
    found = IdentityChange.objects.filter(Q(customer__in=touched) | Q(other__in=touched), pk__gt=change.pk)
    in_force = found.filter(in_force=True).exclude(kind=Kind.UNDO, undoes__gt=change.pk)
    return list(in_force.order_by("pk").prefetch_related("carried"))


def _refuse_when_built_upon(change: IdentityChange, turns: list[_Turn], later: list[IdentityChange]) -> None:
    """Nobody may have moved since what this change moved, nor merged away who must stand."""
    done = [one for one in later if one.kind != Kind.UNDO]
    touched = {turn.customer.pk for turn in turns}
    gone = change.moved.exclude(new_link__ended_at__isnull=True).exists()
    merged_away = any(turn.customer.merged_into_id not in {None, *touched} for turn in turns)
    retiring = {turn.customer.pk for turn in turns if turn.retires}
    used = [one for one in done if {one.customer_id, one.other_id} & retiring]
    if gone or merged_away or used or _carried_on(change, done):
        told = "; ".join(_told(one) for one in (used or done)) or "a later change"
        raise ValidationError(
            f"Something built on this since: {told}. Take that back first, the newest first; or take single records "
            "off on the page of sources."
        )


def _told(change: IdentityChange) -> str:
    what = {Kind.MERGE: "merged", Kind.SPLIT: "split", Kind.LINK: "linked", Kind.UNLINK: "taken off"}
    both = f"K{change.customer_id:07d}" + (f" and K{change.other_id:07d}" if change.other_id else "")
    return f"{both} {what.get(Kind(change.kind), 'checked')} on {change.at:%b %-d, %Y}"


def _carried_on(change: IdentityChange, later: list[IdentityChange]) -> bool:
    """Whether a later change carried on a row that this one had carried."""
    mine: dict[str, set[int]] = {}
    for label, ids in change.carried.values_list("label", "ids"):
        mine.setdefault(label, set()).update(ids)
    return any(mine.get(rows.label, set()) & set(rows.ids) for one in later for rows in one.carried.all())


def _stage_back(cursor: Any, change: IdentityChange, undo: IdentityChange, turns: list[_Turn]) -> None:
    cursor.execute(
        f"""INSERT INTO {RECORDS}
                (change_id, old_customer, new_customer, record_id, old_link, new_link, is_reopened)
            SELECT %s, new_customer_id, old_customer_id, record_id, new_link_id, old_link_id, true
            FROM customers_movedrecord WHERE change_id = %s""",
        [undo.pk, change.pk],
    )
    cursor.execute(
        f"""INSERT INTO {following.ROWS} (change_id, old_customer, new_customer, label, row_id)
            SELECT %s, new_customer_id, old_customer_id, label, unnest(ids)
            FROM customers_carriedrows WHERE change_id = %s""",
        [undo.pk, change.pk],
    )
    for turn in turns:
        if turn.retires and turn.into is not None:
            moving.stage_whole(cursor, undo, turn.customer.pk, turn.into)
            cursor.execute(  # records that came to it since go along
                f"""INSERT INTO {RECORDS}
                        (change_id, old_customer, new_customer, record_id, old_link, score, reason, author)
                    SELECT %s, %s, %s, l.record_id, l.id, l.score, l.reason, l.author FROM customers_link l
                    WHERE l.customer_id = %s AND l.ended_at IS NULL
                      AND NOT EXISTS (SELECT FROM {RECORDS} m WHERE m.record_id = l.record_id)""",
                [undo.pk, turn.customer.pk, turn.into, turn.customer.pk],
            )


def _restore(cursor: Any, change: IdentityChange, turns: list[_Turn], changed_since: set[int | None]) -> None:
    """Numbers stand or lead on as before; the shown columns too, unless something new was told or changed since."""
    fresh = []
    was_restricted = any(turn.before["restricted"] for turn in turns if turn.before is not None)
    for turn in turns:
        customer, before = turn.customer, turn.before
        customer.merged_into_id = turn.into
        if before is not None:
            if customer.restricted == was_restricted:  # else somebody has changed it since, on purpose
                customer.restricted = before["restricted"]
            if customer.pk in changed_since or _told_since(customer, change.at):
                fresh.append(customer.pk)
            else:
                for name in ("kind", "name_folded", *SHOWN):
                    setattr(customer, name, before[name])
                customer.refreshed_at = datetime.fromisoformat(before["refreshed_at"])
        customer.save()
    moving.show_again(cursor, fresh)


def _told_since(customer: Customer, at: datetime) -> bool:
    live = Link.objects.filter(customer=customer, ended_at__isnull=True)
    return live.filter(record__recorded_at__gt=at).exists()


def _contradict(cursor: Any, change: IdentityChange, undo: IdentityChange) -> None:
    """A person took back what a model did: the model shall not do it again."""
    moved = list(change.moved.values_list("record_id", flat=True))
    joined = change.kind in (Kind.MERGE, Kind.LINK)
    others = [pk for pk in moving.live_records(undo.customer) if pk not in set(moved)]
    if joined:
        saying.withdraw_between(cursor, undo, Verdict.SAME, others, moved)
        saying.say(cursor, undo, Verdict.DIFFERENT, saying.different_pairs(others, moved))
    else:
        saying.withdraw_between(cursor, undo, Verdict.DIFFERENT, others, moved)
        saying.say(cursor, undo, Verdict.SAME, saying.same_pairs(others, moved))
