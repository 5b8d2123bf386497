"""Goal sets: what the office wants to be better at, how that could be gamed, what guards it, and what came of it."""

from django.db import models
from django.db.models.functions import Now

from regard.desk.models import Channel
from regard.goals.targets import Form
from regard.office.models import Service, Staff, Unit
from regard.records.declarations import classified


class State(models.TextChoices):
    DRAFT = "draft", "Draft"
    ACTIVE = "active", "Active"
    ENDED = "ended", "Ended"


class Kind(models.TextChoices):
    SERVICE = "service", "Service"
    VALUE = "value", "Value"
    ORIENTATION = "orientation", "Orientation"


FORMS = (
    (Form.INCREASE, "Increase by so many per cent"),
    (Form.REDUCE, "Reduce by so many per cent"),
    (Form.REACH, "Reach a value"),
    (Form.AT_LEAST, "At least so many a year"),
    (Form.QUARTERLY, "So many per cent more each quarter"),
    (Form.SHARE, "Reach so many per cent of a group"),
    (Form.ADD, "Add so many each quarter"),
)


@classified(
    public="id unit title first last state activated_at ended_at",
    internal="owner made_by made_at activated_by ended_words benefit problems knowledge",
)
class GoalSet(models.Model):
    """Goals that stand together over a period: service, value and orientation."""

    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    title = models.CharField(max_length=200)
    first = models.DateField(help_text="the first day of the period")
    last = models.DateField(help_text="the last day of the period")
    owner = models.ForeignKey(Staff, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=8, choices=State.choices, default=State.DRAFT)
    benefit = models.TextField(blank=True, help_text="what customers gain from us rather than from another")
    problems = models.TextField(blank=True, help_text="what problems customers have")
    knowledge = models.TextField(blank=True, help_text="what the office knows that could improve it")
    made_by = models.ForeignKey(Staff, null=True, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField(db_default=Now())
    activated_by = models.ForeignKey(Staff, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    activated_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_words = models.TextField(blank=True, help_text="what came of it")

    class Meta:
        ordering = ["-first", "-id"]
        constraints = [
            models.CheckConstraint(condition=models.Q(last__gt=models.F("first")), name="goalset_ends_after_start")
        ]
        indexes = [models.Index(fields=["unit", "-first", "-id"], name="goalset_by_unit")]

    def __str__(self) -> str:
        return self.title

    @property
    def is_draft(self) -> bool:
        return self.state == State.DRAFT

    @property
    def is_active(self) -> bool:
        return self.state == State.ACTIVE


class Measured(models.Model):
    """What a goal and a guard share: a measure narrowed to something, and how it stood before."""

    measure = models.CharField(max_length=80, blank=True, help_text="of the catalogue; empty: entered by hand")
    part = models.ForeignKey(
        Unit, null=True, blank=True, on_delete=models.PROTECT, related_name="+", help_text="a unit below the set's"
    )
    service = models.ForeignKey(Service, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    channel = models.CharField(max_length=20, choices=Channel.choices, blank=True)
    baseline = models.FloatField(null=True, blank=True)
    baseline_low = models.FloatField(null=True, blank=True)
    baseline_high = models.FloatField(null=True, blank=True)
    baseline_n = models.PositiveBigIntegerField(null=True, blank=True)
    baseline_first = models.DateField(null=True, blank=True, help_text="its first month")
    baseline_last = models.DateField(null=True, blank=True, help_text="its last month")
    baseline_as_of = models.DateTimeField(null=True, blank=True, help_text="the facts it was computed from")
    dispersion = models.FloatField(null=True, blank=True, help_text="variance over mean of monthly counts")
    fingerprint = models.CharField(max_length=64, blank=True, help_text="of the definition, frozen at activation")

    class Meta:
        abstract = True


MEASURED = """measure part service channel baseline baseline_low baseline_high baseline_n baseline_first baseline_last
    baseline_as_of dispersion fingerprint"""


@classified(public=f"id kind statement counted_as form number group group_words due {MEASURED}",
            internal="goal_set owner made_at")  # fmt: skip
class Goal(Measured):
    """One thing to be better at: a measure, where it stands, where it should be, by when, and who sees to it."""

    goal_set = models.ForeignKey(GoalSet, on_delete=models.PROTECT, related_name="goals")
    kind = models.CharField(max_length=12, choices=Kind.choices)
    statement = models.TextField(help_text="in plain words")
    counted_as = models.CharField(max_length=80, blank=True, help_text="what is entered by hand: job aids, meetings")
    form = models.CharField(max_length=10, choices=FORMS, blank=True)
    number = models.FloatField(null=True, blank=True)
    group = models.PositiveIntegerField(null=True, blank=True, help_text="how many the group has")
    group_words = models.CharField(max_length=120, blank=True, help_text="who the group is")
    due = models.DateField(null=True, blank=True, help_text="its own last day; empty: that of the set")
    owner = models.ForeignKey(Staff, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField(db_default=Now())

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return self.statement


@classified(public="id way words", internal="goal")
class Gaming(models.Model):
    """One way in which a goal could be met while customers are worse off."""

    goal = models.ForeignKey(Goal, on_delete=models.CASCADE, related_name="gamings")
    way = models.SlugField(max_length=40, help_text="of the catalogue of ways; `own`: in words")
    words = models.TextField(blank=True)

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return self.words or self.way


@classified(public=f"id worse {MEASURED}", internal="gaming dropped_at")
class Guard(Measured):
    """A measure that must not worsen while a goal is met."""

    gaming = models.ForeignKey(Gaming, on_delete=models.CASCADE, related_name="guards")
    dropped_at = models.DateTimeField(null=True, blank=True, help_text="taken away after activation; still shown")
    worse = models.CharField(max_length=6, choices=[("higher", "Higher is worse"), ("lower", "Lower is worse")])

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.measure} must not get {self.worse}"


@classified(public="id on value", internal="goal evidence link entered_by entered_at")
class Entry(models.Model):
    """A value entered by hand, with what shows it. Append-only: a correction is another entry."""

    goal = models.ForeignKey(Goal, on_delete=models.PROTECT, related_name="entries")
    on = models.DateField()
    value = models.FloatField()
    evidence = models.TextField()
    link = models.URLField(blank=True, max_length=500)
    entered_by = models.ForeignKey(Staff, null=True, on_delete=models.PROTECT, related_name="+")
    entered_at = models.DateTimeField(db_default=Now())

    class Meta:
        ordering = ["on", "id"]

    def __str__(self) -> str:
        return f"{self.value:g} on {self.on}"


@classified(internal="id goal_set goal guard about found found_by found_at")
class Finding(models.Model):
    """What the office found when it looked at a check or a guard. Append-only."""

    goal_set = models.ForeignKey(GoalSet, on_delete=models.PROTECT, related_name="findings")
    goal = models.ForeignKey(Goal, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    guard = models.ForeignKey(Guard, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    about = models.CharField(max_length=200, help_text="what was looked at: a guard, or the name of a check")
    found = models.TextField()
    found_by = models.ForeignKey(Staff, null=True, on_delete=models.PROTECT, related_name="+")
    found_at = models.DateTimeField(db_default=Now())

    class Meta:
        ordering = ["-found_at", "-id"]

    def __str__(self) -> str:
        return f"About {self.about}"


@classified(internal="id goal_set goal what before after reason changed_by changed_at")
class Change(models.Model):
    """What was changed after activation, and why. Append-only: it stays visible for ever."""

    goal_set = models.ForeignKey(GoalSet, on_delete=models.PROTECT, related_name="changes")
    goal = models.ForeignKey(Goal, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    what = models.CharField(max_length=40)
    before = models.TextField(blank=True)
    after = models.TextField(blank=True)
    reason = models.TextField()
    changed_by = models.ForeignKey(Staff, null=True, on_delete=models.PROTECT, related_name="+")
    changed_at = models.DateTimeField(db_default=Now())

    class Meta:
        ordering = ["-changed_at", "-id"]

    def __str__(self) -> str:
        return f"{self.what} on {self.changed_at:%Y-%m-%d}" if self.pk else self.what
