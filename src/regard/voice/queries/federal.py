"""Answers in the shape of the federal files."""

from collections.abc import Iterator
from datetime import datetime

from django.db.models import Prefetch, Sum

from regard.voice import a11
from regard.voice.models import Answer, Response, Sample, Survey
from regard.voice.questionnaire import Questionnaire, field_name, shown
from regard.voice.revealing import redacted


def raw_rows(survey: Survey) -> Iterator[dict[str, str]]:
    """Each response that counts, as a row of the raw file, oldest first. What was not asked is null, not zero."""
    answers = Prefetch("answers", Answer.objects.order_by("pk"))
    found = Response.objects.filter(version__survey=survey, set_aside="").prefetch_related(answers)
    made = {version.pk: version.questionnaire for version in survey.versions.filter(published_at__isnull=False)}
    for response in found.order_by("at", "pk").iterator(1_000):
        row = _row(response, made[response.version_id])
        if not a11.row_faults(a11.COLUMNS, row):
            yield row


def _row(response: Response, made: Questionnaire) -> dict[str, str]:
    given = {answer.question: answer for answer in response.answers.all()}
    first, comment = given.get("question_1"), given.get("question_4")
    score = first.score if first else None
    posted = {field_name("question_1"): [f"{score:g}"]} if score is not None else {}
    asked = {question.code for question in shown(made, posted)}

    def ticked(side: str) -> list[str] | None:
        if side not in asked:
            return None
        return list(given[side].chosen) if side in given else []

    text = redacted(comment.text) if comment else ""
    return a11.raw_row(f"R{response.pk}", score, ticked("positive"), ticked("negative"), text)


def quarter_rows(survey: Survey, quarter: str, start: datetime, end: datetime) -> Iterator[list[object]]:
    """A row for each channel and question of a quarter. Volumes that are not known are null."""
    responses = Response.objects.filter(version__survey=survey, set_aside="", at__gte=start, at__lt=end)
    sent = Sample.objects.filter(survey=survey, sent_at__gte=start, sent_at__lt=end)
    volumes = sent.aggregate(served=Sum("frame"), asked=Sum("drawn"))
    known = [a11.NOT_ASKED if volumes[name] is None else volumes[name] for name in ("served", "asked")]
    for channel in sorted(set(responses.values_list("channel", flat=True))):
        here = responses.filter(channel=channel)
        scores = Answer.objects.filter(response__in=here, score__isnull=False).values_list("question", "score")
        counted = a11.quarter_counts((code, score) for code, score in scores.iterator(5_000) if score is not None)
        about = survey.service.name if survey.service else survey.unit.name
        volume = [*known, here.count()]
        for code, text in a11.QUESTIONS_BEFORE.items():
            yield [about, survey.unit.name, channel, quarter, *volume, code, text, *counted[code].values()]
