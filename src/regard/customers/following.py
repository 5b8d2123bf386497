"""The registry through which cases, contacts and feedback follow their customer when who is who changes.

Rooms below customers hold rows that point at a customer and at the identity record that told of them. Each such
table is registered by its room, in the room's AppConfig. A change of who is who is staged in three temporary tables
(see `stage_moves`), and every follower moves its rows at once, set-based, and leaves in `customers_carriedrows` which
ones it moved: that is what an undo takes back.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

from regard.lib.copying import stage

if TYPE_CHECKING:  # apps register before any model is loaded
    from regard.office.models import Staff

#: Temporary tables of one change, or of many: single records, whole customers, single rows of other rooms.
RECORDS, CUSTOMERS, ROWS = "moving_record", "moving_customer", "moving_row"


@dataclass(frozen=True)
class Loose:
    """A row of a customer that no identity record holds: where it belongs after a split, a person must say."""

    label: str
    id: int
    title: str


class Follower(Protocol):
    """What a room offers so that its rows follow their customer."""

    label: str

    def move(self, cursor: Any) -> None:
        """Move the rows that the staged tables name, and note in customers_carriedrows which they were."""
        ...

    def weigh(self, cursor: Any, customers: str, weight: str) -> None:
        """Add to `weight(customer_id, facts)` how many rows each customer of the table `customers` has."""
        ...

    def loose(self, *, customer_id: int, staff: "Staff", limit: int) -> Sequence[Loose]:
        """Rows of a customer without a record, as far as the person may see them."""
        ...


_MOVES = {
    CUSTOMERS: "t.customer_id = m.old_customer",
    RECORDS: "t.customer_id = m.old_customer AND t.record_id = m.record_id",
    ROWS: "t.id = m.row_id AND m.label = %(label)s AND t.customer_id = m.old_customer",
}


@dataclass(frozen=True)
class TableFollower:
    """A follower for a table with the columns id, record_id and customer_id."""

    label: str
    table: str

    def move(self, cursor: Any) -> None:
        for staged in (ROWS, RECORDS, CUSTOMERS):  # rows named one by one first: they may go elsewhere than the rest
            cursor.execute(
                f"""WITH moved AS (
                        UPDATE "{self.table}" t SET customer_id = m.new_customer FROM {staged} m
                        WHERE {_MOVES[staged]} RETURNING m.change_id, t.id, m.old_customer, m.new_customer)
                    INSERT INTO customers_carriedrows (change_id, label, ids, old_customer_id, new_customer_id)
                    SELECT change_id, %(label)s, array_agg(id ORDER BY id), old_customer, new_customer
                    FROM moved GROUP BY change_id, old_customer, new_customer""",
                {"label": self.label},
            )

    def weigh(self, cursor: Any, customers: str, weight: str) -> None:
        cursor.execute(
            f"""INSERT INTO {weight} SELECT t.customer_id, count(*) FROM "{self.table}" t
                JOIN {customers} USING (customer_id) GROUP BY t.customer_id"""
        )

    def loose(self, *, customer_id: int, staff: "Staff", limit: int) -> Sequence[Loose]:  # noqa: ARG002 - the protocol
        return []


@dataclass
class _Registry:
    followers: dict[str, Follower] = field(default_factory=dict)


_registry = _Registry()


def register(*followers: Follower) -> None:
    """Add followers. Registering a label again replaces it (Django may load apps twice in tests)."""
    _registry.followers |= {follower.label: follower for follower in followers}


def labels() -> set[str]:
    """What follows a customer."""
    return set(_registry.followers)


def move_all(cursor: Any) -> None:
    """Let every room move its rows."""
    for follower in _registry.followers.values():
        follower.move(cursor)


def weigh_all(cursor: Any, customers: str, weight: str) -> None:
    """How many rows of all rooms each customer has."""
    for follower in _registry.followers.values():
        follower.weigh(cursor, customers, weight)


def loose_rows(*, customer_id: int, staff: "Staff", limit: int = 50) -> list[Loose]:
    """Rows of a customer that stand on no record, over all rooms."""
    found: list[Loose] = []
    for follower in _registry.followers.values():
        found += follower.loose(customer_id=customer_id, staff=staff, limit=limit)
    return found[:limit]


def stage_moves(cursor: Any) -> None:
    """Make the three tables anew, empty. `reopen` names an earlier link that the record goes back to."""
    ends = "change_id bigint, old_customer bigint, new_customer bigint"
    stage(
        cursor,
        RECORDS,
        f"{ends}, record_id bigint, old_link bigint, new_link bigint, is_reopened boolean DEFAULT false, "
        "score double precision, reason text, author text",
    )
    stage(cursor, CUSTOMERS, ends)
    stage(cursor, ROWS, f"{ends}, label text, row_id bigint")


def stage_rows(cursor: Any, change_id: int, old: int, new: int, rows: Iterable[tuple[str, int]]) -> None:
    """Name single rows, as (label, id), that go from one customer to another."""
    told = list(rows)
    cursor.execute(
        f"""INSERT INTO {ROWS} (change_id, old_customer, new_customer, label, row_id)
            SELECT %s, %s, %s, unnest(%s::text[]), unnest(%s::bigint[])""",
        [change_id, old, new, [label for label, _ in told], [pk for _, pk in told]],
    )
