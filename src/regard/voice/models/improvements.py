"""What the office changed because of what it was told: you said, we did."""

from django.db import models
from django.db.models.functions import Now

from regard.office.models import Service, Staff, Unit
from regard.records.declarations import classified


@classified(
    public="id unit service said did published_at",
    internal="made_by made_at published_by withdrawn_at",
)
class Improvement(models.Model):
    """A change, in words for everybody. Nothing of it is public until a person publishes it."""

    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    service = models.ForeignKey(Service, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    said = models.TextField(help_text="what customers told us, in the office's words: nobody can be recognised")
    did = models.TextField(help_text="what we changed")
    made_by = models.ForeignKey(Staff, null=True, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField(db_default=Now())
    published_at = models.DateTimeField(null=True, blank=True)
    published_by = models.ForeignKey(Staff, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    withdrawn_at = models.DateTimeField(null=True, blank=True, help_text="taken off the public page")

    class Meta:
        indexes = [models.Index(fields=["-made_at", "-id"], name="improvement_newest")]

    def __str__(self) -> str:
        return f"Improvement {self.pk}"

    @property
    def is_public(self) -> bool:
        return self.published_at is not None and self.withdrawn_at is None
