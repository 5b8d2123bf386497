"""The standing cast. Alice owns, Bob is her supervisor in the same unit, Charlie works in another office.

    def test_note(alice, bob, charlie, client): ...

`office` is a county with two units: `permits`, where Alice and Bob work, and `roads`, where Dora does. Its analyst,
administrator, records officer, goal owner and contract manager work in the office's own unit and so see all of it.
`other_office` is a different body in the same database: nothing of `office` may ever reach Charlie or its own
administrator Zoe. `cast` holds all of them as attributes.
"""

from dataclasses import dataclass, fields
from decimal import Decimal

import pytest
from django.db import connection, transaction

from regard.office import actions
from regard.office.models import Service, Silo, Staff, Standard, Unit, WorkingCalendar
from regard.office.roles import Role
from regard.records.actors import System
from regard.records.models import AuditEntry

SETUP = System("the tests' setup")
#: Monday to Friday, eight to five with an hour for lunch, in Chicago.
WEEKLY = {str(day): [["08:00", "12:00"], ["13:00", "17:00"]] for day in range(5)}


@dataclass
class Cast:
    """Everybody, and the office they work in."""

    office: Unit
    permits: Unit
    roads: Unit
    other_office: Unit
    silo: Silo  # the office's own: records born here
    other_silo: Silo
    fence: Service  # of permits: answer in 2 working days, resolve in 10
    pothole: Service  # of roads: resolve in 3 days
    advice: Service  # of permits, without a standard
    other_service: Service
    alice: Staff
    bob: Staff
    dora: Staff
    charlie: Staff
    analyst: Staff
    administrator: Staff
    records_officer: Staff
    goal_owner: Staff
    contract_manager: Staff
    other_administrator: Staff
    nobody: Staff  # works here, but holds no role yet


def make_cast() -> Cast:
    """The cast, made with the actions that an office itself uses."""
    by = SETUP
    office = actions.make_office(by=by, name="Birch County", code="birch", time_zone="America/Chicago", weekly=WEEKLY)
    other = actions.make_office(by=by, name="Cedar City", code="cedar", time_zone="America/Denver")
    permits = actions.make_unit(by=by, name="Permits", code="permits", parent=office)
    roads = actions.make_unit(by=by, name="Roads", code="roads", parent=office)

    def person(name: str, unit: Unit, *roles: Role) -> Staff:
        email = f"{name.split(maxsplit=1)[0].lower()}@{unit.path.split('/')[1]}.example"
        return actions.make_staff(by=by, email=email, name=name, unit=unit, roles=roles)

    bob = person("Bob Ochoa", permits, Role.SUPERVISOR)
    dora = person("Dora Quint", roads, Role.FRONT_LINE)
    for unit, lead in ((permits, bob), (roads, dora)):
        actions.change_unit(by=by, unit=unit, name=unit.name, parent=office, calendar=None, lead=lead, active=True)

    def service(unit: Unit, code: str, name: str, **limits: tuple[int, str]) -> Service:
        made = actions.make_service(by=by, unit=unit, code=code, name=name)
        for stage, (amount, measured_in) in limits.items():
            actions.set_standard(by=by, service=made, stage=stage, amount=Decimal(amount), measured_in=measured_in)
        return made

    return Cast(
        office=office,
        permits=permits,
        roads=roads,
        other_office=other,
        silo=Silo.objects.get(unit=office, is_own=True),
        other_silo=Silo.objects.get(unit=other, is_own=True),
        fence=service(permits, "FENCE", "Fence permit", first_answer=(2, "working_days"), resolve=(10, "working_days")),
        pothole=service(roads, "POTHOLE", "Pothole", resolve=(3, "days")),
        advice=service(permits, "ADVICE", "Advice on building"),
        other_service=service(other, "TREE", "Street tree", resolve=(5, "working_days")),
        alice=person("Alice Alder", permits, Role.FRONT_LINE),
        bob=bob,
        dora=dora,
        charlie=person("Charlie Cho", other, Role.FRONT_LINE, Role.SUPERVISOR),
        analyst=person("Ana Lyst", office, Role.ANALYST),
        administrator=person("Adam Min", office, Role.ADMINISTRATOR),
        records_officer=person("Rory Cord", office, Role.RECORDS_OFFICER),
        goal_owner=person("Gwen Owens", office, Role.GOAL_OWNER),
        contract_manager=person("Connie Tract", office, Role.CONTRACT_MANAGER),
        other_administrator=person("Zoe Adler", other, Role.ADMINISTRATOR),
        nobody=person("Noah Role", permits),
    )


_script: list[str] = []
_ids: dict[str, int] = {}
TABLES = (Unit, WorkingCalendar, Staff, Service, Standard, Silo, AuditEntry)


def remember(cast: Cast) -> None:
    """Keep the cast as one SQL script: making it anew takes a tenth of a second, and most tests want it."""
    _ids.update({field.name: getattr(cast, field.name).pk for field in fields(Cast)})
    with connection.cursor() as cursor:
        for model in TABLES:
            table = model._meta.db_table
            cursor.execute(f"SELECT json_agg(t)::text FROM {table} t")
            rows = str(cursor.fetchone()[0]).replace("'", "''")
            _script.append(f"INSERT INTO {table} SELECT * FROM json_populate_recordset(NULL::{table}, '{rows}')")
            _script.append(f"SELECT setval('{table}_id_seq', greatest(2000, (SELECT last_value FROM {table}_id_seq)))")


def recall() -> Cast:
    """The cast from the script, in a database without any of it."""
    with connection.cursor() as cursor:
        cursor.execute(";".join(["SET CONSTRAINTS ALL DEFERRED", *_script, "SET CONSTRAINTS ALL IMMEDIATE"]))
    units, staff = Unit.objects.in_bulk(), Staff.objects.select_related("unit").in_bulk()
    found = {Unit: units, Staff: staff, Service: Service.objects.select_related("unit").in_bulk()}
    found[Silo] = Silo.objects.select_related("unit").in_bulk()
    return Cast(**{field.name: found[field.type][_ids[field.name]] for field in fields(Cast)})


@pytest.fixture
def cast(db: None) -> Cast:
    """Everybody. Ask for it before you write anything of your own, should you verify the trail: it starts it."""
    if not _script:
        with transaction.atomic(), connection.cursor() as cursor:
            for model in TABLES:  # out of the way of what a test may have written before
                cursor.execute(f"SELECT setval('{model._meta.db_table}_id_seq', 1000)")
            remember(make_cast())
            transaction.set_rollback(True)
    with transaction.atomic():
        return recall()


def _part(name: str, called: str = ""):
    @pytest.fixture(name=called or name)
    def part(cast: Cast) -> object:
        return getattr(cast, name)

    return part


office, other_office, permits, roads = (_part(n) for n in ("office", "other_office", "permits", "roads"))
silo, fence, pothole, advice = (_part(n) for n in ("silo", "fence", "pothole", "advice"))
alice, bob, dora, charlie, nobody = (_part(n) for n in ("alice", "bob", "dora", "charlie", "nobody"))
analyst, administrator, records_officer = (_part(n) for n in ("analyst", "administrator", "records_officer"))
goal_owner, contract_manager = (_part(n) for n in ("goal_owner", "contract_manager"))
supervisor = _part("bob", called="supervisor")
