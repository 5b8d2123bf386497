"""What an import needs of the office: its silo, and the units and services that its rows name."""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from regard.office.actions.changes import change
from regard.office.actions.units import free_code, reserve_ids
from regard.office.models import Service, Silo, Unit
from regard.office.queries import folded
from regard.records.actors import Actor
from regard.records.audit import record

ServiceTold = tuple[str, str | None]


@dataclass(frozen=True)
class Ensured:
    """Ids for what was told, keyed by the very words: units by word, services by (word, word of the unit or None)."""

    units: dict[str, int]
    services: dict[ServiceTold, int]
    made_units: int = 0
    made_services: int = 0


def ensure_own_silo(*, by: Actor, office: Unit) -> Silo:
    """The silo of records that are born in Regard; one for each office."""
    own = Silo.objects.filter(unit=office, is_own=True).first()
    return own or ensure_silo(by=by, unit=office, code=Silo.OWN, name="Regard", is_own=True)


@transaction.atomic
def ensure_silo(*, by: Actor, unit: Unit, code: str, name: str = "", is_own: bool = False, **fields: Any) -> Silo:
    """The silo of this office with this code, made when there is none; `fields` are brought up to date.

    Codes are unique over all offices: one that another office uses already gets this office's code in front.
    """
    office = Unit.objects.select_for_update().get(pk=unit.office_id)
    codes = (code, f"{office.code}-{code}"[:60])
    found = Silo.objects.filter(code__in=codes, unit__path__startswith=office.path).order_by("id").first()
    if found is not None:
        told = {"name": name, **fields} if name else fields
        change(by=by, action="office.change_silo", obj=found, fields=told)
        return found
    free = code if not Silo.objects.filter(code=code).exists() else codes[1]
    silo = Silo(code=free, name=name or code, unit=unit, is_own=is_own, **fields)
    silo.full_clean()
    silo.save(force_insert=True)
    after = {"code": silo.code, "name": silo.name, "unit": unit, "is_own": is_own, **fields}
    record(by=by, action="office.make_silo", obj=silo, after=after)
    return silo


@transaction.atomic
def ensure_services_and_units(
    *, by: Actor, unit: Unit, units: Iterable[str] = (), services: Iterable[ServiceTold] = ()
) -> Ensured:
    """Ids of the units and services that a file names, made (to be reviewed) where the office has none.

    `unit` is the silo's: services told without a unit, and new units, belong to it. A word is looked up among
    codes, then names, of the silo's office only, without regard to case and spaces. A blank unit is the silo's, a
    blank service is none. A fixed number of queries and one audit entry, however many are told. Call it before the
    transaction that loads the rows, not in it: the audit trail waits for whoever holds its end.
    """
    office = Unit.objects.select_for_update().get(pk=unit.office_id)  # two imports must not make one unit twice
    told_services = [(word, of) for word, of in dict.fromkeys(services) if folded(word)]
    told_units = [*units, *(of for _, of in told_services if of)]
    unit_ids, made_units = _units(office, unit, list(dict.fromkeys(told_units)))
    service_ids, made_services = _services(office, unit, told_services, unit_ids)
    if made_units or made_services:
        # The words themselves stay out of the trail: a wrong mapping may take people's names for services.
        words = [unit.name for unit in made_units] + [service.name for service in made_services]
        digest = hashlib.sha256(json.dumps(words).encode()).hexdigest()
        note = {"units": len(made_units), "services": len(made_services), "digest": digest}
        record(by=by, action="office.ensure", obj=office, note=note, count=len(words))
    return Ensured(unit_ids, service_ids, len(made_units), len(made_services))


def _units(office: Unit, above: Unit, told: list[str]) -> tuple[dict[str, int], list[Unit]]:
    if not told:
        return {}, []
    here = list(Unit.objects.filter(path__startswith=office.path).order_by("-active", "path"))
    known: dict[str, int] = {"": above.pk}
    for key, pk in [*((u.code, u.pk) for u in here), *((u.name, u.pk) for u in here)]:
        known.setdefault(folded(key), pk)
    missing: dict[str, str] = {}
    for word in told:
        if folded(word) not in known:
            missing.setdefault(folded(word), word)
    made = []
    taken = set(Unit.objects.values_list("code", flat=True)) if missing else set()
    for pk, (key, word) in zip(reserve_ids(len(missing)), missing.items(), strict=True):
        code = free_code(word, taken)
        taken.add(code)
        name = " ".join(word.split())[:200]
        made.append(
            Unit(
                id=pk,
                code=code,
                name=name,
                parent=above,
                path=f"{above.path}{pk}/",
                is_demo=above.is_demo,
                needs_review=True,
            )
        )
        known[key] = pk
    Unit.objects.bulk_create(made)
    return {word: known[folded(word)] for word in told}, made


def _services(
    office: Unit, home: Unit, told: list[ServiceTold], unit_ids: dict[str, int]
) -> tuple[dict[ServiceTold, int], list[Service]]:
    if not told:
        return {}, []
    here = list(Service.objects.filter(unit__path__startswith=office.path).order_by("-active", "id"))
    in_unit: dict[tuple[int, str], int] = {}
    anywhere: dict[str, set[int]] = {}
    for key, service in [*((s.code, s) for s in here), *((s.name, s) for s in here)]:
        in_unit.setdefault((service.unit_id, folded(key)), service.pk)
        anywhere.setdefault(folded(key), set()).add(service.pk)
    codes = {(s.unit_id, s.code) for s in here}
    made: dict[tuple[int, str], Service] = {}
    found: dict[ServiceTold, int] = {}
    for word, of in told:
        where = (unit_ids[of] if of else home.pk, folded(word))
        only = anywhere.get(where[1], set()) if of is None else set()
        if where in in_unit:
            found[word, of] = in_unit[where]
        elif len(only) == 1:  # told without a unit, and just one unit of the office offers it
            found[word, of] = next(iter(only))
        elif where not in made:
            code = _service_code(word, where[0], codes)
            codes.add((where[0], code))
            name = " ".join(word.split())[:200]
            made[where] = Service(unit_id=where[0], code=code, name=name, needs_review=True)
    Service.objects.bulk_create(made.values())
    for word, of in told:
        if (word, of) not in found:
            found[word, of] = made[unit_ids[of] if of else home.pk, folded(word)].pk
    return found, list(made.values())


def _service_code(word: str, unit_id: int, taken: set[tuple[int, str]]) -> str:
    code = " ".join(word.split())
    if len(code) > 120 or (unit_id, code) in taken:
        code = f"{code[:109]}~{hashlib.sha256(code.encode()).hexdigest()[:10]}"
    return code
