"""What live recognition looks customers up in: derived from identity records, made anew at will."""

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models.functions import Now

from regard.customers.models.identity import Kind
from regard.office.models import Unit
from regard.records.declarations import classified


@classified(internal="record_id office_id kind keys", personal="form")
class StandardForm(models.Model):
    """What a record tells in the form that matching compares, and the keys under which it is looked for.

    Derived from the identity record: deleting it loses nothing, `actions.index_records` makes it anew.
    """

    record_id = models.BigIntegerField(primary_key=True)
    office_id = models.BigIntegerField()
    kind = models.CharField(max_length=20, choices=Kind.choices)
    form = models.TextField(help_text="the standard columns in their order, parted by a control character")
    keys = ArrayField(models.BigIntegerField(), help_text="digests of what it may be found by")

    class Meta:
        indexes = [GinIndex(fields=["keys"], name="standard_form_keys", fastupdate=False)]

    def __str__(self) -> str:
        return f"form of {self.record_id}"


@classified(internal="id office kind version made_at", personal="weights")
class RecognitionModel(models.Model):
    """The weights and frequencies by which an office's customers are recognised live: those of its newest matching."""

    office = models.ForeignKey(Unit, on_delete=models.PROTECT, db_constraint=False, db_index=False)
    kind = models.CharField(max_length=20, choices=Kind.choices)
    version = models.TextField()
    weights = models.TextField(help_text="as JSON; holds names and how common they are")
    made_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [models.UniqueConstraint(fields=["office", "kind"], name="recognition_model_once")]

    def __str__(self) -> str:
        return f"{self.kind} {self.version}"
