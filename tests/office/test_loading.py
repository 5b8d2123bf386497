"""A whole office from one file."""

import copy
import re
import tomllib
from datetime import date

import pytest
from django.core.exceptions import ValidationError

from regard.office.actions import load_office, read_office
from regard.office.models import Service, Staff, Standard, Unit, WorkingCalendar
from regard.records.actors import System
from regard.records.models import AuditEntry

BY = System("a test")
FILE = """
[office]
name = "Elm Town"
time_zone = "America/Chicago"
a_key_of_somebody_else = 1

[[calendar]]
code = "counter"
name = "Counter"
hours = { mon = ["08:00-12:00", "13:00-17:00"], tue = ["08:00-12:00"] }
closed = [{ date = 2026-08-14, reason = "Town fair" }]

[[unit]]
code = "water"
name = "Water"
parent = "elm"
calendar = "counter"
email = "water@elm.example"

[[unit]]
code = "elm"
name = "Elm Town"
calendar = "counter"

[[service]]
code = "LEAK"
name = "Report a leak"
unit = "water"
about = "Water where it should not be."
resolve = { amount = 3, unit = "working_days" }

[[staff]]
id = "S1"
name = "Wanda Well"
email = "Wanda@elm.example"
unit = "water"
role = "front_line"
persona = true

[[staff]]
id = "S2"
name = "Walt Spring"
email = "walt@elm.example"
unit = "water"
roles = ["front_line", "supervisor"]
left = 2025-03-01
"""


@pytest.fixture
def told():
    return tomllib.loads(FILE)


def test_a_file_makes_the_office(db, told):
    loaded = load_office(by=BY, told=told)
    water = Unit.objects.get(code="water")
    assert (loaded.office.name, water.parent, water.email) == ("Elm Town", loaded.office, "water@elm.example")
    calendar = WorkingCalendar.objects.get()
    assert water.calendar == loaded.office.calendar == calendar
    assert calendar.weekly == {"0": [["08:00", "12:00"], ["13:00", "17:00"]], "1": [["08:00", "12:00"]]}
    assert calendar.local_days == [{"date": "2026-08-14", "name": "Town fair", "hours": []}]
    standard = Standard.objects.get()
    assert (standard.service.code, standard.stage, standard.amount) == ("LEAK", "resolve", 3)
    wanda, walt = Staff.objects.order_by("code")
    assert (wanda.email, wanda.roles, wanda.is_active, wanda.is_demo) == (
        "wanda@elm.example",
        ["front_line"],
        True,
        False,
    )
    assert (walt.roles, walt.is_active) == (["front_line", "supervisor"], False)
    assert not wanda.has_usable_password()


def test_the_same_file_again_changes_nothing(db, told):
    load_office(by=BY, told=told)
    entries, standards = AuditEntry.objects.count(), list(Standard.objects.values_list("pk"))
    load_office(by=BY, told=copy.deepcopy(told))
    assert AuditEntry.objects.count() == entries
    assert list(Standard.objects.values_list("pk")) == standards


def test_a_changed_file_brings_the_office_up_to_date(db, told):
    load_office(by=BY, told=told)
    told["unit"][0]["name"] = "Water and sewers"
    told["service"][0]["resolve"]["amount"] = 5
    told["calendar"][0]["closed"].append({"date": date(2026, 12, 24), "reason": "Christmas Eve"})
    told["staff"][0]["role"] = "supervisor"
    loaded = load_office(by=BY, told=told)
    assert loaded.units["water"].name == "Water and sewers"
    assert Standard.objects.get().amount == 5
    assert WorkingCalendar.objects.count() == 2
    assert Unit.objects.get(code="water").calendar.version == 2
    assert Staff.objects.get(code="S1").roles == ["supervisor"]


def test_only_personas_of_an_invented_office_are_entries(db, told):
    loaded = load_office(by=BY, told=told, is_demo=True)
    assert loaded.office.is_demo
    assert Unit.objects.get(code="water").is_demo
    assert list(Staff.objects.filter(is_demo=True).values_list("code", flat=True)) == ["S1"]


def test_an_invented_office_never_becomes_part_of_a_real_one(db, told):
    real = load_office(by=BY, told=told).office
    for staff in told["staff"]:
        staff["email"] = f"demo-{staff['email']}"
    demo = load_office(by=BY, told=copy.deepcopy(told), is_demo=True)
    assert demo.office != real
    assert demo.units["water"].office_id == demo.office.pk
    assert demo.units["water"].code == "water-2"
    assert Service.objects.filter(unit__path__startswith=real.path).count() == 1


@pytest.mark.parametrize(
    ("table", "key", "value", "message"),
    [
        (
            "calendar",
            "hours",
            {"mon": ["12:00-08:00"]},
            r"\[\[calendar\]\] counter: .*end before they start|counter .*end",
        ),
        ("unit", "calendar", "nine", r"\[\[unit\]\] water has no nine"),
        ("service", "unit", "fire", r"\[\[service\]\] LEAK has no fire"),
        ("service", "resolve", {"amount": "soon", "unit": "days"}, r"\[\[service\]\] LEAK"),
        ("service", "resolve", {"amount": 1.5, "unit": "working_days"}, r"LEAK: .*whole days"),
        ("staff", "role", "boss", r"\[\[staff\]\] Wanda@elm.example: There is no role boss"),
        ("staff", "email", "not an address", r"\[\[staff\]\] not an address"),
        ("unit", "parent", "moon", r"\[\[unit\]\] water: the parent does not exist"),
    ],
)
def test_a_mistake_is_named_and_nothing_is_made(db, told, table, key, value, message):
    told[table][0][key] = value
    with pytest.raises(ValidationError) as error:
        load_office(by=BY, told=told)
    assert re.search(message, " ".join(error.value.messages)), error.value.messages
    assert not Unit.objects.exists()


def test_a_file_that_is_none_is_named(tmp_path):
    (tmp_path / "office.toml").write_text("[office\n")
    with pytest.raises(ValidationError, match="is not a TOML file"):
        read_office(tmp_path / "office.toml")
    with pytest.raises(ValidationError, match="cannot be read"):
        read_office(tmp_path / "nothing.toml")
