"""What needs somebody now."""

from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import Func, IntegerField, OuterRef, Q, QuerySet, Subquery
from django.utils import timezone

from regard.customers.queries import waiting_count
from regard.desk.access import contacts_seen_by, reach
from regard.desk.models import OPEN_STATES, TO_RETURN, Case, Contact, Outcome
from regard.desk.queries.listing import as_rows
from regard.office.access import unit_ids_seen_by
from regard.office.models import Staff
from regard.office.roles import Role

SHOWN = 10
MOST_COUNTED = 1_000
MOST_PEOPLE = 40
#: A message that nobody returned for so long is no longer today's work; the contact stays with its customer.
MESSAGE_DAYS = 30
OPEN = Q(state__in=OPEN_STATES)


@dataclass(frozen=True)
class Number:
    """A count, exact up to MOST_COUNTED."""

    value: int

    def __str__(self) -> str:
        return f"{self.value:,}" if self.value <= MOST_COUNTED else f"over {MOST_COUNTED:,}"


@dataclass(frozen=True)
class Member:
    """One person of a supervisor's team, and what is on their desk."""

    staff: Staff
    open: Number
    overdue: Number
    steps_due: Number


@dataclass(frozen=True)
class Today:
    """Lists hold at most SHOWN rows; `counts` says how many there are."""

    now: datetime
    end_of_day: datetime
    is_supervisor: bool
    steps: list[Case] = field(default_factory=list)
    promises: list[Case] = field(default_factory=list)
    handed_over: list[Case] = field(default_factory=list)
    unassigned: list[Case] = field(default_factory=list)
    messages: list[Contact] = field(default_factory=list)
    failed: list[Contact] = field(default_factory=list)
    counts: dict[str, Number] = field(default_factory=dict)
    team: list[Member] = field(default_factory=list)
    to_review: int = 0  # pairs of customers that may be one


def today_of(staff: Staff) -> Today:
    """Everything that needs this person now. At most ten queries, all on indexes that hold open work only."""
    now = timezone.now()
    end_of_day = timezone.make_aware(datetime.combine(timezone.localdate() + timedelta(days=1), time.min))
    supervises = staff.has_role(Role.SUPERVISOR)
    lists = _lists(staff, now, end_of_day, supervises=supervises)
    return Today(
        now=now,
        end_of_day=end_of_day,
        is_supervisor=supervises,
        steps=_cases(lists["steps"]),
        promises=_cases(lists["promises"]),
        handed_over=_cases(lists["handed_over"]),
        unassigned=_cases(lists["unassigned"]),
        messages=_contacts(lists["messages"]),
        failed=_contacts(lists["failed"]),
        counts=_counts(lists),
        team=_team(staff, now) if supervises else [],
        to_review=waiting_count(staff),
    )


def _cases(found: QuerySet) -> list[Case]:
    return list(as_rows(found)[:SHOWN])


def _contacts(found: QuerySet) -> list[Contact]:
    fields = ("started_at", "channel", "counterpart", "subject", "body", "outcome", "staff_name", "details")
    related = ("unit__name", "customer__name", "customer__restricted", "case__subject")
    return list(found.select_related("unit", "customer", "case").only(*fields, *related)[:SHOWN])


def _lists(staff: Staff, now: datetime, end_of_day: datetime, *, supervises: bool) -> dict[str, QuerySet]:
    near, mine = reach(staff), Q(owner=staff)
    cases = Case.objects
    messages = contacts_seen_by(staff).filter(TO_RETURN, started_at__gte=now - timedelta(days=MESSAGE_DAYS))
    failed = contacts_seen_by(staff).filter(outcome=Outcome.FAILED)
    return {
        "steps": cases.filter(OPEN, next_step_owner=staff, next_step_due__isnull=False).order_by("next_step_due"),
        "steps_due": cases.filter(OPEN, next_step_owner=staff, next_step_due__lt=end_of_day),
        "promises": cases.filter(OPEN, near if supervises else mine, promise_due__lt=end_of_day).order_by(
            "promise_due", "id"
        ),
        "handed_over": cases.filter(near, handed_over_at__isnull=False).order_by("handed_over_at"),
        "unassigned": cases.filter(OPEN, near, owner__isnull=True).order_by("-received_at", "-id"),
        "messages": messages.order_by("-started_at"),
        "failed": (failed if supervises else failed.filter(staff=staff)).order_by("-started_at"),
        "my_open": cases.filter(OPEN, mine),
        "my_overdue": cases.filter(OPEN, mine, due_at__lt=now),
        "unit_open": cases.filter(OPEN, near),
        "unit_overdue": cases.filter(OPEN, near, due_at__lt=now),
    }


def _counts(lists: dict[str, QuerySet]) -> dict[str, Number]:
    """How long each list is. One query for all of them; none counts further than MOST_COUNTED."""
    parts: list[str] = []
    values: list[Any] = []
    for rows in lists.values():
        try:
            sql, params = rows.order_by().values("pk")[: MOST_COUNTED + 1].query.sql_with_params()
        except EmptyResultSet:
            sql, params = "SELECT 1 WHERE false", ()
        parts.append(f"(SELECT count(*) FROM ({sql}) part)")
        values += params
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {', '.join(parts)}", values)
        found = cursor.fetchone()
    return {name: Number(number) for name, number in zip(lists, found, strict=True)}


def _team(staff: Staff, now: datetime) -> list[Member]:
    """What each person of the supervisor's units has on their desk. One query, a few index entries a person."""

    people = (
        Staff.objects.filter(unit__in=unit_ids_seen_by(staff), is_active=True)
        .exclude(roles=[])
        .annotate(
            open=_number(owner=OuterRef("pk")),
            overdue=_number(owner=OuterRef("pk"), due_at__lt=now),
            steps_due=_number(next_step_owner=OuterRef("pk"), next_step_due__lt=now),
        )
        .order_by("name", "pk")[:MOST_PEOPLE]
    )
    return [Member(p, Number(p.open), Number(p.overdue), Number(p.steps_due)) for p in people]


def _number(**wanted: object) -> Subquery:
    """How many of a person's open cases fit, as a subquery: a count over the entries of one index."""
    rows = Case.objects.filter(OPEN, **wanted).order_by()
    return Subquery(
        rows.annotate(n=Func(template="COUNT(*)", output_field=IntegerField())).values("n"), output_field=IntegerField()
    )
