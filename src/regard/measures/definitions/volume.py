"""How much comes in, goes out and stands open."""

from typing import Any

from regard.measures.definitions.model import Better, Definition, Facts, In, Kind, place


def _received(f: Facts) -> Any:
    return f.case.select(**place(f.case, "case_id", "received_month"))


def _resolved(f: Facts) -> Any:
    done = f.case.filter(f.case.state.isin(["resolved", "closed"]))
    return done.select(**place(done, "case_id", "ended_month"))


def _came_and_went(f: Facts) -> Any:
    import ibis  # takes half a second to load, which only a figure should pay

    came = f.case.select(**place(f.case, "case_id", "received_month"), change=ibis.literal(1, "int16"))
    ended = f.case.filter(f.case.ended_month.notnull())
    went = ended.select(**place(ended, "case_id", "ended_month"), change=ibis.literal(-1, "int16"))
    return came.union(went)


def _standing(f: Facts) -> Any:
    still = f.case.filter(f.case.is_open == 1)
    return still.select(**place(still, "case_id", "received_month"))


def _ages(f: Facts) -> Any:
    still = f.case.filter(f.case.is_open == 1).cross_join(f.now)
    waited = (still.as_of.epoch_seconds() - still.received_at.epoch_seconds()).clip(lower=0)
    return still.select(**place(still, "case_id", "received_month"), length=f.length(waited))


def _withdrawn(f: Facts) -> Any:
    hit = (f.case.state == "withdrawn").cast("int16")
    return f.case.select(**place(f.case, "case_id", "received_month"), hit=hit)


def _reopened(f: Facts) -> Any:
    ended = f.case.filter((f.case.is_open == 0) | (f.case.reopens > 0))
    return ended.select(**place(ended, "case_id", "received_month"), hit=(ended.reopens > 0).cast("int16"))


def _transferred(f: Facts) -> Any:
    hit = (f.case.transfers > 0).cast("int16")
    return f.case.select(**place(f.case, "case_id", "received_month"), hit=hit)


DEFINITIONS = (
    Definition(
        slug="cases-received",
        title="Cases received",
        group="Work",
        says="How many cases arrived, by the month in which they arrived.",
        leaves_out="Nothing. Cases that were later withdrawn or merged did arrive, so they count.",
        misleads="One need told five times can be five cases. A new source adds cases that were there before, unseen.",
        kind=Kind.COUNT,
        told_in=In.NUMBER,
        better=Better.NEITHER,
        table="case",
        month="received_month",
        rows=_received,
    ),
    Definition(
        slug="cases-resolved",
        title="Cases resolved",
        group="Work",
        says="How many cases were resolved, by the month of the resolution. A case resolved, reopened and resolved "
        "again counts once, in the month of the last resolution.",
        leaves_out="Cases withdrawn by the customer or merged into another: they ended without being resolved.",
        misleads="It rises when easy cases are done first. Read it beside the backlog and its age.",
        kind=Kind.COUNT,
        told_in=In.NUMBER,
        better=Better.NEITHER,
        table="case",
        month="ended_month",
        rows=_resolved,
        left_out=(("withdrawn or merged", lambda _f, t: t.state.isin(["withdrawn", "merged"])),),
    ),
    Definition(
        slug="backlog",
        title="Backlog",
        group="Work",
        says="How many cases are open. By month: how many were open when the month ended, counted as all that had "
        "arrived less all that had ended.",
        leaves_out="Nothing: paused cases are open.",
        misleads="A case that was reopened looks open all along. A small backlog may be an old one: see its age.",
        kind=Kind.STOCK,
        told_in=In.NUMBER,
        better=Better.LOWER,
        table="case",
        month="received_month",
        rows=_came_and_went,
        standing=_standing,
    ),
    Definition(
        slug="backlog-age",
        title="Age of the backlog",
        group="Work",
        says="How long the cases that are open now have been waiting: half of them longer than the figure.",
        leaves_out="Cases that have ended.",
        misleads="It falls when many new cases arrive, while the old ones stay. Look at the oldest one too.",
        kind=Kind.AGE,
        told_in=In.ELAPSED,
        better=Better.LOWER,
        table="case",
        month="received_month",
        rows=_ages,
        noun="open cases",
    ),
    Definition(
        slug="oldest-open",
        title="Oldest open case",
        group="Work",
        says="How long the oldest open case has been waiting.",
        leaves_out="Cases that have ended.",
        misleads="One forgotten case decides it: that is what it is for.",
        kind=Kind.OLDEST,
        told_in=In.ELAPSED,
        better=Better.LOWER,
        table="case",
        month="received_month",
        rows=_ages,
        noun="open cases",
    ),
    Definition(
        slug="reopened",
        title="Reopened",
        group="Quality",
        says="Of the cases that came to an end at least once, the share that was opened again, by month of arrival.",
        leaves_out="Cases that have never ended: they cannot have been reopened yet.",
        misleads="A customer who writes anew instead of replying makes a new case, not a reopened one.",
        kind=Kind.SHARE,
        told_in=In.SHARE,
        better=Better.LOWER,
        table="case",
        month="received_month",
        rows=_reopened,
        left_out=(("never ended", lambda _f, t: (t.is_open == 1) & (t.reopens == 0)),),
        parts=(("hit", "reopened"), ("miss", "not reopened")),
    ),
    Definition(
        slug="transferred",
        title="Transferred",
        group="Quality",
        says="The share of cases that were handed to another unit at least once, by the month of arrival.",
        leaves_out="Nothing.",
        misleads="A case counts for the unit that has it now, not for the one that passed it on.",
        kind=Kind.SHARE,
        told_in=In.SHARE,
        better=Better.LOWER,
        table="case",
        month="received_month",
        rows=_transferred,
        parts=(("hit", "transferred"), ("miss", "not transferred")),
    ),
    Definition(
        slug="withdrawn",
        title="Withdrawn",
        group="Quality",
        says="The share of cases that the customer withdrew or gave up, by the month of arrival.",
        leaves_out="Cases merged into another one count as not withdrawn: the need lives on there.",
        misleads="Cases that arrived lately had less time to be withdrawn. It rises when staff record a refusal so.",
        kind=Kind.SHARE,
        told_in=In.SHARE,
        better=Better.LOWER,
        table="case",
        month="received_month",
        rows=_withdrawn,
        parts=(("hit", "withdrawn"), ("miss", "not withdrawn")),
    ),
)
