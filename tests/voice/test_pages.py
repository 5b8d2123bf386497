"""The pages of voice: register, one piece of feedback and its acts, the private link, you said we did."""

import csv
import io

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from regard.customers.models import Customer
from regard.voice import actions
from regard.voice.models import Feedback, Improvement, Loop
from regard.voice.revealing import reveals
from tests.voice.conftest import logged

pytestmark = pytest.mark.django_db


def text_of(answer) -> str:
    return answer.content.decode()


def listed(client, query: str = "") -> list[str]:
    answer = client.get(f"/voice{query}")
    assert answer.status_code == 200
    return [one.text for one in answer.context["page"].rows]


# --- the register


@pytest.fixture
def several(cast) -> None:
    logged(cast, text="first")
    logged(cast, text="second", kind="compliment", owner=cast.bob)
    third = logged(cast, text="third", kind="suggestion")
    actions.close(by=cast.alice, loop=third.loop)
    Feedback.objects.create(silo=cast.silo, unit=cast.permits, kind="response", at=timezone.now(), text="fourth")
    logged(cast, text="theirs", unit=cast.roads, service=cast.pothole, by=cast.dora)
    Loop.objects.filter(feedback__text="first").update(due_at=timezone.now() - timezone.timedelta(days=2))


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", ["fourth", "third", "second", "first"]),
        ("?kind=compliment", ["second"]),
        ("?state=open", ["second", "first"]),
        ("?state=closed", ["third"]),
        ("?state=none", ["fourth"]),
        ("?overdue=on", ["first"]),
        ("?words=SECOND", ["second"]),
        ("?sort=due", ["first", "second"]),
        ("?sort=at", ["first", "second", "third", "fourth"]),
        ("?unit=nonsense", ["fourth", "third", "second", "first"]),
    ],
)
def test_filters_and_order(cast, several, signed_in, query, found):
    assert listed(signed_in(cast.alice), query) == found


def test_filter_by_owner(cast, several, signed_in):
    assert listed(signed_in(cast.alice), f"?owner={cast.bob.pk}") == ["second"]


def test_another_unit_and_another_office_see_their_own(cast, several, signed_in):
    assert listed(signed_in(cast.dora)) == ["theirs"]
    assert listed(signed_in(cast.charlie)) == []
    assert len(listed(signed_in(cast.administrator))) == 5


def test_pages_lead_through_everything_once(cast, signed_in):
    for n in range(65):
        logged(cast, text=f"n{n}")
    client, seen, query = signed_in(cast.alice), [], ""
    while True:
        page = client.get(f"/voice{query}").context["page"]
        seen += [one.text for one in page.rows]
        if not page.older:
            break
        query = f"?after={page.older}"
    assert seen == [f"n{n}" for n in reversed(range(65))]


@pytest.mark.parametrize("path", ["/voice", "/voice/thanks", "/voice/improvements"])
def test_a_list_costs_the_same_for_one_and_for_thirty(cast, signed_in, path):
    client = signed_in(cast.alice)

    def add() -> None:
        loop = logged(cast, kind="compliment", praised=cast.bob).loop
        actions.make_improvement(by=cast.alice, unit=cast.permits, service=cast.fence, said="s", did="d", loops=[loop])

    def queries() -> int:
        with CaptureQueriesContext(connection) as told:
            assert client.get(path).status_code == 200
        return len(told)

    add()
    one = queries()
    for _ in range(29):
        add()
    assert queries() == one <= 12


def test_csv_tells_how_far_each_is_and_runs_no_formula(cast, signed_in):
    logged(cast, text="=HYPERLINK(1)")
    answer = signed_in(cast.alice).get("/voice?export=csv")
    [row] = csv.DictReader(io.StringIO(b"".join(answer.streaming_content).decode("utf-8-sig")))
    assert (row["text"], row["state"], row["owner"]) == ("'=HYPERLINK(1)", "received", "Alice Alder")
    assert row["due"] > row["at"]


# --- logging and acting


def test_log_by_form(cast, signed_in):
    client = signed_in(cast.alice)
    told = {"kind": "complaint", "text": "Slow", "channel": "phone", "unit": cast.permits.pk, "customer": "K9999999"}
    refused = client.post("/voice/log", told)
    assert refused.status_code == 422
    assert "There is no customer of this number" in text_of(refused)
    done = client.post("/voice/log", told | {"customer": ""})
    made = Feedback.objects.get()
    assert done["Location"] == f"/voice/{made.pk}"
    assert (made.kind, made.channel, made.loop.owner) == ("complaint", "phone", cast.alice)


def test_every_act_by_form(cast, signed_in, complaint):
    client = signed_in(cast.alice)
    tomorrow = (timezone.now() + timezone.timedelta(days=1)).strftime("%Y-%m-%dT%H:%M")
    for word, told in {
        "acknowledge": {"text": "We have it"},
        "assess": {"severity": "low", "cause": "delay", "finding": "Lost"},
        "assign": {"owner": cast.bob.pk, "next_step": "Call", "due_at": tomorrow},
        "note": {"text": "note"},
        "answer": {"text": "Sorry", "answer_to": "jane@example.org"},
        "close": {"lesson": "More care"},
        "reopen": {"reason": "Again"},
    }.items():
        assert client.get(f"/voice/{complaint.pk}/{word}").status_code == 200
        assert client.post(f"/voice/{complaint.pk}/{word}", {}).status_code == (302 if word == "close" else 422)
        assert client.post(f"/voice/{complaint.pk}/{word}", told).status_code in (302, 422 if word == "close" else 302)
    loop = Loop.objects.get()
    assert (loop.state, loop.owner, loop.answer_to) == ("assessed", cast.bob, "jane@example.org")
    html = text_of(client.get(f"/voice/{complaint.pk}"))
    assert all(words in html for words in ("Lost", "Sorry", "jane@example.org", f"/said/{loop.key}"))


def test_an_old_page_does_not_overwrite(cast, signed_in, complaint):
    client = signed_in(cast.alice)
    seen = complaint.loop.stamps_seen
    actions.note(by=cast.bob, loop=complaint.loop, text="x")
    answer = client.post(f"/voice/{complaint.pk}/answer", {"text": "Sorry", "seen": seen})
    assert answer.status_code == 422
    assert "Bob Ochoa changed this meanwhile" in text_of(answer)
    again = answer.context["form"].data["seen"]
    assert client.post(f"/voice/{complaint.pk}/answer", {"text": "Sorry", "seen": again}).status_code == 302


def test_a_restricted_customer_is_not_named(cast, signed_in):
    jane = Customer.objects.create(office=cast.office, name="Jane Roe", restricted=True)
    made = logged(cast, customer=jane)
    assert "Jane Roe" not in text_of(signed_in(cast.alice).get(f"/voice/{made.pk}"))
    assert "Jane Roe" in text_of(signed_in(cast.bob).get(f"/voice/{made.pk}"))


@pytest.mark.parametrize("word", ["", "/answer", "/close", "/assign", "/note", "/acknowledge", "/assess", "/reopen"])
def test_charlie_finds_nothing(cast, signed_in, complaint, word):
    client = signed_in(cast.charlie)
    assert client.get(f"/voice/{complaint.pk}{word}").status_code == 404
    assert client.post(f"/voice/{complaint.pk}{word}", {"text": "x"}).status_code in (404, 405)
    assert complaint.loop.stamps.count() == 1


def test_an_analyst_reads_and_does_not_act(cast, signed_in, complaint):
    client = signed_in(cast.analyst)
    assert complaint.loop.key not in text_of(client.get(f"/voice/{complaint.pk}"))
    assert client.get(f"/voice/{complaint.pk}/answer").status_code == 403
    assert client.get("/voice/log").status_code == 403


# --- the private link


def test_the_private_link_shows_answers_and_no_notes(cast, loop):
    actions.note(by=cast.bob, loop=loop, text="A difficult person.")
    actions.assess(by=cast.alice, loop=loop, severity="low", cause="", finding="A secret finding.")
    actions.answer(by=cast.alice, loop=loop, text="We are sorry.")
    answer = Client().get(f"/said/{loop.key}")
    html = text_of(answer)
    assert "We are sorry." in html
    assert "Nobody called me back." in html
    assert not any(words in html for words in ("difficult", "secret finding", "Bob Ochoa"))
    assert answer["Referrer-Policy"] == "no-referrer"
    assert "no-store" in answer["Cache-Control"]


def test_writing_back_without_a_name(cast, loop):
    client = Client(enforce_csrf_checks=True)  # somebody who blocks cookies
    assert client.post(f"/said/{loop.key}", {"text": " "}).status_code == 422
    sent = client.post(f"/said/{loop.key}", {"text": "<script>alert(1)</script> مرحبا 🙂"})
    assert (sent.status_code, dict(client.cookies)) == (302, {})
    html = text_of(client.get(sent["Location"]))
    assert "We have what you wrote" in html
    assert "&lt;script&gt;" in html
    assert "<script>alert" not in html
    assert "مرحبا 🙂" in html


@pytest.mark.parametrize("key", ["x", "0", "..", "%00", "A" * 22])
def test_a_wrong_link_leads_nowhere(loop, key):
    assert Client().get(f"/said/{key}").status_code == 404


def test_a_flood_of_text_is_refused_in_words(loop):
    answer = Client().post(f"/said/{loop.key}", {"text": "x" * 1_000_000})
    assert answer.status_code == 422
    assert loop.stamps.count() == 1


# --- you said, we did


@pytest.fixture
def change(cast, loop) -> Improvement:
    return actions.make_improvement(
        by=cast.alice, unit=cast.permits, service=cast.fence, said="Nobody calls back.", did="We do now.", loops=[loop]
    )


def test_nothing_is_public_before_somebody_says_yes(cast, change, signed_in):
    public = "/you-said/birch"
    assert "We do now." not in text_of(Client().get(public))
    assert signed_in(cast.alice).post(f"/voice/improvements/{change.pk}/publish").status_code == 403
    assert signed_in(cast.bob).post(f"/voice/improvements/{change.pk}/publish").status_code == 302
    assert "We do now." in text_of(Client().get(public))
    assert "We do now." not in text_of(Client().get("/you-said/cedar"))
    signed_in(cast.bob).post(f"/voice/improvements/{change.pk}/withdraw")
    assert "We do now." not in text_of(Client().get(public))


def test_a_new_wording_needs_a_new_yes(cast, change, signed_in):
    actions.publish_improvement(by=cast.bob, improvement=change)
    told = {"said": "Nobody calls back.", "did": "Now we call.", "unit": cast.permits.pk}
    signed_in(cast.alice).post(f"/voice/improvements/{change.pk}", told)
    assert not Improvement.objects.get().is_public


def test_a_feedback_leads_to_its_improvement(cast, signed_in, complaint):
    client = signed_in(cast.alice)
    told = {"said": "s", "did": "d", "unit": cast.permits.pk}
    assert client.post(f"/voice/improvements/new?feedback={complaint.pk}", told).status_code == 302
    assert Loop.objects.get().improvement == Improvement.objects.get()


def test_charlie_improves_nothing_of_ours(cast, change, signed_in):
    client = signed_in(cast.charlie)
    for path in (f"{change.pk}", f"{change.pk}/publish", f"{change.pk}/withdraw"):
        assert client.post(f"/voice/improvements/{path}", {"said": "x", "did": "y"}).status_code == 404


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Jane (jane@example.org) called", ["an e-mail address"]),
        ("Call 202 555 0143 again", ["a long number"]),
        ("Card 4111-1111-1111-1111", ["a long number"]),
        ("We answer 95 % within 2 days, since 2026", []),
        ("From 2025 to 2026, 1,200 of 3,400 calls", []),
    ],
)
def test_what_would_tell_who_somebody_is(cast, text, found):
    assert reveals(text) == found


def test_what_tells_who_somebody_is_is_not_written_down(cast, signed_in):
    told = {"said": "jane@example.org waited", "did": "d", "unit": cast.permits.pk}
    answer = signed_in(cast.alice).post("/voice/improvements/new", told)
    assert answer.status_code == 422
    assert "Leave out whatever tells who somebody is" in text_of(answer)
