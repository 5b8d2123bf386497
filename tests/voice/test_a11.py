"""The federal files: seventeen columns, every value valid; and the counts of a quarter."""

import csv
import io
from datetime import UTC, datetime

import pytest
from django.utils import timezone

from regard.voice import a11, actions
from regard.voice.models import Response
from regard.voice.revealing import redacted
from regard.voice.views.a11 import quarter_of
from tests.measures.test_survey import answer
from tests.voice.test_surveys import started

pytestmark = pytest.mark.django_db


def file_of(answer) -> tuple[list[str], list[dict[str, str]]]:
    assert answer.status_code == 200
    told = csv.DictReader(io.StringIO(b"".join(answer.streaming_content).decode()))
    return list(told.fieldnames), list(told)


def published(cast, ready: str):
    made = started(cast, ready)
    actions.publish_survey(by=cast.bob, survey=made)
    return made


@pytest.mark.parametrize(("ready", "good", "bad"), [("a11", "5", "2"), ("a11_thumbs", "1", "0")])
def test_the_raw_file_is_valid_by_value(cast, signed_in, ready, good, bad):
    survey = published(cast, ready)
    answer(survey, question_1=good, positive="ease", question_4="Write to jane@example.org or 202 555 0143")
    answer(survey, question_1=bad, negative="other")
    answer(survey, question_1=good)
    Response.objects.filter(pk=Response.objects.latest("pk").pk).update(set_aside="spam")
    header, rows = file_of(signed_in(cast.bob).get(f"/voice/surveys/{survey.pk}/a11.csv"))
    assert tuple(header) == a11.COLUMNS
    assert [a11.row_faults(header, row) for row in rows] == [[], []]
    first, second = rows
    assert (first["question_1"], first["positive_ease"], first["positive_other"]) == (good, "1", "0")
    assert first["negative_ease"] == "null"
    assert first["question_4"] == "Write to [removed] or [removed]"
    assert (second["question_1"], second["negative_other"], second["positive_ease"]) == (bad, "1", "null")


def test_a_form_that_the_office_changed_still_gives_valid_rows(cast, signed_in):
    survey = published(cast, "a11")
    answer(survey, question_1="5")
    actions.start_draft(by=cast.bob, survey=survey)
    for code in ("positive", "question_4"):
        actions.remove_question(by=cast.bob, survey=survey, code=code)
    actions.publish_survey(by=cast.bob, survey=survey)
    answer(survey, question_1="5")
    header, rows = file_of(signed_in(cast.bob).get(f"/voice/surveys/{survey.pk}/a11.csv"))
    assert [a11.row_faults(header, row) for row in rows] == [[], []]
    assert [row["positive_ease"] for row in rows] == ["0", "null"]


def test_the_counts_of_a_quarter(cast, signed_in):
    survey = published(cast, "a11_before_2024")
    answer(survey, 3, trust="5", ease="4")
    answer(survey, trust="1")
    name = f"{timezone.now().year}-Q{(timezone.now().month - 1) // 3 + 1}"
    header, rows = file_of(signed_in(cast.bob).get(f"/voice/surveys/{survey.pk}/a11-quarter.csv?quarter={name}"))
    assert tuple(header) == a11.AGGREGATE_COLUMNS
    told = {row["question"]: row for row in rows}
    assert len(told) == 7
    assert [told["trust"][f"answers_{n}"] for n in range(1, 6)] == ["1", "0", "0", "0", "3"]
    assert (told["trust"]["volume_of_respondents"], told["trust"]["volume_of_customers"]) == ("4", "null")
    assert told["effectiveness"]["question_text"] == "My need was addressed."
    _, none = file_of(signed_in(cast.bob).get(f"/voice/surveys/{survey.pk}/a11-quarter.csv?quarter=2001-Q1"))
    assert none == []


@pytest.mark.parametrize(
    ("told", "name", "start", "end"),
    [
        ("2026-Q4", "2026-Q4", (2026, 10), (2027, 1)),
        ("2026Q1", "2026-Q1", (2026, 1), (2026, 4)),
        ("", "2025-Q4", (2025, 10), (2026, 1)),
        ("nonsense", "2025-Q4", (2025, 10), (2026, 1)),
    ],
)
def test_quarters(told, name, start, end):
    found, begins, ends = quarter_of(told, datetime(2026, 2, 3, tzinfo=UTC))
    assert (found, (begins.year, begins.month), (ends.year, ends.month)) == (name, start, end)


def test_who_may_take_the_files(cast, signed_in):
    survey = published(cast, "a11")
    path = f"/voice/surveys/{survey.pk}/a11.csv"
    assert signed_in(cast.charlie).get(path).status_code == 404
    assert signed_in(cast.alice).get(path).status_code == 403
    assert signed_in(cast.bob).get(f"/voice/surveys/{survey.pk}/a11-quarter.csv").status_code == 404


def test_what_tells_who_somebody_is_is_taken_out():
    assert redacted("a@b.org, 4111 1111 1111 1111, in 2026") == "[removed], [removed], in 2026"
