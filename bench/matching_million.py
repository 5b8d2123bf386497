"""A million records of six sources, made up: people who move, marry, share a phone, and are spelled in several ways."""

import itertools
from typing import Any

import numpy as np
import pyarrow as pa

_GIVEN = (
    "james mary robert patricia john jennifer michael linda david elizabeth william barbara richard susan joseph jessica thomas sarah "
    "charles karen christopher lisa daniel nancy matthew betty anthony sandra mark margaret donald ashley steven kimberly andrew emily "
    "paul donna joshua michelle kenneth carol kevin amanda brian melissa george deborah timothy stephanie ronald rebecca jason sharon "
    "edward laura jeffrey cynthia ryan dorothy jacob amy gary kathleen nicholas angela eric shirley jonathan brenda stephen emma larry "
    "anna justin pamela scott nicole brandon samantha benjamin katherine samuel christine gregory helen alexander debra patrick rachel "
    "frank carolyn raymond janet jack maria dennis catherine jerry heather tyler diane aaron olivia jose julie adam joyce nathan "
    "victoria henry ruth zachary virginia douglas lauren peter kelly kyle christina noah joan ethan evelyn jeremy judith christian "
    "andrea walter hannah keith megan austin cheryl roger jacqueline terry martha sean madison gerald teresa carl gloria dylan sara "
    "harold janice jordan ann jesse kathryn bryan abigail lawrence sophia arthur frances gabriel jean bruce alice logan judy"
).split()
_SYLLABLES = "an ber car dal en fer gar hol is jan kel lam mor nor ost par quin ros sal tor ul ver wal yor zim bra cro dun els fin gra hen".split()
SILOS = ("desk", "phone", "permits", "tax", "clinic", "library")


def million(records: int = 1_000_000, seed: int = 7) -> tuple[pa.Table, np.ndarray]:
    """(records, who each truly is). About two and a half records a person."""
    rng = np.random.default_rng(seed)
    people = int(records / 2.5)
    who = np.sort(rng.integers(0, people, records))
    rng.shuffle(who)
    given = np.array(_GIVEN)[np.minimum(rng.zipf(1.3, people) - 1 + rng.integers(0, 60, people), len(_GIVEN) - 1)]
    endings = ["", "son", "er", "man", "ez", "sen"]
    names = np.array(
        ["".join(p) for p in itertools.product(_SYLLABLES, _SYLLABLES, endings)]
        + [f"{a}{b}{c}" for a, b, c in itertools.product(_SYLLABLES, _SYLLABLES, _SYLLABLES)]
    )
    family = names[np.minimum((rng.pareto(0.6, people) * 20).astype(int), len(names) - 1)]
    birth = np.datetime64("1930-01-01") + rng.integers(0, 33_000, people)
    home = rng.integers(0, people // 2, people)  # two people a home
    streets = np.array([f"{n.title()} {t}" for n in names[:4000] for t in ("St", "Ave", "Rd")])
    address = np.char.add(np.char.add((home % 9800 + 100).astype(str), " "), streets[(home * 7919) % len(streets)])
    postcode = (10_000 + home % 900).astype(str)
    phone = np.char.add(
        "+1",
        (
            2_150_000_000 + home * 7 % 7_000_000 + (rng.random(people) < 0.6) * rng.integers(1, 700_000_000, people)
        ).astype(str),
    )
    mail = np.char.add(
        np.char.add(np.char.add(given, "."), np.char.add(family, rng.integers(1, 999, people).astype(str))),
        "@mail.example",
    )
    return _written(rng, who, (given, family, birth, address, postcode, phone, mail)), who


def _written(rng: np.random.Generator, who: np.ndarray, facts: tuple[np.ndarray, ...]) -> pa.Table:
    given, family, birth, address, postcode, phone, mail = (f[who] for f in facts)
    n = len(who)

    def told(values: np.ndarray, share: float) -> np.ndarray:
        return np.where(rng.random(n) < share, values, "")

    def slipped(values: np.ndarray, share: float) -> np.ndarray:
        out = values.astype(object)
        for i in np.flatnonzero(rng.random(n) < share):
            text = str(out[i])
            at = int(rng.integers(0, len(text)))
            out[i] = text[:at] + text[at + 1 :] if rng.random() < 0.5 else text[:at] + "e" + text[at:]
        return out.astype(str)

    columns: dict[str, Any] = {
        "record_id": np.arange(1, n + 1), "silo": np.array(SILOS)[rng.integers(0, 6, n)], "kind": np.full(n, "person"),
        "given": slipped(given, 0.04), "family": slipped(family, 0.05), "email": told(slipped(mail, 0.01), 0.55),
        "phone": told(phone, 0.6), "address": told(slipped(address, 0.03), 0.7), "postcode": told(postcode, 0.7),
        "birth_date": told(birth.astype(str), 0.5),
    }  # fmt: skip
    return pa.table({k: pa.array(v, pa.int64() if k == "record_id" else pa.string()) for k, v in columns.items()})
