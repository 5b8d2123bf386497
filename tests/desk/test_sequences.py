"""Whatever people do: a case's columns are the fold of its events, and a person owns what is next."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from regard.desk import actions
from regard.desk.models import Case, Contact
from regard.records.actors import System
from tests.desk.conftest import refolded, stored

pytestmark = pytest.mark.django_db


class Office:
    """What can be done to a case, each with arguments that make sense at some point of its life."""

    def __init__(self, cast, case: Case, other: Case) -> None:
        self.cast, self.case, self.other = cast, case, other

    def soon(self, days: int = 1):
        return timezone.now() + timedelta(days=days)

    def act(self, word: str, who: str, n: int) -> None:
        cast = self.cast
        person = getattr(cast, who)
        colleague = [cast.alice, cast.bob, cast.dora][n % 3]
        arguments = {
            "log_contact": {
                "unit": self.case.unit,
                "channel": "phone",
                "outcome": ["answered", "message", ""][n % 3],
                "next_step": ["", "Call back"][n % 2],
                "body": "words",
            },
            "assign": {"owner": colleague},
            "transfer": {"unit": [cast.roads, cast.permits, cast.office][n % 3], "reason": "r", "context": "c"},
            "accept": {},
            "promise": {"text": "We will", "due": self.soon(n + 1), "stage": ["answer", "resolve"][n % 2]},
            "move_promise": {"due": self.soon(n + 2), "agreed": bool(n % 2), "reason": "r"},
            "keep_promise": {},
            "set_next_step": {"text": "Do it", "due": self.soon(), "owner": [None, colleague][n % 2]},
            "pause": {"question": "How high?", "reason": "r"},
            "resume": {},
            "note": {"text": "n"},
            "reply": {"to": "a@example.org", "subject": "s", "body": "b"},
            "resolve": {"outcome": "Done"},
            "close": {"text": ["", "Done"][n % 2]},
            "reopen": {"reason": "r"},
            "withdraw": {"reason": "r"},
            "merge": {"into": self.other},
            "undo": {},
            "recategorise": {"service": [cast.fence, cast.pothole, cast.advice][n % 3], "reason": "r"},
            "amend": {"subject": f"Subject {n}"},
        }[word]
        getattr(actions, word)(by=person, case=self.case, **arguments)

    def mail(self, word: str) -> None:
        for contact in Contact.objects.filter(case=self.case, outcome__in=["queued", "failed"]).order_by("-pk")[:1]:
            if contact.outcome == "failed":
                actions.retry_reply(by=self.cast.alice, contact=contact)
            elif word == "sent":
                actions.mail_sent(by=System("mail"), contact=contact)
            else:
                actions.mail_failed(by=System("mail"), contact=contact, why="no")


WORDS = [
    "log_contact", "assign", "transfer", "accept", "promise", "move_promise", "keep_promise", "set_next_step", "pause",
    "resume", "note", "reply", "resolve", "close", "reopen", "withdraw", "merge", "undo", "recategorise", "amend",
]  # fmt: skip
steps = st.lists(
    st.tuples(
        st.sampled_from([*WORDS, "sent", "failed"]), st.sampled_from(["alice", "bob", "dora"]), st.integers(0, 5)
    ),
    min_size=1,
    max_size=12,
)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps)
def test_the_columns_are_always_the_fold_of_the_events(cast, told):
    with transaction.atomic():
        other = actions.open_case(by=cast.bob, unit=cast.permits, subject="Another")
        case = actions.open_case(by=cast.alice, unit=cast.permits, service=cast.fence, subject="A fence")
        office = Office(cast, case, other)
        for word, who, n in told:
            try:
                with transaction.atomic():
                    office.mail(word) if word in ("sent", "failed") else office.act(word, who, n)
            except ValidationError:
                pass
            for each in (Case.objects.get(pk=case.pk), Case.objects.get(pk=other.pk)):
                assert stored(each) == refolded(each), word
                if each.is_open:
                    assert all((each.owner_id, each.next_step, each.next_step_owner_id, each.next_step_due)), word
        transaction.set_rollback(True)
