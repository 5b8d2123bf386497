"""What a model knows: how much each level of agreement says, and how common each value is. Pure.

The model is that of Fellegi and Sunter (1969): the weight of a pair is log2 of the prior odds plus, for each comparison,
log2(m / u), where m is how often records of one customer agree in that way and u how often records of two do. Where
agreement on a rare value says more than on a common one (Newcombe 1959), u is the value's own frequency.

m and u ship with Regard (`models/*.json`); frequencies come from the data at hand.
"""

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from regard.customers.matching import organisations, persons
from regard.customers.matching.levels import Comparison, Level
from regard.customers.matching.standardise import Standard

#: Weights, in bits (log2 of the posterior odds). The one place where it is decided what is sure and what is asked.
LINK = 4.0  # from here on two records are one customer by themselves: odds of 16 to 1 for the pair alone
LINK_LEARNED = 2.0  # the same where a reranker has learned from this office, whose weights are calibrated on it: 4 to 1
REVIEW = -1.0  # from here on a person is asked: odds of 1 to 2

COMPARISONS: Mapping[str, tuple[Comparison, ...]] = {
    "person": persons.COMPARISONS,
    "organisation": organisations.COMPARISONS,
}
VETOES = {
    kind: frozenset((c.field, level.label) for c in comparisons for level in c.all_levels if level.veto)
    for kind, comparisons in COMPARISONS.items()
}
#: A veto takes this much off, as a factor of m: 60 bits.
VETO = 2.0**-60
#: A veto is in force while less than this share of one customer's pairs disagree so.
VETO_BELOW = 0.02
_FOLDER = Path(__file__).parent / "models"

#: The least frequency of each kind of value: that of the rarest in a large population. Of e-mails, phones and doors, how
#: often two people who are not one, and whose given names do not tell them apart, share one.
LEAST = {"given": 2e-6, "root": 2e-6, "family": 2e-6, "full": 1e-9, "email": 1e-7, "phone": 2e-7, "door": 1e-6,
         "birth": 1 / 25_000, "postcode": 1e-4, "city": 1e-3, "middle": 1e-3, "words": 1e-6, "core": 2e-5, "minitial": 0.001}  # fmt: skip
#: How often another given name is spelled alike, begins with the same letter; another family name is spelled alike.
NEAR_GIVEN, INITIAL, NEAR_FAMILY = 0.01, 0.08, 0.002
#: Given and family names go together: people of one origin share both.
KINSHIP = 4.0
#: What a shared key may say at most, as a frequency: 9 bits.
SHARED_LEAST = 2.0**-9


@dataclass(frozen=True, slots=True)
class Weights:
    """One trained model for one kind of customer, with the frequencies of one body of data."""

    kind: str
    version: str
    prior: float  # log2 odds that two random records are one customer
    chances: Mapping[str, Mapping[str, tuple[float, float]]]  # field -> level -> (m, u)
    frequencies: Mapping[str, Mapping[str, float]] = field(default_factory=dict)  # only values above the least
    least: Mapping[str, float] = field(default_factory=lambda: dict(LEAST))
    shared: Mapping[str, frozenset[str]] = field(default_factory=dict)  # email, phone, door, birth, tax
    strict: bool = True  # whether vetoes count as such; they do not while a model is fitted

    def frequency(self, what: str, value: str) -> float:
        """How often a random other record carries this value."""
        return self.frequencies.get(what, {}).get(value, self.least[what])

    def chance(self, field: str, label: str) -> tuple[float, float]:
        """(m, u) of a level; of a veto in force, m is lowered beyond what other evidence can make up for."""
        return self.chance_of(self.chances, field, label)

    def chance_of(
        self, chances: Mapping[str, Mapping[str, tuple[float, float]]], field: str, label: str
    ) -> tuple[float, float]:
        """`chance`, of other chances of the same model."""
        m, u = chances[field][label]
        return (m * VETO, u) if self._in_force(chances, field, label) else (m, u)

    def vetoes(self, field: str, label: str) -> bool:
        """Whether a level is a veto here: where the data is so poor that one customer often disagrees, it is none."""
        return self._in_force(self.chances, field, label)

    def _in_force(self, chances: Mapping[str, Mapping[str, tuple[float, float]]], field: str, label: str) -> bool:
        if not self.strict or (field, label) not in VETOES[self.kind]:
            return False
        return chances[field][label][0] + chances[field].get("outweighed", (0.0, 0.0))[0] < VETO_BELOW

    def bits(self, comparison: Comparison, level: Level, a: Mapping[str, Any], b: Mapping[str, Any]) -> float:
        """What one level says, in bits: log2(m/u), u being the value's own frequency where the level asks for it."""
        m, u = self.chance(comparison.field, level.label)
        if level.rarity:
            # In the same order of operations as Splink's SQL, so that both round alike.
            return math.log2(m / u) + (math.log2(u) - math.log2(max(a[level.rarity], b[level.rarity])))
        return math.log2(m / u)

    def as_json(self) -> str:
        """The whole model as JSON, shared keys and frequencies included."""
        told = asdict(self)
        told["shared"] = {k: sorted(v) for k, v in self.shared.items()}
        return json.dumps(told)

    @classmethod
    def from_json(cls, text: str) -> "Weights":
        """The model that `as_json` wrote. Raises KeyError or ValueError for another text."""
        told = json.loads(text)
        told["chances"] = _chances(told["chances"])
        told["shared"] = {k: frozenset(v) for k, v in told["shared"].items()}
        return cls(**told)


def _chances(told: Mapping[str, Mapping[str, Sequence[float]]]) -> dict[str, dict[str, tuple[float, float]]]:
    return {f: {label: (float(m), float(u)) for label, (m, u) in levels.items()} for f, levels in told.items()}


@cache
def shipped(kind: str) -> Weights:
    """The model that comes with Regard for 'person' or 'organisation', without frequencies."""
    told = json.loads((_FOLDER / f"{kind}.json").read_text(encoding="utf-8"))
    return Weights(kind, told["version"], -20.0, _chances(told["chances"]))


def prior_for(records: int) -> float:
    """log2 odds that two random of so many records are one customer, if each has about one other record.

    A handful of records are still drawn from a town: no fewer than a thousand are assumed.
    """
    return -math.log2(max(records, 1000))


def carried(standard: Standard, model: Weights) -> dict[str, Any]:
    """A record as comparisons see it: its standard columns, how rare its values are, and which of them are shared."""
    row: dict[str, Any] = standard._asdict()
    for column, what in (("email", "email"), ("phone", "phone"), ("door", "door"), ("birth", "birth"), ("tax", "tax")):
        row[f"{column}_shared"] = int(row[column] in model.shared.get(what, ()))
    row["rare_email"] = _shared_floor(model.frequency("email", row["email"]), row["email_shared"])
    row["rare_phone"] = _shared_floor(model.frequency("phone", row["phone"]), row["phone_shared"])
    row["rare_door"] = _shared_floor(model.frequency("door", row["door"]), row["door_shared"])
    row["given_known"] = int(row["given"] in model.frequencies.get("known", ()))
    row["rare_birth"] = model.frequency("birth", row["birth"])
    row["rare_postcode"] = model.frequency("postcode", row["postcode"])
    row["rare_city"] = model.frequency("city", row["city"])
    if model.kind == "organisation":
        return row | _organisation_rarity(row, model)
    return row | _person_rarity(row, model)


def _shared_floor(frequency: float, shared: int) -> float:
    return max(frequency, SHARED_LEAST) if shared else frequency


def _person_rarity(row: Mapping[str, Any], model: Weights) -> dict[str, float]:
    given, root = model.frequency("given", row["given"]), model.frequency("root", row["given_root"])
    family = model.frequency("family", row["family"])
    full = model.frequency("full", f"{row['given']} {row['family']}")
    return {
        "rare_full": min(max(given * family * KINSHIP, full), 1.0),
        "rare_nick": min(root * family * KINSHIP, 1.0),
        "rare_near": family * NEAR_GIVEN,
        "rare_given_near": given * NEAR_FAMILY,
        "rare_initial": family * INITIAL,
        "rare_family": family,
        "rare_given": given,
        "rare_single": min((given if row["given"] else 0.0) + (family if row["family"] else 0.0) + 1e-9, 1.0),
        "rare_middle": model.frequency("middle", row["middle"]),
        "rare_minitial": model.frequency("minitial", row["middle"][:1]),
    }


def core_of(words: str, model: Weights) -> str:
    """The rarest word of an organisation's name; of equally rare ones the longest, then the first of the alphabet."""
    parts = [w for w in words.split(" ") if len(w) > 2] or words.split(" ")
    return min(parts, key=lambda w: (model.frequency("core", w), -len(w), w))


def _organisation_rarity(row: Mapping[str, Any], model: Weights) -> dict[str, Any]:
    core = core_of(row["words"], model)
    return {
        "core": core,
        "rare_core": model.frequency("core", core),
        "rare_words": model.frequency("words", row["words_key"]),
    }
