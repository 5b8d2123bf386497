"""The people a file tells of: one identity record per distinct telling, linked to customers."""

from collections.abc import Iterable, Sequence

from django.db import connection, transaction

from regard.customers import linking, normalise
from regard.customers import queries as customers
from regard.lib.copying import CopyFile, copy_in, reserve_ids, stage
from regard.sources.loading.workspace import Workspace

TOLD = (
    "person_key", "person_kind", "person_name", "person_given", "person_family", "person_organisation",
    "person_email", "person_phone", "person_address", "person_postcode", "person_birth_date", "person_language",
)  # fmt: skip
IDENTIFYING = ("person_key", "person_name", "person_given", "person_family", "person_organisation", "person_email",
               "person_phone")  # fmt: skip
#: The instant a row of each target speaks of, when the source gives no as-of time.
SPOKEN_AT = {"case": "received_at", "order": "received_at", "event": '"at"', "contact": "started_at",
             "promise": "made_at", "feedback": '"at"', "identity": "NULL"}  # fmt: skip

#: A 128-bit digest as PostgreSQL's uuid.
DIGEST = "lpad(to_hex(digest), 32, '0')"
RECORD_COLUMNS = (
    "id", "silo_id", "key", "digest", "kind", "name", "given", "family", "organisation", "name_folded", "name_key",
    "email", "phone", "address", "postcode", "birth_date", "language", "raw", "as_of", "run_id",
)  # fmt: skip
CUSTOMER_COLUMNS = ("id", "office_id", "kind", "name", "name_folded", "email", "phone", "address", "restricted",
                    "refreshed_at")  # fmt: skip
LINK_COLUMNS = ("record_id", "customer_id", "score", "reason", "author", "ended_reason")


def gather(space: Workspace, targets: Sequence[str]) -> int:
    """Make `told(target, _line, part, pid)` and `person`, one row per distinct telling. Returns how many people.

    A row of the file may tell several things, of several people: `part` (see `told_join`) says which of them.
    """
    with_people = [t for t in targets if t != "promise"]
    mapped = [c for c in TOLD if any(_is_told(space, t, c) for t in with_people)]
    if not set(mapped) & set(IDENTIFYING):
        space.con.execute("CREATE OR REPLACE TABLE told (target VARCHAR, _line BIGINT, part UBIGINT, pid BIGINT)")
        space.con.execute("CREATE OR REPLACE TABLE person AS SELECT 1::BIGINT AS pid WHERE FALSE")
        return 0
    identifying = ", ".join(c for c in mapped if c in IDENTIFYING)
    # A register is about the people themselves: what else it tells of them stays with the record.
    has_details = "identity" in targets and _is_told(space, "identity", "details")
    if has_details:
        mapped = [*mapped, "details"]
    parts = [
        f"""SELECT '{t}' AS target, _line, hash(key) AS part, {_columns(mapped, t)}, coalesce(as_of, {SPOKEN_AT[t]}) AS spoken_at
            FROM mapped_{t} WHERE coalesce({identifying}) IS NOT NULL"""
        for t in with_people
    ]
    told = ", ".join(f"coalesce({c}::VARCHAR, chr(1))" for c in mapped)
    names = ", ".join(f"'{c}'" for c in mapped)  # what was asked is part of what was told
    space.con.execute(
        f"""CREATE OR REPLACE TEMP TABLE telling AS
            SELECT *, md5_number(concat_ws(chr(2), {names}, {told})) AS digest FROM ({" UNION ALL ".join(parts)})"""
    )
    given = ", ".join(f"any_value({c}) AS {c}" for c in mapped)
    space.con.execute(
        f"""CREATE OR REPLACE TEMP TABLE distinct_telling AS SELECT row_number() OVER () AS pid, * FROM (
            SELECT digest, {given}, max(spoken_at) AS as_of FROM telling GROUP BY digest)"""
    )
    space.con.execute(
        """CREATE OR REPLACE TABLE told AS
           SELECT target, _line, part, pid FROM telling JOIN (SELECT digest, pid FROM distinct_telling) USING (digest)"""
    )
    space.con.execute("DROP TABLE telling")
    _normalise(space, [c for c in (*TOLD, "details") if c not in mapped])
    return space.count("person")


def _columns(mapped: Sequence[str], target: str) -> str:
    return ", ".join("NULL::JSON AS details" if c == "details" and target != "identity" else c for c in mapped)


def told_join(target: str) -> str:
    """The JOIN that finds who a row `m` of `mapped_<target>` tells of, as `settled`."""
    return (
        f"LEFT JOIN told ON told.target = '{target}' AND told._line = m._line AND told.part = hash(m.key) "
        "LEFT JOIN settled ON settled.pid = told.pid"
    )


def _is_told(space: Workspace, target: str, column: str) -> bool:
    return bool(space.one(f"SELECT EXISTS (SELECT 1 FROM mapped_{target} WHERE {column} IS NOT NULL)"))


def _normalise(space: Workspace, untold: Sequence[str]) -> None:
    missing = "".join(f", NULL::{'DATE' if c.endswith('date') else 'VARCHAR'} AS {c}" for c in untold)
    name = "coalesce(person_name, nullif(concat_ws(' ', person_given, person_family), ''), person_organisation)"
    space.con.execute(
        f"""CREATE OR REPLACE TEMP VIEW named AS SELECT *, {name} AS full_name
            FROM (SELECT *{missing} FROM distinct_telling)"""
    )
    region = space.region
    _by_value(space, "odd_name", "full_name", normalise.fold_name_sql("full_name"), normalise.fold_name)
    _by_value(
        space, "odd_phone", "person_phone", normalise.phone_sql("person_phone", region),
        lambda value: normalise.phone(value, region),
    )  # fmt: skip
    odd_name = _or_python(space, normalise.fold_name_sql("full_name"), "full_name", "odd_name")
    odd_phone = _or_python(space, normalise.phone_sql("person_phone", region), "person_phone", "odd_phone")
    space.con.execute(
        f"""CREATE OR REPLACE TABLE person AS
        WITH clean AS MATERIALIZED (
            SELECT named.*, {odd_name} AS name_folded, {odd_phone} AS phone,
                   {normalise.email_sql("coalesce(person_email, '')")} AS email
            FROM named
        )
        SELECT pid, digest, coalesce('id:' || person_key, 'told:' || lower(to_hex(digest))) AS key,
               person_key IS NOT NULL AS own_key,
               coalesce(person_kind, CASE WHEN person_organisation IS NOT NULL AND person_name IS NULL
                        AND person_given IS NULL AND person_family IS NULL THEN 'organisation' ELSE 'person' END) AS kind,
               CASE WHEN name_folded = '' THEN '' ELSE trim(full_name) END AS name, name_folded,
               {normalise.name_key_sql("name_folded")} AS name_key, email, phone,
               coalesce(person_given, '') AS given, coalesce(person_family, '') AS family,
               coalesce(person_organisation, '') AS organisation, coalesce(person_address, '') AS address,
               coalesce(person_postcode, '') AS postcode, person_birth_date AS birth_date,
               coalesce(person_language, '') AS language, coalesce(as_of, TIMESTAMPTZ '{space.now.isoformat()}') AS as_of,
               CASE WHEN coalesce(person_email, '') <> email OR coalesce(person_phone, '') <> phone
                    THEN json_object('email', person_email, 'phone', person_phone, 'name', full_name) END AS as_told,
               CASE WHEN details IS NULL THEN as_told
                    ELSE json_merge_patch(coalesce(as_told, '{{}}'), json_object('details', details::JSON)) END AS raw
        FROM clean WHERE name_folded <> '' OR email <> '' OR phone <> '' OR person_key IS NOT NULL"""
    )
    space.con.execute("DROP TABLE distinct_telling")


def _or_python(space: Workspace, plain_sql: str, column: str, table: str) -> str:
    """The SQL rule, with the Python rule's answers where there are any (a look-up per row costs, so not always)."""
    if not space.count(table):
        return f"coalesce({plain_sql}, '')"
    return f"coalesce({plain_sql}, (SELECT clean FROM {table} WHERE told = {column}), '')"


def _by_value(space: Workspace, table: str, column: str, plain_sql: str, python: object) -> None:
    """Values the SQL rule does not recognise go through the Python rule, once each."""
    odd = space.con.execute(f"SELECT DISTINCT {column} FROM named WHERE {column} IS NOT NULL AND ({plain_sql}) IS NULL")
    rows = [(value, python(value)) for (value,) in odd.fetchall()]  # type: ignore[operator]
    space.register(table, "told VARCHAR, clean VARCHAR", [])
    _bulk(space, table, rows)


def _bulk(space: Workspace, table: str, rows: Iterable[Sequence[str]]) -> None:
    import pyarrow as pa  # only an import with odd values needs it

    told, clean = zip(*rows, strict=True) if rows else ((), ())
    arrow = pa.table({"told": pa.array(told, pa.string()), "clean": pa.array(clean, pa.string())})
    space.con.register("odd_values", arrow)
    space.con.execute(f"INSERT INTO {table} SELECT * FROM odd_values")
    space.con.unregister("odd_values")


def resolve(space: Workspace, office_id: int) -> None:
    """Link the people: against the database, among themselves; then give ids to what is new.

    Makes `settled(pid, record_id, customer_id, is_new_record, is_new_customer, rank)`.
    """
    _known(space, office_id)
    linking.link(space.con)
    new_customers = space.one("SELECT count(DISTINCT component) FROM linked WHERE customer_id IS NULL")
    new_records = space.one("SELECT count(*) FROM linked WHERE record_id IS NULL")
    with transaction.atomic(), connection.cursor() as cursor:
        first_customer = reserve_ids(cursor, "customers_customer", new_customers)
    with transaction.atomic(), connection.cursor() as cursor:
        first_record = reserve_ids(cursor, "customers_identityrecord", new_records)
    space.con.execute(
        f"""CREATE OR REPLACE TABLE settled AS
        WITH fresh AS (
            SELECT component, {first_customer} - 1 + row_number() OVER (ORDER BY component) AS customer_id
            FROM (SELECT DISTINCT component FROM linked WHERE customer_id IS NULL)
        ), numbered AS (
            SELECT pid, {first_record} - 1 + row_number() OVER (ORDER BY component, pid) AS record_id
            FROM linked WHERE record_id IS NULL
        )
        SELECT linked.pid, linked.component, linked.rank,
               coalesce(linked.record_id, numbered.record_id) AS record_id,
               coalesce(linked.customer_id, fresh.customer_id) AS customer_id,
               linked.record_id IS NULL AS is_new_record, linked.customer_id IS NULL AS is_new_customer
        FROM linked LEFT JOIN fresh ON linked.customer_id IS NULL AND fresh.component = linked.component
             LEFT JOIN numbered USING (pid)"""
    )


def nobody(space: Workspace) -> None:
    """Make an empty `settled`, for a file that tells of no people."""
    space.con.execute(
        """CREATE OR REPLACE TABLE settled AS SELECT 1::BIGINT AS pid, 1::BIGINT AS component, 0 AS rank,
           1::BIGINT AS record_id, 1::BIGINT AS customer_id, FALSE AS is_new_record, FALSE AS is_new_customer WHERE FALSE"""
    )


def _known(space: Workspace, office_id: int) -> None:
    columns = "pid BIGINT, customer_id BIGINT, record_id BIGINT, rank INTEGER"
    if not customers.any_customers(office_id):
        space.register("known", columns, [])
        return
    file = space.to_copy(
        "told_person",
        f"SELECT pid, key, {DIGEST}, own_key, kind, email, phone, name_key FROM person",
        ("pid", "key", "digest", "own_key", "kind", "email", "phone", "name_key"),
    )
    with transaction.atomic(), connection.cursor() as cursor:
        stage(
            cursor,
            "told_person",
            "pid bigint, key text, digest uuid, own_key boolean, kind text, email text, phone text, name_key text",
        )
        copy_in(cursor, "told_person", file)
        cursor.execute("ANALYZE told_person")
        query = linking.KNOWN_IN_DATABASE.format(silo_id=int(space.silo.pk), office_id=int(office_id))
        space.from_database(cursor, "known", query, columns)


def write_chunk(space: Workspace, first: int, last: int) -> dict[str, CopyFile]:
    """Customers, records and links whose components lie in [first, last], and the freshest facts of customers we
    knew before, as the COPY files that `customers.actions.load_people` takes."""
    chunk = f"SELECT * FROM settled WHERE component BETWEEN {first} AND {last}"
    customers_file = space.to_copy(
        "customer",
        f"""SELECT customer_id, {int(space.silo.unit.office_id)}, any_value(kind),
                   coalesce(arg_max(name, as_of) FILTER (WHERE name <> ''), ''),
                   coalesce(arg_max(name_folded, as_of) FILTER (WHERE name <> ''), ''),
                   coalesce(arg_max(email, as_of) FILTER (WHERE email <> ''), ''),
                   coalesce(arg_max(phone, as_of) FILTER (WHERE phone <> ''), ''),
                   coalesce(arg_max(address, as_of) FILTER (WHERE address <> ''), ''), FALSE, max(as_of)
            FROM ({chunk}) c JOIN person USING (pid) WHERE is_new_customer GROUP BY customer_id ORDER BY customer_id""",
        CUSTOMER_COLUMNS,
    )
    records_file = space.to_copy(
        "record",
        f"""SELECT record_id, {int(space.silo.pk)}, key, {DIGEST}, kind, name, given, family, organisation,
                   name_folded, name_key, email, phone, address, postcode, birth_date, language, raw, as_of, {space.run_id}
            FROM ({chunk}) c JOIN person USING (pid) WHERE is_new_record ORDER BY record_id""",
        RECORD_COLUMNS,
    )
    reasons = " ".join(f"WHEN {rank} THEN '{why}'" for rank, (why, _) in linking.REASONS.items())
    scores = " ".join(f"WHEN {rank} THEN {score}" for rank, (_, score) in linking.REASONS.items())
    links_file = space.to_copy(
        "link",
        f"""SELECT record_id, customer_id, CASE rank {scores} END, CASE rank {reasons} END, 'rule: exact', ''
            FROM ({chunk}) c WHERE is_new_record ORDER BY record_id""",
        LINK_COLUMNS,
    )
    return {
        "customers": customers_file,
        "records": records_file,
        "links": links_file,
        "refreshed": _refreshed(space, first, last),
    }


def name_words(space: Workspace) -> CopyFile:
    """The distinct words of all names of the file."""
    return space.to_copy(
        "word",
        "SELECT DISTINCT word FROM (SELECT unnest(string_split(name_folded, ' ')) AS word FROM person) WHERE length(word) > 2",
        ("word",),
    )


def _refreshed(space: Workspace, first: int, last: int) -> CopyFile:
    """The freshest facts for customers we knew before, for `customers.actions.load_people` to copy up."""
    return space.to_copy(
        "refreshed",
        f"""SELECT customer_id, coalesce(arg_max(name, as_of) FILTER (WHERE name <> ''), ''),
                   coalesce(arg_max(name_folded, as_of) FILTER (WHERE name <> ''), ''),
                   coalesce(arg_max(email, as_of) FILTER (WHERE email <> ''), ''),
                   coalesce(arg_max(phone, as_of) FILTER (WHERE phone <> ''), ''),
                   coalesce(arg_max(address, as_of) FILTER (WHERE address <> ''), ''), max(as_of)
            FROM settled JOIN person USING (pid)
            WHERE component BETWEEN {first} AND {last} AND is_new_record AND NOT is_new_customer GROUP BY customer_id""",
        ("id", "name", "name_folded", "email", "phone", "address", "refreshed_at"),
    )
