"""Mappings, import runs and the rows that could not be read."""

from django.db import models
from django.db.models.functions import Now

from regard.office.models import Silo
from regard.records.declarations import classified


@classified(internal="id silo name version toml fingerprint made_at made_by reason")
class Mapping(models.Model):
    """Which column of a silo's files becomes which word. A version never changes; a correction is a new one."""

    silo = models.ForeignKey(Silo, on_delete=models.PROTECT, related_name="mappings")
    name = models.CharField(max_length=200)
    version = models.PositiveIntegerField(default=1)
    toml = models.TextField()
    fingerprint = models.CharField(max_length=64, db_index=True, help_text="of the header it was made for")
    made_at = models.DateTimeField(db_default=Now())
    made_by = models.TextField(blank=True)
    reason = models.TextField(blank=True)

    class Meta:
        ordering = ["silo", "name", "-version"]
        constraints = [models.UniqueConstraint(fields=["silo", "name", "version"], name="mapping_version")]

    def __str__(self) -> str:
        return f"{self.name} (version {self.version})"


@classified(public="id", internal="name path digest size received_at received_by silo")
class Upload(models.Model):
    """A file as it was given to us, kept whole: the last resort of 'nothing told to us is lost'."""

    name = models.CharField(max_length=255)
    path = models.TextField(help_text="under the uploads folder of REGARD_HOME")
    digest = models.CharField(max_length=64, db_index=True, help_text="SHA-256 of the content")
    size = models.BigIntegerField()
    silo = models.ForeignKey(Silo, null=True, blank=True, on_delete=models.PROTECT)
    received_at = models.DateTimeField(db_default=Now())
    received_by = models.TextField(blank=True)

    def __str__(self) -> str:
        return self.name


class RunState(models.TextChoices):
    WAITING = "waiting", "Waiting"
    RUNNING = "running", "Running"
    DONE = "done", "Done"
    CANCELLED = "cancelled", "Cancelled"
    FAILED = "failed", "Failed"


@classified(
    internal="""id silo mapping upload state phase chunk chunks rows_in_file counts loaded repeats updated quarantined
        started_at ended_at asked_at asked_by cancel_asked error newest_record heartbeat_at phase_at released_from"""
)
class Run(models.Model):
    """One import of one file. Ends with rows = loaded + repeats + updated + quarantined."""

    silo = models.ForeignKey(Silo, on_delete=models.PROTECT, related_name="runs")
    mapping = models.ForeignKey(Mapping, on_delete=models.PROTECT, related_name="runs")
    upload = models.ForeignKey(Upload, on_delete=models.PROTECT, related_name="runs")
    state = models.CharField(max_length=10, choices=RunState.choices, default=RunState.WAITING)
    phase = models.CharField(max_length=40, blank=True, help_text="what it is doing, in words")
    chunk = models.PositiveIntegerField(default=0, help_text="steps of the present phase that are done")
    chunks = models.PositiveIntegerField(default=0)
    rows_in_file = models.BigIntegerField(null=True)
    counts = models.JSONField(default=dict, help_text="per target: loaded, repeats, updated; kept chunk by chunk")
    loaded = models.BigIntegerField(default=0)
    repeats = models.BigIntegerField(default=0)
    updated = models.BigIntegerField(default=0)
    quarantined = models.BigIntegerField(default=0)
    newest_record = models.DateTimeField(null=True)
    asked_at = models.DateTimeField(db_default=Now())
    asked_by = models.TextField(blank=True)
    started_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    heartbeat_at = models.DateTimeField(null=True)
    phase_at = models.DateTimeField(null=True, help_text="when the present phase began")
    cancel_asked = models.BooleanField(default=False)
    error = models.TextField(blank=True)
    released_from = models.ForeignKey(
        "self",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        help_text="the run whose quarantined rows this re-reads",
    )

    class Meta:
        ordering = ["-id"]
        indexes = [models.Index(fields=["silo", "-id"], name="run_by_silo")]

    def __str__(self) -> str:
        return f"Run {self.pk} of {self.silo_id}"

    @property
    def reconciles(self) -> bool:
        """True when every row of the file is accounted for, once."""
        return self.rows_in_file == self.loaded + self.repeats + self.updated + self.quarantined


@classified(internal="id run silo line target reasons state released_by decided_at decided_by", sensitive="raw fixed")
class QuarantinedRow(models.Model):
    """A row we could not take in, with the reason in words. Fixable and re-runnable; never dropped."""

    class State(models.TextChoices):
        WAITING = "waiting", "Waiting"
        RELEASED = "released", "Fixed and loaded"
        SET_ASIDE = "set_aside", "Set aside"

    run = models.ForeignKey(Run, on_delete=models.PROTECT, related_name="quarantine")
    silo = models.ForeignKey(Silo, on_delete=models.PROTECT, db_index=False)
    line = models.BigIntegerField()
    target = models.CharField(max_length=12, blank=True)
    reasons = models.JSONField(help_text='[{"column": ..., "code": ..., "message": ...}]')
    raw = models.JSONField(help_text="the row as told")
    fixed = models.JSONField(null=True, blank=True, help_text="corrected values, by column")
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    released_by = models.ForeignKey(Run, null=True, blank=True, on_delete=models.PROTECT, related_name="released")
    decided_at = models.DateTimeField(null=True)
    decided_by = models.TextField(blank=True)

    class Meta:
        ordering = ["run", "line"]
        indexes = [models.Index(fields=["run", "state", "line"], name="quarantine_by_run")]

    def __str__(self) -> str:
        return f"Row {self.line} of run {self.run_id}"
