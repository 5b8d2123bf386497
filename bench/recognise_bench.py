"""Recognising customers live among a million: time, who comes first, and what would be linked or asked.

    python bench/recognise_bench.py [CUSTOMERS] [QUERIES]

Makes CUSTOMERS invented people (a million) in a database of its own, every third of them told twice. Then QUERIES noisy
tellings (a thousand) of people who are known, and as many of strangers with names of the same frequency, arrive. Prints
  time       of one look-up, database and normalisation included: median, 95th percentile; of four typed letters too
  first      share of known people whose record is first, or among the first three
  links      of arrivals that would be linked by themselves: how many are right; of known people: how many are linked
  asked      share of arrivals that a person would be asked about
The noise: slips in names, nicknames, exchanged order, initials, new phones, e-mails and addresses, most facts untold.
"""

import random
import statistics
import sys
import time
import tomllib
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from bench.office_rows import own_database

#: The share of known facts that people tell again.
TOLD_AGAIN = {"email": 0.7, "phone": 0.8, "address": 0.6, "birth_date": 0.6, "postcode": 0.8}
NICKNAMES = {"William": "Bill", "Robert": "Bob", "Elizabeth": "Liz", "Katherine": "Kate", "Margaret": "Peggy",
             "James": "Jim", "Michael": "Mike", "Richard": "Rick", "Thomas": "Tom", "Jennifer": "Jen", "Susan": "Sue",
             "Joseph": "Joe", "Deborah": "Debbie", "Patricia": "Pat", "Christopher": "Chris", "Daniel": "Dan"}  # fmt: skip
STREETS = [
    "Oak",
    "Elm",
    "Maple",
    "Pine",
    "Cedar",
    "Main",
    "Church",
    "Mill",
    "Lake",
    "River",
    "Hill",
    "Park",
    "Spring",
    "Ridge",
    "Willow",
    "Birch",
    "Walnut",
]
ENDS = ["St", "Ave", "Rd", "Ln", "Dr", "Ct", "Way", "Pl", "Ter", "Blvd"]


class People:
    """A town of invented people: names by Zipf's law, as in censuses."""

    def __init__(self, seed: int) -> None:
        self.rng = random.Random(seed)
        path = Path(__file__).resolve().parents[1] / "src" / "regard" / "demo" / "words" / "names.toml"
        groups = tomllib.loads(path.read_text(encoding="utf-8"))["group"]
        self.given = [name for group in groups for name in (group["women"] + " " + group["men"]).split()]
        base = [name for group in groups for name in group["families"].split() if len(name) > 3]
        ends = [
            "",
            "son",
            "man",
            "ton",
            "berg",
            "ley",
            "field",
            "ford",
            "well",
            "wood",
            "er",
            "ski",
            "ez",
            "ini",
            "sen",
        ]
        self.families = list(dict.fromkeys(name + end for end in ends for name in base))
        self.given_weights = _zipf(len(self.given), 0.9)
        self.family_weights = _zipf(len(self.families), 0.75)

    def make(self, count: int, first: int) -> Iterator[dict[str, Any]]:
        rng = self.rng
        givens = rng.choices(self.given, cum_weights=self.given_weights, k=count)
        families = rng.choices(self.families, cum_weights=self.family_weights, k=count)
        for n, (given, family) in enumerate(zip(givens, families, strict=True), first):
            yield {
                "id": n, "given": given, "family": family, "name": f"{given} {family}",
                "email": _mail(rng, given, family) if rng.random() < 0.55 else "",
                "phone": _phone(rng) if rng.random() < 0.8 else "",
                "address": _street(rng) if rng.random() < 0.7 else "",
                "postcode": f"{55000 + rng.randrange(400)}",
                "birth_date": str(date(1935, 1, 1) + timedelta(days=rng.randrange(27_000))) if rng.random() < 0.3 else "",
            }  # fmt: skip

    def telling(self, person: dict[str, Any]) -> dict[str, Any]:
        """What this person tells next time: less, and spelled as people and clerks spell."""
        rng, told = self.rng, dict(person)
        for field, share in TOLD_AGAIN.items():
            if rng.random() > share:
                told[field] = ""
        given, family = self._spelled(told["given"], told["family"])
        told["name"] = f"{family}, {given}" if rng.random() < 0.07 else f"{given} {family}"
        if rng.random() < 0.2:
            told["name"] = told["name"].upper()
        if told["phone"] and rng.random() < 0.1:
            told["phone"] = _phone(rng)
        if told["email"] and rng.random() < 0.1:
            told["email"] = _mail(rng, given, family)
        if told["address"] and rng.random() < 0.1:
            told["address"] = _street(rng)
        return {key: told[key] for key in ("name", "email", "phone", "address", "postcode", "birth_date")}

    def _spelled(self, given: str, family: str) -> tuple[str, str]:
        rng = self.rng
        chance = rng.random()
        if chance < 0.08:
            return NICKNAMES.get(given, given), family
        if chance < 0.16:
            return _slip(rng, given), family
        if chance < 0.24:
            return given, _slip(rng, family)
        return (given[0] if chance < 0.27 else given), family


def _zipf(count: int, power: float) -> list[float]:
    total, sums = 0.0, []
    for n in range(1, count + 1):
        total += n**-power
        sums.append(total)
    return sums


def _mail(rng: random.Random, given: str, family: str) -> str:
    number = rng.choice(["", str(rng.randrange(100)), str(rng.randrange(1940, 2010))])
    bare = "".join(c for c in f"{given}.{family}{number}".lower() if c.isalnum() or c == ".")
    return f"{bare}{rng.randrange(1000) if rng.random() < 0.5 else ''}@{rng.choice(['inboxly', 'mailet', 'postbox'])}.example"


def _phone(rng: random.Random) -> str:
    return f"+1{rng.randrange(201, 989)}{rng.randrange(200, 999)}{rng.randrange(10_000):04d}"


def _street(rng: random.Random) -> str:
    unit = f" Apt {rng.randrange(1, 40)}" if rng.random() < 0.25 else ""
    return f"{rng.randrange(1, 9_999)} {rng.choice(STREETS)}{rng.choice(['', 'wood', 'view', 'side'])} {rng.choice(ENDS)}{unit}"


def _slip(rng: random.Random, word: str) -> str:
    at = rng.randrange(1, max(2, len(word) - 1))
    kind = rng.randrange(3)
    if kind == 0:
        return word[:at] + word[at + 1 :]
    if kind == 1:
        return word[:at] + rng.choice("aeiournlst") + word[at + 1 :]
    return word[: at - 1] + word[at : at + 1] + word[at - 1 : at] + word[at + 1 :]


def tellings(town: People, customers: int) -> Iterator[dict[str, Any]]:
    """Everybody once, every third again; `customer` says who it is."""
    record = 0
    for person in town.make(customers, 1):
        record += 1
        yield person | {"id": record, "customer": person["id"]}
        if person["id"] % 3 == 0:
            record += 1
            told = town.telling(person)
            yield {**told, "given": "", "family": "", "id": record, "customer": person["id"]}


def load(people: Iterator[dict[str, Any]], silo: int, office: int) -> None:
    """Each telling as an identity record, linked to its customer, by COPY."""
    from django.db import connection, transaction

    from regard.customers import normalise

    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "CREATE TEMP TABLE made (id bigint, customer bigint, name text, given text, family text, folded text, key text, email text, "
            "phone text, address text, postcode text, birth date)"
        )
        with cursor.copy("COPY made FROM STDIN") as copy:
            for p in people:
                folded = normalise.fold_name(p["name"])
                row = (p["id"], p["customer"], p["name"], p["given"], p["family"], folded, normalise.name_key(folded), p["email"],
                       p["phone"], p["address"], p["postcode"], p["birth_date"] or None)  # fmt: skip
                copy.write_row(row)
        cursor.execute(
            f"""INSERT INTO customers_customer (id, office_id, kind, name, name_folded, email, phone, address, restricted,
                refreshed_at) SELECT customer, {office}, 'person', name, folded, email, phone, address, false, now() FROM made
            WHERE given <> '';
            INSERT INTO customers_identityrecord (id, silo_id, key, digest, kind, name, given, family, organisation,
                name_folded, name_key, email, phone, address, postcode, birth_date, language, as_of)
            SELECT id, {silo}, 'id:' || id, gen_random_uuid(), 'person', name, given, family, '', folded, key, email, phone,
                address, postcode, birth, '', now() FROM made;
            INSERT INTO customers_link (record_id, customer_id, score, reason, author, ended_reason)
            SELECT id, customer, 1, 'first record', 'bench', '' FROM made;
            ANALYZE customers_identityrecord; ANALYZE customers_link; ANALYZE customers_customer"""
        )


def timed(what: str, seconds: list[float]) -> None:
    ms = sorted(1000 * s for s in seconds)
    print(f"{what:<34} median {statistics.median(ms):6.1f} ms, p95 {ms[int(0.95 * len(ms))]:6.1f} ms, n = {len(ms)}")


def ask(office: int, queries: list[tuple[dict[str, Any], int | None]]) -> None:
    """Ask for each telling, and count what came of it. The id is None for strangers."""
    from regard.customers.recognise import recognise

    seconds, first, three, linked, right, asked = [], 0, 0, 0, 0, 0
    known = sum(person is not None for _, person in queries)
    for told, person in queries:
        start = time.perf_counter()
        found = recognise(office, told)
        seconds.append(time.perf_counter() - start)
        ids = [one.customer_id for one in found]
        first += person is not None and ids[:1] == [person]
        three += person in ids[:3]
        if found and found[0].is_sure:
            linked += 1
            right += ids[0] == person
        asked += bool(found) and found[0].is_open
    timed("recognise (limit 10 ms p95)", seconds)
    print(f"{'first':<34} {first / known:.3f}; among the first three {three / known:.3f} (at least .95), n = {known}")
    print(f"{'links: right':<34} {right / max(linked, 1):.4f} of {linked} (at least .995)")
    print(f"{'links: of known people':<34} {right / known:.3f} (at least .80)")
    print(f"{'asked':<34} {asked / len(queries):.3f} of arrivals (at most .05), n = {len(queries)}")


def main() -> None:
    customers = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    count = int(sys.argv[2]) if len(sys.argv) > 2 else 1_000
    with own_database():
        from regard.customers.actions.indexing import index_records, keep_models
        from regard.customers.matching import match
        from regard.customers.matching.livekeys import told_of  # noqa: F401 (loads the package before the clock runs)
        from regard.customers.models import IdentityRecord
        from regard.customers.recognise import beginning
        from regard.office.models import Silo, Unit
        from regard.records.actors import System

        by = System("bench")
        office = Unit.objects.create(code="bench", name="Bench", path="/0/")
        Unit.objects.filter(pk=office.pk).update(path=f"/{office.pk}/")
        silo = Silo.objects.create(code="bench", name="Bench", unit=office)
        town = People(1)
        start = time.perf_counter()
        load(tellings(town, customers), silo.pk, office.pk)
        print(f"{customers:,} customers in {time.perf_counter() - start:.0f} s")
        start = time.perf_counter()
        index_records(by=by, office_id=office.pk)
        print(f"standard forms and keys of all in {time.perf_counter() - start:.0f} s")
        keep_models(by=by, office_id=office.pk, models=models_of(match))
        rng = random.Random(2)
        fields = ("given", "family", "name", "email", "phone", "address", "postcode", "birth_date")
        queries: list[tuple[dict[str, Any], int | None]] = []
        for pk in rng.sample(range(1, customers + 1), count):
            record = IdentityRecord.objects.filter(links__customer=pk).order_by("pk")[0]
            person = {name: str(getattr(record, name) or "") for name in fields}
            queries.append((town.telling(person), pk))
        queries += [(town.telling(person), None) for person in town.make(count, 0)]
        rng.shuffle(queries)
        for told, _ in queries[:20]:
            beginning(office.pk, told["name"][:4])
        ask(office.pk, queries)
        seconds = []
        for told, _ in queries:
            start = time.perf_counter()
            beginning(office.pk, told["name"][:4])
            seconds.append(time.perf_counter() - start)
        timed("four letters (limit 10 ms p95)", seconds)


def models_of(match: Any) -> dict[str, Any]:
    """The weights that a matching of a sample of the records gives; frequencies are shares, so a sample serves."""
    import pyarrow as pa
    from django.db import connection

    columns = ("id", "name", "given", "family", "email", "phone", "address", "postcode", "birth_date::text")
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {', '.join(columns)} FROM customers_identityrecord ORDER BY id LIMIT 200000")
        rows = cursor.fetchall()
    names = ("record_id", *columns[1:-1], "birth_date")
    table = pa.table({name: pa.array(column) for name, column in zip(names, zip(*rows, strict=True), strict=True)})
    kinds = pa.array(["person"] * table.num_rows)
    return dict(match(table.append_column("kind", kinds)).models)


if __name__ == "__main__":
    main()
