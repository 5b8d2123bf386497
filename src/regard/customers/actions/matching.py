"""Taking over what a matching found: its scores, its clusters, and what a person should look at."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from random import SystemRandom
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, Protocol

from django.db import connection, transaction
from django.utils import timezone
from procrastinate.exceptions import AlreadyEnqueued

from regard.customers import following
from regard.customers.actions import assigning, moving, queueing
from regard.customers.actions.showing import show_freshest
from regard.customers.explaining import in_words
from regard.customers.models import MatchRun
from regard.lib.copying import CopyFile, copy_in, stage
from regard.office.models import Unit
from regard.records import audit
from regard.records.actors import Actor

if TYPE_CHECKING:
    import pyarrow as pa

EDGE_COLUMNS = ("left_id", "right_id", "kind", "weight", "probability", "evidence", "model")


class Matched(Protocol):
    """What a matching hands over (`regard.customers.matching.Matched`)."""

    edges: "pa.Table"
    clusters: "pa.Table"
    card: dict[str, Any]


@dataclass(frozen=True)
class Applied:
    """What came of a matching. `set_aside`: clusters that contradicted what people had decided, and were not taken."""

    run: MatchRun
    joined: int
    split: int
    moved: int
    set_aside: int
    to_review: int


@transaction.atomic
def apply_match(
    *, by: Actor, office: Unit, matched: Matched, is_whole: bool = True, seed: int | None = None, up_to: int = 0
) -> Applied:
    """Take over a matching: keep its scores, join and split customers by its clusters, fill the review queue.

    Numbers stay with the cluster that holds most of their customer's records; a number that loses its customer leads
    to the one that took it in. What people decided stands: a cluster that breaks it is set aside as a whole. Set-based,
    one audit entry. is_whole: all records of the office were matched: earlier scores are replaced, and customers may be
    parted; else they are only joined.
    `seed` draws the audit sample; by default it is that of the last matching, so that the sample stays what it was.
    up_to: the newest record that was there when the records were read; what came later is new to the next matching.
    """
    run = MatchRun.objects.create(
        office=office, is_whole=is_whole, card=matched.card, asked_by=by.audit_name,
        seed=seed if seed is not None else _seed(office), records=matched.clusters.num_rows,
        edges=matched.edges.num_rows, model=_version(matched.card), up_to=up_to,
    )  # fmt: skip
    with connection.cursor() as cursor:
        moving.hold_still(cursor, office.pk, alone=True)
        cursor.execute("SET LOCAL work_mem = '128MB'")  # whole tables are sorted and joined below
        with TemporaryDirectory(prefix="regard-match-") as folder:
            _take_scores(cursor, run, matched.edges, Path(folder))
            _take_clusters(cursor, matched.clusters, Path(folder))
        set_aside = assigning.place(cursor, office.pk, may_part=is_whole)
        joined, split = assigning.stage_changes(cursor, run)
        _say_why(cursor)
        moved = moving.carry_out(cursor, staff=None, ended_reason=f"matching {run.pk}")
        assigning.settle(cursor)
        show_freshest(cursor, "touched_customer")
        to_review = queueing.fill(cursor, run)
    run.state, run.ended_at, run.joined, run.split = MatchRun.State.DONE, timezone.now(), joined, split
    run.save()
    note = {"records": run.records, "edges": run.edges, "joined": joined, "split": split, "moved": moved,
            "set_aside": set_aside, "to_review": to_review, "model": run.model, "seed": run.seed}  # fmt: skip
    audit.record(by=by, action="customers.match", obj=run, count=moved, note=note, office_id=office.pk)
    return Applied(run, joined, split, moved, set_aside, to_review)


def _version(card: dict[str, Any]) -> str:
    """The versions of the models a card tells of, each once."""
    return " and ".join(sorted({str(model.get("version", "")) for model in card.get("models", {}).values()}))


def _seed(office: Unit) -> int:
    last = MatchRun.objects.filter(office=office).order_by("-id").values_list("seed", flat=True).first()
    return last if last is not None else SystemRandom().getrandbits(48)


def _to_copy(table: "pa.Table", columns: Sequence[str], path: Path) -> CopyFile:
    from pyarrow import csv  # a tenth of a second, and only a matching needs it

    csv.write_csv(table.select(columns), path, csv.WriteOptions(include_header=False))
    return CopyFile(path, columns, table.num_rows)


def _take_scores(cursor: Any, run: MatchRun, edges: "pa.Table", folder: Path) -> None:
    """Keep the scores: all anew after a whole matching, the given pairs else. The lower record stands left."""
    edges = _ordered(edges)
    if run.is_whole:
        cursor.execute("DELETE FROM customers_edge WHERE office_id = %s", [run.office_id])
        always = {"office_id": run.office_id, "run_id": run.pk, "author": "model"}
        whole = _with_constants(edges, always)
        copy_in(cursor, "customers_edge", _to_copy(whole, (*EDGE_COLUMNS, *always), folder / "edges.csv"))
    else:
        stage(
            cursor,
            "scored",
            "left_id bigint, right_id bigint, kind text, weight double precision, probability double precision, "
            "evidence jsonb, model text",
        )
        copy_in(cursor, "scored", _to_copy(edges, EDGE_COLUMNS, folder / "edges.csv"))
        cursor.execute(
            """INSERT INTO customers_edge
                   (office_id, run_id, left_id, right_id, kind, weight, probability, evidence, model, author)
               SELECT %s, %s, left_id, right_id, kind, weight, probability, evidence, model, 'model' FROM scored
               ON CONFLICT (left_id, right_id) DO UPDATE SET
                   run_id = excluded.run_id, weight = excluded.weight, probability = excluded.probability,
                   evidence = excluded.evidence, model = excluded.model, author = excluded.author""",
            [run.office_id, run.pk],
        )
    cursor.execute("ANALYZE customers_edge")


def _ordered(edges: "pa.Table") -> "pa.Table":
    """Each pair once, the lower record left. Raises ValueError for a pair that was scored twice."""
    import pyarrow as pa  # see _to_copy
    import pyarrow.compute as pc

    left, right = edges["left_id"], edges["right_id"]
    pairs = pa.table({"left_id": pc.min_element_wise(left, right), "right_id": pc.max_element_wise(left, right)})
    if pairs.group_by(["left_id", "right_id"]).aggregate([]).num_rows != edges.num_rows:
        raise ValueError("The matching scored a pair of records twice. Score each pair once, in either order.")
    for name in pairs.column_names:
        edges = edges.set_column(edges.schema.get_field_index(name), name, pairs[name])
    return edges


def _with_constants(table: "pa.Table", values: dict[str, Any]) -> "pa.Table":
    import pyarrow as pa  # see _to_copy

    for name, value in values.items():
        table = table.append_column(name, pa.repeat(value, table.num_rows))
    return table


def _take_clusters(cursor: Any, clusters: "pa.Table", folder: Path) -> None:
    stage(cursor, "clustered", "record_id bigint, cluster_id bigint")
    copy_in(cursor, "clustered", _to_copy(clusters, ("record_id", "cluster_id"), folder / "clusters.csv"))
    cursor.execute("ANALYZE clustered")


_STRONGEST = f"""
SELECT DISTINCT ON (record_id) record_id, probability, kind, evidence::text FROM (
    SELECT m.record_id, e.probability, e.weight, e.kind, e.evidence
    FROM {following.RECORDS} m JOIN customers_edge e ON e.left_id = m.record_id
    JOIN placed a ON a.record_id = m.record_id JOIN placed b ON b.record_id = e.right_id AND b.cluster_id = a.cluster_id
    UNION ALL
    SELECT m.record_id, e.probability, e.weight, e.kind, e.evidence
    FROM {following.RECORDS} m JOIN customers_edge e ON e.right_id = m.record_id
    JOIN placed a ON a.record_id = m.record_id JOIN placed b ON b.record_id = e.left_id AND b.cluster_id = a.cluster_id
) found ORDER BY record_id, weight DESC
"""


def _say_why(cursor: Any) -> None:
    """Give each staged record the score and, in words, the evidence of its strongest tie to the others there."""
    cursor.execute(f"ANALYZE {following.RECORDS}; ANALYZE placed")
    cursor.execute(_STRONGEST)
    told = [(record, sure, in_words(kind, evidence)) for record, sure, kind, evidence in cursor.fetchall()]
    stage(cursor, "why", "record_id bigint, score double precision, reason text")
    with cursor.copy("COPY why FROM STDIN") as copy:
        for row in told:
            copy.write_row(row)
    cursor.execute(
        f"""UPDATE {following.RECORDS} m SET score = why.score, reason = why.reason
            FROM why WHERE why.record_id = m.record_id AND why.reason <> ''"""
    )


MATCH_OFFICE = "customers.match_arrivals"
#: Files of several silos often come together: a matching waits for the rest of them.
WAIT_SECONDS = 60


def request_match(*, by: Actor, office_id: int) -> None:
    """Have the worker match what is new, soon. Asking several times before it begins is asking once.

    Derived from an import, which is audited itself, as the matching will be.
    """
    from procrastinate.contrib.django import app  # needs the apps to be loaded

    lock = f"{MATCH_OFFICE}-{office_id}"
    task = app.configure_task(MATCH_OFFICE, lock=lock, queueing_lock=lock, schedule_in={"seconds": WAIT_SECONDS})
    with suppress(AlreadyEnqueued), transaction.atomic():
        task.defer(office_id=office_id, asked_by=by.audit_name)
