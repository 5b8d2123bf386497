"""Figures of public data sets, imported as anybody would, against plain counting over the files themselves."""

import csv
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import duckdb
import pytest

from regard.config.home import ROOT
from regard.measures import engine
from regard.measures.access import scope_of
from regard.measures.definitions import find
from regard.measures.facts.refresh import refresh
from tests.sources.importing import Importer, books

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.real_data]


@pytest.fixture
def bring_in(cast, settings, tmp_path):
    settings.HOME, settings.MEDIA_ROOT = tmp_path, tmp_path / "uploads"

    def run(path: Path, example: str):
        importer = Importer(cast.office, (ROOT / "examples" / "mappings" / example).read_text("utf-8"))
        done = importer.text(path.read_bytes(), path.name)
        books(done)
        refresh()
        return done

    return run


def figure(cast, slug: str, **options):
    return engine.figure(find(slug), scope=scope_of(cast.analyst), **options)


def product_limit(lengths: list[tuple[float, bool]], p: float) -> float | None:
    """By when a share `p` was done, by hand: Kaplan and Meier's product, one length after the other."""
    surviving, at_risk = 1.0, len(lengths)
    for length in sorted({length for length, _ in lengths}):
        done = sum(seen for told, seen in lengths if told == length)
        surviving *= 1 - done / at_risk
        if done and surviving <= 1 - p + 1e-12:
            return length
        at_risk -= sum(told == length for told, _ in lengths)
    return None


def test_calls_of_a_bank(real_data, cast, bring_in):
    path = real_data / "calls_anonymousbank_jan" / "january.txt"
    run = bring_in(path, "anonymousbank_calls.toml")
    refused = [(row.raw["vru+line"], row.raw["call_id"]) for row in run.quarantine.all()]
    base = duckdb.connect()
    base.execute(f"CREATE TABLE raw AS SELECT * FROM read_csv('{path}', delim = '\t', all_varchar = true)")
    base.execute("CREATE TABLE refused (line VARCHAR, call VARCHAR)")
    for row in refused:
        base.execute("INSERT INTO refused VALUES (?, ?)", row)
    base.execute(
        'CREATE TABLE calls AS SELECT DISTINCT ON ("vru+line", call_id) * FROM raw WHERE NOT EXISTS '
        '(FROM refused WHERE line = "vru+line" AND call = call_id)'
    )
    told = dict(base.execute("SELECT outcome, count(*) FROM calls GROUP BY 1").fetchall())
    gave_up = figure(cast, "abandoned-contacts").total
    assert (gave_up.n, gave_up.more["hits"]) == (told["AGENT"] + told["HANG"], told["HANG"])
    assert figure(cast, "contacts-received").total.n == sum(told.values())
    assert dict(engine.left_out(find("abandoned-contacts"), scope=scope_of(cast.analyst))) == {
        "with an outcome that was not told": told["PHANTOM"]
    }
    waits = base.execute("SELECT q_time::INT, outcome = 'AGENT' FROM calls WHERE outcome <> 'PHANTOM'").fetchall()
    waiting = figure(cast, "waiting-time").total
    assert waiting.n == len(waits)
    assert waiting.answer.value == product_limit(waits, 0.5)
    assert waiting.more["p90"].value == product_limit(waits, 0.9)
    # Those who were served waited less than those who came: leaving out who hung up flatters the queue.
    served = base.execute("SELECT quantile_disc(q_time::INT, 0.9) FROM calls WHERE outcome = 'AGENT'").fetchone()[0]
    assert waiting.more["p90"].value > served


def test_permits_and_their_legal_term(real_data, cast, bring_in):
    path = real_data / "dutch_permit_receipt" / "receipt.csv"
    run = bring_in(path, "dutch_permits_csv.toml")
    refused = {row.raw["case:concept:name"] for row in run.quarantine.all()}
    with path.open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    told = list({row["case:concept:name"]: row for row in rows if row["case:concept:name"] not in refused}.values())
    assert figure(cast, "cases-received").total.n == len(told) == 1_432
    term, end = (
        [datetime.fromisoformat(row[f"case:{name}"]) if row[f"case:{name}"] else None for row in told]
        for name in ("deadline", "enddate")
    )
    # A case arrived when its log first says so: two receipts were confirmed before the day that the case names.
    first = {row["case:concept:name"]: datetime.fromisoformat(row["case:startdate"]) for row in rows}
    for row in rows:
        if row["concept:name"] == "Confirmation of receipt":
            at = datetime.fromisoformat(row["time:timestamp"])
            first[row["case:concept:name"]] = min(at, first[row["case:concept:name"]])
    start = [first[row["case:concept:name"]] for row in told]
    kept = sum(done is not None and done <= due for due, done in zip(term, end, strict=True) if due)
    found = figure(cast, "promises-kept").total
    assert (found.n, found.more["hits"]) == (sum(due is not None for due in term), kept)
    as_of = engine.as_of()
    lengths = [
        (int(((done or as_of) - began).total_seconds()), done is not None)
        for began, done in zip(start, end, strict=True)
    ]
    time_taken = figure(cast, "time-to-resolve").total
    assert time_taken.still_open == sum(not seen for _, seen in lengths)
    assert time_taken.answer.value == product_limit(lengths, 0.5)
    assert time_taken.more["p90"].value == product_limit(lengths, 0.9)
    by_month = figure(cast, "cases-received", by=("month",)).cells
    amsterdam, chicago = ZoneInfo("Europe/Amsterdam"), ZoneInfo("America/Chicago")
    months = [began.astimezone(chicago).strftime("%Y-%m") for began in start]  # the clock of the unit that works on it
    assert {f"{cell.key[0]:%Y-%m}": cell.n for cell in by_month} == {m: months.count(m) for m in set(months)}
    assert months != [began.astimezone(amsterdam).strftime("%Y-%m") for began in start]


def test_requests_of_a_city(real_data, cast, bring_in):
    path = real_data / "stlouis_csb_2018" / "january_2018.csv"
    run = bring_in(path, "stlouis_csb.toml")
    refused = set(run.quarantine.values_list("line", flat=True))
    told: dict[str, dict[str, str]] = {}
    with path.open(newline="", encoding="utf-8") as file:
        for line, row in enumerate(csv.DictReader(file), start=2):
            if line not in refused:
                told.setdefault(row["requestid"], row)
    place = ZoneInfo("America/Chicago")

    def instant(row: dict[str, str], column: str) -> datetime | None:
        if row[column] in {"", "NA", "N/A"}:
            return None
        return datetime.fromisoformat(row[column]).replace(tzinfo=place).astimezone(UTC)

    assert figure(cast, "cases-received").total.n == len(told)
    as_of, lengths, withdrawn = engine.as_of(), [], 0
    for row in told.values():
        began, closed, cancelled = (instant(row, name) for name in ("datetimeinit", "datetimeclosed", "datecancelled"))
        left = cancelled is not None and (closed is None or cancelled <= closed)
        withdrawn += left
        end = cancelled if left else closed
        lengths.append((int(((end or as_of) - began).total_seconds()), end is not None and not left))
    assert figure(cast, "withdrawn").total.more["hits"] == withdrawn
    time_taken = figure(cast, "time-to-resolve").total
    assert time_taken.answer.value == product_limit(lengths, 0.5)
    assert time_taken.more["p90"].value == product_limit(lengths, 0.9)
    assert time_taken.n == len(told)
