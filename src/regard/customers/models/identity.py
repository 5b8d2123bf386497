"""Customers, what each source says of them, and the reversible links between the two."""

from django.contrib.postgres.indexes import GinIndex, OpClass
from django.contrib.postgres.search import SearchVector
from django.db import models
from django.db.models.functions import Now

from regard.office.models import Silo, Staff, Unit
from regard.records.declarations import classified


class Kind(models.TextChoices):
    PERSON = "person", "Person"
    ORGANISATION = "organisation", "Organisation"


@classified(
    public="id",
    internal="office kind restricted merged_into made_at refreshed_at",
    personal="name name_folded email phone address",
)
class Customer(models.Model):
    """A person or organisation the office serves.

    Name, e-mail, phone and address are copies of the freshest linked facts, kept for lists and search; the
    facts themselves are the identity records.
    """

    office = models.ForeignKey(Unit, on_delete=models.PROTECT, db_constraint=False, db_index=False)
    kind = models.CharField(max_length=20, choices=Kind.choices, default=Kind.PERSON)
    name = models.TextField(blank=True)
    name_folded = models.TextField(blank=True, help_text="lower case, no accents, for search")
    email = models.TextField(blank=True)
    phone = models.TextField(blank=True)
    address = models.TextField(blank=True)
    restricted = models.BooleanField(default=False, help_text="matched but not shown to ordinary staff")
    merged_into = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, db_constraint=False, db_index=False
    )
    made_at = models.DateTimeField(db_default=Now())
    refreshed_at = models.DateTimeField(db_default=Now())

    class Meta:
        indexes = [
            models.Index(fields=["office", "id"], name="customer_by_office"),
            models.Index(
                models.F("merged_into"), name="customer_merged", condition=models.Q(merged_into__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return self.name or self.email or self.phone or self.number

    @property
    def number(self) -> str:
        """The stable customer number that people quote."""
        return f"K{self.pk:07d}"


@classified(
    public="id",
    internal="silo key digest kind as_of recorded_at run_id language",
    personal="name given family organisation name_folded name_key email phone address postcode raw",
    sensitive="birth_date",
)
class IdentityRecord(models.Model):
    """What one source says about one customer, as of a time. Never changed: a new version is a new row."""

    silo = models.ForeignKey(Silo, on_delete=models.PROTECT, db_constraint=False, db_index=False)
    key = models.TextField(help_text="the source's own id of this customer, or a digest of what it told")
    digest = models.UUIDField(help_text="of everything told; a repeat has the same")
    kind = models.CharField(max_length=20, choices=Kind.choices, default=Kind.PERSON)
    name = models.TextField(blank=True, help_text="as told")
    given = models.TextField(blank=True)
    family = models.TextField(blank=True)
    organisation = models.TextField(blank=True)
    name_folded = models.TextField(blank=True)
    name_key = models.TextField(blank=True, help_text="the folded name's words in alphabetical order")
    email = models.TextField(blank=True, help_text="lower case")
    phone = models.TextField(blank=True, help_text="E.164 where it could be read")
    address = models.TextField(blank=True)
    postcode = models.TextField(blank=True)
    birth_date = models.DateField(null=True, blank=True)
    language = models.CharField(max_length=12, blank=True)
    raw = models.JSONField(null=True, blank=True, help_text="values that normalising changed, as told")
    as_of = models.DateTimeField()
    recorded_at = models.DateTimeField(db_default=Now())
    run_id = models.BigIntegerField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["silo", "key"], name="identity_by_source"),
            # text_pattern_ops: equality and prefixes, whatever the collation of the server
            models.Index(
                fields=["email", "name_key"],
                name="identity_by_email",
                condition=~models.Q(email=""),
                opclasses=["text_pattern_ops", "text_pattern_ops"],
            ),
            models.Index(
                fields=["phone", "name_key"],
                name="identity_by_phone",
                condition=~models.Q(phone=""),
                opclasses=["text_pattern_ops", "text_pattern_ops"],
            ),
            GinIndex(SearchVector("name_folded", config="simple"), name="identity_by_words"),
        ]

    def __str__(self) -> str:
        return self.name or self.email or self.phone or self.key


@classified(internal="id", personal="word")
class NameWord(models.Model):
    """A word that occurs in some customer's name. Small beside the names: what a typo is looked up in."""

    word = models.TextField(unique=True)

    class Meta:
        indexes = [GinIndex(OpClass("word", name="gin_trgm_ops"), name="name_word_like")]

    def __str__(self) -> str:
        return self.word


@classified(public="id", internal="record customer score reason author made_at made_by ended_at ended_by ended_reason")
class Link(models.Model):
    """One identity record belongs to one customer - for now. Ended, never deleted, so that it can be taken back."""

    record = models.ForeignKey(
        IdentityRecord, on_delete=models.PROTECT, related_name="links", db_constraint=False, db_index=False
    )
    customer = models.ForeignKey(
        Customer, on_delete=models.PROTECT, related_name="links", db_constraint=False, db_index=False
    )
    score = models.FloatField(help_text="0 to 1")
    reason = models.TextField(help_text="in words: same e-mail and same name")
    author = models.TextField(help_text="rule, model or person that made the link")
    made_at = models.DateTimeField(db_default=Now())
    made_by = models.ForeignKey(
        Staff, null=True, on_delete=models.PROTECT, related_name="+", db_constraint=False, db_index=False
    )
    ended_at = models.DateTimeField(null=True)
    ended_by = models.ForeignKey(
        Staff, null=True, on_delete=models.PROTECT, related_name="+", db_constraint=False, db_index=False
    )
    ended_reason = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["record"], condition=models.Q(ended_at__isnull=True), name="one_live_link"),
        ]
        indexes = [models.Index(fields=["customer"], name="link_by_customer")]

    def __str__(self) -> str:
        return f"{self.record_id} -> {self.customer_id} ({self.reason})"
