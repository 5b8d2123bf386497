"""The public data sets, through readers and example mappings, against figures counted by another route.

The figures were counted with Python's csv, json and datetime over the files, without readers or mappings.
"""

import csv
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from regard.sources.compile import Mapped, run_mapping
from regard.sources.mapping import Mapping
from regard.sources.readers import RawTable, connect, open_raw
from regard.sources.targets import COLUMNS

pytestmark = pytest.mark.real_data

EXAMPLES = Path(__file__).parents[2] / "examples" / "mappings"


class Import:
    """One file read by one example."""

    def __init__(self, path: Path, example: str) -> None:
        self.con: duckdb.DuckDBPyConnection = connect()
        self.raw: RawTable = open_raw(self.con, path)
        mapping = Mapping.from_toml((EXAMPLES / f"{example}.toml").read_text("utf-8"))
        self.done: Mapped = run_mapping(self.con, mapping, self.raw)

    def counts(self, target: str) -> tuple[int, int, int, int, int]:
        c = self.done.counts[target]
        return c.rows, c.mapped, c.merged, c.repeats, c.quarantined

    def ask(self, query: str) -> list[tuple]:
        return self.con.execute(query).fetchall()

    def one(self, query: str) -> object:
        return self.ask(query)[0][0]

    def tally(self, target: str, column: str) -> dict[object, int]:
        return dict(self.ask(f"SELECT {column}, count(*) FROM mapped_{target} GROUP BY 1"))


@pytest.fixture
def stlouis(real_data) -> Iterator[Import]:
    return Import(real_data / "stlouis_csb_2018" / "january_2018.csv", "stlouis_csb")


def test_st_louis_rows_repeats_and_contradictions(stlouis, real_data):
    # 1,554 rows, 1,541 of them different, 1,532 request numbers: 13 repeats, and 9 rows that contradict the first.
    assert (stlouis.raw.rows, stlouis.raw.rejected, stlouis.raw.blank) == (1554, 0, 0)
    assert stlouis.counts("case") == (1554, 1532, 0, 13, 9)
    with (real_data / "stlouis_csb_2018" / "january_2018.csv").open(newline="") as file:
        told = list(csv.DictReader(file))
    seen: dict[str, dict[str, str]] = {}
    odd = {n for n, row in enumerate(told, start=2) if seen.setdefault(row["requestid"], row) != row}
    first = {tuple(row.values()): n for n, row in reversed(list(enumerate(told, start=2)))}
    again = {n for n, row in enumerate(told, start=2) if first[tuple(row.values())] != n}
    assert {line for (line,) in stlouis.ask("SELECT _line FROM repeats WHERE target = 'case'")} == again
    assert {line for (line,) in stlouis.ask("SELECT _line FROM quarantine")} == odd - again
    codes = stlouis.ask("SELECT DISTINCT json_extract_string(reasons, '$[*].code') FROM quarantine")
    assert codes == [(["key_disagrees"],)]


def test_st_louis_values(stlouis):
    counted = "count(closed_at), count(promised_at), count(withdrawn_at), count(latitude)"
    assert stlouis.ask(f"SELECT {counted} FROM mapped_case") == [(1409, 1528, 38, 0)]
    assert stlouis.tally("case", "channel") == {
        "phone": 873, "web": 419, "social": 32, "email": 8, "other": 62 + 7 + 1, None: 130
    }  # fmt: skip
    assert stlouis.tally("case", "status") == {"closed": 1395 + 14, "withdrawn": 38, "paused": 1, "open": 84}
    # A promise of a day is kept until that day ends: 433 closed on a later day.
    assert stlouis.one("SELECT count(*) FROM mapped_case WHERE closed_at > promised_at") == 433
    assert stlouis.ask(
        "SELECT strftime(received_at, '%Y-%m-%d %H:%M:%S'), strftime(promised_at, '%Y-%m-%d %H:%M:%S') "
        "FROM mapped_case WHERE key = '1049265'"
    ) == [("2018-01-01 06:48:30", "2018-01-16 05:59:59")]
    # 1,456 rows tell of an investigation, of 1,434 requests.
    assert stlouis.counts("event") == (1456, 1434, 0, 22, 0)


@pytest.fixture(params=["receipt.csv", "08_receipt.xes.gz"])
def permits(real_data, request) -> Import:
    example = "dutch_permits_csv" if request.param.endswith("csv") else "dutch_permits_xes"
    return Import(real_data / "dutch_permit_receipt" / request.param, example)


def test_dutch_permits(permits):
    assert permits.raw.rows == 8577
    assert permits.counts("event") == (8577, 8577, 0, 0, 0)
    # 1,434 cases; two of them ended before they began.
    assert permits.counts("case") == (8577, 1432, 8577 - 1434, 0, 2)
    wrong = permits.ask("SELECT DISTINCT raw->>'case:concept:name' FROM quarantine ORDER BY 1")
    assert wrong == [("case-10862",), ("case-8267",)]
    assert permits.tally("case", "channel") == {"web": 1248, "counter": 109, "letter": 53, "email": 21, "other": 1}
    assert permits.tally("event", "kind") == {"received": 1434, "noted": 8577 - 1434}
    assert permits.ask(
        "SELECT count(*) FILTER (closed_at IS NULL), count(*) FILTER (closed_at > promised_at) FROM mapped_case"
    ) == [(105, 377)]


def test_dutch_permits_in_the_right_zone(permits):
    # 4,318 stamps say +01:00 and 4,259 say +02:00.
    assert permits.ask(
        "SELECT strftime(min(\"at\"), '%Y-%m-%d %H:%M:%S.%g'), strftime(max(\"at\"), '%Y-%m-%d %H:%M:%S.%g'), "
        'CAST(sum(floor(epoch("at"))) AS BIGINT), count(DISTINCT actor), count(unit) FROM mapped_event'
    ) == [("2010-10-02 07:20:39.266", "2012-01-23 14:42:54.644", 11202765602371, 48, 6641)]


def test_dutch_permits_as_csv_and_as_xes_are_the_same(real_data):
    folder = real_data / "dutch_permit_receipt"
    plain, log = (
        Import(folder / "receipt.csv", "dutch_permits_csv"),
        Import(folder / "08_receipt.xes.gz", "dutch_permits_xes"),
    )
    for target in ("event", "case"):
        names = ", ".join(f'"{name}"' for name in COLUMNS[target] if name != "_line")
        times = [f'epoch_us("{n}") AS "{n}"' for n, kind in COLUMNS[target].items() if kind == "timestamptz"]
        query = f"SELECT {names} FROM (SELECT * REPLACE ({', '.join(times)}) FROM mapped_{target}) ORDER BY key"
        assert plain.ask(query) == log.ask(query)


def test_calls_of_a_bank(real_data):
    calls = Import(real_data / "calls_anonymousbank_jan" / "january.txt", "anonymousbank_calls")
    assert calls.raw.delimiter == "\t"
    assert calls.counts("contact") == (31599, 31599, 0, 0, 0)
    assert calls.tally("contact", "outcome") == {"answered": 27060, "abandoned": 4299, None: 240}
    assert calls.tally("contact", "details->>'outcome as told'")["PHANTOM"] == 240
    assert calls.ask(
        "SELECT sum(wait_seconds), max(wait_seconds), sum(wait_seconds) FILTER (outcome = 'abandoned'), "
        "sum(handle_seconds), max(handle_seconds), count(handle_seconds) FROM mapped_contact"
    ) == [(1155763, 1772, 188305, 4964204, 5300, 27060)]
    assert calls.one("SELECT count(*) FROM mapped_contact WHERE outcome = 'answered' AND wait_seconds <= 20") == 16402
    assert calls.ask("SELECT count(person_key), count(DISTINCT person_key) FROM mapped_contact") == [
        (31599 - 18175, 3976)
    ]
    day = "strftime(timezone('Asia/Jerusalem', {}(started_at)), '%Y-%m-%d')"
    shown = f"{day.format('min')}, {day.format('max')}, count(DISTINCT staff)"
    assert calls.ask(f"SELECT {shown} FROM mapped_contact") == [("1999-01-01", "1999-01-31", 28)]


@pytest.mark.parametrize(
    ("file", "example", "rows", "closed", "placed", "promised"),
    [
        ("bloomington_requests.json", "open311_json", 21, 3, 13, 0),  # six more say 0, 0: no place is there
        ("service_requests.json", "open311_json", 2, 0, 2, 0),  # Chicago
        ("requests_many.xml", "open311_xml", 2, 0, 2, 2),  # Toronto
        ("requests_single.xml", "open311_xml", 1, 0, 1, 1),
        ("sf_requests.xml", "open311_xml", 56, 4, 47, 40),
    ],
)
def test_open311_replies_of_four_cities(real_data, file, example, rows, closed, placed, promised):
    city = Import(real_data / "open311_samples" / file, example)
    assert city.raw.format == "open311"
    assert city.counts("case") == (rows, rows, 0, 0, 0)
    assert city.ask(
        "SELECT count(closed_at), count(latitude), count(longitude), count(promised_at) FROM mapped_case"
    ) == [(closed, placed, placed, promised)]


def test_open311_times_with_and_without_zone(real_data):
    folder = real_data / "open311_samples"
    shown = "SELECT strftime(received_at, '%Y-%m-%d %H:%M:%S.%g') FROM mapped_case WHERE key = "
    for file, example, key, instant in (
        ("sf_requests.xml", "open311_xml", "1129806", "2012-05-23 06:57:23.970"),  # no zone: Pacific summer time
        ("requests_many.xml", "open311_xml", "101005420892", "2018-07-30 04:01:00.000"),  # -04:00
        ("service_requests.json", "open311_json", "14-01100669", "2014-07-12 15:58:43.000"),  # -05:00
    ):
        assert Import(folder / file, example).one(f"{shown}'{key}'") == instant


def test_orders_of_a_shop(real_data):
    shop = Import(real_data / "online_retail_uci" / "online_retail_by_day_concat.csv.gz", "online_retail")
    assert shop.counts("order") == (541909, 541909, 0, 0, 0)
    assert shop.ask(
        "SELECT count(DISTINCT key), sum(quantity), count(DISTINCT person_key), round(sum(quantity * unit_price), 2), "
        "count(*) FILTER (key LIKE 'C%'), count(*) FILTER (person_key IS NULL) FROM mapped_order"
    ) == [(25900, 5176450, 4372, 9747747.93, 9288, 135080)]


def test_feedback_of_patients(real_data):
    voice = Import(real_data / "nhs_fft_dev" / "v6framework_NHFT.csv", "nhs_fft")
    assert voice.counts("feedback") == (2812, 2812, 0, 0, 0)
    assert voice.tally("feedback", "score") == {1: 1506, 2: 489, 3: 143, 4: 122, 5: 190, None: 362}
    assert voice.tally("feedback", "question") == {"What could we do better?": 1500, "What was good?": 1312}
    assert voice.ask(
        "SELECT count(text), count(DISTINCT person_key), strftime(min(timezone('Europe/London', \"at\")), '%Y-%m-%d'), "
        "strftime(max(timezone('Europe/London', \"at\")), '%Y-%m-%d') FROM mapped_feedback"
    ) == [(2812 - 502, 1507, "2021-06-02", "2022-05-31")]
