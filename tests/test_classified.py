"""Every field says what kind of data it holds, every record says what it is, and no secret reaches the trail."""

import json

import pytest
from django.apps import apps
from django.db import models

from regard.office import actions
from regard.records import declarations
from regard.records.actors import System
from regard.records.declarations import Sensitivity, classified, sensitivity_of, unclassified
from regard.records.models import AuditEntry
from tests.planted import EMAIL, MARKER, PHONE

OURS = [model for model in apps.get_models(include_auto_created=True) if model.__module__.startswith("regard.")]
#: Words in the names of fields that hold personal data, unless the room says why not below.
TELLING = ("name", "email", "phone", "address", "birth", "text", "body", "subject", "description", "raw", "latitude")
#: Fields with such a name that say nothing of a customer: what the office calls its own things, and its own staff.
NOT_PERSONAL = {
    "office.Unit.name", "office.Unit.email", "office.WorkingCalendar.name", "office.Service.name",
    "office.Service.description", "office.Standard.promise_text", "office.Silo.name", "office.Silo.description",
    "sources.Mapping.name", "sources.Upload.name", "desk.SavedFilter.name", "desk.Event.actor_name",
    "desk.Contact.staff_name", "voice.Survey.name", "voice.Sample.address",
}  # fmt: skip


def test_every_field_is_classified():
    assert OURS
    missing = unclassified(OURS)
    assert not missing, f"Name these in @classified of their model: {', '.join(missing)}"


@pytest.mark.parametrize("model", OURS, ids=lambda model: model._meta.label)
def test_every_record_says_what_it_is(model):
    defined = next(parent for parent in model.__mro__ if "__str__" in vars(parent))
    assert defined is not models.Model, f"{model._meta.label} has no __str__."


@pytest.mark.parametrize("model", OURS, ids=lambda model: model._meta.label)
def test_fields_that_sound_personal_are_classified_so(model):
    for field in model._meta.local_concrete_fields:
        label = f"{model._meta.label}.{field.name}"
        if label in NOT_PERSONAL or field.is_relation or not any(word in field.name.split("_") for word in TELLING):
            continue
        level = sensitivity_of(model, field.name)
        assert level not in (Sensitivity.PUBLIC, Sensitivity.INTERNAL), (
            f"{label} is {level}. Classify it as personal, or name it in NOT_PERSONAL of this test."
        )


def test_exceptions_name_fields_that_exist():
    known = {f"{model._meta.label}.{field.name}" for model in OURS for field in model._meta.local_concrete_fields}
    assert known >= NOT_PERSONAL


def test_an_unclassified_field_is_noticed_and_counts_as_sensitive(monkeypatch):
    from regard.office.models import Unit

    monkeypatch.setitem(declarations._registry, Unit, {"id": Sensitivity.PUBLIC})
    assert "office.Unit.name" in unclassified([Unit])
    assert sensitivity_of(Unit, "name") is Sensitivity.SENSITIVE


@pytest.mark.parametrize(
    ("levels", "message"),
    [({"public": "code", "personal": "code"}, "twice"), ({"public": "colour"}, "no field colour")],
)
def test_a_declaration_that_makes_no_sense_fails_at_once(levels, message):
    from regard.office.models import Unit

    with pytest.raises(ValueError, match=message):
        classified(**levels)(Unit)


def test_ids_of_foreign_keys_have_the_level_of_the_key():
    from regard.desk.models import Case

    assert sensitivity_of(Case, "customer_id") is sensitivity_of(Case, "customer") is Sensitivity.PERSONAL


def test_nothing_personal_and_no_secret_stands_in_the_trail(cast):
    """The trail after everything the other rooms' actions wrote for one planted office."""
    by = System("a test")
    staff = actions.make_staff(by=by, email=EMAIL, name=MARKER, unit=cast.permits, password="river stone lamp")
    actions.change_staff(by=by, staff=staff, email=f"x{EMAIL}", name=f"{MARKER} {PHONE}", unit=cast.permits)
    actions.set_password(by=by, staff=staff, password="quartz meadow bell")
    actions.send_password_link(by=by, staff=staff, address="https://regard.example")
    actions.deactivate_staff(by=by, staff=staff)
    staff.refresh_from_db()
    written = json.dumps(list(AuditEntry.objects.values("changes", "object_id")), default=str)
    for told in (EMAIL, MARKER, PHONE, "river stone", "quartz meadow", staff.password, "reset/key"):
        assert told not in written
