"""What the texts of a silo are read as: dates, numbers, words; and the conditions they are read under."""

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from regard.sources import dates
from regard.sources.mapping import AmbiguousDatesError
from tests.sources.mapped import HEAD, Desk, case


@pytest.fixture
def desk(tmp_path) -> Desk:
    return Desk(tmp_path)


@pytest.fixture(scope="module")
def steady(tmp_path_factory) -> Desk:
    """One connection for the many examples of a property or a table of cases."""
    return Desk(tmp_path_factory.mktemp("steady"))


# --- dates -----------------------------------------------------------------------------------------


def read_dates(desk: Desk, texts: list[str], order: str = "ymd", column: str = '"t"') -> dict[str, str | None]:
    """What each text is read as, in UTC."""
    rows = [[str(n), text] for n, text in enumerate(texts)]
    desk.run("k t", rows, case(f"key = 'k'\nreceived_at = {column}", head=HEAD.replace("ymd", order)))
    found = dict(desk.ask("SELECT CAST(key AS INT), strftime(received_at, '%Y-%m-%d %H:%M:%S.%f') FROM mapped_case"))
    return {text: found.get(n, "").removesuffix(".000000") or None for n, text in enumerate(texts)}


READ = [
    ("2018-01-05", "ymd", "2018-01-05 06:00:00"),
    ("2018-01-05 16:22:19.0", "ymd", "2018-01-05 22:22:19"),
    ("2018-1-5 4:02", "ymd", "2018-01-05 10:02:00"),
    ("2018-01-05T16:22:19,125", "ymd", "2018-01-05 22:22:19.125000"),
    ("2018-01-05T16:22:19Z", "ymd", "2018-01-05 16:22:19"),
    ("2018-01-05T16:22:19.688+02:00", "ymd", "2018-01-05 14:22:19.688000"),
    ("2018-01-05 16:22:19 -0530", "ymd", "2018-01-05 21:52:19"),
    ("2018-01-05 16:22:19 UTC", "ymd", "2018-01-05 16:22:19"),
    ("2018-01-05 4:22 PM", "ymd", "2018-01-05 22:22:00"),
    ("2018/01/05 10:00", "ymd", "2018-01-05 16:00:00"),
    ("2018.01.05", "ymd", "2018-01-05 06:00:00"),
    ("20180105", "ymd", "2018-01-05 06:00:00"),
    ("20180105T162219Z", "ymd", "2018-01-05 16:22:19"),
    ("20180105162219", "ymd", "2018-01-05 22:22:19"),
    ("5 Jan 2018", "ymd", "2018-01-05 06:00:00"),
    ("05-JAN-18", "ymd", "2018-01-05 06:00:00"),
    ("Jan 5, 2018 4:22 pm", "ymd", "2018-01-05 22:22:00"),
    ("5th of January, 2018", "ymd", "2018-01-05 06:00:00"),
    ("January 5, 2018 at 4:22 p.m.", "ymd", "2018-01-05 22:22:00"),
    ("Fri, 05 Jan 2018 16:22:19 +0100 (CET)", "ymd", "2018-01-05 15:22:19"),
    ("Fri, 5 Jan 2018 16:22:19 GMT", "ymd", "2018-01-05 16:22:19"),
    ("Fri Jan  5 16:22:19 2018", "ymd", "2018-01-05 22:22:19"),
    ("1/5/2018", "mdy", "2018-01-05 06:00:00"),
    ("1/5/2018", "dmy", "2018-05-01 05:00:00"),
    ("01/05/2018 04:22:19 PM", "mdy", "2018-01-05 22:22:19"),
    ("01/05/2018 12:00:00 AM", "mdy", "2018-01-05 06:00:00"),
    ("1.5.18 16:22", "dmy", "2018-05-01 21:22:00"),
    ("12-1-2018", "dmy", "2018-01-12 06:00:00"),
    ("5-11-2018", "mdy", "2018-05-11 05:00:00"),
    ("31/12/69", "dmy", "1969-12-31 06:00:00"),
    ("01/02/2018, 10:30", "dmy", "2018-02-01 16:30:00"),
    ("1.2.2018 9.05", "dmy", "2018-02-01 15:05:00"),  # behind a date, a dot divides hours and minutes too
    ("1.2.2018 9.05.30", "dmy", "2018-02-01 15:05:30"),
    ("2018-03-11 02:30:00", "ymd", "2018-03-11 08:30:00"),  # skipped: one hour later
    ("2018-11-04 01:30:00", "ymd", "2018-11-04 06:30:00"),  # told twice: the first
    ("2018-11-04 02:00:00", "ymd", "2018-11-04 08:00:00"),
]


@pytest.mark.parametrize("order", ["ymd", "mdy", "dmy"])
def test_dates_that_are_read(desk, order):
    wanted = {text: instant for text, how, instant in READ if how == order}
    assert read_dates(desk, list(wanted), order) == wanted


NOT_READ = [
    ("2018-13-01", "bad_date"), ("2018-02-30", "bad_date"), ("0000-00-00", "bad_date"), ("now", "bad_date"),
    ("infinity", "bad_date"), ("epoch", "bad_date"), ("2018", "bad_date"), ("12:30", "bad_date"),
    ("2018-01-05 25:00", "bad_date"), ("2018-01-05 16:22:19 CST", "bad_date"), ("Foo 5, 2018", "bad_date"),
    ("2018-01-05T16:22:19+25:00", "bad_date"), ("13/13/2018", "bad_date"), ("1/5/2018", "bad_date"),
    ("0000-01-01", "out_of_range"), ("9999-12-31", "out_of_range"), ("1899-12-31", "out_of_range"),
    ("2100-01-01", "out_of_range"), ("31-DEC-9999", "out_of_range"),
]  # fmt: skip


def test_dates_that_are_not(desk):
    assert set(read_dates(desk, [text for text, _ in NOT_READ]).values()) == {None}
    codes = {NOT_READ[line - 2][0]: code for line, _, code in desk.reasons()}
    assert codes == dict(NOT_READ)


@pytest.mark.parametrize(
    ("text", "column", "instant"),
    [
        ("990101 0:00:31", '{ column = "t", formats = ["%y%m%d %H:%M:%S"] }', "1999-01-01 06:00:31"),
        ("05.01.2018", '{ column = "t", formats = ["%Y-%m-%d", "%d.%m.%Y"] }', "2018-01-05 06:00:00"),
        ("5.1.2018", '{ column = "t", formats = ["iso", "dmy"] }', "2018-01-05 06:00:00"),
        ("1/5/2018", '{ column = "t", formats = ["mdy"] }', "2018-01-05 06:00:00"),
        ("43105.6825", '{ column = "t", formats = ["excel"] }', "2018-01-05 22:22:48"),
        ("1515169339", '{ column = "t", formats = ["epoch"] }', "2018-01-05 16:22:19"),
        ("1515169339125", '{ column = "t", formats = ["epoch_ms"] }', "2018-01-05 16:22:19.125000"),
        ("05/Jan/2018:16:22:19 +0100", '{ column = "t", formats = ["%d/%b/%Y:%H:%M:%S %z"] }', "2018-01-05 15:22:19"),
        ("2018-01-05", '{ column = "t", day = "end" }', "2018-01-06 05:59:59"),
        ("2018-01-05 10:00", '{ column = "t", day = "end" }', "2018-01-05 16:00:00"),
        ("2018-01-05", '{ columns = ["t", "k"], join = " 1", formats = ["%Y-%m-%d %H"] }', "2018-01-05 16:00:00"),
    ],
)
def test_formats_of_a_column(steady, text, column, instant):
    assert read_dates(steady, [text], column=column) == {text: instant}


_local = st.datetimes(dt.datetime(1971, 1, 1), dt.datetime(2037, 12, 31))
_zones = st.sampled_from(
    ["America/Chicago", "Europe/Amsterdam", "Australia/Lord_Howe", "Asia/Jerusalem", "UTC", "Asia/Kolkata"]
)


@given(st.lists(_local, min_size=1, max_size=40), _zones)
@settings(max_examples=25, deadline=None)
def test_local_times_are_read_as_python_reads_them(steady, times, zone):
    twice = [t for year in {t.year for t in times} for t in changes(year, zone)]
    told = [t.replace(microsecond=0) for t in [*times, *twice]]
    rows = [[str(n), t.isoformat(sep=" ")] for n, t in enumerate(told)]
    head = HEAD.replace("America/Chicago", zone)
    steady.run("k t", rows, case('key = "k"\nreceived_at = "t"', head=head))
    found = steady.ask("SELECT epoch_us(received_at) FROM mapped_case ORDER BY _line")
    assert [f[0] // 1_000_000 for f in found] == [
        int(t.replace(tzinfo=ZoneInfo(zone), fold=0).timestamp()) for t in told
    ]


def changes(year: int, zone: str) -> list[dt.datetime]:
    """Local times around the changes of the clock in a year, every ten minutes."""
    place, found = ZoneInfo(zone), []
    hour = dt.datetime(year, 1, 1, tzinfo=dt.UTC)
    for _ in range(366 * 24):
        after = hour + dt.timedelta(hours=1)
        if hour.astimezone(place).utcoffset() != after.astimezone(place).utcoffset():
            start = hour.astimezone(place).replace(tzinfo=None) - dt.timedelta(hours=2)
            found += [start + dt.timedelta(minutes=10 * i) for i in range(36)]
        hour = after
    return found


def test_no_fold_is_overlooked():
    assert dates.folds_of("UTC").steps == ()
    assert 1800 in dates.folds_of("Australia/Lord_Howe").steps


def test_ambiguous_dates_are_asked_never_guessed(desk):
    mapping = case(
        'key = "k"\nreceived_at = "t"\nclosed_at = { column = "c", formats = ["dmy"] }',
        head=HEAD.replace('date_order = "ymd"\n', ""),
    )
    rows = [["1", "13/12/2018", ""], ["2", "01/02/2018 10:00", "01/03/2018"], ["3", "2018-01-05", ""]]
    with pytest.raises(AmbiguousDatesError) as caught:
        desk.run("k t c", rows, mapping)
    (question,) = caught.value.questions
    assert (question.column, question.example) == ("t", "01/02/2018 10:00")
    assert question.readings == (("dmy", "1 February"), ("mdy", "2 January"))
    assert "Is '01/02/2018 10:00' in column 't' 1 February (date_order = 'dmy') or 2 January" in str(caught.value)
    with pytest.raises(AmbiguousDatesError) as caught:
        desk.run("k t c", rows[:1], mapping)
    assert caught.value.questions[0].readings == (("dmy", "13 December"),)
    assert desk.run("k t c", rows[2:], mapping).counts["case"].mapped == 1


def test_a_stray_ambiguous_date_names_the_question(desk):
    desk.run("k t", [["1", "1/2/2018"]], case('key = "k"\nreceived_at = "t"'))
    assert "whether the day or the month comes first (date_order)" in desk.messages()[0]


# --- numbers, words, yes and no ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "decimal", "number"),
    [
        ("5", ".", 5), ("-5.25", ".", -5.25), (".5", ".", 0.5), ("1,234.5", ".", 1234.5), ("1,234,567", ".", 1234567),
        ("$1,234.50", ".", 1234.5), ("(12.50)", ".", -12.5), ("1 234", ".", 1234), ("1'234.5", ".", 1234.5),
        ("1e3", ".", 1000),
        ("1.234,5", ",", 1234.5), ("1234,5", ",", 1234.5), ("5", ",", 5), ("€ 1.000,00", ",", 1000),
        ("1,5", ".", None), ("1.5", ",", None), ("nan", ".", None), ("inf", ".", None), ("0x1F", ".", None),
        ("12 apples", ".", None),
    ],
)  # fmt: skip
def test_numbers(steady, text, decimal, number):
    columns = f'key = "k"\nreceived_at = "t"\nquantity = {{ column = "n", decimal = "{decimal}" }}'
    steady.run("k t n", [["1", "2018-01-05", text]], f'{HEAD}[[target]]\ninto = "order"\n[target.columns]\n{columns}')
    assert steady.ask("SELECT quantity FROM mapped_order") == ([] if number is None else [(number,)])


@pytest.mark.parametrize(
    ("text", "seconds"), [("189", 189), ("0:03:09", 189), ("03:09", 189), ("1:00:00.5", 3600.5), ("-5", None)]
)
def test_durations(steady, text, seconds):
    columns = 'started_at = "t"\nwait_seconds = "n"'
    steady.run("t n", [["2018-01-05", text]], f'{HEAD}[[target]]\ninto = "contact"\n[target.columns]\n{columns}')
    assert steady.ask("SELECT wait_seconds FROM mapped_contact") == ([] if seconds is None else [(seconds,)])


def test_scores_stand_on_their_scale(desk):
    columns = """
        at = "t"
        kind = { constant = "response" }
        score = { column = "n", blanks = ["6"] }
        scale_min = { constant = "1" }
        scale_max = { constant = "5" }
        solicited = "s"
    """
    rows = [["2018-01-05", "5", "Yes"], ["2018-01-05", "6", "0"], ["2018-01-05", "7", ""], ["2018-01-05", "", "maybe"]]
    desk.run("t n s", rows, f'{HEAD}[[target]]\ninto = "feedback"\n[target.columns]\n{columns}')
    assert desk.ask("SELECT score, solicited FROM mapped_feedback ORDER BY _line") == [(5, True), (None, False)]
    assert desk.reasons() == [(4, "score", "out_of_range"), (5, "solicited", "bad_yes_no")]


def test_value_maps_ignore_case_and_spaces(desk):
    columns = """
        received_at = "t"
        status = { column = "s", values = { "In Progress" = "open", Done = "closed", Lost = "" } }
        service = { column = "v", values = { a = "A!" }, otherwise = "=" }
    """
    rows = [["2018-01-05", f"  {s} ", v] for s, v in [("IN PROGRESS", "A"), ("done", "b"), ("LOST", ""), ("shut", "")]]
    desk.run("t s v", rows, case(columns))
    assert desk.ask("SELECT status, service FROM mapped_case ORDER BY _line") == [
        ("open", "A!"),
        ("closed", "b"),
        (None, None),
    ]
    assert desk.reasons() == [(5, "status", "unknown_value")]


def test_a_rest_without_a_map_keeps_our_own_words(desk):
    rows = [["2018-01-05", "WEB"], ["2018-01-05", "drone"], ["2018-01-05", ""]]
    desk.run("t s", rows, case('received_at = "t"\nchannel = { column = "s", otherwise = "other" }'))
    assert desk.ask("SELECT channel FROM mapped_case ORDER BY _line") == [("web",), ("other",), (None,)]


def test_own_words_need_no_map(desk):
    desk.run("t s", [["2018-01-05", "CLOSED"], ["2018-01-05", "shut"]], case('received_at = "t"\nstatus = "s"'))
    assert desk.ask("SELECT status FROM mapped_case") == [("closed",)]
    assert "none of open, paused" in desk.messages()[0]


def test_conditions_on_columns_and_rows(desk):
    mapping = case(
        """
        key = "k"
        received_at = "t"
        closed_at = { column = "u", when = { column = "s", values = ["CLOSED"] } }
        [target.when]
        column = "kind"
        values = ["request"]
        [[target]]
        into = "contact"
        [target.columns]
        started_at = "t"
        [target.when]
        column = "kind"
        values = [" CALL "]
        """
    )
    rows = [
        ["1", "2018-01-05", "2018-01-06", "closed", "Request"],
        ["2", "2018-01-05", "2018-01-06", "open", "request"],
        ["3", "2018-01-05", "", "", "call"],
        ["4", "2018-01-05", "", "", "visit"],
        ["5", "", "", "", ""],
    ]
    done = desk.run("k t u s kind", rows, mapping)
    assert desk.ask("SELECT key, closed_at IS NOT NULL FROM mapped_case ORDER BY 1") == [("1", True), ("2", False)]
    assert (done.counts["contact"].mapped, done.unclaimed) == (1, 2)
    assert desk.reasons() == [(5, "", "no_target"), (6, "", "no_target")]


def test_one_row_may_become_several_events(desk):
    event = """
        [[target]]
        into = "event"
        [target.columns]
        case_key = "k"
        at = "{0}"
        kind = {{ constant = "{1}" }}
        [target.when]
        column = "{0}"
        told = true
    """
    done = desk.run(
        "k a b", [["1", "2018-01-05", "2018-01-06"], ["2", "2018-01-05", "NA"]],
        HEAD + event.format("a", "accepted") + event.format("b", "answered"),
    )  # fmt: skip
    assert desk.ask("SELECT case_key, kind FROM mapped_event ORDER BY ALL") == [
        ("1", "accepted"),
        ("1", "answered"),
        ("2", "accepted"),
    ]
    assert (done.counts["event"].rows, done.counts["event"].mapped) == (3, 3)
