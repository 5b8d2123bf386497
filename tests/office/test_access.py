"""Who may see which units, people, services and calendars."""

import pytest
from django.contrib.auth.models import AnonymousUser
from django.http import Http404

from regard.lib.pages import open_to
from regard.office import access, actions
from regard.office.models import Staff, Unit
from regard.office.roles import Role
from regard.records.actors import System

BY = System("a test")


def test_somebody_sees_their_unit_and_those_below(cast):
    below = actions.make_unit(by=BY, name="Counter", parent=cast.permits)
    assert set(access.units_seen_by(cast.alice)) == {cast.permits, below}
    assert set(access.units_seen_by(cast.administrator)) == {cast.office, cast.permits, cast.roads, below}


@pytest.mark.parametrize("lost", [{"is_active": False}, {"roles": []}, {"unit": None}])
def test_without_unit_role_or_access_nobody_sees_anything(cast, lost):
    Staff.objects.filter(pk=cast.alice.pk).update(**lost)
    alice = Staff.objects.get(pk=cast.alice.pk)
    for seen_by in (
        access.units_seen_by,
        access.colleagues_of,
        access.units_of_office,
        access.services_of_office,
        access.silos_seen_by,
        access.staff_seen_by,
        access.services_seen_by,
        access.calendars_seen_by,
    ):
        assert not seen_by(alice).exists(), seen_by.__name__
    assert access.unit_ids_seen_by(alice) == []
    assert access.office_id_of(alice) is None


def test_a_unit_without_a_path_opens_nothing(cast):
    """An empty path is the start of every other."""
    Unit.objects.filter(pk=cast.permits.pk).update(path="")
    alice = Staff.objects.get(pk=cast.alice.pk)
    assert not access.units_seen_by(alice).exists()
    assert access.office_id_of(alice) is None


def test_paths_are_compared_by_whole_ids(cast):
    """/1/ must not be taken for the start of /12/."""
    low = Unit.objects.create(id=7, code="seven", name="Seven", path="/7/")
    Unit.objects.create(id=77, code="seventy-seven", name="Seventy-seven", path="/77/")
    Staff.objects.filter(pk=cast.alice.pk).update(unit=low)
    assert set(access.units_seen_by(Staff.objects.get(pk=cast.alice.pk))) == {low}


def test_objects_out_of_reach_are_not_there(cast):
    other = cast.other_administrator
    for get, pk in (
        (access.get_unit_for, cast.permits.pk),
        (access.get_staff_for, cast.alice.pk),
        (access.get_service_for, cast.fence.pk),
    ):
        assert get(cast.administrator, pk).pk == pk
        with pytest.raises(Http404):
            get(other, pk)
    with pytest.raises(Http404):
        access.get_calendar_for(other, "standard", 9)
    assert access.get_calendar_for(other, "standard").office == cast.other_office


def test_only_administrators_of_the_whole_office_change_what_all_share(cast):
    assert access.may_change_office(cast.administrator)
    local = actions.set_roles(by=BY, staff=cast.bob, roles=[Role.ADMINISTRATOR])
    assert not access.may_change_office(local)
    assert not access.may_change_office(cast.analyst)


def test_a_visitor_may_nothing():
    assert not access.may(AnonymousUser(), *Role.values)


def test_a_rule_without_roles_is_a_mistake():
    with pytest.raises(ValueError, match="names no role"):
        open_to()


def test_what_a_person_may_see_is_read_once_a_page(cast, django_assert_num_queries):
    alice = Staff.objects.select_related("unit").get(pk=cast.alice.pk)
    with django_assert_num_queries(1):
        for _ in range(3):
            access.unit_ids_seen_by(alice)
