"""Every measure of the catalogue by month and unit over ten million facts, beside DuckDB alone on the same files.

    python bench/measures_bench.py [FACTS] [RUNS]

Writes FACTS case facts (ten million; promises and contacts in proportion) and answers each measure RUNS times, with
nothing remembered. Beside it stand, over the same columns in the same run,
  sums      DuckDB adding them up by month and unit: no more than a scan that groups;
  quantile  for lengths, DuckDB's own median and 90th percentile of finished cases by month and unit: the same
            question without open cases and without an interval.
Ratios are to these. Wall time tells of the machine: processor seconds stand beside it.
"""

import statistics
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pyarrow as pa

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from bench.office_rows import own_database

UNITS, SERVICES, MONTHS = 20, 40, 24
AS_OF = datetime(2025, 11, 1, tzinfo=UTC)
CHANNELS = ("counter", "phone", "email", "web", "letter")
DAY = 86_400
MICRO = 1_000_000


def case_facts(low: int, high: int, total: int) -> pa.Table:
    """Cases `low` to `high` of `total`, in the order in which they arrived; most have ended."""
    from regard.measures.facts.layout import steps_of

    rng, n = np.random.default_rng(low), high - low
    now = int(AS_OF.timestamp())
    received = now - ((total - np.arange(low, high)) / total * MONTHS * 30.4 * DAY).astype(np.int64)
    took = rng.lognormal(12.4, 1.2, n).astype(np.int64)
    answered = (took * rng.random(n)).astype(np.int64)
    months = received.astype("datetime64[s]").astype("datetime64[M]").astype("datetime64[D]")
    ends = received + took
    done = ends < now
    columns: dict[str, object] = {
        "case_id": np.arange(low, high),
        "office": np.ones(n, int),
        "unit": 1 + rng.integers(0, UNITS, n),
        "service": 1 + rng.integers(0, SERVICES, n),
        "channel": np.array(CHANNELS)[rng.integers(0, len(CHANNELS), n)],
        "silo": np.ones(n, int),
        "kind": np.full(n, "case"),
        "state": np.where(done, np.where(rng.random(n) < 0.03, "withdrawn", "closed"), "open"),
        "is_open": (~done).astype(int),
        "impossible": np.zeros(n, int),
        "received_at": (received * MICRO).astype("datetime64[us]"),
        "received_month": months,
        "ended_month": pa.array(
            ends.astype("datetime64[s]").astype("datetime64[M]").astype("datetime64[D]"), mask=~done
        ),
        "calendar": np.zeros(n, int),
        "received_open": (received - now) // 4 + 200_000_000,
        "paused_seconds": np.zeros(n, int),
        "paused_working": np.zeros(n, int),
        "reopens": (rng.random(n) < 0.04).astype(int),
        "transfers": (rng.random(n) < 0.1).astype(int),
    }
    has_limit = columns["service"] <= 30  # type: ignore[operator]
    for stage, length in (("answer", answered), ("resolve", took)):
        seen = (received + length) < now
        left = (columns["state"] == "withdrawn") if stage == "resolve" else np.zeros(n, bool)
        told = {"seconds": length, "working": length // 4}
        columns[f"{stage}_seen"] = pa.array((~left).astype(int), mask=~seen)
        columns[f"{stage}_seconds"] = pa.array(told["seconds"], mask=~seen)
        columns[f"{stage}_working"] = pa.array(told["working"], mask=~seen)
        columns[f"{stage}_step"] = pa.array(steps_of(told["seconds"]), mask=~seen)
        columns[f"{stage}_working_step"] = pa.array(steps_of(told["working"]), mask=~seen)
        columns[f"{stage}_limit"] = pa.array(np.full(n, 5 * DAY), mask=~has_limit)
        columns[f"{stage}_clock"] = pa.array(np.zeros(n, int), mask=~has_limit)
        columns[f"{stage}_used"] = pa.array(np.minimum(-(-length * 100 // (5 * DAY)), 30_000), mask=~(seen & has_limit))
    return _table("case", columns, n)


def other_facts(name: str, low: int, high: int, total: int) -> pa.Table:
    """Promises, contacts or feedback, so many."""
    from regard.measures.facts.layout import SCHEMAS, steps_of

    rng, n = np.random.default_rng(low + len(name)), high - low
    at = int(AS_OF.timestamp()) - ((total - np.arange(low, high)) / total * MONTHS * 30.4 * DAY).astype(np.int64)
    months = at.astype("datetime64[s]").astype("datetime64[M]").astype("datetime64[D]")
    instants = (at * MICRO).astype("datetime64[us]")
    wait = rng.exponential(90, n).astype(np.int64)
    columns: dict[str, object] = {
        "case_id": np.arange(low, high),
        "office": np.ones(n, int),
        "unit": 1 + rng.integers(0, UNITS, n),
        "service": 1 + rng.integers(0, SERVICES, n),
        "channel": np.array(CHANNELS)[rng.integers(0, len(CHANNELS), n)],
        "silo": np.ones(n, int),
    }
    own = {
        "promise": {"promise_id": columns["case_id"], "stage": np.full(n, "resolve"), "due_at": instants,
                    "state": np.array(["kept", "broken", "open", "moved"])[rng.integers(0, 4, n)], "due_month": months},
        "contact": {"contact_id": columns["case_id"], "direction": np.full(n, "in"), "started_month": months,
                    "outcome": np.where(rng.random(n) < 0.15, "abandoned", "answered"), "wait_seconds": wait,
                    "wait_step": steps_of(wait)},
        "feedback": {"feedback_id": columns["case_id"], "kind": np.full(n, "response"), "question": np.full(n, "How?"),
                     "score": rng.integers(1, 6, n).astype(float), "scale_min": np.ones(n), "scale_max": np.full(n, 5.0),
                     "month": months},
    }  # fmt: skip
    assert SCHEMAS[name]
    return _table(name, columns | own[name], n)


def _table(name: str, columns: dict[str, object], n: int) -> pa.Table:
    from regard.measures.facts.layout import SCHEMAS

    made = []
    for field in SCHEMAS[name]:
        told = columns.get(field.name)
        kind = field.type.value_type if pa.types.is_dictionary(field.type) else field.type
        made.append(pa.nulls(n, kind) if told is None else pa.array(told).cast(kind))
    return pa.table([column.cast(f.type) for column, f in zip(made, SCHEMAS[name], strict=True)], schema=SCHEMAS[name])


def write_facts(facts: int) -> None:
    from regard.measures.facts.layout import IDS_PER_FILE
    from regard.measures.facts.refresh import store
    from regard.measures.facts.store import Manifest, new_token

    folder, token, files = store(), new_token(), []
    sizes = {"case": facts, "promise": facts // 3, "contact": facts // 5, "feedback": facts // 50}
    with folder.writing():
        for name, total in sizes.items():
            for part, low in enumerate(range(0, total, IDS_PER_FILE)):
                high = min(low + IDS_PER_FILE, total)
                rows = case_facts(low, high, total) if name == "case" else other_facts(name, low, high, total)
                files.append(folder.write(token, name, part, rows))
        folder.publish(Manifest(token, "made up", 1, "1:1:", AS_OF, AS_OF, tuple(f for f in files if f)))


def median(work: Callable[[], object], runs: int, before: Callable[[], object] = lambda: None) -> tuple[float, ...]:
    """Median, least and most wall seconds, and median processor seconds."""
    wall, busy = [], []
    for _ in range(runs):
        before()
        started, processor = time.perf_counter(), time.process_time()
        work()
        wall.append(time.perf_counter() - started)
        busy.append(time.process_time() - processor)
    return statistics.median(wall), min(wall), max(wall), statistics.median(busy)


def main(facts: int, runs: int) -> None:
    with own_database():
        from regard.measures import engine
        from regard.measures.access import Scope
        from regard.measures.definitions import CATALOGUE, Kind
        from regard.measures.engine.reader import forget_answers, reader

        started = time.perf_counter()
        write_facts(facts)
        print(f"{facts:,} case facts written in {time.perf_counter() - started:.0f} s; {runs} runs each, medians")
        print(
            f"{'by month and unit':<32}{'wall':>8}{'spread':>16}{'proc':>7}{'sums':>8}{'ratio':>7}{'quantile':>10}{'ratio':>7}"
        )
        everything, worst = Scope.everything(), (0.0, 0.0)
        for slug, definition in CATALOGUE.items():
            by = ("month", "unit")

            def answer(definition=definition, by=by) -> None:
                engine.figure(definition, scope=everything, by=by)

            answer()  # compiles the SQL
            wall, least, most, busy = median(answer, runs, forget_answers)
            raw = _raw(definition)
            sums = median(lambda raw=raw: reader().run(raw[0]), runs)[0]
            told = f"{slug:<32}{wall:8.3f}{f'{least:.3f}-{most:.3f}':>16}{busy:7.2f}{sums:8.3f}{wall / sums:7.1f}"
            if definition.kind is Kind.LENGTH:
                own = median(lambda raw=raw: reader().run(raw[1]), max(runs // 2, 1))[0]
                told += f"{own:10.3f}{wall / own:7.1f}"
            print(told, flush=True)
            worst = max(worst, (wall, wall / sums))
        print(f"slowest: {worst[0]:.3f} s")


def _raw(definition: object) -> tuple[str, str]:
    """DuckDB alone over the columns that a measure reads: sums by month and unit, and quantiles."""
    month, table = definition.month, f"memory.main.{definition.table}_facts"  # type: ignore[attr-defined]
    read = {
        "cases-received": [],
        "cases-resolved": ["state = 'closed'"],
        "backlog": ["is_open"],
        "reopened": ["is_open", "reopens"],
        "transferred": ["transfers"],
        "withdrawn": ["state = 'withdrawn'"],
        "time-to-first-answer": ["answer_step", "answer_seen"],
        "time-to-first-answer-official": ["answer_working_step", "answer_seen"],
        "time-to-resolve": ["resolve_step", "resolve_seen"],
        "time-to-resolve-official": ["resolve_working_step", "resolve_seen"],
        "answered-within-standard": ["answer_used", "answer_seen"],
        "resolved-within-standard": ["resolve_used", "resolve_seen"],
        "no-answer-standard": ["answer_limit"],
        "no-standard": ["resolve_limit"],
        "promises-kept": ["state = 'kept'", "agreed"],
        "contacts-received": ["direction = 'in'"],
        "abandoned-contacts": ["direction = 'in'", "outcome = 'abandoned'"],
        "waiting-time": ["wait_step", "direction = 'in'", "outcome = 'answered'"],
        "complaints": ["kind = 'complaint'"],
        "compliments": ["kind = 'compliment'"],
        "feedback-scores": ["score", "length(question)"],
        "backlog-age": ["is_open"],
        "oldest-open": ["is_open"],
    }[definition.slug]  # type: ignore[attr-defined]
    sums = "".join(f", sum(({column})::INT)" for column in read)
    grouped = f"SELECT {month}, unit, count(*){sums} FROM {table} GROUP BY 1, 2"
    length = read[0].replace("_working_step", "_working").replace("_step", "_seconds") if read else "1"
    quantiles = f"SELECT {month}, unit, count(*), quantile_cont({length}, [0.5, 0.9]) FROM {table} GROUP BY 1, 2"
    return grouped, quantiles


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 10_000_000, int(sys.argv[2]) if len(sys.argv) > 2 else 7)
