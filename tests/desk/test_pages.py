"""The pages of the desk: who may open them, what they show, and what their forms do."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from regard.customers.models import Customer
from regard.desk import actions
from regard.desk.models import Case, Contact, Event
from regard.desk.queries import timeline as timelines
from regard.desk.urls import urlpatterns
from regard.desk.views.acts import ACTS
from regard.office.models import Silo
from regard.records.models import Viewing
from tests.desk.conftest import kinds

pytestmark = pytest.mark.django_db
WORDS = [act.word for act in ACTS]


@pytest.fixture
def message(cast) -> Contact:
    return actions.log_contact(
        by=cast.alice, unit=cast.permits, channel="phone", outcome="message", counterpart="555 0100", body="Call me"
    )


@pytest.fixture
def addresses(cast, case, message) -> dict[str, str]:
    """Every address of the desk, about things of Alice's unit."""
    saved = actions.save_filter(by=cast.alice, name="Hers", query="")
    arguments = {"number": case.number, "pk": message.pk}
    found = {}
    for pattern in urlpatterns:
        names = pattern.pattern.converters
        given = {name: arguments[name] for name in names}
        if pattern.name.startswith("desk-filter-") and "pk" in names:
            given["pk"] = saved.pk
        found[pattern.name] = reverse(pattern.name, kwargs=given)
    return found


POST_ONLY = {"desk-filter-save", "desk-filter-default", "desk-filter-delete", "desk-retry"}
#: Pages that show what a person may see, if it is nothing, and are nobody's in particular.
OPEN_TO_ALL = {"desk-today", "desk-cases", "desk-export", "desk-filter-save", "desk-new", "desk-log"}


def status(client, name: str, address: str) -> int:
    return (client.post if name in POST_ONLY else client.get)(address).status_code


def test_nobody_is_sent_to_sign_in(client, addresses):
    for name, address in addresses.items():
        answer = (client.post if name in POST_ONLY else client.get)(address)
        assert answer.status_code == 302, name
        assert answer.headers["location"].startswith("/accounts/login/"), name


def test_who_holds_no_role_sees_nothing(cast, addresses, signed_in):
    client = signed_in(cast.nobody)
    assert {status(client, name, address) for name, address in addresses.items()} == {403}


def test_who_opened_a_case_is_kept(cast, case, signed_in):
    for _ in range(2):
        signed_in(cast.bob).get(f"/cases/{case.number}")
    viewing = Viewing.objects.get(object_type="desk.case", object_id=str(case.pk))
    assert viewing.staff_id == cast.bob.pk


def test_the_owner_sees_every_page(cast, addresses, signed_in):
    client = signed_in(cast.alice)
    for name, address in addresses.items():
        assert status(client, name, address) in (200, 302), name


def test_a_colleague_sees_every_page_but_the_filters(cast, addresses, signed_in):
    client = signed_in(cast.bob)
    for name, address in addresses.items():
        own = name in ("desk-filter-default", "desk-filter-delete")
        assert status(client, name, address) in ((404,) if own else (200, 302)), name


def test_charlie_sees_nothing_of_it(cast, case, addresses, signed_in):
    client = signed_in(cast.charlie)
    for name, address in addresses.items():
        answer = (client.post if name in POST_ONLY else client.get)(address)
        if name not in OPEN_TO_ALL:
            assert answer.status_code == 404, name
        body = b"".join(answer.streaming_content) if answer.streaming else answer.content
        assert case.subject.encode() not in body, name
        assert b"555 0100" not in body, name
        assert b"Alice" not in body, name
    for act in WORDS:
        assert client.post(f"/cases/{case.number}/{act}", {"text": "x", "reason": "x"}).status_code == 404, act
    assert kinds(case) == ["received", "next_step"]


def test_an_analyst_reads_but_changes_nothing(cast, case, addresses, signed_in):
    client = signed_in(cast.analyst)
    assert client.get(f"/cases/{case.number}").status_code == 200
    assert client.get("/cases").status_code == 200
    for word in WORDS:
        assert client.post(f"/cases/{case.number}/{word}").status_code == 403, word
    assert f'href="/cases/{case.number}/resolve"' not in client.get(f"/cases/{case.number}").content.decode()
    assert client.get("/cases/new").status_code == 403


def test_an_owner_elsewhere_sees_the_case(cast, case, signed_in):
    actions.set_next_step(
        by=cast.alice, case=case, text="Look", due=timezone.now() + timedelta(days=1), owner=cast.dora
    )
    assert signed_in(cast.dora).get(f"/cases/{case.number}").status_code == 200


@pytest.mark.parametrize("number", ["C9999999", "x", "C", "0", "-1", "C" + "9" * 40, "C٣", "C1.5"])
def test_numbers_that_are_none(cast, case, signed_in, number):
    assert signed_in(cast.alice).get(f"/cases/{number}").status_code == 404


def test_a_number_is_read_as_people_write_it(cast, case, signed_in):
    assert signed_in(cast.alice).get(f"/cases/{case.pk}").status_code == 200
    assert signed_in(cast.alice).get(f"/cases/c{case.pk}").status_code == 200


# --- one case


def test_the_case_page_says_where_it_stands(cast, case, tomorrow, signed_in):
    jane = Customer.objects.create(office=cast.office, name="Jane Roe", email="jane@example.org")
    Case.objects.filter(pk=case.pk).update(customer=jane)
    actions.promise(by=cast.alice, case=case, text="We will visit", due=tomorrow)
    html = signed_in(cast.alice).get(f"/cases/{case.number}").content.decode()
    for words in ("Fence on Elm Street", case.number, "Jane Roe", "jane@example.org", "We will visit", "Alice Alder",
                  "First answer", "Received by Permits", "Fence permit"):  # fmt: skip
        assert words in html, words


def test_a_restricted_customer_stays_hidden(cast, case, signed_in):
    jane = Customer.objects.create(office=cast.office, name="Jane Roe", email="jane@example.org", restricted=True)
    Case.objects.filter(pk=case.pk).update(customer=jane)
    client = signed_in(cast.alice)
    for path in (f"/cases/{case.number}", "/cases", "/today", f"/cases/{case.number}/reply"):
        body = client.get(path).content
        assert b"Jane" not in body, path
        assert b"jane@" not in body, path
    assert b"Jane Roe" in signed_in(cast.bob).get(f"/cases/{case.number}").content  # a supervisor answers for them


def test_an_imported_case_names_its_source(cast, signed_in):
    hotline = Silo.objects.create(code="hot", name="Hotline export", unit=cast.permits)
    case = Case.objects.create(
        silo=hotline, silo_key="SR-77", unit=cast.permits, received_at=timezone.now(), run_id=4,
        as_of=timezone.now() - timedelta(days=40), details={"ward": "7"},
    )  # fmt: skip
    Event.objects.create(case=case, kind="received", at=case.received_at, run_id=4, actor_name="J. Smith")
    Contact.objects.create(
        silo=hotline, unit=cast.permits, channel="phone", case=case, started_at=case.received_at, body="They rang"
    )
    html = signed_in(cast.alice).get(f"/cases/{case.number}").content.decode()
    for words in ("number SR-77 there", "Hotline export", "40 days ago", "J. Smith", "They rang", "Ward", "Nobody"):
        assert words in html, words


def test_an_order_shows_its_lines(cast, signed_in):
    lines = [{"item_code": "P-1", "item": "Paper", "quantity": 4.0, "unit_price": 3.5}]
    order = actions.open_case(by=cast.alice, unit=cast.permits, subject="Order", kind="order", lines=lines)
    html = signed_in(cast.alice).get(f"/cases/{order.number}").content.decode()
    assert all(words in html for words in ("Lines of this order", "Paper", "P-1", "3.5"))


def test_what_a_customer_wrote_is_shown_as_text(cast, signed_in):
    case = actions.open_case(
        by=cast.alice, unit=cast.permits, subject="<script>alert(1)</script>", description="<img src=x onerror=a()>"
    )
    html = signed_in(cast.alice).get(f"/cases/{case.number}").content.decode()
    assert "<script>alert" not in html
    assert "<img" not in html


def test_the_history_is_paged_and_complete(cast, case, signed_in, monkeypatch):
    monkeypatch.setattr(timelines, "PAGE", 3)
    for n in range(5):
        actions.note(by=cast.alice, case=case, text=f"Note {n}")
    client = signed_in(cast.alice)
    seen, address = [], f"/cases/{case.number}"
    while address:
        page = client.get(address)
        found = page.context["timeline"]
        seen += [entry.text for entry in found.entries]
        address = f"/cases/{case.number}?after={found.older}" if found.older else ""
    assert seen == ["Note 4", "Note 3", "Note 2", "Note 1", "Note 0", "First answer", ""]
    part = client.get(f"/cases/{case.number}?after={client.get(f'/cases/{case.number}').context['timeline'].older}",
                      headers={"HX-Request": "true"})  # fmt: skip
    assert b"<html" not in part.content


def test_the_case_page_takes_the_same_queries_however_long_its_history(cast, case, tomorrow, signed_in):
    client = signed_in(cast.alice)
    actions.promise(by=cast.alice, case=case, text="p", due=tomorrow)
    actions.log_contact(by=cast.alice, unit=cast.permits, channel="phone", case=case, body="b")
    actions.transfer(by=cast.alice, case=case, unit=cast.roads, reason="r", context="c")
    actions.assign(by=cast.dora, case=case, owner=cast.alice)
    actions.recategorise(by=cast.alice, case=case, service=cast.pothole, reason="r")
    counts = []
    for more in (0, 40):
        for n in range(more):
            actions.note(by=cast.bob, case=case, text=f"Note {n}")
            actions.log_contact(by=cast.bob, unit=cast.permits, channel="phone", case=case, body=f"Call {n}")
        with CaptureQueriesContext(connection) as queries:
            client.get(f"/cases/{case.number}")
        counts.append(len(queries))
    assert max(counts) <= 15
    assert counts[1] <= counts[0] + 1  # the link to older history


# --- forms

SOON = (timezone.localtime() + timedelta(days=3)).strftime("%Y-%m-%dT%H:%M")


@pytest.mark.parametrize(
    ("word", "told", "kind"),
    [
        ("note", {"text": "A note"}, "noted"),
        ("reply", {"to": "jane@example.org", "subject": "Your fence", "body": "Yes"}, "answered"),
        ("assign", {"owner": "bob"}, "assigned"),
        ("transfer", {"unit": "roads", "reason": "r", "context": "c"}, "transferred"),
        ("promise", {"text": "We will", "due": SOON, "stage": "answer"}, "promised"),
        ("next-step", {"text": "Look", "due": SOON}, "next_step"),
        ("pause", {"question": "How high?", "reason": "r"}, "paused"),
        ("resolve", {"outcome": "Done"}, "resolved"),
        ("close", {"text": "Done"}, "closed"),
        ("withdraw", {"reason": "r"}, "withdrawn"),
        ("recategorise", {"service": "advice", "reason": "r"}, "recategorised"),
        ("amend", {"subject": "Wall", "channel": "phone"}, "amended"),
    ],
)
def test_each_form_does_what_it_says(cast, case, signed_in, word, told, kind):
    client = signed_in(cast.alice)
    told = {name: getattr(getattr(cast, value, None), "pk", value) for name, value in told.items()}
    answer = client.post(f"/cases/{case.number}/{word}", told | {"seen": case.events_seen}, follow=True)
    assert answer.redirect_chain, answer.content.decode()
    assert answer.status_code == 200
    assert kind in kinds(case)


def test_forms_of_other_moments(cast, case, tomorrow, signed_in):
    client = signed_in(cast.alice)

    def post(word: str, **told: object) -> None:
        case.refresh_from_db()
        answer = client.post(f"/cases/{case.number}/{word}", told | {"seen": case.events_seen})
        assert answer.status_code == 302, answer.content.decode()

    actions.promise(by=cast.alice, case=case, text="We will", due=tomorrow)
    promised = Event.objects.get(case=case, kind="promised").pk
    post("move-promise", promise_id=promised, due=SOON, agreed="no", reason="Storm")
    moved = Event.objects.get(case=case, kind="promise_moved")
    assert moved.data["agreed"] is False
    post("keep-promise", promise_id=moved.pk)
    actions.pause(by=cast.alice, case=case, question="q", reason="r")
    post("resume", text="They said yes")
    post("resolve", outcome="Done")
    post("undo")
    post("resolve", outcome="Done")
    post("reopen", reason="Not done")
    other = actions.open_case(by=cast.alice, unit=cast.permits, subject="Same")
    post("merge", into=other.number)
    case.refresh_from_db()
    assert (case.state, case.merged_into_id) == ("merged", other.pk)
    assert other.number in client.get(f"/cases/{case.number}").content.decode()


def test_accepting_what_was_handed_over(cast, signed_in):
    case = actions.open_case(by=cast.dora, unit=cast.roads, subject="Hedge")
    actions.transfer(by=cast.dora, case=case, unit=cast.permits, reason="r", context="c")
    client = signed_in(cast.alice)
    assert b"Hedge" in client.get("/today").content
    client.post(f"/cases/{case.number}/accept", {"next_step": "Measure it"})
    case.refresh_from_db()
    assert (case.owner, case.next_step, case.handed_over_at) == (cast.alice, "Measure it", None)


def test_who_hands_a_case_away_is_not_shown_a_page_they_may_not_see(cast, case, signed_in):
    client = signed_in(cast.alice)
    told = {"unit": cast.roads.pk, "reason": "r", "context": "c"}
    answer = client.post(f"/cases/{case.number}/transfer", told, follow=True)
    assert answer.redirect_chain == [("/today", 302)]
    assert b"handed over" in answer.content


def test_a_form_with_errors_keeps_what_was_typed(cast, case, signed_in):
    answer = signed_in(cast.alice).post(f"/cases/{case.number}/transfer", {"context": "All about it"})
    assert answer.status_code == 422
    html = answer.content.decode()
    assert "All about it" in html
    assert html.count("This field is required.") >= 2


def test_an_action_s_refusal_stands_beside_its_field(cast, case, signed_in):
    told = {"text": "We will", "due": "2020-01-01T10:00", "stage": "resolve"}
    answer = signed_in(cast.alice).post(f"/cases/{case.number}/promise", told)
    assert answer.status_code == 422
    assert "This time has passed" in str(answer.context["form"].errors["due"])


def test_a_stale_page_is_stopped_once_and_then_goes_through(cast, case, signed_in):
    client = signed_in(cast.alice)
    seen = case.events_seen
    actions.assign(by=cast.bob, case=case, owner=cast.bob)
    answer = client.post(f"/cases/{case.number}/resolve", {"outcome": "Done", "seen": seen})
    html = answer.content.decode()
    assert answer.status_code == 422
    assert "Bob Ochoa changed this case" in html
    assert "Done" in html
    assert "resolved" not in kinds(case)
    fresh = answer.context["form"]["seen"].value()
    assert client.post(f"/cases/{case.number}/resolve", {"outcome": "Done", "seen": fresh}).status_code == 302


def test_merging_needs_a_case_one_can_see(cast, case, signed_in):
    foreign = actions.open_case(by=cast.charlie, unit=cast.other_office, subject="Tree")
    for into in (foreign.number, "nonsense", ""):
        assert signed_in(cast.alice).post(f"/cases/{case.number}/merge", {"into": into}).status_code == 422
    assert "merged" not in kinds(case)


def test_nobody_of_another_office_is_offered_or_taken(cast, case, signed_in):
    client = signed_in(cast.alice)
    html = client.get(f"/cases/{case.number}/transfer").content.decode()
    assert "Charlie" not in html
    assert "Cedar City" not in html
    assert client.post(f"/cases/{case.number}/assign", {"owner": cast.charlie.pk}).status_code == 422
    assert (
        client.post(
            f"/cases/{case.number}/transfer", {"unit": cast.other_office.pk, "reason": "r", "context": "c"}
        ).status_code
        == 422
    )


def test_a_part_of_a_page_is_only_the_form(cast, case, signed_in):
    part = signed_in(cast.alice).get(f"/cases/{case.number}/resolve", headers={"HX-Request": "true"})
    assert b"<html" not in part.content
    assert b"csrfmiddlewaretoken" in part.content


# --- opening and logging


def test_a_new_case(cast, signed_in):
    jane = Customer.objects.create(office=cast.office, name="Jane Roe")
    client = signed_in(cast.alice)
    page = client.get(f"/cases/new?customer={jane.number}")
    assert b"Jane Roe" in page.content
    told = {"subject": "A wall", "channel": "counter", "unit": cast.permits.pk, "customer": jane.number}
    answer = client.post("/cases/new", told, follow=True)
    case = Case.objects.get()
    assert answer.redirect_chain == [(f"/cases/{case.number}", 302)]
    assert (case.customer, case.owner, case.channel) == (jane, cast.alice, "counter")
    assert case.number in answer.content.decode()


def test_customers_of_another_office_are_not_known_here(cast, signed_in):
    jane = Customer.objects.create(office=cast.other_office, name="Jane Roe")
    client = signed_in(cast.alice)
    assert b"Jane" not in client.get(f"/cases/new?customer={jane.number}").content
    told = {"subject": "A wall", "channel": "counter", "unit": cast.permits.pk, "customer": jane.number}
    assert client.post("/cases/new", told).status_code == 422
    assert not Case.objects.exists()


def test_logging_a_contact_needs_one_field(cast, signed_in):
    client = signed_in(cast.alice)
    answer = client.post("/contacts/new", {"channel": "phone", "direction": "in", "body": "Asked for the hours"})
    assert answer.headers["location"] == "/today"
    assert Contact.objects.get().staff == cast.alice


def test_logging_a_contact_about_a_case(cast, case, signed_in):
    client = signed_in(cast.alice)
    assert case.number in client.get(f"/contacts/new?case={case.number}").content.decode()
    told = {"channel": "phone", "direction": "out", "body": "Told them", "outcome": "answered", "case": case.number}
    assert client.post("/contacts/new", told).headers["location"] == f"/cases/{case.number}"
    case.refresh_from_db()
    assert case.answered_at is not None


def test_logging_with_a_next_step_opens_a_case(cast, signed_in):
    told = {
        "channel": "phone",
        "direction": "in",
        "body": "Wants a plan",
        "next_step": "Send it",
        "next_step_due": SOON,
    }
    answer = signed_in(cast.alice).post("/contacts/new", told)
    case = Case.objects.get()
    assert answer.headers["location"] == f"/cases/{case.number}"
    assert (case.next_step, case.subject) == ("Send it", "Wants a plan")


@pytest.mark.parametrize(
    ("field", "wrong"),
    [("case", {"case": "C9999999"}), ("customer", {"customer": "K9"}), ("body", {"body": ""}),
     ("next_step", {"next_step_due": SOON})],
)  # fmt: skip
def test_a_contact_that_makes_no_sense(cast, signed_in, field, wrong):
    told = {"channel": "phone", "direction": "in", "body": "b"} | wrong
    answer = signed_in(cast.alice).post("/contacts/new", told)
    assert answer.status_code == 422
    assert field in answer.context["form"].errors
    assert not Contact.objects.exists()


def test_a_next_step_on_an_ended_case_is_refused_before_anything_is_written(cast, case, signed_in):
    actions.resolve(by=cast.alice, case=case, outcome="Done")
    told = {"channel": "phone", "direction": "in", "body": "b", "case": case.number, "next_step": "Look"}
    assert signed_in(cast.alice).post("/contacts/new", told).status_code == 422
    assert not Contact.objects.exists()


def test_calling_back(cast, message, signed_in):
    client = signed_in(cast.bob)
    assert b"Call me" in client.get("/today").content
    page = client.get(f"/contacts/new?returns={message.pk}")
    assert b"555 0100" in page.content
    told = {"channel": "phone", "direction": "out", "body": "Told them", "outcome": "answered"}
    client.post(f"/contacts/new?returns={message.pk}", told)
    message.refresh_from_db()
    assert message.handled_at is not None
    assert b"Call me" not in client.get("/today").content


def test_a_message_that_needs_no_call(cast, message, signed_in):
    client = signed_in(cast.bob)
    assert client.post(f"/contacts/{message.pk}/handled", {"how": " "}).status_code == 422
    assert client.post(f"/contacts/{message.pk}/handled", {"how": "They came"}).status_code == 302
    message.refresh_from_db()
    assert message.handled_at is not None
