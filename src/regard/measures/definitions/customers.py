"""Promises, contacts, and what customers say."""

from typing import Any

from regard.measures.definitions.model import Better, Definition, Facts, In, Kind, place

_SERVED = ("answered", "message", "voicemail")
_GAVE_UP = ("abandoned", "left")


def _promises(f: Facts) -> Any:
    due = f.promise.cross_join(f.now)
    agreed = (due.state == "moved") & (due.agreed == 1).fill_null(False)  # noqa: FBT003 (a value, not a switch)
    due = due.filter(due.due_at <= due.as_of, due.state != "dropped", ~agreed)
    return due.select(**place(due, "case_id", "due_month"), hit=(due.state == "kept").cast("int16"))


def _contacts(f: Facts) -> Any:
    came = f.contact.filter(f.contact.direction == "in")
    return came.select(**place(came, "contact_id", "started_month"))


def _abandoned(f: Facts) -> Any:
    told = f.contact.filter(f.contact.direction == "in", f.contact.outcome.isin([*_SERVED, *_GAVE_UP]))
    return told.select(**place(told, "contact_id", "started_month"), hit=told.outcome.isin(_GAVE_UP).cast("int16"))


def _known(f: Facts) -> Any:
    came = f.contact.filter(f.contact.direction == "in")
    return came.select(**place(came, "contact_id", "started_month"), hit=came.known)


def _waits(f: Facts) -> Any:
    told = f.contact.filter(
        f.contact.direction == "in", f.contact.wait_step.notnull(), f.contact.outcome.isin([*_SERVED, *_GAVE_UP])
    )
    length = told.wait_seconds if f.exact else told.wait_step.cast("int32")
    served = told.outcome.isin(_SERVED).cast("int16")
    return told.select(**place(told, "contact_id", "started_month"), length=length, seen=served)


def _feedback(kind: str) -> Any:
    def rows(f: Facts) -> Any:
        told = f.feedback.filter(f.feedback.kind == kind)
        return told.select(**place(told, "feedback_id", "month"))

    return rows


def _has_score(t: Any) -> Any:
    """Any number; the bounds stand for "not empty", which Spark answers for floats only with a session at hand."""
    return t.score.between(-(10**9), 10**9)


def _scores(f: Facts) -> Any:
    told = f.feedback.filter(_has_score(f.feedback))
    asked = {name: told[name] for name in ("question", "scale_min", "scale_max")}
    return told.select(**place(told, "feedback_id", "month"), **asked, score=told.score)


def _said(slug: str, title: str, kind: str, better: Better, misleads: str) -> Definition:
    return Definition(
        slug=slug,
        title=title,
        group="Voice",
        says=f"How many {title.lower()} customers made, by the month in which they were told to us.",
        leaves_out="What customers say elsewhere and nobody brought in.",
        misleads=misleads,
        kind=Kind.COUNT,
        told_in=In.NUMBER,
        better=better,
        table="feedback",
        month="month",
        rows=_feedback(kind),
        noun=title.lower(),
    )


def _not_due(f: Facts, t: Any) -> Any:
    return t.due_at > f.now.as_of.as_scalar()


DEFINITIONS = (
    Definition(
        slug="promises-kept",
        title="Promises kept",
        group="Response",
        says="Of the promises that have fallen due, the share that was kept, by the month in which they were due. "
        "A promise moved with the customer's agreement is replaced by the new one; moved without it, it was not kept.",
        leaves_out="Promises not yet due, those whose case the customer withdrew, and those moved with agreement.",
        misleads="It says nothing of customers to whom nothing was promised. Dates far away are easy to keep.",
        kind=Kind.SHARE,
        told_in=In.SHARE,
        better=Better.HIGHER,
        table="promise",
        month="due_month",
        rows=_promises,
        noun="promises",
        left_out=(
            ("not yet due", _not_due),
            ("withdrawn by the customer", lambda _f, t: t.state == "dropped"),
            ("moved with the customer's agreement", lambda _f, t: (t.state == "moved") & (t.agreed == 1)),
        ),
        parts=(("hit", "kept"), ("miss", "not kept")),
    ),
    Definition(
        slug="contacts-received",
        title="Contacts received",
        group="Contacts",
        says="How many times customers came, called or wrote, by the month in which they did.",
        leaves_out="Contacts from us to them.",
        misleads="A channel that is not recorded does not show: no counter visits told is not no visits.",
        kind=Kind.COUNT,
        told_in=In.NUMBER,
        better=Better.NEITHER,
        table="contact",
        month="started_month",
        rows=_contacts,
        noun="contacts",
        left_out=(("from us to customers", lambda _f, t: t.direction == "out"),),
    ),
    Definition(
        slug="abandoned-contacts",
        title="Abandoned contacts",
        group="Contacts",
        says="Of the contacts whose outcome was told, the share in which the customer gave up: hung up while waiting, "
        "or left before being served.",
        leaves_out="Contacts from us to them, and contacts whose outcome was not told: unknown is not answered.",
        misleads="Customers who never got into the queue (a busy line) are not seen here.",
        kind=Kind.SHARE,
        told_in=In.SHARE,
        better=Better.LOWER,
        table="contact",
        month="started_month",
        rows=_abandoned,
        noun="contacts",
        left_out=(
            ("from us to customers", lambda _f, t: t.direction == "out"),
            (
                "with an outcome that was not told",
                lambda _f, t: (t.direction == "in") & ~t.outcome.isin([*_SERVED, *_GAVE_UP]).fill_null(False),  # noqa: FBT003
            ),
        ),
        parts=(("hit", "gave up"), ("miss", "were served")),
    ),
    Definition(
        slug="known-customers",
        title="Contacts with a known customer",
        group="Contacts",
        says="Of the contacts that came to the office, the share of which it is known which customer they were with.",
        leaves_out="Contacts from us to them: we know whom we call.",
        misleads="Asking everybody for their name raises it, and keeps away those who would rather not say. Who asks "
        "for opening hours need not be known.",
        kind=Kind.SHARE,
        told_in=In.SHARE,
        better=Better.NEITHER,
        table="contact",
        month="started_month",
        rows=_known,
        noun="contacts",
        left_out=(("from us to customers", lambda _f, t: t.direction == "out"),),
        parts=(("hit", "known"), ("miss", "not known")),
    ),
    Definition(
        slug="waiting-time",
        title="Waiting time of contacts",
        group="Contacts",
        says="How long customers wait to be served, by the month. Those who gave up are in it with the time they "
        "waited: they would have waited longer (Kaplan-Meier).",
        leaves_out="Contacts from us to them, and those without a waiting time or outcome: a blank is no zero.",
        misleads="Counting only those who were served makes a long queue look short.",
        kind=Kind.LENGTH,
        told_in=In.ELAPSED,
        better=Better.LOWER,
        table="contact",
        month="started_month",
        rows=_waits,
        noun="contacts",
        left_out=(
            ("from us to customers", lambda _f, t: t.direction == "out"),
            ("without a waiting time", lambda _f, t: (t.direction == "in") & t.wait_step.isnull()),
        ),
        parts=(("done", "were served"), ("open", "gave up")),
    ),
    _said(
        "complaints",
        "Complaints",
        "complaint",
        Better.NEITHER,
        "More complaints can mean that it became easier to complain. Few can mean that people gave up.",
    ),
    _said(
        "compliments",
        "Compliments",
        "compliment",
        Better.HIGHER,
        "Compliments are seldom written down; a new form brings more of them.",
    ),
    Definition(
        slug="feedback-scores",
        title="Feedback scores",
        group="Voice",
        says="How often each point of the scale was chosen, for one wording of a question. The mean is told from 30 "
        "answers on; below, only the distribution.",
        leaves_out="Feedback without a score: not asked and not answered are no zeros.",
        misleads="Whoever answers a survey differs from whoever does not. Another wording is another question.",
        kind=Kind.SCORES,
        told_in=In.SCORE,
        better=Better.HIGHER,
        table="feedback",
        month="month",
        rows=_scores,
        noun="answers",
        left_out=(("without a score", lambda _f, t: ~_has_score(t).fill_null(False)),),  # noqa: FBT003 (a value)
    ),
)
