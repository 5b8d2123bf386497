"""The loop back to whoever said something: who owns it, what is next, and every stamp on the way."""

import secrets

from django.db import models
from django.db.models.functions import Now

from regard.office.models import Staff
from regard.records.declarations import classified
from regard.voice.handling import STATES, StampKind, StampRow
from regard.voice.models.feedback import Feedback
from regard.voice.models.improvements import Improvement

LOOP_STATES = [(state, state.capitalize()) for state in STATES]
STAMP_KINDS = [(kind.value, kind.value.capitalize()) for kind in StampKind]


class Severity(models.TextChoices):
    LOW = "low", "Low: a nuisance"
    MEDIUM = "medium", "Medium: it cost them time or money"
    HIGH = "high", "High: serious harm, or many people"
    CRITICAL = "critical", "Critical: danger, or against the law"


class Cause(models.TextChoices):
    INFORMATION = "information", "Information was wrong, missing or hard to understand"
    DELAY = "delay", "It took too long"
    CONDUCT = "conduct", "How somebody was treated"
    QUALITY = "quality", "The work was not done well"
    DECISION = "decision", "They disagree with a decision"
    ACCESS = "access", "They could not reach us or get in"
    SYSTEM = "system", "A system or a form did not work"
    ELSEWHERE = "elsewhere", "The cause lies with somebody else"
    NONE = "none", "Nothing went wrong"


def new_key() -> str:
    """A key that nobody can guess: 128 bits, safe in an address."""
    return secrets.token_urlsafe(16)


@classified(
    public="id state severity cause received_at acknowledged_at assessed_at answered_at closed_at",
    internal="""feedback owner praised next_step due_at stamps_seen thanks_told_at improvement
        made_at""",
    personal="answer_to finding redress lesson",
    secret="key",  # noqa: S106 - the name of a field
)
class Loop(models.Model):
    """What the office owes whoever said something. State and times are the fold of the stamps (see `handling`)."""

    feedback = models.OneToOneField(Feedback, on_delete=models.PROTECT, related_name="loop")
    owner = models.ForeignKey(Staff, on_delete=models.PROTECT, related_name="+")
    praised = models.ForeignKey(Staff, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=12, choices=LOOP_STATES, default="received")
    next_step = models.TextField(blank=True)
    due_at = models.DateTimeField(null=True, blank=True, help_text="of the next step; null once closed")
    severity = models.CharField(max_length=10, choices=Severity.choices, blank=True)
    cause = models.CharField(max_length=12, choices=Cause.choices, blank=True)
    finding = models.TextField(blank=True, help_text="what happened, as found out")
    redress = models.TextField(blank=True, help_text="what was done to put it right for this person")
    lesson = models.TextField(blank=True, help_text="what we do differently from now on")
    answer_to = models.TextField(blank=True, help_text="e-mail address to answer to; empty: by the private link only")
    key = models.CharField(max_length=32, unique=True, default=new_key, help_text="of the private link")
    received_at = models.DateTimeField()
    acknowledged_at = models.DateTimeField(null=True, blank=True)
    assessed_at = models.DateTimeField(null=True, blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    stamps_seen = models.PositiveIntegerField(default=0, help_text="how many stamps the columns above fold")
    thanks_told_at = models.DateTimeField(null=True, blank=True, help_text="the person praised was written to")
    improvement = models.ForeignKey(Improvement, null=True, blank=True, on_delete=models.PROTECT, related_name="loops")
    made_at = models.DateTimeField(db_default=Now())

    class Meta:
        indexes = [
            models.Index(fields=["owner", "due_at"], name="loop_open_by_owner", condition=~models.Q(state="closed")),
            models.Index(fields=["due_at", "feedback"], name="loop_open_by_due", condition=~models.Q(state="closed")),
            models.Index(
                fields=["praised", "-received_at"], name="loop_by_praised", condition=models.Q(praised__isnull=False)
            ),
            models.Index(fields=["state"], name="loop_by_state"),
        ]

    def __str__(self) -> str:
        return f"{self.feedback}: {self.state}"

    @property
    def is_open(self) -> bool:
        return self.state != "closed"


@classified(public="id kind at", internal="loop recorded_at actor contact_id", personal="text")
class Stamp(models.Model):
    """One thing that happened on the way from word to answer. Append-only."""

    loop = models.ForeignKey(Loop, on_delete=models.PROTECT, related_name="stamps")
    kind = models.CharField(max_length=14, choices=STAMP_KINDS)
    at = models.DateTimeField()
    recorded_at = models.DateTimeField(db_default=Now())
    actor = models.ForeignKey(Staff, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    text = models.TextField(blank=True, help_text="what was written to them, by them, or noted")
    contact_id = models.BigIntegerField(null=True, blank=True, help_text="the letter that carried it")

    class Meta:
        ordering = ["at", "id"]
        indexes = [models.Index(fields=["loop", "at", "id"], name="stamp_by_loop")]

    def __str__(self) -> str:
        return f"{self.kind} {self.at:%Y-%m-%d %H:%M}"

    def as_row(self) -> StampRow:
        """The stamp as the fold reads it."""
        return StampRow(self.pk, self.kind, self.at)
