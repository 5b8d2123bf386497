"""One of everything that belongs to an office, each with a word that must never reach anybody of another office."""

import secrets
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import models, transaction

from regard.customers.models import (
    Customer,
    Decision,
    Edge,
    IdentityChange,
    IdentityRecord,
    Link,
    MatchRun,
    MovedRecord,
    Relation,
    ReviewPair,
)
from regard.desk.models import Case, Contact, Event, OrderLine, SavedFilter
from regard.goals.models import Change, Entry, Finding, Gaming, Goal, GoalSet, Guard
from regard.office import actions
from regard.office.models import Silo, Staff
from regard.office.roles import Role
from regard.records import audit
from regard.records.actors import System
from regard.records.models import AuditEntry, Viewing
from regard.sources.models import Mapping, QuarantinedRow, Run, Upload
from regard.voice.models import (
    Answer,
    Feedback,
    Improvement,
    Invitation,
    Loop,
    Response,
    Sample,
    Stamp,
    Survey,
    SurveyVersion,
)
from regard.voice.questionnaire import to_json
from regard.voice.readymade import counter
from tests.cast import Cast

#: In every text that `plant` writes; and what else is the office's own.
MARKER = "Quillfeather"
EMAIL = "quill@plant.example"
PHONE = "+16125550199"
MARKERS = (MARKER, EMAIL, PHONE, "612-555-0199", "Birch County", "Alice Alder", "Bob Ochoa", "Adam Min")


@dataclass
class Planted:
    """The cast and one of everything; `insider` and `outsider` hold every role, each at the top of their office."""

    cast: Cast
    insider: Staff
    outsider: Staff
    customer: Customer
    twin: Customer  # who may be the same
    record: IdentityRecord
    pair: ReviewPair
    change: IdentityChange
    relation: Relation
    case: Case
    order: Case
    contact: Contact
    message: Contact
    failed: Contact
    feedback: Feedback
    loop: Loop
    improvement: Improvement
    survey: Survey
    sample: Sample
    invitation: Invitation
    saved_filter: SavedFilter
    silo: Silo
    mapping: Mapping
    upload: Upload
    run: Run
    row: QuarantinedRow
    goal_set: GoalSet
    draft: GoalSet
    goal: Goal
    idea: Goal
    gaming: Gaming
    entry: AuditEntry
    viewing: Viewing


MAPPING = f"""
silo = "phone-log"
name = "{MARKER} mapping"
time_zone = "America/Chicago"
[read]
format = "csv"
[[target]]
into = "case"
[target.columns]
key = "key"
received_at = {{ column = "at", formats = ["%Y-%m-%d"] }}
subject = "name"
"""


def say(what: str) -> str:
    return f"{MARKER} {what}"


def made(model: type[models.Model], **fields: Any) -> Any:
    return model._default_manager.create(**fields)


def plant_doubts(cast: Cast, customer: Customer, record: IdentityRecord) -> tuple[Customer, ReviewPair, IdentityChange]:
    """A customer who may be the same, what the model thinks of it, what somebody said, and a merge of the past."""
    twin = made(Customer, office=cast.office, name=say("Penny"), name_folded="q penny", email=EMAIL)
    told = {"silo": record.silo, "digest": uuid4(), "as_of": record.as_of, "email": EMAIL, "address": say("Lane 2")}
    other = made(IdentityRecord, **told, key="q2", name=say("Penny"), name_folded="q penny")
    made(Link, record=other, customer=twin, score=0.9, reason=say("same e-mail"), author="model")
    own = made(IdentityRecord, **{**told, "digest": uuid4()}, key="q3", name=say("Penelope"), name_folded="q p")
    link = made(Link, record=own, customer=customer, score=0.9, reason=say("same name"), author="model")
    strata = [{"stratum": "apart 3", "together": False, "pairs": 1}]
    run = made(MatchRun, office=cast.office, state="done", sample=strata, asked_by=say("nightly"))
    both = {"office": cast.office, "run": run, "left": record, "right": other, "weight": 0.6, "probability": 0.6}
    made(Edge, **both, evidence=[])
    pair = made(ReviewPair, **both, sample=True, stratum="apart 3", state="second")
    colleague = {"office": cast.office, "left": record, "right": other, "made_by": cast.bob, "reason": say("her niece")}
    made(Decision, **colleague, verdict="different", pair=pair, counts=False)
    change = made(
        IdentityChange,
        office=cast.office,
        kind="link",
        customer=customer,
        other=twin,
        reason=say("one"),
        author="model",
    )
    moved = {"old_link": link, "new_link": link, "old_customer": twin, "new_customer": customer}
    made(MovedRecord, change=change, record=own, **moved)
    return twin, pair, change


def plant_goals(cast: Cast) -> tuple[GoalSet, GoalSet, Goal, Goal, Gaming]:
    """An active goal set with all that hangs on one, and a draft."""
    period = {"unit": cast.permits, "owner": cast.bob, "first": date(2026, 1, 1), "last": date(2026, 12, 31)}
    active = made(GoalSet, **period, title=say("goals"), state="active", activated_at=datetime.now(UTC))
    draft = made(GoalSet, **period, title=say("goals to come"), benefit=say("near"))
    target = {"measure": "time-to-resolve", "service": cast.fence, "form": "reduce", "number": 15.0}
    before = {"baseline": 400_000.0, "baseline_low": 380_000.0, "baseline_high": 430_000.0, "baseline_n": 400}
    before |= {"baseline_first": date(2025, 1, 1), "baseline_last": date(2025, 12, 1)}
    goal = made(Goal, goal_set=active, kind="service", statement=say("sooner"), owner=cast.alice, **target, **before)
    by_hand = {"counted_as": say("job aids"), "form": "add", "number": 5.0}
    aids = made(Goal, goal_set=active, kind="value", statement=say("job aids"), **by_hand)
    made(Entry, goal=aids, on=date(2026, 3, 1), value=4, evidence=say("a list"), entered_by=cast.alice)
    gaming = made(Gaming, goal=goal, way="own", words=say("closed early"))
    guard = made(Guard, gaming=gaming, measure="reopened", worse="higher", service=cast.fence, baseline=0.05)
    told = {"about": say("Reopened"), "found": say("a new form"), "found_by": cast.bob}
    made(Finding, goal_set=active, goal=goal, guard=guard, **told)
    made(Change, goal_set=active, goal=goal, what="number", before="20", after="15", reason=say("too far"))
    idea = made(Goal, goal_set=draft, kind="service", statement=say("an idea"), **target, **before)
    made(Gaming, goal=idea, way="clock-stopping", words=say("paused"))
    return active, draft, goal, idea, gaming


@transaction.atomic
def plant(cast: Cast) -> Planted:
    """Write one of everything into Birch County. Straight to the tables: what is tested is who may read it."""
    by, now = System("the tests' setup"), datetime.now(UTC)
    every = [role.value for role in Role]
    insider = actions.set_roles(by=by, staff=cast.administrator, roles=every)
    actions.set_password(by=by, staff=insider, password=secrets.token_urlsafe())
    outsider = actions.set_roles(by=by, staff=cast.charlie, roles=every)
    told = {"name": say("Penelope"), "email": EMAIL, "phone": PHONE, "address": say("Lane 1"), "name_folded": "q p"}
    customer = made(Customer, office=cast.office, **told)
    silo = actions.ensure_silo(by=by, unit=cast.permits, code="phone-log", name=say("phone log"))
    record = made(IdentityRecord, silo=silo, key="q1", digest=uuid4(), as_of=now, raw={"name": MARKER}, **told)
    made(Link, record=record, customer=customer, score=1.0, reason=say("same e-mail"), author="rule")
    twin, pair, change = plant_doubts(cast, customer, record)
    where = {"silo": silo, "unit": cast.permits, "customer": customer, "record": record}
    late = now - timedelta(days=9)
    about = {"subject": say("fence"), "description": say("wants a fence"), "address": say("Lane 1"), "area": MARKER}
    held = {"owner": cast.alice, "next_step": say("call back"), "next_step_owner": cast.alice, "next_step_due": late}
    case = made(
        Case,
        **where,
        **about,
        **held,
        service=cast.fence,
        channel="phone",
        received_at=late,
        standard_due=late,
        silo_key="q-1",
        details={"note": MARKER},
        events_seen=2,
    )
    order = made(Case, **where, **about, kind="order", channel="order", received_at=late, events_seen=1)
    made(OrderLine, case=order, line_no=1, item=say("bin"), item_code="Q", quantity=2)
    for one in (case, order):
        made(Event, case=one, kind="received", at=late, text=say("came in"), actor_name=say("officer"))
    made(Event, case=case, kind="noted", at=now, text=say("a note"), actor=cast.alice, data={"to": EMAIL})
    exchange = {"subject": say("call"), "body": say("said much"), "counterpart": PHONE, "staff_name": say("officer")}
    talk = {**where, **exchange, "channel": "phone", "started_at": now}
    contact = made(Contact, **talk, case=case, outcome="answered", silo_key="q-2")
    message = made(Contact, **talk, outcome="message", silo_key="q-3")
    failed = made(Contact, **{**talk, "channel": "email"}, case=case, direction="out", outcome="failed", silo_key="q-4")
    feedback = made(Feedback, **where, case=case, kind="complaint", at=now, text=say("too slow"), question=say("how?"))
    texts = {name: say(name) for name in ("finding", "redress", "lesson", "next_step")}
    held = {"owner": cast.alice, "praised": cast.alice, "answer_to": EMAIL, "received_at": now, "due_at": late}
    improvement = made(Improvement, unit=cast.permits, said=say("too slow"), did=say("quicker"), made_by=cast.alice)
    loop = made(Loop, feedback=feedback, improvement=improvement, **held, **texts)
    made(Stamp, loop=loop, kind="received", at=now, text=say("came in"))
    survey = made(Survey, unit=cast.permits, name=say("survey"), owner=cast.alice, ready="counter")
    asked = to_json(counter()) | {"title": {"en": say("title"), "es": say("title")}}
    version = made(SurveyVersion, survey=survey, number=1, definition=asked, published_at=now, published_by=cast.alice)
    made(SurveyVersion, survey=survey, number=2, definition=asked)
    response = made(Response, version=version, unit=cast.permits, language="en", at=now)
    made(Answer, response=response, question="more", kind="text", wording=say("more?"), text=say("more"))
    sizes = [{"stratum": say("stratum"), "eligible": 1, "drawn": 1}]
    plan = {"seed": 1, "share": 1.0, "served_from": late, "served_to": now, "frame": 1, "eligible": 1, "drawn": 1}
    sample = made(Sample, survey=survey, version=version, drawn_by=cast.alice, exclusions={}, sizes=sizes, **plan)
    invitation = made(Invitation, sample=sample, customer=customer, unit=cast.permits, stratum=0, error=MARKER)
    saved_filter = made(SavedFilter, staff=insider, name=say("mine"), query=f"q={MARKER}")
    mapping = made(Mapping, silo=silo, name=say("mapping"), toml=MAPPING, fingerprint="f", made_by=MARKER)
    upload = made(Upload, name=f"{MARKER}.csv", path="nowhere.csv", digest="d", size=1, silo=silo, received_by=MARKER)
    books = {"state": "done", "rows_in_file": 1, "quarantined": 1, "asked_by": MARKER, "phase": MARKER}
    run = made(Run, silo=silo, mapping=mapping, upload=upload, **books)
    row = made(
        QuarantinedRow,
        run=run,
        silo=silo,
        line=2,
        target="case",
        raw={"name": MARKER},
        reasons=[{"column": "name", "code": "x", "message": say("cannot be read")}],
    )
    audit.viewed(by=cast.alice, obj=customer)
    entry = audit.record(by=cast.alice, action="desk.note", obj=case, note={"about": MARKER})
    return Planted(
        cast,
        insider,
        outsider,
        customer,
        twin,
        record,
        pair,
        change,
        made(Relation, customer=customer, other=twin, kind="household", reason=say("told us")),
        case,
        order,
        contact,
        message,
        failed,
        feedback,
        loop,
        improvement,
        survey,
        sample,
        invitation,
        saved_filter,
        silo,
        mapping,
        upload,
        run,
        row,
        *plant_goals(cast),
        entry,
        Viewing.objects.latest("id"),
    )


@pytest.fixture
def planted(cast: Cast) -> Planted:
    """One of everything, in the office of the cast; and in both offices a calendar of the same code."""
    found = plant(cast)
    for office in (cast.office, cast.other_office):
        actions.make_calendar(
            by=System("the tests' setup"),
            office=office,
            name="Counter",
            time_zone="UTC",
            weekly={"0": []},
            reason=MARKER if office == cast.office else "",
        )
    return found
