"""Which pairs are looked at: records that share a key of some kind. Counted first, capped, and told in the model card.

Keys are hashed into one table; a block is the records of one key. Blocks too large to compare are left out and told: the
same people meet again in the narrower rules (a phone *and* a given name), or were never evidence (a default birthday).
"""

from dataclasses import dataclass
from typing import Any

#: The largest block, in records. Lowered, rule by rule, where the pairs would be too many.
LARGEST_BLOCK = 100
#: How many candidate pairs there may be for each record before the largest block is lowered.
PAIRS_PER_RECORD = 40
LEAST_PAIRS = 200_000
#: From how many pairs a weak rule has to be choosy.
_WEAK_FROM = 20_000
#: From how many it must not even pair people who moved.
_VERY_MANY = 500_000


@dataclass(frozen=True, slots=True)
class Rule:
    """A key: an SQL expression over the columns of a record, and what must have been told for it."""

    name: str
    key: str
    told: tuple[str, ...]
    weak: bool = False  # says little by itself: small blocks only, and nothing told may differ
    largest: int = LARGEST_BLOCK

    def sql(self, number: int, source: str) -> str:
        """SELECT of (record_id, k) for the records that have the key."""
        where = " AND ".join(f"{column} <> ''" for column in self.told)
        return f"SELECT record_id, hash({number}, {self.key}) AS k FROM {source} WHERE {where}"


def _rule(name: str, *columns: str, key: str = "", weak: bool = False, largest: int = LARGEST_BLOCK) -> Rule:
    return Rule(name, key or ", ".join(columns), columns, weak, largest)


PERSON_RULES = (
    _rule("tax number", "tax"),
    _rule("number in the source", "own"),
    _rule("e-mail", "email"),
    _rule("name before the @", "email_user"),
    _rule("phone", "phone"),
    _rule("phone and given name", "phone", "given_root"),
    _rule("phone and family name", "phone", "family"),
    _rule("e-mail and given name", "email", "given_root"),
    _rule("address and given name", "door", "given_root"),
    _rule("address and family name", "house", "road", "family"),
    _rule("address and initial", "house", "road", "given", key="house, road, left(given, 1)"),
    _rule("road and given name", "road", "given_root", weak=True, largest=60),
    _rule("road and family name", "road", "family"),
    _rule("address lines and town", "line", "city", key="left(line, 8), city"),
    _rule("tax number begins alike, birth year", "tax", "birth_year", key="left(tax, 4), birth_year"),
    _rule("tax number begins alike, place", "tax", "postcode", key="left(tax, 3), postcode"),
    _rule("address and postcode", "house", "road", "postcode", largest=20),
    _rule("birth date and given name", "birth", "given_root"),
    _rule("birth date and sound of given name", "birth", "given_sound"),
    _rule("birth date and sound of family name", "birth", "family_sound"),
    _rule("birth date and initials", "birth", key="birth, least(left(given, 1), left(family, 1)), greatest(left(given, 1), left(family, 1))"),
    _rule("birth date and place", "birth", "city"),
    _rule("birth date and postcode", "birth", "postcode"),
    _rule("birth date and road", "birth", "road"),
    _rule("day and month exchanged, and name", "birth_turned", "family_sound"),
    _rule("birth month and day, and names", "birth_monthday", "given_root", "family_sound", largest=40),
    _rule("birth year and month, and names", "birth_year", "birth_month", "given_root", "family_sound"),
    _rule("birth year and day, and names", "birth_year", "birth_day", "given_root", "family_sound"),
    _rule("name", "given", "family", key="least(given, family), greatest(given, family)", weak=True, largest=60),
    _rule("name, short forms and middle", "given_root", "family", "middle", key="given_root, family, left(middle, 1)"),
    _rule("name and birth year", "given", "family", "birth_year"),
    _rule("sounds and postcode", "given_sound", "family_sound", "postcode", weak=True, largest=60),
    _rule("sounds and town", "given_sound", "family_sound", "city", weak=True, largest=60),
    _rule("sounds and middle", "given_sound", "family_sound", "middle", key="given_sound, family_sound, left(middle, 1)"),
    _rule("sounds", "given_sound", "family_sound", weak=True, largest=40),
    _rule("family name and postcode", "family", "postcode", weak=True, largest=40),
    _rule("given name and postcode", "given_root", "postcode", weak=True, largest=40),
    _rule("family name and town", "family", "city", weak=True, largest=40),
    _rule("given name and town", "given_root", "city", weak=True, largest=40),
)  # fmt: skip

ORGANISATION_RULES = (
    _rule("tax number", "tax"),
    _rule("number in the source", "own"),
    _rule("e-mail", "email"),
    _rule("company in the e-mail", "email_domain"),
    _rule("phone", "phone"),
    _rule("phone and distinctive word", "phone", "core"),
    _rule("address", "house", "road"),
    _rule("address and distinctive word", "house", "road", "core"),
    _rule("number and distinctive word", "house", "core"),
    _rule("address and first letters", "house", "road", "words", key="house, road, left(words, 4)"),
    _rule("name", "words_key"),
    _rule("distinctive word", "core"),
    _rule("name begins alike", "words", key="left(words, 12)"),
    _rule("name and postcode", "words", "postcode", key="left(words, 5), postcode"),
    _rule("name and town", "words", "city", key="left(words, 5), city"),
    _rule("acronym", "acronym"),
    _rule("acronym as a name", "words", key="coalesce(nullif(acronym, ''), words)"),
)

RULES = {"person": PERSON_RULES, "organisation": ORGANISATION_RULES}


@dataclass(frozen=True, slots=True)
class Blocked:
    """What was made of one rule."""

    rule: str
    records: int  # that have the key
    pairs: int  # that it would make, duplicates with other rules included
    kept_pairs: int
    largest_block: int  # records
    left_out_blocks: int
    left_out_records: int

    def as_dict(self) -> dict[str, Any]:
        """For the model card."""
        return {
            "rule": self.rule, "records": self.records, "pairs": self.pairs, "kept pairs": self.kept_pairs,
            "largest block": self.largest_block, "blocks left out": self.left_out_blocks,
            "records in blocks left out": self.left_out_records,
        }  # fmt: skip


def block(con: Any, kind: str, source: str, *, fresh: str = "") -> list[Blocked]:
    """Make table `pair(join_key_l, join_key_r, match_key)`: candidate pairs among the records of `source`.

    `fresh` is a condition on record ids (`record_id IN (...)`): only pairs with such a record are made. Returns
    what each rule came to.
    """
    con.execute("CREATE OR REPLACE TABLE pair (join_key_l BIGINT, join_key_r BIGINT, match_key VARCHAR)")
    con.execute("CREATE OR REPLACE TEMP TABLE raw_pair (a BIGINT, b BIGINT)")
    ((records,),) = con.execute(f"SELECT count(*) FROM {source}").fetchall()
    budget = max(LEAST_PAIRS, PAIRS_PER_RECORD * records)
    told = []
    for number, rule in enumerate(RULES[kind]):
        told.append(_one_rule(con, number, rule, source, fresh=fresh, most_pairs=budget // 8))
    con.execute("INSERT INTO pair SELECT DISTINCT a, b, '0' FROM raw_pair")
    # A telling that several records share is compared with itself: is it enough to say that they are one customer?
    con.execute(
        f"INSERT INTO pair SELECT DISTINCT first_id, first_id, '0' FROM copy WHERE first_id IN (SELECT record_id FROM {source})"
    )
    con.execute("DROP TABLE raw_pair")
    return told


def _one_rule(con: Any, number: int, rule: Rule, source: str, *, fresh: str, most_pairs: int) -> Blocked:
    con.execute(f"CREATE OR REPLACE TEMP TABLE keyed AS {_keys(number, rule, source, fresh)}")
    con.execute("CREATE OR REPLACE TEMP TABLE block AS SELECT k, count(*) AS n FROM keyed GROUP BY k HAVING n > 1")
    cap = _cap(con, most_pairs, rule.largest)
    ((records, pairs, kept, largest, out, out_records),) = con.execute(
        f"""SELECT (SELECT count(*) FROM keyed), coalesce(sum(n * (n - 1) / 2), 0),
                   coalesce(sum(n * (n - 1) / 2) FILTER (n <= {cap}), 0), coalesce(max(n), 0),
                   count(*) FILTER (n > {cap}), coalesce(sum(n) FILTER (n > {cap}), 0) FROM block"""
    ).fetchall()
    con.execute(
        f"CREATE OR REPLACE TEMP TABLE keyed AS SELECT record_id, k FROM keyed SEMI JOIN (FROM block WHERE n <= {cap}) USING (k)"
    )
    weak = rule.weak and kept > _WEAK_FROM
    looked = (
        f"JOIN {source} x ON x.record_id = l.record_id JOIN {source} y ON y.record_id = r.record_id " if weak else ""
    )
    differs = f" AND {_nothing_differs('door' if kept > _VERY_MANY else '')}" if weak else ""
    where = f"AND (l.{fresh} OR r.{fresh})" if fresh else ""
    con.execute(
        f"""INSERT INTO raw_pair SELECT l.record_id, r.record_id FROM keyed l JOIN keyed r USING (k)
            {looked}WHERE l.record_id < r.record_id {where}{differs}"""
    )
    con.execute("DROP TABLE keyed")
    return Blocked(rule.name, records, int(pairs), int(kept), int(largest), int(out), int(out_records))


# Told on both sides and different: then a weak key is no reason to look.
def _nothing_differs(more: str) -> str:
    columns = [c for c in ("birth_year", "email", "phone", more) if c]
    return " AND ".join(f"(x.{c} = '' OR y.{c} = '' OR x.{c} = y.{c})" for c in columns)


def _keys(number: int, rule: Rule, source: str, fresh: str) -> str:
    """SQL of the keys; where only pairs with fresh records are wanted, of the keys that fresh records have."""
    keys = rule.sql(number, source)
    if not fresh:
        return keys
    return f"WITH every AS MATERIALIZED ({keys}) SELECT * FROM every SEMI JOIN (SELECT k FROM every WHERE {fresh}) USING (k)"


def _cap(con: Any, most_pairs: int, largest: int) -> int:
    """The largest block that keeps a rule within its number of pairs."""
    sizes = con.execute(
        f"SELECT n, count(*) * n * (n - 1) / 2 FROM block WHERE n <= {largest} GROUP BY n ORDER BY n"
    ).fetchall()
    total, cap = 0.0, largest
    for n, pairs in sizes:
        total += pairs
        if total > most_pairs:
            return max(int(n) - 1, 2)
    return cap
