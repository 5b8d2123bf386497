"""The folder of facts: one consistent set at any instant, whoever is killed."""

import json
import random
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta

import pyarrow as pa
import pytest

from regard.measures.facts.layout import LAYOUT, SCHEMAS
from regard.measures.facts.store import GRACE, FactStore, Manifest, new_token

NOW = datetime(2025, 11, 1, tzinfo=UTC)


def rows_of(ids: list[int], owner: int = 1) -> pa.Table:
    schema = SCHEMAS["case"]
    columns = {name: pa.nulls(len(ids), schema.field(name).type) for name in schema.names}
    columns |= {"case_id": pa.array(ids), "owner": pa.array([owner] * len(ids), pa.int32())}
    columns["is_open"] = pa.array([n % 2 for n in ids], pa.int16())
    return pa.table(columns, schema=schema)


def publish(facts: FactStore, owner: int, parts: int = 3) -> Manifest:
    token = new_token()
    with facts.writing():
        files = [
            facts.write(token, "case", part, rows_of([part * 10 + n for n in range(5)], owner)) for part in range(parts)
        ]
        return facts.publish(Manifest(token, "db", owner, "1:1:", NOW, NOW, tuple(files)))


def owners(facts: FactStore) -> set[int]:
    manifest = facts.manifest()
    return {owner for file in manifest.files for owner in facts.read(file)["owner"].to_pylist()}


def test_a_set_is_read_back_as_written(tmp_path):
    facts = FactStore(tmp_path)
    assert facts.manifest() is None
    assert facts.stamp() is None
    made = publish(facts, 7)
    assert facts.manifest() == made
    assert facts.is_whole(made)
    assert made.rows("case") == 15
    assert [n % 2 for n in facts.read(made.of("case")[0])["case_id"].to_pylist()] == [
        0,
        0,
        0,
        1,
        1,
    ]  # what is open comes last


def test_files_of_the_set_before_stay_for_those_who_read_it(tmp_path):
    facts = FactStore(tmp_path)
    first = publish(facts, 1)
    stamp = facts.stamp()
    publish(facts, 2)
    assert facts.stamp() != stamp
    assert facts.is_whole(first)
    assert owners(facts) == {2}


def test_files_go_when_nobody_can_read_them_any_more(tmp_path, monkeypatch):
    facts = FactStore(tmp_path)
    first = publish(facts, 1)
    publish(facts, 2)
    monkeypatch.setattr("regard.measures.facts.store.GRACE", GRACE - GRACE - timedelta(seconds=1))
    publish(facts, 3)
    assert not any((tmp_path / file.name).exists() for file in first.files)
    assert owners(facts) == {3}


@pytest.mark.parametrize("told", ["", "{", "[]", '{"layout": 1}', json.dumps({"layout": LAYOUT + 1})])
def test_a_manifest_that_makes_no_sense_is_none(tmp_path, told):
    facts = FactStore(tmp_path)
    publish(facts, 1)
    (tmp_path / "manifest.json").write_text(told)
    assert facts.manifest() is None
    publish(facts, 2)
    assert owners(facts) == {2}


def test_a_missing_file_is_noticed(tmp_path):
    facts = FactStore(tmp_path)
    made = publish(facts, 1)
    (tmp_path / made.files[0].name).unlink()
    assert not facts.is_whole(made)


def test_no_rows_make_no_file(tmp_path):
    with FactStore(tmp_path).writing():
        assert FactStore(tmp_path).write("t", "case", 0, rows_of([])) is None


WRITER = """
import sys
from pathlib import Path
from tests.measures.test_facts_store import FactStore, publish
for owner in range(int(sys.argv[2]), 10**6):
    publish(FactStore(Path(sys.argv[1])), owner)
    print(owner, flush=True)
"""


@pytest.mark.slow
def test_killed_at_any_time_the_set_is_whole(tmp_path, pytestconfig):
    """kill -9 a process that publishes set after set: what counts is always one whole set, and the last one told."""
    facts, rng, told = FactStore(tmp_path), random.Random(5), 0
    environment = {"PYTHONPATH": f"{pytestconfig.rootpath}:{pytestconfig.rootpath / 'src'}", "PATH": "/usr/bin:/bin"}
    for _ in range(6):
        command = [sys.executable, "-c", WRITER, str(tmp_path), str(told + 1)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as writer:
            first = writer.stdout.readline()
            time.sleep(rng.uniform(0, 0.05))
            writer.send_signal(signal.SIGKILL)
            rest = writer.stdout.read()
        last = [int(line) for line in (first + rest).split("\n") if line][-1]
        manifest = facts.manifest()
        assert facts.is_whole(manifest)
        assert owners(facts) in ({last}, {last + 1})  # published, and killed before it could say so
        told = manifest.watermark
    publish(facts, told + 1)
    names = {file.name for file in facts.manifest().files} | set(facts.manifest().retired)
    assert {file.name for file in tmp_path.glob("*.parquet")} == names  # what killed writers left is gone
