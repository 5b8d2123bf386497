"""How well and how fast records are matched, beside Splink with ordinary settings.

    python bench/matching_bench.py accuracy [REGISTER ...]
    python bench/matching_bench.py labels [REGISTER] [DECISIONS]
    python bench/matching_bench.py speed [RECORDS]

`accuracy` prints precision, recall and F1 of pairs, of clusters and B-cubed (Bagga and Baldwin 1998) at the shipped threshold;
nothing is tuned for a register. `labels` learns a reranker from decisions drawn among the candidate pairs. `speed` prints
the ratio to Splink alone on the same records in the same run. Registers: see bench/matching_registers.py.
"""

import collections
import random
import resource
import sys
import time
from collections.abc import Mapping
from pathlib import Path

import pyarrow as pa

sys.path[:0] = [str(Path(__file__).resolve().parents[1] / name) for name in (".", "src")]

from bench.matching_million import million
from bench.matching_registers import REGISTERS
from regard.customers.matching import LINK, Decision, Matched, Reranker, match


def quality(found: Mapping[int, int], truth: Mapping[int, str]) -> tuple[float, ...]:
    """(precision, recall, F1) of pairs in one cluster, then F1 of B-cubed."""
    joint = collections.Counter((found[i], truth[i]) for i in truth)
    mine, theirs = collections.Counter(found[i] for i in truth), collections.Counter(truth.values())
    right, told, true = (sum(n * (n - 1) // 2 for n in c.values()) for c in (joint, mine, theirs))
    precision, recall = right / max(told, 1), right / max(true, 1)
    cubed_p = sum(n * n / mine[c] for (c, _), n in joint.items()) / len(truth)
    cubed_r = sum(n * n / theirs[t] for (_, t), n in joint.items()) / len(truth)
    return precision, recall, _f1(precision, recall), _f1(cubed_p, cubed_r)


def _f1(p: float, r: float) -> float:
    return 2 * p * r / (p + r) if p + r else 0.0


def clusters_of(matched: Matched) -> dict[int, int]:
    return dict(zip(matched.clusters["record_id"].to_pylist(), matched.clusters["cluster_id"].to_pylist(), strict=True))


def pairs_of(matched: Matched, truth: Mapping[int, str]) -> tuple[float, float, float]:
    """(precision, recall, F1) of the edges at or above LINK, before clustering."""
    edges = matched.edges.select(["left_id", "right_id", "weight"]).to_pylist()
    linked = [truth[e["left_id"]] == truth[e["right_id"]] for e in edges if e["weight"] >= LINK]
    true = sum(n * (n - 1) // 2 for n in collections.Counter(truth.values()).values())
    precision, recall = sum(linked) / max(len(linked), 1), sum(linked) / max(true, 1)
    return precision, recall, _f1(precision, recall)


def ordinary(records: pa.Table, threshold: float = 0.95) -> dict[int, int]:
    """Splink as its documentation shows it: library comparisons, trained by EM, connected components at `threshold`."""
    import duckdb
    import splink.comparison_library as cl
    from splink import DuckDBAPI, Linker, SettingsCreator, block_on

    con = duckdb.connect()
    con.register("told", records)
    texts = [n for n in records.column_names if n not in {"record_id", "own_key"}]
    con.execute(
        f"CREATE TABLE r AS SELECT record_id, {', '.join(f'nullif(lower(trim({n})), chr(32)) AS {n}' for n in texts)} FROM told"
    )
    for n in texts:
        con.execute(f"UPDATE r SET {n} = NULL WHERE {n} = ''")
    has = {n for n in texts if con.execute(f"SELECT count({n}) FROM r").fetchall()[0][0] > 0}
    fuzzy = [n for n in ("given", "family", "name", "address", "city") if n in has]
    exact = [n for n in ("postcode", "phone", "email", "birth_date", "tax_number") if n in has]
    settings = SettingsCreator(
        link_type="dedupe_only", unique_id_column_name="record_id",
        comparisons=[cl.JaroWinklerAtThresholds(n, [0.9, 0.8]).configure(term_frequency_adjustments=True) for n in fuzzy]
        + [cl.LevenshteinAtThresholds(n, [1, 2]) for n in exact],
        blocking_rules_to_generate_predictions=[block_on(n) for n in exact if n != "postcode"]
        + [block_on(*pair) for pair in (("given", "family"), ("family", "postcode"), ("given", "postcode"), ("name",), ("address",))
           if set(pair) <= has],
    )  # fmt: skip
    api = DuckDBAPI(con)
    linker = Linker(api.register("r"), settings, log_level=None)
    linker.training.estimate_u_using_random_sampling(max_pairs=1e6)
    for n in ([n for n in ("family", "name", "birth_date", "phone", "address") if n in has])[:2]:
        linker.training.estimate_parameters_using_expectation_maximisation(block_on(n))
    scored = linker.inference.predict(threshold_match_probability=threshold, warning_mode="never")
    joined = linker.clustering.cluster_pairwise_predictions_at_threshold(scored, threshold_match_probability=threshold)
    return dict(con.execute(f"SELECT record_id, cluster_id FROM {joined.physical_name}").fetchall())


def _line(name: str, *figures: float) -> None:
    print(f"{name:44}" + " ".join(f"{f:.4f}" for f in figures), flush=True)


def accuracy(names: list[str]) -> None:
    print(f"{'':44}P      R      F1     B3")
    for name in names or list(REGISTERS):
        register = REGISTERS[name]()
        if register is None:
            print(f"{name}: pseudopeople is not installed, see bench/matching_registers.py")
            continue
        records, truth = register
        matched = match(records)
        _line(f"{name}: pairs", *pairs_of(matched, truth))
        _line(f"{name}: clusters", *quality(clusters_of(matched), truth))
        try:
            _line(f"{name}: Splink, ordinary settings", *quality(ordinary(records), truth))
        except Exception as error:  # noqa: BLE001 - the peer's fault is no reason to stop
            print(f"{name}: Splink with ordinary settings gave up: {str(error)[:100]}")


def labels(name: str, count: int, seed: int = 1) -> None:
    register = REGISTERS[name]()
    if register is None:
        raise SystemExit("pseudopeople is not installed, see bench/matching_registers.py")
    records, truth = register
    first = match(records)
    _line(f"{name}: no labels", *quality(clusters_of(first), truth))
    edges = first.edges.select(["left_id", "right_id", "weight"]).to_pylist()
    unsure = [e for e in edges if -4 <= e["weight"] <= 9]
    sure = [e for e in edges if e["weight"] > 9]
    rng = random.Random(seed)
    # What reviewers see: mostly unsure pairs, and a random audit of the others.
    drawn = rng.sample(unsure, min(len(unsure), count * 85 // 100)) + rng.sample(
        sure, min(len(sure), count * 15 // 100)
    )
    decisions = [Decision(e["left_id"], e["right_id"], truth[e["left_id"]] == truth[e["right_id"]]) for e in drawn]
    reranker = Reranker.learn(first, decisions)
    _line(f"{name}: {len(decisions)} labels", *quality(clusters_of(match(records, reranker=reranker)), truth))


def speed(count: int) -> None:
    records, who = million(count)
    started, worked = time.perf_counter(), time.process_time()
    matched = match(records, say=print)
    took, processor = time.perf_counter() - started, time.process_time() - worked
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    print(f"{count} records: {took:.0f} s, {processor:.0f} s of processor, {peak:.2f} GB at most")
    _line("clusters", *quality(clusters_of(matched), dict(enumerate(map(str, who), 1))))
    del matched
    started = time.perf_counter()
    ordinary(records)
    alone = time.perf_counter() - started
    print(f"Splink alone: {alone:.0f} s; ratio {took / alone:.2f}")


if __name__ == "__main__":
    task, *rest = sys.argv[1:] or ["accuracy"]
    if task == "accuracy":
        accuracy(rest)
    elif task == "labels":
        labels(rest[0] if rest else "simulated_silos", int(rest[1]) if len(rest) > 1 else 1000)
    else:
        speed(int(rest[0]) if rest else 1_000_000)
