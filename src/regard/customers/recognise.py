"""Recognising a customer live: who of those we know is this, from what was told just now?

What was told is brought into its standard form, looked up under its keys (`matching.livekeys`) in one index, and each
record found is weighed with the office's newest model in plain Python (`matching.scoring`): the same weight that the
batch gives the same pair. A look-up reads at most MOST records, however many customers there are.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction

from regard.customers import normalise
from regard.customers.access import customers_seen_by
from regard.customers.matching import LINK, REVIEW, Weights, shipped, standardise, words
from regard.customers.matching.livekeys import keys_of, prefix_keys, standard_from
from regard.customers.matching.scoring import Evidence, score_carried
from regard.customers.matching.standardise import Standard
from regard.customers.matching.weights import carried, prior_for
from regard.customers.models import Customer, RecognitionModel
from regard.office.access import office_id_of
from regard.office.models import Staff

#: Records read under one key, and weighed in all. A key that brings more says little.
EACH, MOST = 40, 40
SHOWN = 5


@dataclass(frozen=True)
class Recognised:
    """A customer whom the told facts may mean: by their best record, in bits, with the reasons in words."""

    customer_id: int
    record_id: int
    weight: float
    probability: float
    evidence: tuple[Evidence, ...]
    vetoed: bool

    @property
    def is_sure(self) -> bool:
        """Whether the batch would link by itself."""
        return self.weight >= LINK and not self.vetoed

    @property
    def is_open(self) -> bool:
        """Whether a person should be asked."""
        return self.weight >= REVIEW and not self.is_sure

    @property
    def words(self) -> list[str]:
        """Why, the strongest reason first."""
        return words(self.evidence)


def recognise(office_id: int, told: Mapping[str, Any], *, limit: int = SHOWN) -> list[Recognised]:
    """Customers of the office whom `told` may mean, the likeliest first. At most `limit`; [] when nobody is like it.

    `told` has any of the columns of `matching.match` (name, email, phone, address, postcode, birth_date, kind ...).
    """
    wanted = standardise({"kind": "person", **told})
    keys = keys_of(wanted, office_id)
    rows = _found(list(dict.fromkeys(keys.values())))
    if not rows:
        return []
    model = model_of(office_id, wanted.kind)
    mine = carried(wanted, model)
    best: dict[int, Recognised] = {}
    for record_id, customer_id, kind, form in rows:
        if kind != wanted.kind:
            continue
        one = _weighed(mine, standard_from(record_id, form), model, customer_id)
        if customer_id not in best or one.weight > best[customer_id].weight:
            best[customer_id] = one
    return sorted(best.values(), key=lambda r: (r.vetoed, -r.weight, r.customer_id))[:limit]


@dataclass(frozen=True)
class Likely:
    """A customer whom a member of staff may see, and why it may be the one."""

    customer: Customer
    found: Recognised


def likely_customers(staff: Staff, told: Mapping[str, Any], limit: int = SHOWN) -> list[Likely]:
    """Customers the person may see whom these facts probably or perhaps mean, the likeliest first."""
    office = office_id_of(staff)
    if office is None:
        return []
    found = [one for one in recognise(office, told, limit=limit) if one.is_sure or one.is_open]
    customers = customers_seen_by(staff).in_bulk([one.customer_id for one in found])
    return [Likely(customers[one.customer_id], one) for one in found if one.customer_id in customers]


def _weighed(mine: Mapping[str, Any], theirs: Standard, model: Weights, customer_id: int) -> Recognised:
    scored = score_carried(mine, carried(theirs, model), model)
    return Recognised(customer_id, theirs.record_id, scored.weight, scored.probability, scored.evidence, scored.vetoed)


def beginning(office_id: int, typed: str, *, limit: int = 200) -> list[tuple[int, int, str]]:
    """(record_id, customer_id, name) of records a word or two of whose name begin as typed. Four letters suffice."""
    folded = normalise.fold_name(typed).split()
    keys = prefix_keys(folded, office_id)
    rows = _found(keys, each=limit, most=limit)
    found = []
    for record_id, customer_id, _, form in rows:
        name = standard_from(record_id, form).name
        have = normalise.fold_name(name).split()
        if all(any(word.startswith(want) for word in have) for want in folded):
            found.append((record_id, customer_id, name))
    return found


_LOOK_UP = """
SELECT f.record_id, l.customer_id, f.kind, f.form
FROM (
    SELECT record_id, min(kind) AS kind, min(form) AS form, count(*) AS hits FROM unnest(%s::bigint[]) AS k (key)
    CROSS JOIN LATERAL (
        SELECT record_id, kind, form FROM customers_standardform WHERE keys @> ARRAY[k.key] LIMIT {each}
    ) f
    GROUP BY record_id ORDER BY hits DESC, record_id LIMIT {most}
) f
JOIN customers_link l ON l.record_id = f.record_id AND l.ended_at IS NULL
ORDER BY f.hits DESC, f.record_id
"""


def _found(keys: Sequence[int], *, each: int = EACH, most: int = MOST) -> list[tuple[int, int, str, str]]:
    """(record_id, customer_id, kind, form) of live-linked records under any of the keys, most keys in common first."""
    if not keys:
        return []
    with transaction.atomic(), connection.cursor() as cursor:
        # The planner takes any key for a common one and would read the table until it has seen enough.
        cursor.execute("SELECT set_config('enable_seqscan', 'off', true)")
        cursor.execute(_LOOK_UP.format(each=int(each), most=int(most)), [list(keys)])
        return cursor.fetchall()


# --- the model ---------------------------------------------------------------------------------------

_loaded: dict[tuple[int, str], tuple[int, Weights]] = {}


def model_of(office_id: int, kind: str) -> Weights:
    """The weights of the office's newest matching; before there is one, those that come with Regard."""
    newest = RecognitionModel.objects.filter(office_id=office_id, kind=kind).values_list("pk", "version", "made_at")
    row = newest.first()
    if row is None:
        return _unmatched(kind)
    stamp = hash(row)
    held = _loaded.get((office_id, kind))
    if held is None or held[0] != stamp:
        text = RecognitionModel.objects.values_list("weights", flat=True).get(pk=row[0])
        held = _loaded[office_id, kind] = (stamp, Weights.from_json(text))
    return held[1]


def _unmatched(kind: str) -> Weights:
    model = shipped(kind)
    return Weights(model.kind, model.version, prior_for(100_000), model.chances)
