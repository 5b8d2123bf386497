"""An office that has worked for a year and a half, in its tables and in its facts, and another office beside it.

Every text of `office` holds MINE, every text of the other one THEIRS: neither may reach people of the other.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from regard.desk.models import Case, Contact
from regard.measures.figures import add_months
from regard.office.models import Silo, Unit
from regard.voice.models import Feedback
from tests.cast import Cast
from tests.measures.conftest import case_fact, publish

MINE, THEIRS = "Birchbark", "Cedarwood"
AS_OF = datetime(2025, 7, 10, 17, tzinfo=UTC)
FIRST = datetime(2024, 1, 2, 15, tzinfo=UTC)
MONTHS = 19  # January 2024 to July 2025, which has just begun
A_MONTH = 12  # cases of permits
SLOW_MONTH = 17  # June 2025, the newest whole month
DAY = 24.0


def _stamps(count: int) -> Iterator[tuple[int, int, datetime]]:
    """Month, number in it, and instant of cases: evenly over the first nine days of each month."""
    for month in range(MONTHS):
        first = add_months(FIRST.date().replace(day=1), month)
        for n in range(count):
            yield month, n, datetime(first.year, first.month, 1 + n % 9, 15, n, tzinfo=UTC)


def _hours(month: int, n: int) -> float | None:
    """How long a case took: four to six days, twenty in the slow month; one in twelve of late is still open."""
    if n == 0 and month >= MONTHS - 3:
        return None
    base = 20 if month == SLOW_MONTH else 5
    return DAY * (base - 1 + 2 * n / A_MONTH + 0.1 * (month * 7 % 5))


def _cases(cast: Cast) -> list[tuple[Case, float | None]]:
    made = []
    for month, n, at in _stamps(A_MONTH):
        services = (cast.fence, cast.fence, cast.advice, None)
        what = {"silo": cast.silo, "unit": cast.permits, "service": services[n % 4], "received_at": at}
        subject = f"=1+1 {MINE}" if (month, n) == (SLOW_MONTH, 1) else f"Fence {month}/{n} {MINE}"
        made.append((Case(**what, subject=subject, channel=("phone", "web")[n % 2]), _hours(month, n)))
    for month, _, at in _stamps(3):
        what = {"silo": cast.silo, "unit": cast.roads, "service": cast.pothole, "received_at": at}
        made.append((Case(**what, subject=f"Pothole {month} {MINE}", channel="web"), DAY * 2))
    for month, _, at in _stamps(2):
        what = {"silo": cast.other_silo, "unit": cast.other_office, "service": cast.other_service, "received_at": at}
        made.append((Case(**what, subject=f"Tree {month} {THEIRS}", channel="phone"), DAY * 40))
    for case, hours in made:
        ended = case.received_at + timedelta(hours=hours) if hours is not None else None
        if ended and ended < AS_OF:
            case.state, case.answered_at, case.resolved_at = "resolved", ended, ended
    Case.objects.bulk_create([case for case, _ in made])
    return made


def _fact(case: Case, hours: float | None) -> dict[str, Any]:
    where = {
        "office": case.unit.office_id,
        "unit": case.unit_id,
        "service": case.service_id,
        "channel": case.channel,
        "silo": case.silo_id,
    }
    limits = {"resolve_limit": int(7 * DAY * 3600), "resolve_clock": 0} if case.service_id else {}
    told = hours if case.resolved_at else None
    return case_fact(case.pk, told, received_at=case.received_at, **where, **limits)


def _contacts(cast: Cast) -> list[dict[str, Any]]:
    made = []
    for silo, unit, words in _places(cast):
        for month, n, at in _stamps(6):
            told = {"silo": silo, "unit": unit, "channel": "phone", "started_at": at, "wait_seconds": 30.0 + n}
            made.append(Contact(**told, outcome="answered" if n else "abandoned", subject=f"Call {month} {words}"))
    return [_contact_fact(contact) for contact in Contact.objects.bulk_create(made)]


def _contact_fact(contact: Contact) -> dict[str, Any]:
    wait = int(contact.wait_seconds or 0)
    return {
        "contact_id": contact.pk,
        "office": contact.unit.office_id,
        "unit": contact.unit_id,
        "channel": "phone",
        "silo": contact.silo_id,
        "direction": "in",
        "outcome": contact.outcome,
        "started_at": contact.started_at.replace(tzinfo=None),
        "started_month": contact.started_at.date().replace(day=1),
        "wait_seconds": wait,
        "wait_step": 270 + wait,
    }


def _feedback(cast: Cast) -> list[dict[str, Any]]:
    made = []
    for silo, unit, words in _places(cast):
        for month, n, at in _stamps(4):
            told = {"silo": silo, "unit": unit, "at": at, "question": f"How was it, {words}?", "channel": "web"}
            told |= {"score": (5.0, 4.0, 4.0, 1.0)[n], "scale_min": 1.0, "scale_max": 5.0}
            kind = "complaint" if n == 3 else "response"
            made.append(Feedback(**told, kind=kind, text=f"Said in month {month}: {words}"))
    return [_feedback_fact(one) for one in Feedback.objects.bulk_create(made)]


def _feedback_fact(one: Feedback) -> dict[str, Any]:
    fact = {name: getattr(one, name) for name in ("kind", "question", "score", "scale_min", "scale_max", "channel")}
    fact |= {"feedback_id": one.pk, "office": one.unit.office_id, "unit": one.unit_id, "silo": one.silo_id}
    return fact | {"solicited": 1, "at": one.at.replace(tzinfo=None), "month": one.at.date().replace(day=1)}


def _places(cast: Cast) -> list[tuple[Silo, Unit, str]]:
    return [(cast.silo, cast.permits, MINE), (cast.other_silo, cast.other_office, THEIRS)]


def work(cast: Cast) -> None:
    """Fill both offices, and publish their facts as of AS_OF."""
    cases = [_fact(case, hours) for case, hours in _cases(cast)]
    publish("case", cases, as_of=AS_OF, contact=_contacts(cast), feedback=_feedback(cast))
