"""How long customers wait, on both clocks, and how that compares with what they may expect."""

from collections.abc import Callable
from typing import Any

from regard.measures.definitions.model import Better, Definition, Facts, In, Kind, place

WHOLE = 100  # hundredths of a limit
LATE = WHOLE + 1


def _waiting(f: Facts, stage: str) -> Any:
    """Open cases that still wait for a stage, with the instant of counting and what their clock shows then."""
    still = f.case.filter(f.case.is_open == 1, f.case.impossible == 0, f.case[f"{stage}_seen"].isnull())
    return still.cross_join(f.now).inner_join(f.clock_now, "calendar")


def _elapsed(w: Any) -> Any:
    """Seconds a customer has waited so far."""
    return (w.as_of.epoch_seconds() - w.received_at.epoch_seconds()).clip(lower=0)


def _working(w: Any) -> Any:
    """Seconds on the official clock so far: it stands still while a case is paused."""
    return (w.paused_open.coalesce(w.open_now) - w.received_open - w.paused_working).clip(lower=0)


def _elapsed_unpaused(w: Any) -> Any:
    stop = w.paused_at.coalesce(w.as_of).epoch_seconds()
    return (stop - w.received_at.epoch_seconds() - w.paused_seconds).clip(lower=0)


def lengths(stage: str, *, official: bool) -> Callable[[Facts], Any]:
    """How long until a stage; cases that still wait or left before are followed that far and not further."""
    column = f"{stage}_working" if official else f"{stage}_seconds"
    step = f"{stage}_working_step" if official else f"{stage}_step"

    def rows(f: Facts) -> Any:
        import ibis  # takes half a second to load, which only a figure should pay

        told = f.case[column if f.exact else step].cast("int32")
        ended = f.case.filter(f.case[f"{stage}_seen"].notnull())
        ended = ended.select(**place(f.case, "case_id", "received_month"), length=told, seen=f.case[f"{stage}_seen"])
        w = _waiting(f, stage)
        so_far = f.length(_working(w) if official else _elapsed(w))
        waiting = w.select(**place(w, "case_id", "received_month"), length=so_far, seen=ibis.literal(0, "int16"))
        return ended.union(waiting)

    return rows


def within(stage: str) -> Callable[[Facts], Any]:
    """The part of the standard's limit that was used, in hundredths; all that is late is LATE."""

    def rows(f: Facts) -> Any:
        import ibis  # as above

        used = f.case[f"{stage}_used"].cast("int32").clip(upper=LATE)
        ended = f.case.filter(f.case[f"{stage}_used"].notnull())
        ended = ended.select(**place(f.case, "case_id", "received_month"), length=used, seen=f.case[f"{stage}_seen"])
        w = _waiting(f, stage)
        w = w.filter(w[f"{stage}_limit"].notnull())
        took = ibis.ifelse(w[f"{stage}_clock"] == 1, _working(w).cast("float64"), _elapsed_unpaused(w).cast("float64"))
        so_far = (took * WHOLE / w[f"{stage}_limit"].clip(lower=1)).ceil().clip(upper=LATE).cast("int32")
        waiting = w.select(**place(w, "case_id", "received_month"), length=so_far, seen=ibis.literal(0, "int16"))
        return ended.union(waiting)

    return rows


def _no_standard(stage: str) -> Callable[[Facts], Any]:
    def rows(f: Facts) -> Any:
        hit = f.case[f"{stage}_limit"].isnull().cast("int16")
        return f.case.select(**place(f.case, "case_id", "received_month"), hit=hit)

    return rows


_IMPOSSIBLE = ("ended before they arrived, which a source told wrongly", lambda _f, t: t.impossible == 1)
_OPEN_COUNT = (
    "Open cases are in it with the time they have waited so far (Kaplan-Meier), and so are cases that were withdrawn "
    "or merged, up to then. Half of the cases took no longer than the figure; nine in ten no longer than the second."
)
_LEAVES_OUT = "Cases that ended before they arrived: a source told one of the two times wrongly."
_STAGES = {"answer": "first answer", "resolve": "resolution"}


def _time(slug: str, stage: str, *, official: bool) -> Definition:
    title = {"answer": "Time to first answer", "resolve": "Time to resolve"}[stage]
    clock = "on the official clock" if official else "as the customer waited it"
    counted = (
        "Counted in the open hours of the unit's calendar, pauses left out."
        if official
        else "Counted from arrival to the end, nights, weekends and pauses included."
    )
    return Definition(
        slug=f"{slug}-official" if official else slug,
        title=f"{title}, official clock" if official else title,
        group="Response",
        says=f"How long a case waits for its {_STAGES[stage]}, {clock}, by month of arrival. {counted} {_OPEN_COUNT}",
        leaves_out=_LEAVES_OUT,
        misleads="A clock that is stopped often flatters this figure: compare it with what the customer waited."
        if official
        else "A nightfall or a holiday lengthens it though nobody was slow: compare it with the official clock.",
        kind=Kind.LENGTH,
        told_in=In.WORKING if official else In.ELAPSED,
        better=Better.LOWER,
        table="case",
        month="received_month",
        rows=lengths(stage, official=official),
        left_out=(_IMPOSSIBLE,),
        twin=slug if official else f"{slug}-official",
        parts=(("done", "answered" if stage == "answer" else "resolved"), ("open", "not yet")),
    )


def _within(slug: str, stage: str, title: str) -> Definition:
    return Definition(
        slug=slug,
        title=title,
        group="Response",
        says=f"The share of cases whose {_STAGES[stage]} came within the service's standard, on the standard's own "
        "clock, pauses left out, by the month of arrival. Cases that are still open and past the limit are late; those "
        "not yet due are counted as far as they have come (Kaplan-Meier at the limit).",
        leaves_out="Cases of a service without a standard: no standard is not 'on time'. Cases that ended before they "
        "arrived.",
        misleads="A generous standard makes a good share. It says nothing of how late the late ones were.",
        kind=Kind.WITHIN,
        told_in=In.SHARE,
        better=Better.HIGHER,
        table="case",
        month="received_month",
        rows=within(stage),
        left_out=(
            ("without a standard", lambda _f, t: t[f"{stage}_limit"].isnull()),
            (_IMPOSSIBLE[0], lambda _f, t: (t.impossible == 1) & t[f"{stage}_limit"].notnull()),
        ),
        parts=(("kept", "within the standard"), ("late", "late"), ("open", "not yet due")),
    )


def _without(slug: str, stage: str, title: str) -> Definition:
    return Definition(
        slug=slug,
        title=title,
        group="Response",
        says=f"The share of cases for whose {_STAGES[stage]} no standard held when they arrived, by month of arrival.",
        leaves_out="Nothing.",
        misleads="A standard that was set later does not reach back.",
        kind=Kind.SHARE,
        told_in=In.SHARE,
        better=Better.LOWER,
        table="case",
        month="received_month",
        rows=_no_standard(stage),
        parts=(("hit", "without a standard"), ("miss", "with one")),
    )


DEFINITIONS = (
    _time("time-to-first-answer", "answer", official=False),
    _time("time-to-first-answer", "answer", official=True),
    _time("time-to-resolve", "resolve", official=False),
    _time("time-to-resolve", "resolve", official=True),
    _within("answered-within-standard", "answer", "First answer within standard"),
    _within("resolved-within-standard", "resolve", "Resolved within standard"),
    _without("no-answer-standard", "answer", "No standard for the first answer"),
    _without("no-standard", "resolve", "No standard to resolve"),
)
