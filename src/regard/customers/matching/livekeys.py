"""Keys under which one record is looked for live, and the standard form kept beside it. Pure but for DuckDB in bulk.

The rules are the narrow ones of `blocking`: each brings few records. A key is the lower half of an MD5 digest, as a
signed 64-bit number, so that Python and SQL make the same one. Prefix keys serve a name that is still being typed.
"""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from regard.customers.matching import bulk
from regard.customers.matching.batch import connect
from regard.customers.matching.standardise import Standard

PARTED, COLUMN = "\x1f", "\x1e"  # parts of a key; columns of a form (a column may hold the first)
#: Letters of a word that make its prefix key, and of each of two words that make theirs.
ONE, TWO = 4, 3


@dataclass(frozen=True, slots=True)
class LiveRule:
    """A key: the columns it is made of (with how many first letters count, 0 for all), all of which must be told."""

    name: str
    parts: tuple[tuple[str, int], ...]


def _rule(name: str, *columns: str) -> LiveRule:
    parts = [column.partition(":") for column in columns]
    return LiveRule(name, tuple((column, int(letters or 0)) for column, _, letters in parts))


RULES: Mapping[str, tuple[LiveRule, ...]] = {
    "person": (
        _rule("tax", "tax"),
        _rule("own", "own"),
        _rule("email", "email"),
        _rule("email user", "email_user"),
        _rule("phone", "phone"),
        _rule("phone given", "phone", "given_root"),
        _rule("door given", "door", "given_root"),
        _rule("door family", "house", "road", "family"),
        _rule("birth given", "birth", "given_root"),
        _rule("birth family", "birth", "family_sound"),
        _rule("birth initials", "birth", "given:1"),
        _rule("month day names", "birth_monthday", "given_root", "family_sound"),
        _rule("sounds postcode", "given_sound", "family_sound", "postcode"),
        _rule("family postcode", "family", "postcode"),
        _rule("given road", "given_root", "road"),
        _rule("sounds", "given_sound", "family_sound"),
        _rule("names", "given", "family"),
        _rule("begins", "given:3", "family:3"),
        _rule("ends alike", "given:1", "family_sound", "city"),
    ),
    "organisation": (
        _rule("tax", "tax"),
        _rule("own", "own"),
        _rule("email", "email"),
        _rule("email domain", "email_domain"),
        _rule("phone", "phone"),
        _rule("door", "house", "road"),
        _rule("words", "words_key"),
        _rule("begins", "words:12"),
        _rule("begins postcode", "words:5", "postcode"),
        _rule("acronym", "acronym"),
    ),
}


def digest(text: str) -> int:
    """The lower half of the MD5 digest of a text, as a signed 64-bit number."""
    return int.from_bytes(hashlib.md5(text.encode(), usedforsecurity=False).digest()[8:], "big", signed=True)


def keys_of(standard: Standard, office_id: int) -> dict[str, int]:
    """Rule name -> key, for what the record tells. Keys of one office never equal those of another."""
    found = {}
    for rule in RULES[standard.kind]:
        values = [_cut(getattr(standard, column), letters) for column, letters in rule.parts]
        if all(values):
            found[rule.name] = digest(PARTED.join([str(office_id), standard.kind, rule.name, *values]))
    if standard.kind == "person" and standard.given and standard.family:  # told in the other order
        values = [standard.family, standard.given]
        found["names turned"] = digest(PARTED.join([str(office_id), "person", "names", *values]))
    return found


def prefix_keys(words: list[str], office_id: int) -> list[int]:
    """Keys of a name that is being typed: of two words when there are two, else of the one. Folded words, in order."""
    if len(words) > 1:
        return [_pair(words[0], words[-1], office_id)] if min(map(len, (words[0], words[-1]))) >= TWO else []
    return [_single(words[0], office_id)] if words and len(words[0]) >= ONE else []


def form_of(standard: Standard) -> str:
    """The standard form as one text, without the record's id."""
    return COLUMN.join(standard[1:])


def standard_from(record_id: int, form: str) -> Standard:
    """What `form_of` wrote. Raises TypeError when it was written with other columns."""
    return Standard(record_id, *form.split(COLUMN))


def all_keys(standard: Standard, folded_name: str, office_id: int) -> list[int]:
    """Every key under which the record is to be found, prefixes of its name's words included."""
    words = folded_name.split()[:5]
    prefixes = [_single(word, office_id) for word in words if len(word) >= ONE]
    pairs = [_pair(a, b, office_id) for a, b in _pairs(words) if len(a) >= TWO and len(b) >= TWO]
    return sorted({*keys_of(standard, office_id).values(), *prefixes, *pairs})


def _pairs(words: list[str]) -> Iterator[tuple[str, str]]:
    for at, word in enumerate(words):
        for other in words[at + 1 :]:
            yield word, other


def _cut(value: str, letters: int) -> str:
    return value[:letters] if letters else value


def _single(word: str, office_id: int) -> int:
    return digest(PARTED.join([str(office_id), "begins", word[:ONE]]))


def _pair(one: str, other: str, office_id: int) -> int:
    return digest(PARTED.join([str(office_id), "pair", *sorted([one[:TWO], other[:TWO]])]))


# --- the same for many --------------------------------------------------------------------------------


def in_bulk(records: pa.Table, office_id: int) -> Iterator[pa.RecordBatch]:
    """Standard forms and keys of many records, which have the columns of `match` and `name_folded`.

    Yields batches of (record_id int64, kind, form text, keys list<int64>).
    """
    con = connect()
    try:
        con.register("records", records)
        bulk.prepare(con, "records")
        con.execute("CREATE TEMP TABLE folded AS SELECT record_id, name_folded FROM records")
        con.unregister("records")
        yield from con.sql(_sql(office_id)).to_arrow_reader(50_000)
    finally:
        con.close()


def _sql(office_id: int) -> str:
    """SQL of `form_of` and `all_keys` over tables `standard` and `folded`."""
    form = f"concat_ws(chr(30), {', '.join(Standard._fields[1:])})"
    keys = [_key_sql(kind, rule, office_id) for kind, rules in RULES.items() for rule in rules]
    turned = _digest_sql(office_id, "'person'", "'names'", "family", "given")
    keys.append(f"CASE WHEN kind = 'person' AND given <> '' AND family <> '' THEN {turned} END")
    single = _digest_sql(office_id, "'begins'", f"left(w, {ONE})")
    pair = _digest_sql(
        office_id,
        "'pair'",
        f"least(left(p[1], {TWO}), left(p[2], {TWO}))",
        f"greatest(left(p[1], {TWO}), left(p[2], {TWO}))",
    )
    words = f"list_transform(list_filter(words_told, lambda w: length(w) >= {ONE}), lambda w: {single})"
    both = (
        f"list_transform(list_filter(flatten(list_transform(range(1, len(words_told)), lambda i: list_transform(range(i + 1, "
        f"len(words_told) + 1), lambda j: [words_told[i], words_told[j]]))), lambda p: length(p[1]) >= {TWO} AND length(p[2]) >= {TWO}), "
        f"lambda p: {pair})"
    )
    return f"""
        WITH named AS (
            SELECT standard.*, string_split(name_folded, ' ')[:5] AS words_told FROM standard JOIN folded USING (record_id)
        )
        SELECT record_id, kind, {form} AS form,
               list_sort(list_distinct(list_filter(flatten([[{", ".join(keys)}], {words}, {both}]), lambda k: k IS NOT NULL))) AS keys
        FROM named"""


def _key_sql(kind: str, rule: LiveRule, office_id: int) -> str:
    told = " AND ".join(f"{column} <> ''" for column, _ in rule.parts)
    values = [f"left({column}, {letters})" if letters else column for column, letters in rule.parts]
    key = _digest_sql(office_id, f"'{kind}'", f"'{rule.name}'", *values)
    return f"CASE WHEN kind = '{kind}' AND {told} THEN {key} END"


def _digest_sql(office_id: int, *parts: str) -> str:
    text = f"concat_ws(chr(31), '{int(office_id)}', {', '.join(parts)})"
    return f"(('0x' || substr(md5({text}), 17))::UBIGINT::BIT::BIGINT)"


def told_of(record: Any) -> dict[str, Any]:
    """The columns of `match` of anything that has them as attributes."""
    names = ("kind", "name", "given", "family", "organisation", "email", "phone", "address", "postcode", "birth_date")
    return {name: getattr(record, name, None) or "" for name in names}
