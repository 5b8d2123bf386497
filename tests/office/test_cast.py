"""The cast stands where the other tests believe it stands."""

from django.db import transaction
from django.db.models import Value
from django.db.models.functions import Concat

from regard.office.access import colleagues_of, unit_ids_seen_by
from regard.office.actions import make_unit
from regard.office.models import Silo, Staff, Unit
from regard.records.audit import verify
from tests.cast import make_cast


def test_who_sees_which_units(cast):
    assert set(unit_ids_seen_by(cast.alice)) == {cast.permits.id}
    assert set(unit_ids_seen_by(cast.bob)) == {cast.permits.id}
    assert set(unit_ids_seen_by(cast.administrator)) == {cast.office.id, cast.permits.id, cast.roads.id}
    assert set(unit_ids_seen_by(cast.charlie)) == {cast.other_office.id}
    assert unit_ids_seen_by(cast.nobody) == []


def test_offices_share_nobody(cast):
    assert cast.charlie not in colleagues_of(cast.alice)
    assert cast.alice not in colleagues_of(cast.charlie)
    assert cast.bob in colleagues_of(cast.alice)


def test_the_remembered_cast_is_the_one_that_actions_make(cast):
    with transaction.atomic():
        Staff.objects.filter(unit__isnull=False).update(email=Concat("email", Value(".old")))
        Unit.objects.update(code=Concat("code", Value("-old")))
        Silo.objects.update(code=Concat("code", Value("-old")))
        anew = make_cast()
        transaction.set_rollback(True)
    assert (anew.alice.name, anew.alice.roles) == (cast.alice.name, cast.alice.roles)
    assert anew.fence.name == cast.fence.name
    assert cast.alice.unit == cast.permits


def test_the_cast_leaves_a_sound_trail(cast):
    report = verify()
    assert report.entries > 30
    assert report.broken_at is None


def test_ids_go_on_after_the_cast(cast):
    assert make_unit(by=cast.administrator, name="Parks", parent=cast.office).id > cast.other_office.id
