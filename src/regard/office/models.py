"""Units, staff, working calendars, services with their standards, and the silos an office holds data in."""

from decimal import Decimal
from typing import ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Now

from regard.office.roles import Role
from regard.records.declarations import classified


@classified(public="id code name parent is_demo path lead calendar email active", internal="needs_review")
class Unit(models.Model):
    """A part of the organisation. A unit without a parent is an office: the boundary of who sees whom."""

    code = models.SlugField(max_length=60, unique=True)
    name = models.CharField(max_length=200)
    parent = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="children")
    path = models.TextField(
        db_index=True, help_text="ids from the office down, as /1/4/; keeps 'this unit and below' one prefix look-up"
    )
    lead = models.ForeignKey("Staff", null=True, blank=True, on_delete=models.SET_NULL, related_name="leads")
    calendar = models.ForeignKey("WorkingCalendar", null=True, blank=True, on_delete=models.PROTECT)
    email = models.EmailField(blank=True, help_text="where customers write to, and what letters of the unit come from")
    is_demo = models.BooleanField(default=False, help_text="an invented office: the sign-in page offers its roles")
    active = models.BooleanField(default=True)
    needs_review = models.BooleanField(default=False, help_text="made by an import; nobody has looked at it yet")

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    @property
    def office_id(self) -> int:
        """The id of the office (topmost unit) this unit belongs to."""
        return int(self.path.strip("/").split("/")[0])


class StaffManager(BaseUserManager["Staff"]):
    def get_by_natural_key(self, username: str | None) -> "Staff":
        return self.get(email__iexact=username)


@classified(
    public="id",
    internal="unit roles code title is_active is_demo joined_at last_login",
    personal="email name",
    secret="password",  # noqa: S106 - the name of a field
)
class Staff(AbstractBaseUser):
    """A person who works here and can sign in."""

    email = models.EmailField(unique=True)
    name = models.CharField(max_length=200)
    code = models.CharField(max_length=60, blank=True, db_index=True, help_text="what silos call this person")
    title = models.CharField(max_length=200, blank=True, help_text="what their work is called")
    unit = models.ForeignKey(Unit, null=True, blank=True, on_delete=models.PROTECT, related_name="staff")
    roles = ArrayField(models.CharField(max_length=30, choices=Role.choices), default=list, blank=True)
    is_active = models.BooleanField(default=True)
    is_demo = models.BooleanField(default=False, help_text="a role that the sign-in page of the demo office offers")
    joined_at = models.DateTimeField(db_default=Now())

    objects: ClassVar[StaffManager] = StaffManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]

    class Meta:
        ordering = ["name"]
        verbose_name_plural = "staff"

    def __str__(self) -> str:
        return self.name

    @property
    def audit_id(self) -> int:
        return self.pk

    @property
    def audit_name(self) -> str:
        return self.name

    @property
    def office_id(self) -> int | None:
        """The office this person works in."""
        return self.unit.office_id if self.unit else None

    @property
    def role_names(self) -> list[str]:
        """The roles in words."""
        return [Role(role).label for role in Role.values if role in self.roles]

    def has_role(self, *roles: str) -> bool:
        return self.is_active and any(role in self.roles for role in roles)

    def get_full_name(self) -> str:
        return self.name

    def get_short_name(self) -> str:
        return self.name.split(" ")[0]


@classified(
    public="""id office code version name time_zone weekly earlier_weeks country subdivision public_days local_days
        made_at""",
    internal="made_by reason",
)
class WorkingCalendar(models.Model):
    """When an office is open. A version never changes: a holiday declared late makes a new version."""

    office = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="calendars")
    code = models.SlugField(max_length=60)
    version = models.PositiveIntegerField(default=1)
    name = models.CharField(max_length=200)
    time_zone = models.CharField(max_length=60)
    weekly = models.JSONField(help_text='{"0": [["08:00", "12:00"], ["13:00", "17:00"]], ...}; 0 is Monday')
    earlier_weeks = models.JSONField(
        default=list,
        blank=True,
        help_text='[{"until": "2026-06-01", "weekly": {...}}]: the weekly hours before that day, oldest first',
    )
    country = models.CharField(max_length=2, blank=True, help_text="ISO code; empty: no public holidays")
    subdivision = models.CharField(max_length=10, blank=True)
    public_days = models.JSONField(
        default=dict,
        blank=True,
        help_text='{"2026-07-04": "Independence Day"}; looked up once, so that a newer list changes no old figure',
    )
    local_days = models.JSONField(
        default=list,
        blank=True,
        help_text='[{"date": "2026-08-14", "name": "County fair", "hours": []}]; hours empty: closed',
    )
    made_at = models.DateTimeField(db_default=Now())
    made_by = models.TextField(blank=True)
    reason = models.TextField(blank=True)

    class Meta:
        ordering = ["code", "-version"]
        constraints = [models.UniqueConstraint(fields=["office", "code", "version"], name="calendar_version")]

    def __str__(self) -> str:
        return f"{self.name} (version {self.version})"


@classified(public="id code name unit description active needs_review")
class Service(models.Model):
    """Something the office offers its customers."""

    code = models.CharField(max_length=120)
    name = models.CharField(max_length=200)
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="services")
    description = models.TextField(blank=True)
    active = models.BooleanField(default=True)
    needs_review = models.BooleanField(default=False, help_text="made by an import; nobody has described it yet")

    class Meta:
        ordering = ["name"]
        constraints = [models.UniqueConstraint(fields=["unit", "code"], name="service_code_in_unit")]

    def __str__(self) -> str:
        return self.name


class Clock(models.TextChoices):
    WORKING = "working", "Working time"
    ELAPSED = "elapsed", "Elapsed time"


@classified(public="id service stage amount measured_in promise_text valid_from valid_to")
class Standard(models.Model):
    """What customers may expect of a service: a time limit in plain words, valid from a date."""

    class Stage(models.TextChoices):
        FIRST_ANSWER = "first_answer", "First answer"
        RESOLVE = "resolve", "Resolved"

    class MeasuredIn(models.TextChoices):
        WORKING_HOURS = "working_hours", "working hours"
        WORKING_DAYS = "working_days", "working days"
        HOURS = "hours", "hours"
        DAYS = "days", "days"

    service = models.ForeignKey(Service, on_delete=models.CASCADE, related_name="standards")
    stage = models.CharField(max_length=20, choices=Stage.choices)
    amount = models.DecimalField(max_digits=8, decimal_places=2)
    measured_in = models.CharField(max_length=20, choices=MeasuredIn.choices)
    promise_text = models.TextField(blank=True)
    valid_from = models.DateField(null=True, blank=True)
    valid_to = models.DateField(null=True, blank=True)

    class Meta:
        ordering = ["service", "stage", "valid_from"]

    def __str__(self) -> str:
        return f"{self.service}: {self.get_stage_display()} within {self.limit}"

    @property
    def limit(self) -> str:
        """The time limit in words: 1 working day, 2.5 hours."""
        words = str(self.get_measured_in_display())
        return f"{Decimal(self.amount).normalize():f} {words.removesuffix('s') if self.amount == 1 else words}"

    @property
    def clock(self) -> Clock:
        return Clock.WORKING if self.measured_in.startswith("working") else Clock.ELAPSED


@classified(public="id code name unit is_own", internal="description rhythm_days steward time_zone made_at")
class Silo(models.Model):
    """A system that holds part of what the office knows. Regard itself is one: records born here belong to it."""

    OWN = "regard"

    code = models.SlugField(max_length=60, unique=True)
    name = models.CharField(max_length=200)
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="silos")
    is_own = models.BooleanField(default=False)
    description = models.TextField(blank=True)
    time_zone = models.CharField(max_length=60, blank=True)
    rhythm_days = models.FloatField(null=True, blank=True, help_text="how often a new file usually comes, in days")
    steward = models.TextField(blank=True, help_text="who to ask when it is late")
    made_at = models.DateTimeField(db_default=Now())

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name
