"""Replies leave through a real SMTP server on this machine - or fail in words, and can be sent again."""

import asyncio
import socketserver
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from types import SimpleNamespace

import pytest
from django.core.exceptions import ValidationError
from django.db import transaction
from procrastinate.contrib.django.models import ProcrastinateJob

from regard.config import jobs
from regard.desk import actions, mail, tasks
from regard.desk.models import Case, Contact, Event
from regard.records.actors import System
from regard.records.models import AuditEntry
from tests.desk.conftest import kinds, refolded, stored

BODY = "Dear Jane,\n\nyou may build it.\n.\nThe line above is a single dot."


@dataclass
class Letterbox:
    """A mail server's memory, and what it answers at each step (its usual answer unless told)."""

    port: int = 0
    letters: list[tuple[list[str], EmailMessage]] = field(default_factory=list)
    answers: dict[str, str] = field(default_factory=dict)


class Session(socketserver.StreamRequestHandler):
    """As much of RFC 5321 as a client that hands in letters needs."""

    letterbox: Letterbox

    def say(self, words: str) -> None:
        self.wfile.write(words.encode() + b"\r\n")

    def handle(self) -> None:
        self.say("220 letterbox")
        to: list[str] = []
        while line := self.rfile.readline():
            verb = line[:4].decode().upper().strip()
            if verb == "RCPT":
                to.append(line.decode().partition("<")[2].partition(">")[0])
            usual = {"DATA": "354 go on", "QUIT": "221 bye"}.get(verb, "250 ok")
            answer = self.letterbox.answers.get(verb, usual)
            self.say(answer)
            if verb == "DATA" and answer.startswith("354"):
                self.letterbox.letters.append((to, self.letter()))
                self.say("250 taken")
                to = []
            if verb == "QUIT":
                return

    def letter(self) -> EmailMessage:
        lines = []
        while (line := self.rfile.readline()) != b".\r\n":
            lines.append(line[1:] if line.startswith(b"..") else line)
        return message_from_bytes(b"".join(lines), policy=default)


@pytest.fixture
def letterbox(settings, socket_enabled) -> Iterator[Letterbox]:
    """A mail server on the loopback interface that keeps what it is given."""
    box = Letterbox()
    handler = type("Handler", (Session,), {"letterbox": box})
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), handler) as server:
        box.port = server.server_address[1]
        threading.Thread(target=server.serve_forever, daemon=True).start()
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", box.port
        settings.EMAIL_HOST_USER = settings.EMAIL_HOST_PASSWORD = ""
        settings.EMAIL_USE_TLS = settings.EMAIL_USE_SSL = False
        settings.EMAIL_TIMEOUT = 5
        settings.DEFAULT_FROM_EMAIL = "Birch County <office@birch.example>"
        yield box
        server.shutdown()


@pytest.fixture
def reply(cast, case) -> Contact:
    return actions.reply(by=cast.alice, case=case, to="jane@example.org", subject="Your fence", body=BODY)


def work(contact: Contact, attempts: int = 0) -> Contact:
    """Run the job of a reply, as the worker does at its n-th attempt."""
    tasks.send_reply(SimpleNamespace(job=SimpleNamespace(attempts=attempts)), contact.pk)
    contact.refresh_from_db()
    return contact


def shut(letterbox: Letterbox, settings) -> None:
    settings.EMAIL_PORT = 1  # nobody listens there


@pytest.mark.django_db
def test_a_reply_reaches_the_customer(cast, case, reply, letterbox):
    assert (reply.outcome, reply.direction, reply.channel) == ("queued", "out", "email")
    assert work(reply).outcome == "sent"
    [(to, letter)] = letterbox.letters
    assert to == ["jane@example.org"]
    assert letter["To"] == "jane@example.org"
    assert letter["From"] == "Permits <office@birch.example>"
    assert letter["Subject"] == f"Your fence [{case.number}]"
    assert letter["Message-ID"] == f"<regard-contact-{reply.pk}@birch.example>"
    text = letter.get_content().replace("\r\n", "\n")
    assert text.startswith(BODY)
    assert all(words in text for words in ("Alice Alder", "Permits", case.number))
    case.refresh_from_db()
    assert case.answered_at is not None


@pytest.mark.django_db
def test_sending_again_by_mistake_sends_once(reply, letterbox):
    work(reply)
    work(reply)
    assert len(letterbox.letters) == 1


@pytest.mark.django_db
def test_the_job_is_a_part_of_the_change(cast, case):
    def waiting() -> int:
        return ProcrastinateJob.objects.filter(task_name="desk.send_reply").count()

    before = waiting()
    with transaction.atomic():
        actions.reply(by=cast.alice, case=case, to="jane@example.org", subject="s", body="b")
        assert waiting() == before + 1
        transaction.set_rollback(True)
    assert waiting() == before


@pytest.mark.django_db
def test_a_server_that_is_away_is_tried_again_then_told(cast, case, reply, letterbox, settings):
    shut(letterbox, settings)
    with pytest.raises(OSError):
        work(reply, attempts=0)
    assert Contact.objects.get(pk=reply.pk).outcome == "queued"
    assert work(reply, attempts=tasks.ATTEMPTS - 1).outcome == "failed"
    assert reply.details["error"] == "the mail server cannot be reached."


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("verb", "answer", "words"),
    [
        ("RCPT", "550 no such user", "does not accept this address"),
        ("DATA", "554 spam", "refused the letter (code 554)"),
        ("MAIL", "553 sender not allowed", "refused the letter (code 553)"),
    ],
)
def test_a_refusal_is_final_and_the_answer_is_taken_back(cast, case, reply, letterbox, verb, answer, words):
    letterbox.answers[verb] = answer
    assert work(reply).outcome == "failed"
    assert words in reply.details["error"]
    assert letterbox.letters == []
    case.refresh_from_db()
    assert case.answered_at is None
    assert kinds(case)[-2:] == ["answered", "retracted"]
    assert stored(case) == refolded(case)


@pytest.mark.django_db
def test_a_busy_server_is_tried_again(reply, letterbox):
    letterbox.answers["RCPT"] = "450 mailbox busy"
    with pytest.raises(Exception, match="busy"):
        work(reply, attempts=0)
    letterbox.answers.clear()
    assert work(reply, attempts=1).outcome == "sent"


@pytest.mark.django_db
def test_trying_again_after_a_failure(cast, case, reply, letterbox, signed_in):
    letterbox.answers["RCPT"] = "550 no such user"
    work(reply)
    client = signed_in(cast.alice)
    html = client.get(f"/cases/{case.number}").content.decode()
    assert "Could not be sent" in html
    assert "does not accept this address" in html
    letterbox.answers.clear()
    client.post(f"/contacts/{reply.pk}/retry")
    assert Contact.objects.get(pk=reply.pk).outcome == "queued"
    assert work(reply).outcome == "sent"
    case.refresh_from_db()
    assert case.answered_at is not None
    assert kinds(case)[-3:] == ["answered", "retracted", "answered"]
    assert stored(case) == refolded(case)
    with pytest.raises(ValidationError, match="has not failed"):
        actions.retry_reply(by=cast.alice, contact=reply)


@pytest.mark.django_db
def test_a_promised_answer_is_not_kept_by_a_letter_that_never_left(cast, case, tomorrow, letterbox):
    actions.promise(by=cast.alice, case=case, text="An answer", due=tomorrow, stage="answer")
    reply = actions.reply(by=cast.alice, case=case, to="jane@example.org", subject="s", body="b")
    case.refresh_from_db()
    assert case.promise_due is None
    letterbox.answers["RCPT"] = "550 no such user"
    work(reply)
    case.refresh_from_db()
    assert case.promise_due == tomorrow


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("field", "wrong"),
    [
        ("to", {"to": "jane"}),
        ("to", {"to": "jane@example.org\nBcc: all@example.org"}),
        ("to", {"to": "jane@example.org, all@example.org"}),
        ("subject", {"subject": " "}),
        ("body", {"body": ""}),
    ],
)
def test_a_reply_that_makes_no_sense(cast, case, field, wrong):
    told = {"to": "jane@example.org", "subject": "s", "body": "b"} | wrong
    with pytest.raises(ValidationError) as error:
        actions.reply(by=cast.alice, case=case, **told)
    assert field in error.value.message_dict
    assert not Contact.objects.exists()


@pytest.mark.django_db
def test_no_header_slips_in_through_the_subject(cast, case, letterbox):
    reply = actions.reply(
        by=cast.alice, case=case, to="jane@example.org", subject="Fence\r\nBcc: all@example.org", body="b"
    )
    work(reply)
    [(to, letter)] = letterbox.letters
    assert to == ["jane@example.org"]
    assert letter["Bcc"] is None


@pytest.mark.django_db
def test_letters_that_cannot_even_be_made(reply, letterbox, monkeypatch):
    def broken(contact: Contact) -> None:
        raise ValueError("Invalid address")

    monkeypatch.setattr(mail, "send", broken)
    assert work(reply).outcome == "failed"
    assert "could not be made" in reply.details["error"]


@pytest.mark.django_db(transaction=True)
def test_the_worker_sends_what_was_committed(cast, case, letterbox):
    actions.reply(by=cast.alice, case=case, to="jane@example.org", subject="Your fence", body=BODY)
    with ThreadPoolExecutor(1) as apart:  # after a browser test an event loop runs in this thread
        apart.submit(asyncio.run, jobs.work(alone=True, until_empty=True)).result(timeout=60)
    assert Contact.objects.get().outcome == "sent"
    assert len(letterbox.letters) == 1
    assert Event.objects.filter(case=case, kind="answered").count() == 1
    assert Case.objects.get().answered_at is not None


@pytest.mark.django_db
def test_mail_actions_are_audited_by_the_mailer(reply, letterbox):
    work(reply)
    assert AuditEntry.objects.filter(action="desk.mail_sent", actor_name=System("mail").audit_name).exists()
