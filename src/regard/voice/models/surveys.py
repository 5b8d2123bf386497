"""Surveys, their versions, and what was answered. A published version never changes."""

import uuid

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Now

from regard.desk.models import Channel
from regard.office.models import Service, Staff, Unit
from regard.records.declarations import classified
from regard.voice.models.feedback import Feedback
from regard.voice.models.loops import new_key
from regard.voice.questionnaire import Questionnaire, from_json


class Layout(models.TextChoices):
    ONE_PAGE = "one_page", "All on one page"
    STEPS = "steps", "One question after the other"


@classified(
    public="id unit service name layout open_until closed_at",
    internal="owner ready made_at",
    secret="key",  # noqa: S106 - the name of a field
)
class Survey(models.Model):
    """A survey of a unit. What it asks is in its versions."""

    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    service = models.ForeignKey(Service, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=200)
    ready = models.CharField(max_length=20, blank=True, help_text="the ready-made form it started from")
    owner = models.ForeignKey(Staff, on_delete=models.PROTECT, related_name="+")
    layout = models.CharField(max_length=10, choices=Layout.choices, default=Layout.ONE_PAGE)
    key = models.CharField(max_length=32, unique=True, default=new_key, help_text="of the open link")
    open_until = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    made_at = models.DateTimeField(db_default=Now())

    class Meta:
        indexes = [models.Index(fields=["-made_at", "-id"], name="survey_newest")]

    def __str__(self) -> str:
        return self.name


@classified(public="id survey number definition published_at", internal="published_by made_at")
class SurveyVersion(models.Model):
    """What a survey asks, from one publication to the next. A draft until it is published, and never changed after."""

    survey = models.ForeignKey(Survey, on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField(default=1)
    definition = models.JSONField(help_text="a `questionnaire.Questionnaire`")
    published_at = models.DateTimeField(null=True, blank=True)
    published_by = models.ForeignKey(Staff, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField(db_default=Now())

    class Meta:
        ordering = ["survey", "-number"]
        constraints = [
            models.UniqueConstraint(fields=["survey", "number"], name="survey_version"),
            models.UniqueConstraint(
                fields=["survey"], condition=models.Q(published_at__isnull=True), name="one_draft_of_a_survey"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.survey} (version {self.number})"

    @property
    def questionnaire(self) -> Questionnaire:
        """The definition, read."""
        return from_json(self.definition)


@classified(
    public="id unit service channel language at",
    internal="version set_aside",
    personal="feedback invitation submission sender",
)
class Response(models.Model):
    """One person's answers to one version. Kept as sent; what looks like spam is set aside, not thrown away."""

    version = models.ForeignKey(SurveyVersion, on_delete=models.PROTECT, related_name="responses")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    service = models.ForeignKey(Service, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    feedback = models.OneToOneField(Feedback, null=True, blank=True, on_delete=models.PROTECT, related_name="response")
    invitation = models.OneToOneField(
        "Invitation", null=True, blank=True, on_delete=models.PROTECT, related_name="response"
    )
    channel = models.CharField(max_length=12, choices=Channel.choices, default=Channel.WEB)
    language = models.CharField(max_length=12)
    at = models.DateTimeField()
    submission = models.UUIDField(unique=True, default=uuid.uuid4, help_text="of the opened form: sent twice is once")
    set_aside = models.CharField(max_length=60, blank=True, help_text="why it is not counted")
    sender = models.CharField(max_length=32, blank=True, help_text="of an open link: a digest that changes every day")

    class Meta:
        indexes = [
            models.Index(fields=["version", "at"], name="response_by_version"),
            models.Index(fields=["sender", "at"], name="response_by_sender", condition=~models.Q(sender="")),
        ]

    def __str__(self) -> str:
        return f"Response of {self.at:%Y-%m-%d}"


@classified(
    public="id question row kind wording series score lowest highest chosen", internal="response", personal="text"
)
class Answer(models.Model):
    """The answer to one question (or one row of a matrix), with the wording that was read."""

    response = models.ForeignKey(Response, on_delete=models.PROTECT, related_name="answers")
    question = models.CharField(max_length=60)
    row = models.CharField(max_length=60, blank=True)
    kind = models.CharField(max_length=10)
    wording = models.TextField()
    series = models.CharField(max_length=16, help_text="another wording, scale or choice is another series")
    score = models.FloatField(null=True, blank=True)
    lowest = models.FloatField(null=True, blank=True)
    highest = models.FloatField(null=True, blank=True)
    chosen = ArrayField(models.CharField(max_length=60), default=list, blank=True)
    text = models.TextField(blank=True)

    class Meta:
        indexes = [models.Index(fields=["response", "question"], name="answer_by_response")]

    def __str__(self) -> str:
        return f"{self.question}: {self.score if self.score is not None else ', '.join(self.chosen)}"
