"""Charts: what they draw, what they say, and that each is drawn once."""

import os
import re
import subprocess
import sys
from datetime import date
from pathlib import Path
from xml.etree.ElementTree import fromstring

import numpy as np
import pytest

from regard.config.home import ROOT
from regard.measures import charts
from regard.measures.charts import Group, Point, render
from regard.measures.definitions import CATALOGUE
from regard.measures.definitions.model import In
from regard.measures.figures import Cell, Estimate, Period
from regard.measures.history import charted_period, history_of
from regard.measures.statistics import Chart, TooFew, kaplan_meier, xmr_chart
from regard.measures.wording import answer_words, interval_words, span_words, told
from regard.ui.svg import clean

DAY = 86_400.0
MONTHS = [date(2024 + month // 12, month % 12 + 1, 1) for month in range(18)]
SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture(autouse=True)
def own_folder(settings, tmp_path: Path) -> Path:
    """A folder of drawings for each test, and nothing in memory."""
    settings.HOME = tmp_path
    render.forget()
    return tmp_path / "charts"


def points(values, href: str = "") -> list[Point]:
    return [
        Point(month, value, told(value, In.ELAPSED), 100, href and f"{href}{month:%Y-%m}")
        for month, value in zip(MONTHS, values, strict=False)
    ]


def steady(last: float = 26.0) -> list[float]:
    """Seventeen months around 26 days, up and down by turns, and one more."""
    return [(25.0 + 2 * (n % 2)) * DAY for n in range(17)] + [last * DAY]


def run(values, **more) -> charts.Picture:
    return charts.run_chart("Time", points(values, **more), xmr_chart(values), told_in=In.ELAPSED, noun="cases")


def texts(svg: str) -> list[str]:
    return ["".join(element.itertext()) for element in fromstring(svg).iter(f"{SVG}text")]


# --- words


def test_a_month_outside_the_limits_is_said_with_its_figure_and_what_is_usual():
    picture = run(steady(last=60))
    assert picture.caption.startswith("June 2025 lies above the limits: 60 days against 20 to 31 days usual. "), (
        picture.caption
    )
    assert "A triangle marks a month outside the limits." in picture.caption
    assert picture.rows[-1][0] == "June 2025"
    assert picture.rows[-1][-1] == "above the limits"


def test_a_quiet_series_says_what_is_usual():
    assert run(steady()).caption == "No month stands out: what is usual is 20 to 31 days."


def test_too_few_months_are_said_to_be_too_few():
    picture = run(steady()[:7])
    assert picture.caption == "7 of the 12 months that limits need: too few to tell what is usual."
    assert picture.columns[3:6] == ("Usual level", "Lower limit", "Upper limit")
    assert picture.rows[0][3:6] == (None, None, None)


def test_an_old_signal_is_not_told_as_news():
    values = steady()
    values[13] = 90 * DAY
    words = run(values).caption
    assert words.startswith("Nothing new. Last sign of a change: February 2025 lies above the limits")


@pytest.mark.parametrize(
    ("answer", "told_in", "words", "interval"),
    [
        (Estimate(4 * DAY, 3 * DAY, 5 * DAY), In.ELAPSED, "4 days", "3 to 5 days"),
        (Estimate(None, 3 * DAY, None, more_than=60 * DAY), In.ELAPSED, "more than 60 days", "at least 3 days"),
        (Estimate(0.787, 0.779, 0.794), In.SHARE, "78.7%", "77.9% to 79.4%"),
        (Estimate(0.5, 0.2, 0.8), In.SHARE, "50%", "20% to 80%"),
        (Estimate(13_500, 12_900, 14_000), In.WORKING, "3 h 45 min of working time", "3 h 35 min to 3 h 53 min"),
        (TooFew(3, 5), In.SHARE, "too few to tell", ""),
        (Estimate(1204.0), In.NUMBER, "1,204", ""),
    ],
)
def test_answers_in_words(answer, told_in, words, interval):
    assert answer_words(answer, told_in) == words
    assert interval_words(answer, told_in).removesuffix(" of working time") == interval


def test_a_span_names_its_unit_once():
    assert span_words("20 days", "34 days") == "20 to 34 days"
    assert span_words("1 day", "2 days") == "1 to 2 days"
    assert span_words("20 h", "3 days") == "20 h to 3 days"
    assert span_words("43%", "47%") == "43% to 47%"


def test_a_percentile_that_is_not_reached_is_said_so():
    durations = np.arange(1, 51) * DAY
    picture = charts.survival("S", kaplan_meier(durations, np.arange(50) < 12), told_in=In.ELAPSED, noun="cases")
    assert "Half were not yet done after 50 days, the longest followed." in picture.caption
    assert "38 cases not yet done are counted as long as they have waited." in picture.caption
    assert "Half: not reached, more than 50 days" in texts(picture.svg)


def test_a_percentile_that_is_reached_is_marked():
    durations = np.repeat(np.arange(1, 11), 10) * DAY
    picture = charts.survival("S", kaplan_meier(durations, np.ones(100, bool)), told_in=In.ELAPSED, noun="cases")
    assert picture.caption.startswith("Half were done within 5 days. Nine in ten were done within 9 days.")
    assert {"Half: 5 days", "Nine in ten: 9 days", "Days"} <= set(texts(picture.svg))
    assert picture.rows[-1][1] == "0%"


def test_a_histogram_counts_every_case_once():
    durations = np.concatenate([np.full(70, 1.5), np.full(29, 4.5), [400.0]]) * DAY
    done = np.arange(100) < 90
    found = charts.histogram_of(durations, done, In.ELAPSED)
    picture = charts.histogram("H", found, told_in=In.ELAPSED, noun="cases")
    assert sum(row[1] for row in picture.rows) == 90
    assert sum(row[2] for row in picture.rows) == 10
    assert "70% of 100 cases" in picture.caption
    assert "1 case took" in picture.caption
    assert "10 have not ended" in picture.caption


def test_a_breakdown_says_who_is_first_and_last_and_who_has_no_figure():
    groups = [
        Group("Roads", 9 * DAY, 8 * DAY, 10 * DAY, 80, "9 days", "8 to 10 days", "?unit=1"),
        Group("Parks", 2 * DAY, DAY, 3 * DAY, 50, "2 days", "1 to 3 days", "?unit=2"),
        Group("Clerk", None, None, None, 2, "too few to tell"),
    ]
    picture = charts.breakdown(
        "B", groups, told_in=In.ELAPSED, noun="cases", whole=4 * DAY, whole_words="4 days", heading="Unit"
    )
    assert picture.caption.startswith("From 2 days (Parks) to 9 days (Roads). The line is all together, 4 days")
    assert "1 without a figure" in picture.caption
    assert [row[0] for row in picture.rows] == ["Roads", "Parks", "Clerk"]


def test_ratings_show_how_often_each_point_was_given():
    picture = charts.rating_chart("R", [1, 2, 3, 4, 5], [1, 0, 2, 3, 4], question="How easy was it?")
    assert picture.rows[0] == ("5", 4, "40%")
    assert picture.caption.startswith("70% of 10 answers lie in the upper half of the scale, 10% in the lower.")
    assert picture.caption.endswith("Asked: How easy was it?")


def test_nothing_to_draw_is_no_error():
    assert charts.survival("S", kaplan_meier([], []), told_in=In.ELAPSED, noun="cases").svg == ""
    assert charts.histogram("H", TooFew(0, 1), told_in=In.ELAPSED, noun="cases").svg == ""
    assert charts.rating_chart("R", [], [], question="").svg == ""
    assert charts.run_chart("T", [], None, told_in=In.NUMBER, noun="cases").svg == ""
    assert charts.sparkline([None, 3.0]) == ""


# --- drawings


def test_a_drawing_passes_a_strict_policy_and_its_points_are_links_with_names():
    picture = run(steady(last=60), href="/rows?first=")
    cleaned = clean(picture.svg, picture.title)
    assert not re.search(r"style=|<style|<script|font-family|\son[a-z]+=", cleaned)
    assert "http" not in cleaned.replace('xmlns="http://www.w3.org/2000/svg"', "")  # nor a host the library made up
    links = list(fromstring(cleaned).iter(f"{SVG}a"))
    assert len(links) == 18
    assert links[-1].attrib == {
        "href": "/rows?first=2025-06",
        "aria-label": "June 2025: 60 days, above the limits",
    }


def test_a_signal_has_a_shape_of_its_own():
    def shapes(values) -> set[str]:
        marks = fromstring(run(values).svg).iter(f"{SVG}path")
        return {re.sub(r"-?[\d.]+", "", m.get("d", "")) for m in marks if m.get("stroke-width") == "0.8"}

    assert shapes(steady()) == set()
    assert len(shapes(steady(last=60))) == 1  # a triangle: no arc as in a circle
    assert all("A" not in shape for shape in shapes(steady(last=60)))


IN_HAWAII = """
import sys
from datetime import date
from django.conf import settings
settings.configure(HOME=sys.argv[1], USWDS="nowhere")
from regard.measures import charts
from regard.measures.definitions.model import In
points = [charts.Point(date(2024 + n // 12, n % 12 + 1, 1), n, "", 1) for n in range(18)]
print(charts.run_chart("Time", points, None, told_in=In.NUMBER, noun="cases").svg)
"""


def test_months_stand_where_they_are_whatever_the_zone_of_the_machine(tmp_path):
    told_ = {**os.environ, "TZ": "Pacific/Honolulu", "PYTHONPATH": "src"}
    command = [sys.executable, "-c", IN_HAWAII, str(tmp_path)]
    done = subprocess.run(command, env=told_, cwd=ROOT, capture_output=True, text=True, check=True)
    labels = texts(done.stdout)
    assert labels[:12] == ["Jan2024", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
    assert labels[12] == "Jan2025"


def test_a_drawing_is_made_once(own_folder, monkeypatch):
    made = []
    monkeypatch.setattr(render, "_draw", lambda chart: made.append(1) or "<svg></svg>")
    for _ in range(2):
        run(steady())
    assert made == [1]
    render.forget()  # another process
    run(steady())
    assert made == [1]
    assert len(list(own_folder.glob("*.svg"))) == 1
    run(steady(last=60))
    assert made == [1, 1]


def test_a_drawing_cut_short_is_drawn_again(own_folder, monkeypatch):
    made = []
    monkeypatch.setattr(render, "_draw", lambda chart: made.append(1) or "<svg>whole</svg>")
    run(steady())
    file = next(own_folder.glob("*.svg"))
    file.write_text("<svg>who")
    render.forget()
    assert run(steady()).svg == "<svg>whole</svg>"
    assert made == [1, 1]


def test_a_folder_that_cannot_be_written_costs_no_page(own_folder, monkeypatch):
    monkeypatch.setattr(render, "_draw", lambda chart: "<svg></svg>")
    own_folder.write_text("a file where the folder should be")
    assert run(steady()).svg == "<svg></svg>"


def test_the_folder_and_the_memory_are_bounded(own_folder, monkeypatch):
    own_folder.mkdir()
    for n in range(10):
        file = own_folder / f"{n}.svg"
        file.write_text("x" * 100)
        os.utime(file, (n, n))
    render.tidy(own_folder, most=350)
    assert sorted(file.name for file in own_folder.iterdir()) == ["7.svg", "8.svg", "9.svg"]
    monkeypatch.setattr(render, "MOST_IN_MEMORY", 250)
    for n in range(5):
        render._keep(str(n), "x" * 100)
    assert list(render._kept) == ["3", "4"]


# --- series


def cells(values, n: int = 100) -> list[Cell]:
    return [Cell((month,), n, Estimate(value)) for month, value in zip(MONTHS, values, strict=True)]


def test_a_month_that_is_not_over_is_left_out_and_so_is_one_in_which_the_data_begin():
    received = CATALOGUE["cases-received"]
    counts = [10, *([100] * 16), 40]
    told_ = [Cell((month,), n, Estimate(float(n))) for month, n in zip(MONTHS, counts, strict=True)]
    history = history_of(received, told_, Period(MONTHS[0], MONTHS[-1]), date(2025, 6, 12))
    assert history.months == tuple(MONTHS[1:-1])
    assert any("not over" in note for note in history.notes)
    assert any("January 2024 is left out: the data begin in it." in note for note in history.notes)


def test_a_month_without_rows_is_nothing_for_counts_and_no_figure_for_shares():
    period = Period(MONTHS[0], MONTHS[-1])
    gap = [cell for n, cell in enumerate(cells([50.0] * 18)) if n != 8]
    assert history_of(CATALOGUE["cases-received"], gap, period, date(2026, 1, 1)).values[8] == 0
    shares = [Cell(cell.key, 100, Estimate(0.5)) for cell in gap]
    assert history_of(CATALOGUE["promises-kept"], shares, period, date(2026, 1, 1)).values[8] is None


def test_a_backlog_has_no_limits_and_says_why():
    history = history_of(CATALOGUE["backlog"], cells([50.0] * 18), Period(MONTHS[0], MONTHS[-1]), date(2026, 1, 1))
    assert history.limits is None
    assert any("backlog" in note for note in history.notes)


def test_shares_get_limits_that_fit_their_numbers():
    even = [0.90 + 0.005 * (n % 2) for n in range(18)]
    told_ = [Cell((month,), 50_000, Estimate(share)) for month, share in zip(MONTHS, even, strict=True)]
    limits = history_of(CATALOGUE["promises-kept"], told_, Period(MONTHS[0], MONTHS[-1]), date(2026, 1, 1)).limits
    assert isinstance(limits, Chart)
    assert limits.new_signals == ()


def test_no_more_than_three_years_are_charted():
    known = Period(date(2010, 1, 1), date(2030, 1, 1))
    found = charted_period(known, date(2026, 5, 1), date(2025, 6, 12))
    assert (found.first, found.last) == (date(2022, 7, 1), date(2025, 6, 1))
