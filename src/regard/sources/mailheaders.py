"""Names and addresses in mail headers, such as `Ann Ash <ann@mail.example>`."""

from collections.abc import Iterable
from email.errors import HeaderParseError
from email.header import decode_header, make_header

import duckdb

from regard.sources.mapping import Mapping
from regard.sources.readers.base import quoted


def header_words(text: str) -> str:
    """A header with its encoded words (RFC 2047) decoded; one that cannot be decoded stays as it is."""
    try:
        return str(make_header(decode_header(text)))
    except (HeaderParseError, LookupError, UnicodeError, ValueError):
        return text


def decode_headers(con: duckdb.DuckDBPyConnection, mapping: Mapping) -> None:
    """Make table `header_word(told, clean)`, which the SQL of `mail_part` reads, from what `raw` has encoded."""
    con.execute("CREATE OR REPLACE TEMP TABLE header_word (told VARCHAR, clean VARCHAR)")
    encoded: dict[str, None] = {}
    for column in _headers(mapping):
        names = con.execute(
            f"SELECT DISTINCT {_before_address(quoted(column))} FROM raw WHERE contains({quoted(column)}, '=?')"
        )
        encoded |= dict.fromkeys(name for (name,) in names.fetchall() if name)
    if encoded:
        con.executemany("INSERT INTO header_word VALUES (?, ?)", [[name, header_words(name)] for name in encoded])


def _headers(mapping: Mapping) -> Iterable[str]:
    columns = (column for target in mapping.targets for column in target.columns.values())
    return dict.fromkeys(source for column in columns if column.mail for source in column.columns)


def _before_address(header: str) -> str:
    return f"trim(regexp_extract({header}, '^([^<]*)<', 1))"


def mail_part(header: str, part: str) -> str:
    """SQL for the "name" or the "address" in a mail header; a bare address names nobody."""
    if part == "address":
        between = f"nullif(trim(regexp_extract({header}, '<([^<>]*)>', 1)), '')"
        return f"CASE WHEN contains({header}, '<') THEN {between} ELSE {header} END"
    name = _before_address(header)
    decoded = f"coalesce((SELECT clean FROM header_word WHERE told = {name}), {name})"
    return f"nullif(trim(trim({decoded}, '\"')), '')"
