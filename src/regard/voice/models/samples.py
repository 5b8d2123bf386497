"""Whom a survey asked, how they were drawn, and what came of it."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Now

from regard.customers.models import Customer
from regard.office.models import Service, Staff, Unit
from regard.records.declarations import classified
from regard.voice.models.loops import new_key
from regard.voice.models.surveys import Survey, SurveyVersion


class By(models.TextChoices):
    UNIT = "unit", "Unit"
    SERVICE = "service", "Service"
    KIND = "kind", "Person or organisation"


@classified(
    public="""id survey share minimum least strata fatigue_days served_from served_to kind frame eligible exclusions
        sizes drawn drawn_at""",
    internal="version seed frame_digest drawn_digest drawn_by remind_after address sent_at reminded_at discarded_at",
)
class Sample(models.Model):
    """One draw. Everything that decided it is kept, so that it can be made again and shown to be fair."""

    survey = models.ForeignKey(Survey, on_delete=models.PROTECT, related_name="samples")
    version = models.ForeignKey(SurveyVersion, on_delete=models.PROTECT, related_name="+")
    seed = models.BigIntegerField(help_text="made by the system")
    share = models.FloatField(help_text="of those who can be asked, 0 to 1")
    minimum = models.PositiveIntegerField(default=0)
    least = models.PositiveIntegerField(default=0, help_text="of each stratum")
    strata = ArrayField(models.CharField(max_length=10, choices=By.choices), default=list, blank=True)
    kind = models.CharField(max_length=20, blank=True, help_text="person or organisation; empty: both")
    fatigue_days = models.PositiveIntegerField(default=90)
    served_from = models.DateTimeField()
    served_to = models.DateTimeField()
    frame = models.PositiveIntegerField(help_text="customers served in that time")
    eligible = models.PositiveIntegerField(help_text="of these, who could be asked")
    exclusions = models.JSONField(help_text='{"no_address": 12}: why the others could not')
    sizes = models.JSONField(help_text='[{"stratum": "Permits", "eligible": 100, "drawn": 3}]')
    drawn = models.PositiveIntegerField()
    frame_digest = models.CharField(max_length=64)
    drawn_digest = models.CharField(max_length=64)
    drawn_by = models.ForeignKey(Staff, on_delete=models.PROTECT, related_name="+")
    drawn_at = models.DateTimeField(db_default=Now())
    address = models.TextField(blank=True, help_text="where Regard is reached, for the links in letters")
    remind_after = models.PositiveIntegerField(default=7, help_text="days; 0: no reminder")
    sent_at = models.DateTimeField(null=True, blank=True)
    reminded_at = models.DateTimeField(null=True, blank=True)
    discarded_at = models.DateTimeField(null=True, blank=True, help_text="drawn and never sent; kept, to be seen")

    class Meta:
        ordering = ["-drawn_at", "-id"]

    def __str__(self) -> str:
        return f"Sample {self.pk} of {self.survey}"


@classified(
    public="id state sent_at reminded_at answered_at",
    internal="sample unit service stratum error",
    personal="customer",
    secret="key",  # noqa: S106 - the name of a field
)
class Invitation(models.Model):
    """One customer who was drawn."""

    class State(models.TextChoices):
        DRAWN = "drawn", "Drawn"
        SENT = "sent", "Sent"
        FAILED = "failed", "Could not be sent"
        ANSWERED = "answered", "Answered"

    sample = models.ForeignKey(Sample, on_delete=models.PROTECT, related_name="invitations")
    customer = models.ForeignKey(
        Customer, on_delete=models.PROTECT, related_name="+", db_constraint=False, db_index=False
    )
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+", db_constraint=False, db_index=False)
    service = models.ForeignKey(
        Service, null=True, on_delete=models.PROTECT, related_name="+", db_constraint=False, db_index=False
    )
    stratum = models.IntegerField(help_text="the place in the sample's sizes")
    key = models.CharField(max_length=32, unique=True, default=new_key, help_text="of the personal link")
    state = models.CharField(max_length=10, choices=State.choices, default=State.DRAWN)
    sent_at = models.DateTimeField(null=True, blank=True)
    reminded_at = models.DateTimeField(null=True, blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)
    error = models.TextField(blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["sample", "customer"], name="invited_once_a_sample")]
        indexes = [
            models.Index(fields=["customer", "sample"], name="invitation_by_customer"),
            models.Index(fields=["sample", "state", "id"], name="invitation_by_state"),
        ]

    def __str__(self) -> str:
        return f"Invitation {self.pk}: {self.state}"


@classified(public="id", internal="made_at", personal="customer")
class Silence(models.Model):
    """A customer who does not want to be asked. Kept until they say otherwise."""

    customer = models.OneToOneField(Customer, on_delete=models.PROTECT, related_name="+", db_constraint=False)
    made_at = models.DateTimeField(db_default=Now())

    class Meta:
        verbose_name_plural = "silences"

    def __str__(self) -> str:
        return f"Silence {self.pk}"
