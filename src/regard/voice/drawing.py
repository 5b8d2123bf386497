"""Reading who was served, by whole columns, and writing the invitations of who was drawn.

Only `actions.sampling` calls this, inside its transaction. A million rows one by one cost ten times more than as packed
columns; sorting and matching is done on columns too, by `framing`.
"""

import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import numpy as np
from django.db import connection
from numpy.typing import NDArray

from regard.voice.framing import Frame, Ids, Met, People, frame_of
from regard.voice.models import Sample

#: Customers served in the time: whose case ended, well or not, or who had a contact with us.
_MET = """
SELECT customer_id, unit_id, coalesce(service_id, 0) AS service_id,
       (extract(epoch FROM coalesce(resolved_at, closed_at, withdrawn_at)) * 1000)::bigint AS at
FROM desk_case
WHERE customer_id IS NOT NULL AND unit_id = ANY(%(units)s)
  AND (%(service)s::bigint IS NULL OR service_id = %(service)s)
  AND coalesce(resolved_at, closed_at, withdrawn_at) >= %(start)s
  AND coalesce(resolved_at, closed_at, withdrawn_at) < %(end)s
UNION ALL
SELECT customer_id, unit_id, coalesce(service_id, 0), (extract(epoch FROM started_at) * 1000)::bigint
FROM desk_contact
WHERE customer_id IS NOT NULL AND direction = 'in' AND unit_id = ANY(%(units)s)
  AND (%(service)s::bigint IS NULL OR service_id = %(service)s)
  AND started_at >= %(start)s AND started_at < %(end)s
"""
_MERGED = """
SELECT id, merged_into_id FROM customers_customer WHERE merged_into_id IS NOT NULL AND office_id = %(office)s
"""
#: The address is only looked at roughly: what a mail server refuses is seen when the letter is sent.
_PEOPLE = """
SELECT id, (kind = 'organisation')::int, restricted::int,
       (strpos(box, '@') > 1 AND strpos(box, ' ') = 0 AND strpos(split_part(box, '@', 2), '.') > 1)::int,
       hashtextextended(box, 0)
FROM (
    SELECT id, kind, restricted, lower(btrim(email)) AS box FROM customers_customer
    WHERE office_id = %(office)s AND (%(kind)s = '' OR kind = %(kind)s) AND {which} OFFSET 0
) person
"""
#: Up to so many customers are looked up one by one; for more, those of the whole office are read in one go.
_FEW = 20_000
_SILENT = "SELECT customer_id FROM voice_silence"
_LATELY = """
SELECT DISTINCT i.customer_id FROM voice_invitation i JOIN voice_sample s ON s.id = i.sample_id
WHERE s.discarded_at IS NULL AND s.drawn_at > %(since)s
"""


def read_frame(sample: Sample, units: Sequence[int], now: datetime) -> Frame:
    """Everybody served in the time of the sample, and who of them can be asked."""
    values = {
        "units": list(units), "service": sample.survey.service_id, "start": sample.served_from,
        "end": sample.served_to, "kind": sample.kind, "office": sample.survey.unit.office_id,
        "since": now - timedelta(days=sample.fatigue_days),
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL work_mem = '128MB'")
        met = Met(*_columns(cursor, _MET, values, 4))
        gone, stays = _columns(cursor, _MERGED, values, 2)
        values["served"] = served = np.union1d(met.customers, stays).tolist()
        which = "id = ANY(%(served)s)" if len(served) <= _FEW else "true"
        query = _PEOPLE.format(which=which)
        ids, organisations, restricted, reachable, mailbox = _columns(cursor, query, values, 5)
        [silent], [lately] = _columns(cursor, _SILENT, values, 1), _columns(cursor, _LATELY, values, 1)
    people = People(ids, organisations, restricted.astype(bool), reachable.astype(bool), mailbox)
    return frame_of(met, people, (gone, stays), silent, lately)


def _columns(cursor: Any, query: str, values: Mapping[str, object], many: int) -> list[NDArray[np.int64]]:
    """The columns of an answer that holds whole numbers only: packed by the server, eight bytes a number.

    Every column is packed in one pass over the same rows, so that their places agree.
    """
    names = [f"c{n}" for n in range(many)]
    packed = ", ".join(f"string_agg(int8send({name}::bigint), ''::bytea)" for name in names)
    cursor.execute(f"SELECT {packed} FROM ({query}) told ({', '.join(names)})", values)
    return [np.frombuffer(column or b"", dtype=">i8").astype(np.int64) for column in cursor.fetchone()]


def invite(sample: Sample, frame: Frame, chosen: Ids, strata: Ids) -> None:
    """Write an invitation for each who was drawn; `strata` are the places of everybody in the frame."""
    order = np.argsort(frame.ids)
    place = order[np.searchsorted(frame.ids[order], chosen)] if len(chosen) else chosen
    rows = zip(
        chosen.tolist(), frame.units[place].tolist(), frame.services[place].tolist(), strata[place].tolist(),
        strict=True,
    )  # fmt: skip
    none = r"\N"
    lines = (
        f"{sample.pk}\t{customer}\t{unit}\t{service or none}\t{stratum}\t{secrets.token_hex(16)}\tdrawn\t\n"
        for customer, unit, service, stratum in rows
    )
    columns = "sample_id, customer_id, unit_id, service_id, stratum, key, state, error"
    with connection.cursor() as cursor, cursor.copy(f"COPY voice_invitation ({columns}) FROM STDIN") as copy:
        copy.write("".join(lines))
