"""What customers say of the office."""

from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.db.models.functions import Now

from regard.customers.models import Customer, IdentityRecord
from regard.desk.models import Case, Channel, current_transaction
from regard.office.models import Service, Silo, Unit
from regard.records.declarations import classified


def _far(model: type[models.Model], **options: object) -> models.ForeignKey:
    """A foreign key without a database constraint, for rows that are loaded in bulk (see `desk.models`)."""
    return models.ForeignKey(
        model, on_delete=models.PROTECT, null=True, blank=True, db_constraint=False, db_index=False, **options
    )


@classified(
    public="id kind channel at score scale_min scale_max question solicited language",
    internal="silo silo_key unit service case digest as_of run_id made_at txid",
    personal="customer record text details",
)
class Feedback(models.Model):
    """One thing a customer said of us. The wording of the question is kept with every score."""

    class Kind(models.TextChoices):
        COMPLAINT = "complaint", "Complaint"
        COMPLIMENT = "compliment", "Compliment"
        SUGGESTION = "suggestion", "Suggestion"
        QUESTION = "question", "Question"
        RESPONSE = "response", "Survey response"

    silo = models.ForeignKey(Silo, on_delete=models.PROTECT, db_constraint=False, db_index=False)
    silo_key = models.TextField(blank=True)
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, db_constraint=False, db_index=False)
    service = _far(Service)
    case = _far(Case)
    customer = _far(Customer)
    record = _far(IdentityRecord)
    kind = models.CharField(max_length=12, choices=Kind.choices)
    channel = models.CharField(max_length=12, choices=Channel.choices, default=Channel.OTHER)
    at = models.DateTimeField()
    question = models.TextField(blank=True, help_text="as it was asked")
    score = models.FloatField(null=True, blank=True, help_text="null: not asked or not answered; never zero for that")
    scale_min = models.FloatField(null=True, blank=True)
    scale_max = models.FloatField(null=True, blank=True)
    text = models.TextField(blank=True)
    solicited = models.BooleanField(default=False)
    language = models.CharField(max_length=12, blank=True)
    details = models.JSONField(null=True, blank=True)
    digest = models.UUIDField(null=True, blank=True)
    as_of = models.DateTimeField(null=True, blank=True)
    run_id = models.BigIntegerField(null=True, blank=True)
    made_at = models.DateTimeField(db_default=Now())
    txid = models.BigIntegerField(db_default=current_transaction(), editable=False)

    class Meta:
        verbose_name_plural = "feedback"
        constraints = [
            models.UniqueConstraint(
                fields=["silo_key", "silo"], condition=~models.Q(silo_key=""), name="feedback_once_per_source"
            ),
        ]
        indexes = [
            models.Index(fields=["-at", "-id"], name="feedback_newest"),
            models.Index(fields=["unit", "-at", "-id"], name="feedback_by_unit"),
            models.Index(
                fields=["customer", "-at"], name="feedback_by_customer", condition=models.Q(customer__isnull=False)
            ),
            models.Index(fields=["case"], name="feedback_by_case", condition=models.Q(case__isnull=False)),
            BrinIndex(fields=["txid"], name="feedback_by_transaction", pages_per_range=32),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} of {self.at:%Y-%m-%d}"
