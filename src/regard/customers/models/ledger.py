"""How the office knows who is who: scores, decisions, runs, what waits for a person, and what was changed."""

from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Now

from regard.customers.models.identity import Customer, IdentityRecord, Kind, Link
from regard.office.models import Silo, Staff, Unit
from regard.records.declarations import classified


class Verdict(models.TextChoices):
    SAME = "same", "The same customer"
    DIFFERENT = "different", "Different customers"
    UNSURE = "unsure", "Not sure"


@classified(
    internal="""id office state is_whole model card sample seed records edges joined split up_to started_at ended_at
        asked_by error"""
)
class MatchRun(models.Model):
    """One time that all or some records of an office were compared, with the model's own account of itself (`card`)."""

    class State(models.TextChoices):
        RUNNING = "running", "Running"
        DONE = "done", "Done"
        FAILED = "failed", "Failed"

    office = models.ForeignKey(Unit, on_delete=models.PROTECT, db_constraint=False, db_index=False)
    state = models.CharField(max_length=10, choices=State.choices, default=State.RUNNING)
    is_whole = models.BooleanField(default=True, help_text="all records of the office, not only new arrivals")
    model = models.TextField(blank=True, help_text="version of the model that scored the pairs")
    card = models.JSONField(default=dict, help_text="what the model says of itself: thresholds, weights, cautions")
    sample = models.JSONField(default=list, help_text="the audit sample's strata: what was there, what was drawn")
    seed = models.BigIntegerField(default=0, help_text="of the audit sample: the same seed draws the same pairs")
    records = models.IntegerField(default=0)
    edges = models.IntegerField(default=0)
    joined = models.IntegerField(default=0, help_text="customers that went into another")
    split = models.IntegerField(default=0, help_text="customers that were made of parts of others")
    up_to = models.BigIntegerField(default=0, help_text="the newest record that was there: what came later is new")
    started_at = models.DateTimeField(db_default=Now())
    ended_at = models.DateTimeField(null=True, blank=True)
    asked_by = models.TextField(blank=True)
    error = models.TextField(blank=True)

    class Meta:
        indexes = [models.Index(fields=["office", "-id"], name="match_run_newest")]

    def __str__(self) -> str:
        return f"Matching of {self.started_at:%Y-%m-%d %H:%M}"


def _record(**options: Any) -> models.ForeignKey:
    return models.ForeignKey(
        IdentityRecord, on_delete=models.PROTECT, related_name="+", db_constraint=False, db_index=False, **options
    )


def _customer(**options: Any) -> models.ForeignKey:
    return models.ForeignKey(
        Customer, on_delete=models.PROTECT, related_name="+", db_constraint=False, db_index=False, **options
    )


def _staff(**options: Any) -> models.ForeignKey:
    return models.ForeignKey(
        Staff, null=True, on_delete=models.PROTECT, related_name="+", db_constraint=False, db_index=False, **options
    )


@classified(internal="id office run left right kind weight probability model author", personal="evidence")
class Edge(models.Model):
    """How much two records speak for one customer: the ledger of every pair that was scored, newest score only."""

    office = models.ForeignKey(Unit, on_delete=models.PROTECT, db_constraint=False, db_index=False)
    run = models.ForeignKey(
        MatchRun, null=True, on_delete=models.PROTECT, related_name="+", db_constraint=False, db_index=False
    )
    left = _record()
    right = _record()
    kind = models.CharField(max_length=20, choices=Kind.choices, default=Kind.PERSON)
    weight = models.FloatField(help_text="log2 of the odds that both are one customer")
    probability = models.FloatField()
    evidence = models.JSONField(default=list, help_text="field, level and weight, one for each comparison")
    model = models.TextField(blank=True)
    author = models.TextField(default="model")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["left", "right"], name="edge_once_a_pair")]
        indexes = [models.Index(fields=["right"], name="edge_by_right")]

    def __str__(self) -> str:
        return f"{self.left_id} - {self.right_id}: {self.weight:+.1f}"


@classified(
    internal="id office kind customer other run undoes in_force author made_by at",
    personal="reason before",
)
class IdentityChange(models.Model):
    """One change of who is who: the history of an identity, and all that is needed to take the change back."""

    class Kind(models.TextChoices):
        LINK = "link", "Record linked"
        UNLINK = "unlink", "Record taken off"
        MERGE = "merge", "Merged"
        SPLIT = "split", "Split"
        CONFIRM = "confirm", "Checked"
        UNDO = "undo", "Taken back"

    office = models.ForeignKey(Unit, on_delete=models.PROTECT, db_constraint=False, db_index=False)
    kind = models.CharField(max_length=10, choices=Kind.choices)
    customer = _customer()  # who stands, or stood before something was taken off
    other = _customer(null=True)  # who went into it, came out of it, or gave the record
    run = models.ForeignKey(
        MatchRun, null=True, on_delete=models.PROTECT, related_name="changes", db_constraint=False, db_index=False
    )
    undoes = models.ForeignKey(
        "self", null=True, on_delete=models.PROTECT, related_name="undone_by", db_constraint=False, db_index=False
    )
    in_force = models.BooleanField(default=True, help_text="not taken back")
    reason = models.TextField(blank=True)
    author = models.TextField(help_text="staff, or the model that proposed it")
    made_by = _staff()
    at = models.DateTimeField(db_default=Now())
    before = models.JSONField(default=dict, help_text="the customers' own columns as they were; null: not there yet")

    class Meta:
        indexes = [
            models.Index(fields=["customer", "-id"], name="identity_change_of"),
            models.Index(fields=["other", "-id"], name="identity_change_other"),
            models.Index(fields=["office", "-id"], name="identity_change_newest"),
            models.Index(fields=["undoes"], name="identity_change_undoes", condition=models.Q(undoes__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.at:%Y-%m-%d %H:%M}"

    @property
    def is_by_machine(self) -> bool:
        """Whether no person made it."""
        return self.made_by_id is None


@classified(internal="id change record old_link new_link old_customer new_customer")
class MovedRecord(models.Model):
    """One record that a change took from one customer to another."""

    change = models.ForeignKey(
        IdentityChange, on_delete=models.PROTECT, related_name="moved", db_constraint=False, db_index=False
    )
    record = _record()
    old_link = models.ForeignKey(Link, on_delete=models.PROTECT, related_name="+", db_constraint=False, db_index=False)
    new_link = models.ForeignKey(Link, on_delete=models.PROTECT, related_name="+", db_constraint=False, db_index=False)
    old_customer = _customer()
    new_customer = _customer()

    class Meta:
        indexes = [models.Index(fields=["change"], name="moved_record_of")]

    def __str__(self) -> str:
        return f"{self.record_id}: {self.old_customer_id} -> {self.new_customer_id}"


@classified(internal="id change label ids old_customer new_customer")
class CarriedRows(models.Model):
    """Which cases, contacts, ... a change took along with a customer or a record."""

    change = models.ForeignKey(
        IdentityChange, on_delete=models.PROTECT, related_name="carried", db_constraint=False, db_index=False
    )
    label = models.TextField(help_text="what was carried, such as desk.case")
    ids = ArrayField(models.BigIntegerField())
    old_customer = _customer()
    new_customer = _customer()

    class Meta:
        verbose_name_plural = "carried rows"
        indexes = [models.Index(fields=["change"], name="carried_rows_of")]

    def __str__(self) -> str:
        return f"{len(self.ids)} {self.label}: {self.old_customer_id} -> {self.new_customer_id}"


@classified(
    internal="""id office run left right kind weight probability impact place stratum sample language age area state
        verdict change settled_at made_at"""
)
class ReviewPair(models.Model):
    """Two records that a person should look at: because the model cannot tell, or because the pair was drawn."""

    class State(models.TextChoices):
        OPEN = "open", "Waits"
        SECOND = "second", "Waits for a second person"
        CONTESTED = "contested", "Two people disagree"
        SETTLED = "settled", "Decided"
        DROPPED = "dropped", "No longer in question"

    office = models.ForeignKey(Unit, on_delete=models.PROTECT, db_constraint=False, db_index=False)
    run = models.ForeignKey(
        MatchRun, on_delete=models.PROTECT, related_name="pairs", db_constraint=False, db_index=False
    )
    left = _record()
    right = _record()
    kind = models.CharField(max_length=20, choices=Kind.choices, default=Kind.PERSON)
    weight = models.FloatField()
    probability = models.FloatField()
    impact = models.FloatField(default=0, help_text="how much stands on the decision: facts of the smaller customer")
    place = models.FloatField(default=0, help_text="in the queue; the lowest comes first")
    sample = models.BooleanField(default=False, help_text="drawn at random, to estimate precision and recall")
    stratum = models.CharField(max_length=20, blank=True, help_text="of the sample it was drawn from")
    language = models.CharField(max_length=12, blank=True)
    age = models.CharField(max_length=12, blank=True, help_text="group of ages")
    area = models.CharField(max_length=12, blank=True, help_text="first part of the postcode")
    state = models.CharField(max_length=10, choices=State.choices, default=State.OPEN)
    verdict = models.CharField(max_length=10, choices=Verdict.choices, blank=True)
    change = models.ForeignKey(
        IdentityChange, null=True, on_delete=models.PROTECT, related_name="+", db_constraint=False, db_index=False
    )
    settled_at = models.DateTimeField(null=True, blank=True)
    made_at = models.DateTimeField(db_default=Now())

    WAITING = (State.OPEN, State.SECOND, State.CONTESTED)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["run", "left", "right"], name="review_once_a_run")]
        indexes = [
            models.Index(
                fields=["office", "place", "id"],
                name="review_waiting",
                condition=models.Q(state__in=("open", "second", "contested")),
            ),
            models.Index(fields=["left", "right"], name="review_of_pair"),
        ]

    def __str__(self) -> str:
        return f"{self.left_id} and {self.right_id}"


@classified(
    internal="id office left right verdict pair change counts withdrawn_by withdrawn_at author made_by made_at",
    personal="reason",
)
class Decision(models.Model):
    """What a person said of two records. While it `counts`, it outranks every model: same joins, different parts."""

    office = models.ForeignKey(Unit, on_delete=models.PROTECT, db_constraint=False, db_index=False)
    left = _record()
    right = _record()
    verdict = models.CharField(max_length=10, choices=Verdict.choices)
    pair = models.ForeignKey(
        ReviewPair, null=True, on_delete=models.PROTECT, related_name="decisions", db_constraint=False, db_index=False
    )
    change = models.ForeignKey(
        IdentityChange, null=True, on_delete=models.PROTECT, related_name="decisions", db_constraint=False,
        db_index=False,
    )  # fmt: skip
    counts = models.BooleanField(default=True, help_text="false: waits for a second person, or was withdrawn")
    withdrawn_by = models.ForeignKey(
        IdentityChange, null=True, on_delete=models.PROTECT, related_name="+", db_constraint=False, db_index=False
    )
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    reason = models.TextField(blank=True)
    author = models.TextField(default="staff")
    made_by = _staff()
    made_at = models.DateTimeField(db_default=Now())

    class Meta:
        indexes = [
            models.Index(fields=["left", "right"], name="decision_of_pair"),
            models.Index(fields=["right"], name="decision_by_right"),
            models.Index(fields=["change"], name="decision_by_change", condition=models.Q(change__isnull=False)),
            models.Index(
                fields=["withdrawn_by"], name="decision_withdrawn", condition=models.Q(withdrawn_by__isnull=False)
            ),
            models.Index(fields=["pair"], name="decision_by_review", condition=models.Q(pair__isnull=False)),
            models.Index(fields=["made_by", "-id"], name="decision_by_person"),
        ]

    def __str__(self) -> str:
        return f"{self.left_id} and {self.right_id}: {self.verdict}"


@classified(internal="id office reviewers strict audit_size")
class MatchPolicy(models.Model):
    """How an office decides who is who. One row for each office; without one the defaults hold."""

    office = models.OneToOneField(Unit, on_delete=models.PROTECT, db_constraint=False)
    reviewers = models.PositiveSmallIntegerField(default=1, help_text="how many people must agree on a pair: 1 or 2")
    strict = models.FloatField(default=0.99, help_text="how sure a link must be before it is told to the customer")
    audit_size = models.PositiveIntegerField(default=200, help_text="pairs drawn at random from a matching")

    def __str__(self) -> str:
        return f"{self.reviewers} to decide"


@classified(public="id", internal="silo field trust")
class SourceTrust(models.Model):
    """How far a source is trusted for a field, 1 to 9; 5 where nothing is said. The higher comes before the fresher."""

    USUAL = 5

    silo = models.ForeignKey(Silo, on_delete=models.PROTECT, related_name="trust", db_constraint=False)
    field = models.CharField(max_length=20, help_text="such as phone; * for every field of the source")
    trust = models.PositiveSmallIntegerField(default=USUAL)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["silo", "field"], name="trust_once_a_field")]

    def __str__(self) -> str:
        return f"{self.silo_id} {self.field}: {self.trust}"


@classified(
    public="id",
    internal="customer other kind silo author made_by made_at ended_at ended_by",
    personal="reason ended_reason",
)
class Relation(models.Model):
    """What one customer is to another - for now. Ended, never deleted. Follows both through merges when it is read."""

    class Kind(models.TextChoices):
        HOUSEHOLD = "household", "Lives with"
        WORKS_FOR = "works_for", "Works for"
        BUYS_FOR = "buys_for", "Buys for"
        OVERSEES = "oversees", "Oversees"
        CLIENT_OF = "client_of", "Client of a contract with"

    customer = _customer()
    other = _customer()
    kind = models.CharField(max_length=12, choices=Kind.choices)
    silo = models.ForeignKey(Silo, null=True, on_delete=models.PROTECT, db_constraint=False, db_index=False)
    reason = models.TextField(blank=True, help_text="how we know")
    author = models.TextField(default="staff")
    made_by = _staff()
    made_at = models.DateTimeField(db_default=Now())
    ended_at = models.DateTimeField(null=True)
    ended_by = _staff()
    ended_reason = models.TextField(blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["customer"], name="relation_of"),
            models.Index(fields=["other"], name="relation_to"),
        ]

    def __str__(self) -> str:
        return f"{self.customer_id} {self.kind} {self.other_id}"
