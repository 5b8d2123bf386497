"""The two files of the federal feedback form: raw answers in 17 columns, and counts of a quarter."""

import re
from collections.abc import Iterator
from datetime import datetime

from django.http import Http404, HttpRequest, StreamingHttpResponse
from django.utils import timezone
from django.views.decorators.http import require_GET

from regard.lib.tabular import csv_lines
from regard.office.access import open_to, staff_of
from regard.records import audit
from regard.voice import a11
from regard.voice.access import ASK, get_survey_for
from regard.voice.models import Survey
from regard.voice.queries.federal import quarter_rows, raw_rows

_QUARTER = re.compile(r"^(20\d\d)-?Q([1-4])$")


@open_to(*ASK)
@require_GET
def a11_raw(request: HttpRequest, pk: int) -> StreamingHttpResponse:
    """Every answer to the form since 2024, one a row. Addresses and long numbers in comments are taken out."""
    found = _survey(request, pk, ("a11", "a11_thumbs"))
    return _file("a11-raw.csv", a11.COLUMNS, (list(row.values()) for row in raw_rows(found)))


@open_to(*ASK)
@require_GET
def a11_quarter(request: HttpRequest, pk: int) -> StreamingHttpResponse:
    """The counts of a quarter of the form before 2024: `?quarter=2026-Q3`, by default the one that ended last."""
    found = _survey(request, pk, ("a11_before_2024",))
    name, start, end = quarter_of(request.GET.get("quarter", ""), timezone.localtime())
    return _file(f"a11-{name}.csv", a11.AGGREGATE_COLUMNS, quarter_rows(found, name, start, end))


def _survey(request: HttpRequest, pk: int, ready: tuple[str, ...]) -> Survey:
    found = get_survey_for(staff_of(request), pk)
    if found.ready not in ready:
        raise Http404("This survey did not start from that federal form.")
    audit.viewed(by=staff_of(request), obj=found)
    return found


def quarter_of(told: str, now: datetime) -> tuple[str, datetime, datetime]:
    """The name, start and end of a calendar quarter in the office's time; the one that ended last unless told."""
    match = _QUARTER.match(told)
    year, number = (int(match[1]), int(match[2])) if match else (now.year, (now.month - 1) // 3)
    if number == 0:
        year, number = year - 1, 4
    start = now.replace(year=year, month=3 * number - 2, day=1, hour=0, minute=0, second=0, microsecond=0)
    end = start.replace(year=year + 1, month=1) if number == 4 else start.replace(month=3 * number + 1)
    return f"{year}-Q{number}", start, end


def _file(name: str, header: tuple[str, ...], rows: Iterator[list[object]]) -> StreamingHttpResponse:
    # No byte order mark: whoever takes the file in compares the first column's name.
    response = StreamingHttpResponse(csv_lines(header, rows), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["Cache-Control"] = "no-store"
    return response
