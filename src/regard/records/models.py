"""The audit trail's tables. Rows carry no foreign keys, so a record can be disposed of and its log stays."""

from django.db import models
from django.db.models.functions import Now

from regard.records.declarations import classified


@classified(
    internal="id at actor_id action object_type object_id office_id count previous_hash hash",
    personal="actor_name",
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
    office_id = models.BigIntegerField(null=True, help_text="whose records officers may read it; null: no one office's")
    count = models.IntegerField(default=1, help_text="how many objects a bulk action touched")
    changes = models.JSONField(default=dict)
    previous_hash = models.CharField(max_length=64)
    hash = models.CharField(max_length=64)

    class Meta:
        indexes = [
            models.Index(fields=["object_type", "object_id", "id"], name="audit_by_object"),
            models.Index(fields=["actor_id", "id"], name="audit_by_actor"),
            models.Index(fields=["office_id", "action", "id"], name="audit_by_action"),
            models.Index(fields=["at", "id"], name="audit_by_moment"),
        ]

    def __str__(self) -> str:
        return f"{self.action} {self.object_type} {self.object_id} by {self.actor_name}"


@classified(internal="id at staff_id object_type object_id office_id", personal="staff_name")
class Viewing(models.Model):
    """Somebody opened something about a person. Append-only, but outside the chain: reading must not queue."""

    id = models.BigAutoField(primary_key=True)
    at = models.DateTimeField(db_default=Now())
    staff_id = models.BigIntegerField()
    staff_name = models.TextField()
    object_type = models.TextField()
    object_id = models.TextField()
    office_id = models.BigIntegerField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["object_type", "object_id", "id"], name="viewing_by_object"),
            models.Index(fields=["staff_id", "id"], name="viewing_by_staff"),
            models.Index(fields=["office_id", "id"], name="viewing_by_office"),
            models.Index(fields=["at", "id"], name="viewing_by_moment"),
        ]

    def __str__(self) -> str:
        return f"{self.staff_name} opened {self.object_type} {self.object_id}"


@classified(internal="id object_type object_id replaced_at run_id", sensitive="values")
class EarlierVersion(models.Model):
    """What a record said before its source told it differently. Nothing is overwritten without a trace."""

    id = models.BigAutoField(primary_key=True)
    object_type = models.TextField(help_text="room.model")
    object_id = models.BigIntegerField()
    values = models.JSONField()
    replaced_at = models.DateTimeField(db_default=Now())
    run_id = models.BigIntegerField(null=True)

    class Meta:
        indexes = [models.Index(fields=["object_type", "object_id", "id"], name="earlier_by_object")]

    def __str__(self) -> str:
        return f"{self.object_type} {self.object_id} until {self.replaced_at:%Y-%m-%d}"
