"""A synthetic 311 export of any size: what an import is measured with. Seeded, the same every time."""

from pathlib import Path

import duckdb

HEADER = "sr_number,created,closed,due,status,agency,type,channel,name,email,phone,address,ward,lat,lon,description"
_GIVEN = (
    "Ana",
    "Ben",
    "Carla",
    "Dev",
    "Elif",
    "Femi",
    "Grace",
    "Hugo",
    "Ines",
    "Jun",
    "Kofi",
    "Lena",
    "Mara",
    "Nils",
    "Omar",
    "Petra",
    "Quinn",
    "Rosa",
    "Sven",
    "Tariq",
    "Uma",
    "Vera",
)
_FAMILY = [
    "Adler",
    "Brook",
    "Castell",
    "Dunmore",
    "Ekwall",
    "Ferris",
    "Galloway",
    "Hartwig",
    "Ibsen",
    "Jarvis",
    "Kessel",
    "Lindqvist",
    "Marlow",
    "Norwood",
]


def write_311(path: Path, rows: int, customers: int | None = None, first: int = 1) -> None:
    """Write `rows` requests of about `customers` people (half as many as rows when None), numbered from `first`."""
    people = customers or max(rows // 2, 1)
    con = duckdb.connect()
    con.execute("SET threads = 2")
    pick = "list_extract({words}, 1 + (hash(p, {salt}) % {n})::INT)"
    given = pick.format(words=list(_GIVEN), salt=1, n=len(_GIVEN))
    family = pick.format(words=list(_FAMILY), salt=2, n=len(_FAMILY))
    con.execute(
        f"""COPY (
        WITH base AS (
            SELECT i, (hash(i, 7) % {people})::BIGINT AS p, hash(i, 3) AS h,
                   TIMESTAMP '2024-01-01' + to_seconds((hash(i, 11) % 47000000)::BIGINT) AS created
            FROM range({first}, {first + rows}) t(i)
        ), named AS (
            SELECT *, {given} || ' ' || {family} || ' ' || (p % 9973)::VARCHAR AS full_name FROM base
        )
        SELECT 'SR-' || lpad(i::VARCHAR, 8, '0') AS sr_number,
            strftime(created, '%Y-%m-%d %H:%M:%S') AS created,
            CASE WHEN h % 100 < 94 THEN strftime(created + to_seconds((h % 1200000)::BIGINT), '%Y-%m-%d %H:%M:%S') END AS closed,
            CASE WHEN h % 5 < 4 THEN strftime(created + INTERVAL 10 DAY, '%Y-%m-%d %H:%M:%S') END AS due,
            CASE WHEN h % 100 < 94 THEN 'CLOSED' ELSE 'OPEN' END AS status,
            'Department ' || (h % 25) AS agency, 'Request type ' || (h % 200) AS "type",
            list_extract(['Phone', 'Web', 'Mobile app', 'E-mail', 'Walk-in'], 1 + (h % 5)::INT) AS channel,
            CASE WHEN h % 2 = 0 THEN full_name ELSE upper(full_name) END AS name,
            CASE WHEN h % 10 < 6 THEN 'p' || p || '@mail.example' END AS email,
            CASE WHEN h % 10 >= 4 THEN '(' || (201 + p % 700)::VARCHAR || ') ' || (200 + (p // 700) % 700)::VARCHAR || '-' || lpad((p % 9973)::VARCHAR, 4, '0') END AS phone,
            (100 + p % 8000)::VARCHAR || ' ' || {family} || ' Street' AS address, (h % 30)::VARCHAR AS ward,
            round(38.5 + (h % 10000) / 50000.0, 6) AS lat, round(-90.3 + (h % 9000) / 50000.0, 6) AS lon,
            'Reported: request type ' || (h % 200) || ', please look at it, it has been like this for ' || (h % 40) || ' days.' AS description
        FROM named ORDER BY i
        ) TO '{path}' (FORMAT csv, HEADER true)"""
    )
    con.close()


MAPPING = """
silo = "bench311"
name = "Synthetic 311"
time_zone = "UTC"
date_order = "ymd"

[[target]]
into = "case"

[target.columns]
key = "sr_number"
received_at = "created"
closed_at = "closed"
promised_at = "due"
status = { column = "status", values = { OPEN = "open", CLOSED = "closed" } }
unit = "agency"
service = "type"
channel = { column = "channel", values = { Phone = "phone", Web = "web", "Mobile app" = "api", "E-mail" = "email", Walk-in = "counter" } }
description = "description"
address = "address"
area = "ward"
latitude = "lat"
longitude = "lon"
person_name = "name"
person_email = "email"
person_phone = "phone"
person_address = "address"
"""
