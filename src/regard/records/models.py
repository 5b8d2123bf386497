"""The audit trail's table. Rows carry no foreign keys, so a record can be disposed of and its log stays."""

from django.db import models
from django.db.models.functions import Now

from regard.records.declarations import classified


@classified(
    internal="id at actor_id actor_name action object_type object_id count previous_hash hash",
    sensitive="changes",
)
class AuditEntry(models.Model):
    """One thing somebody did. Append-only: the database refuses UPDATE and DELETE."""

    id = models.BigAutoField(primary_key=True)
    at = models.DateTimeField(db_default=Now())
    actor_id = models.BigIntegerField(null=True)
    actor_name = models.TextField()
    action = models.TextField(help_text="room.verb, such as desk.assign")
    object_type = models.TextField()
    object_id = models.TextField(blank=True)
    count = models.IntegerField(default=1, help_text="how many objects a bulk action touched")
    changes = models.JSONField(default=dict)
    previous_hash = models.CharField(max_length=64)
    hash = models.CharField(max_length=64)

    class Meta:
        indexes = [
            models.Index(fields=["object_type", "object_id", "id"], name="audit_by_object"),
            models.Index(fields=["actor_id", "id"], name="audit_by_actor"),
        ]

    def __str__(self) -> str:
        return f"{self.action} {self.object_type} {self.object_id} by {self.actor_name}"
