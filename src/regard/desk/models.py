"""Contacts, cases and their events. A case's columns are the fold of its events (see `lifecycle`)."""

from typing import Any

from django.contrib.postgres.indexes import BrinIndex, GinIndex
from django.contrib.postgres.search import SearchVector
from django.db import models
from django.db.models.functions import Cast, Least, Now

from regard.customers.models import Customer, IdentityRecord
from regard.desk.lifecycle import EventKind as Kinds
from regard.desk.lifecycle import EventRow
from regard.desk.lifecycle import State as States
from regard.office.models import Service, Silo, Staff, Unit
from regard.records.declarations import classified


def current_transaction() -> models.Expression:
    """The id of the writing transaction, as a bigint: what readers that follow the log keep as their watermark.

    Row ids are handed out before commit, so 'id greater than the last one seen' can miss a late committer;
    transaction ids below `pg_snapshot_xmin` cannot.
    """
    xid = models.Func(function="pg_current_xact_id", output_field=models.TextField())
    return Cast(Cast(xid, models.TextField()), models.BigIntegerField())


class Channel(models.TextChoices):
    COUNTER = "counter", "Counter"
    PHONE = "phone", "Phone"
    EMAIL = "email", "E-mail"
    WEB = "web", "Web"
    LETTER = "letter", "Letter"
    SOCIAL = "social", "Social media"
    API = "api", "API"
    ORDER = "order", "Order desk"
    OTHER = "other", "Other"


class CaseKind(models.TextChoices):
    CASE = "case", "Case"
    ORDER = "order", "Order"


CASE_STATES = [(state.value, state.value.capitalize()) for state in States]
EVENT_KINDS = [(kind.value, kind.value.replace("_", " ").capitalize()) for kind in Kinds]
OPEN_STATES = (States.OPEN.value, States.PAUSED.value)
#: Subject words as they are indexed and searched: no stemming, because offices write in more than one language.
SUBJECT_WORDS = SearchVector("subject", config="simple")


def _far(model: type[models.Model] | str, **options: Any) -> models.ForeignKey:
    """A foreign key without a database constraint or an index of its own.

    Checking one per row would double the cost of a bulk load; `regard check` reports rows that point nowhere.
    """
    return models.ForeignKey(model, on_delete=models.PROTECT, db_constraint=False, db_index=False, **options)


@classified(
    public="id kind unit service channel state received_at answered_at resolved_at closed_at withdrawn_at",
    internal="""silo silo_key owner standard_due promise_due due_at next_step next_step_owner next_step_due paused_at
        handed_over_at transfers reopens events_seen digest as_of run_id made_at language area merged_into""",
    personal="customer record subject description address postcode latitude longitude details",
)
class Case(models.Model):
    """Something a customer needs, from arrival to resolution. An order is a case with lines."""

    silo = _far(Silo)
    silo_key = models.TextField(blank=True, help_text="the source's own number; empty when born here")
    kind = models.CharField(max_length=10, choices=CaseKind.choices, default=CaseKind.CASE)
    unit = _far(Unit)
    service = _far(Service, null=True, blank=True)
    channel = models.CharField(max_length=12, choices=Channel.choices, default=Channel.OTHER)
    subject = models.TextField(blank=True)
    description = models.TextField(blank=True)
    language = models.CharField(max_length=12, blank=True)
    customer = _far(Customer, null=True, blank=True)
    record = _far(IdentityRecord, null=True, blank=True)
    owner = _far(Staff, null=True, blank=True, related_name="+")

    # The fold of the events.
    state = models.CharField(max_length=10, choices=CASE_STATES, default=States.OPEN)
    received_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True, blank=True)
    resolved_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    paused_at = models.DateTimeField(null=True, blank=True)
    promise_due = models.DateTimeField(null=True, blank=True, help_text="the earliest promise still open")
    next_step = models.TextField(blank=True)
    next_step_owner = _far(Staff, null=True, blank=True, related_name="+")
    next_step_due = models.DateTimeField(null=True, blank=True)
    handed_over_at = models.DateTimeField(null=True, blank=True, help_text="transferred, and nobody has taken it yet")
    transfers = models.PositiveIntegerField(default=0)
    reopens = models.PositiveIntegerField(default=0)
    events_seen = models.PositiveIntegerField(default=0, help_text="how many events the columns above fold")
    merged_into = _far("self", null=True, blank=True, related_name="+")

    standard_due = models.DateTimeField(null=True, blank=True, help_text="the service standard's limit to resolve")
    due_at = models.GeneratedField(
        expression=Least("standard_due", "promise_due"), output_field=models.DateTimeField(null=True), db_persist=True
    )

    address = models.TextField(blank=True)
    area = models.TextField(blank=True)
    postcode = models.TextField(blank=True)
    latitude = models.FloatField(null=True, blank=True)
    longitude = models.FloatField(null=True, blank=True)
    details = models.JSONField(null=True, blank=True)

    digest = models.UUIDField(null=True, blank=True, help_text="of the source row last read; a repeat has the same")
    as_of = models.DateTimeField(null=True, blank=True)
    run_id = models.BigIntegerField(null=True, blank=True)
    made_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["silo_key", "silo"], condition=~models.Q(silo_key=""), name="case_once_per_source"
            ),
        ]
        indexes = [
            models.Index(fields=["-received_at", "-id"], name="case_newest"),
            models.Index(fields=["unit", "-received_at", "-id"], name="case_by_unit"),
            models.Index(fields=["service", "-received_at", "-id"], name="case_by_service"),
            models.Index(fields=["customer", "-received_at"], name="case_by_customer"),
            models.Index(
                fields=["due_at", "id"],
                name="case_open_by_due",
                include=["unit", "owner"],
                condition=models.Q(state__in=OPEN_STATES),
            ),
            models.Index(
                fields=["unit", "received_at", "id"],
                name="case_open_by_unit",
                condition=models.Q(state__in=OPEN_STATES),
            ),
            models.Index(
                fields=["owner", "due_at", "id"], name="case_open_by_owner", condition=models.Q(state__in=OPEN_STATES)
            ),
            models.Index(
                fields=["next_step_owner", "next_step_due"],
                name="case_next_steps",
                condition=models.Q(state__in=OPEN_STATES),
            ),
            models.Index(
                fields=["owner", "-received_at", "-id"], name="case_by_owner", condition=models.Q(owner__isnull=False)
            ),
            models.Index(
                fields=["unit", "-received_at", "-id"],
                name="case_unassigned",
                condition=models.Q(state__in=OPEN_STATES, owner__isnull=True),
            ),
            models.Index(
                fields=["unit", "handed_over_at"],
                name="case_handed_over",
                condition=models.Q(handed_over_at__isnull=False),
            ),
            models.Index(
                fields=["promise_due", "id"],
                name="case_open_by_promise",
                include=["unit", "owner"],
                condition=models.Q(state__in=OPEN_STATES, promise_due__isnull=False),
            ),
            GinIndex(SUBJECT_WORDS, name="case_words"),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.subject}".strip()

    @property
    def number(self) -> str:
        """The number that customers quote."""
        return f"C{self.pk:07d}"

    @property
    def is_open(self) -> bool:
        return self.state in OPEN_STATES


@classified(
    public="id",
    internal="case kind at recorded_at actor actor_name due_at supersedes run_id txid",
    personal="text data",
)
class Event(models.Model):
    """One thing that happened to a case. Append-only: a correction is a later event that supersedes this one."""

    case = _far(Case, related_name="events")
    kind = models.CharField(max_length=16, choices=EVENT_KINDS)
    at = models.DateTimeField(help_text="when it happened")
    recorded_at = models.DateTimeField(db_default=Now(), help_text="when Regard learned of it")
    actor = _far(Staff, null=True, blank=True, related_name="+")
    actor_name = models.TextField(blank=True, help_text="who, as the source told it")
    text = models.TextField(blank=True)
    due_at = models.DateTimeField(null=True, blank=True, help_text="of a promise or a next step")
    data = models.JSONField(null=True, blank=True)
    supersedes = models.BigIntegerField(null=True, blank=True, help_text="id of the event this one replaces")
    run_id = models.BigIntegerField(null=True, blank=True)
    txid = models.BigIntegerField(db_default=current_transaction(), editable=False)

    class Meta:
        ordering = ["at", "id"]
        indexes = [
            models.Index(fields=["case", "at", "id"], name="event_by_case"),
            models.Index(
                fields=["case", "at"], name="event_pauses", condition=models.Q(kind__in=("paused", "resumed"))
            ),
            BrinIndex(fields=["txid"], name="event_by_transaction", pages_per_range=32),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.at:%Y-%m-%d %H:%M}"

    def as_row(self) -> EventRow:
        """The event as the fold reads it."""
        return EventRow(self.pk, self.kind, self.at, self.due_at, self.text, self.data or {}, self.supersedes)


class Direction(models.TextChoices):
    IN = "in", "From the customer"
    OUT = "out", "To the customer"


class Outcome(models.TextChoices):
    ANSWERED = "answered", "Answered"
    ABANDONED = "abandoned", "Gave up waiting"
    MESSAGE = "message", "Message taken"
    VOICEMAIL = "voicemail", "Voicemail"
    LEFT = "left", "Left before being served"
    SENT = "sent", "Sent"
    RECEIVED = "received", "Received"
    QUEUED = "queued", "Waiting to be sent"
    FAILED = "failed", "Could not be sent"


#: A message that somebody left, that no case took up and nobody returned.
TO_RETURN = models.Q(outcome__in=(Outcome.MESSAGE, Outcome.VOICEMAIL), case__isnull=True, handled_at__isnull=True)


@classified(
    public="id channel direction started_at",
    internal="""silo silo_key unit service case staff staff_name wait_seconds handle_seconds outcome handled_at digest
        as_of run_id made_at txid""",
    personal="customer record counterpart subject body details",
)
class Contact(models.Model):
    """One exchange with a customer, on a channel, in or out."""

    silo = _far(Silo)
    silo_key = models.TextField(blank=True)
    unit = _far(Unit)
    service = _far(Service, null=True, blank=True)
    channel = models.CharField(max_length=12, choices=Channel.choices)
    direction = models.CharField(max_length=3, choices=Direction.choices, default=Direction.IN)
    started_at = models.DateTimeField()
    wait_seconds = models.FloatField(null=True, blank=True)
    handle_seconds = models.FloatField(null=True, blank=True)
    outcome = models.CharField(max_length=12, choices=Outcome.choices, blank=True)
    handled_at = models.DateTimeField(null=True, blank=True, help_text="when a message that was left was returned")
    case = _far(Case, null=True, blank=True, related_name="contacts")
    customer = _far(Customer, null=True, blank=True)
    record = _far(IdentityRecord, null=True, blank=True)
    staff = _far(Staff, null=True, blank=True, related_name="+")
    staff_name = models.TextField(blank=True)
    counterpart = models.TextField(blank=True, help_text="number or address at the other end")
    subject = models.TextField(blank=True)
    body = models.TextField(blank=True)
    details = models.JSONField(null=True, blank=True)
    digest = models.UUIDField(null=True, blank=True)
    as_of = models.DateTimeField(null=True, blank=True)
    run_id = models.BigIntegerField(null=True, blank=True)
    made_at = models.DateTimeField(db_default=Now())
    txid = models.BigIntegerField(db_default=current_transaction(), editable=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["silo_key", "silo"], condition=~models.Q(silo_key=""), name="contact_once_per_source"
            ),
        ]
        indexes = [
            models.Index(fields=["customer", "-started_at"], name="contact_by_customer"),
            models.Index(fields=["unit", "-started_at"], name="contact_by_unit"),
            models.Index(fields=["case"], name="contact_by_case", condition=models.Q(case__isnull=False)),
            models.Index(fields=["-started_at", "unit"], name="contact_to_return", condition=TO_RETURN),
            models.Index(fields=["unit"], name="contact_failed", condition=models.Q(outcome=Outcome.FAILED)),
            BrinIndex(fields=["txid"], name="contact_by_transaction", pages_per_range=32),
        ]

    def __str__(self) -> str:
        return f"{self.get_channel_display()} {self.started_at:%Y-%m-%d %H:%M}"


@classified(public="id", internal="case line_no item_code item quantity unit_price silo_line digest run_id")
class OrderLine(models.Model):
    """One line of an order: so many of an item, at a price."""

    case = _far(Case, related_name="lines")
    line_no = models.IntegerField()
    item_code = models.TextField(blank=True)
    item = models.TextField(blank=True)
    quantity = models.FloatField(null=True)
    unit_price = models.FloatField(null=True)
    silo_line = models.TextField(blank=True, help_text="the source's own number of this line")
    digest = models.UUIDField(null=True, blank=True)
    run_id = models.BigIntegerField(null=True, blank=True)

    class Meta:
        ordering = ["case", "line_no"]
        indexes = [models.Index(fields=["case", "line_no"], name="order_line_by_case")]

    def __str__(self) -> str:
        return f"{self.quantity:g} x {self.item}" if self.quantity is not None else self.item


@classified(internal="id staff name query is_default made_at")
class SavedFilter(models.Model):
    """A list filter somebody gave a name."""

    staff = models.ForeignKey(Staff, on_delete=models.CASCADE, related_name="saved_filters")
    name = models.CharField(max_length=80)
    query = models.TextField(help_text="the list's own query string")
    is_default = models.BooleanField(default=False, help_text="applied when the list is opened without filters")
    made_at = models.DateTimeField(db_default=Now())

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(fields=["staff", "name"], name="saved_filter_name"),
            models.UniqueConstraint(
                fields=["staff"], condition=models.Q(is_default=True), name="one_default_saved_filter"
            ),
        ]

    def __str__(self) -> str:
        return self.name
