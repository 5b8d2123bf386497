"""What actions of the office make, refuse and write down."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.db import transaction

from regard.office import actions
from regard.office.models import Service, Silo, Staff, Standard, Unit
from regard.office.queries import own_silo
from regard.records.actors import System
from regard.records.models import AuditEntry

BY = System("a test")


def last():
    return AuditEntry.objects.latest("id")


def change(unit, **changed):
    told = {"name": unit.name, "parent": unit.parent, "calendar": unit.calendar, "lead": unit.lead, "active": True}
    return actions.change_unit(by=BY, unit=Unit.objects.get(pk=unit.pk), **{**told, **changed})


# --- units


def test_a_moved_unit_takes_everything_below_along(cast):
    inner = actions.make_unit(by=BY, name="Counter", parent=cast.permits)
    innermost = actions.make_unit(by=BY, name="Window 1", parent=inner)
    change(cast.permits, parent=cast.roads)
    paths = dict(Unit.objects.values_list("pk", "path"))
    assert paths[cast.permits.pk] == f"{cast.roads.path}{cast.permits.pk}/"
    assert paths[innermost.pk] == f"{paths[cast.permits.pk]}{inner.pk}/{innermost.pk}/"
    change(inner, parent=cast.office)
    assert Unit.objects.get(pk=innermost.pk).path == f"{cast.office.path}{inner.pk}/{innermost.pk}/"


@pytest.mark.parametrize(
    ("who", "changed", "message"),
    [
        ("office", {"parent": "roads"}, "stays at the top"),
        ("permits", {"parent": None}, "Choose the unit above"),
        ("permits", {"parent": "permits"}, "stands below"),
        ("permits", {"parent": "other_office"}, "another office"),
        ("permits", {"lead": "charlie"}, "another office"),
    ],
)
def test_moves_that_would_break_the_tree_are_refused(cast, who, changed, message):
    changed = {key: value and getattr(cast, value) for key, value in changed.items()}
    with pytest.raises(ValidationError, match=message):
        change(getattr(cast, who), **changed)


def test_a_calendar_of_another_office_is_refused(cast):
    with pytest.raises(ValidationError, match="another office"):
        change(cast.permits, calendar=cast.other_office.calendar)
    with pytest.raises(ValidationError, match="another office"):
        actions.give_calendar(by=BY, units=[cast.permits], calendar=cast.other_office.calendar)


def test_codes_are_made_from_names_and_never_clash(cast):
    codes = [
        actions.make_unit(by=BY, name=name, parent=cast.office).code for name in ("Roads", "Roads", "Straßen", "水")
    ]
    assert codes == ["roads-2", "roads-3", "straen", "unit"]


def test_units_of_a_demo_office_are_invented_too(db):
    office = actions.make_office(by=BY, name="Alder County", is_demo=True)
    assert actions.make_unit(by=BY, name="Counter", parent=office).is_demo


def test_every_office_has_its_own_silo(cast):
    assert own_silo(cast.permits) == cast.silo
    assert own_silo(cast.other_office) == cast.other_silo
    assert cast.silo.code == Silo.OWN
    assert cast.other_silo.code == "cedar-regard"
    assert actions.ensure_own_silo(by=BY, office=cast.office) == cast.silo


# --- people


def test_an_unknown_role_is_refused(cast):
    with pytest.raises(ValidationError, match="no role boss"):
        actions.set_roles(by=BY, staff=cast.alice, roles=["front_line", "boss"])


def test_roles_are_kept_once_and_in_one_order(cast):
    actions.set_roles(by=BY, staff=cast.alice, roles=["supervisor", "front_line", "supervisor"])
    assert cast.alice.roles == ["front_line", "supervisor"]
    assert last().changes == {
        "before": {"roles": ["front_line"]},
        "after": {"roles": ["front_line", "supervisor"]},
    }


def test_an_office_keeps_an_administrator(cast):
    only = cast.administrator
    with pytest.raises(ValidationError, match="only administrator"):
        actions.set_roles(by=BY, staff=only, roles=["analyst"])
    with pytest.raises(ValidationError, match="only administrator"):
        actions.deactivate_staff(by=BY, staff=only)
    with pytest.raises(ValidationError, match="only administrator"):
        actions.change_staff(by=BY, staff=only, email=only.email, name=only.name, unit=cast.other_office)
    actions.set_roles(by=BY, staff=cast.bob, roles=["administrator"])
    actions.deactivate_staff(by=BY, staff=Staff.objects.get(pk=only.pk))


def test_passwords_are_kept_only_as_hashes_and_a_link_works_once(cast, mailoutbox, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        sent = actions.send_password_link(by=BY, staff=cast.alice, address="https://regard.example/")
    assert sent.is_sent
    assert sent.link.startswith("https://regard.example/accounts/password/reset/key/")
    assert sent.link in mailoutbox[0].body
    actions.set_password(by=BY, staff=cast.alice, password="river stone lamp")
    assert "river" not in cast.alice.password
    assert cast.alice.check_password("river stone lamp")


def test_who_has_left_gets_no_link(cast):
    actions.deactivate_staff(by=BY, staff=cast.alice)
    with pytest.raises(ValidationError, match="no longer works here"):
        actions.send_password_link(by=BY, staff=cast.alice, address="http://localhost")


# --- services and standards


def held(service, stage="resolve"):
    found = Standard.objects.filter(service=service, stage=stage).order_by("valid_from", "pk")
    return [(int(s.amount), s.valid_from, s.valid_to) for s in found]


def set_standard(service, amount, valid_from=None, measured_in="days"):
    amount = None if amount is None else Decimal(amount)
    actions.set_standard(
        by=BY, service=service, stage="resolve", amount=amount, measured_in=measured_in, valid_from=valid_from
    )


def test_standards_follow_each_other_without_gap_or_overlap(cast):
    set_standard(cast.advice, 5)
    set_standard(cast.advice, 4, date(2026, 1, 1))
    set_standard(cast.advice, 3, date(2026, 7, 1))
    assert held(cast.advice) == [
        (4, date(2026, 1, 1), date(2026, 6, 30)),
        (3, date(2026, 7, 1), None),
        (5, None, date(2025, 12, 31)),
    ]


def test_a_standard_put_in_earlier_replaces_what_came_later(cast):
    set_standard(cast.advice, 5)
    set_standard(cast.advice, 4, date(2026, 7, 1))
    set_standard(cast.advice, 3, date(2026, 1, 1))
    assert held(cast.advice) == [(3, date(2026, 1, 1), None), (5, None, date(2025, 12, 31))]


def test_a_standard_can_end(cast):
    set_standard(cast.advice, 5)
    set_standard(cast.advice, None, date(2026, 1, 1))
    assert held(cast.advice) == [(5, None, date(2025, 12, 31))]
    note = last().changes["note"]
    assert note["before"] == ["5.00 days from the beginning to further notice"]
    assert note["after"] == ["5.00 days from the beginning to 2025-12-31"]


def test_a_standard_that_is_refused_leaves_the_one_before(cast):
    with pytest.raises(ValidationError), transaction.atomic():
        set_standard(cast.pothole, 0)
    assert held(cast.pothole) == [(3, None, None)]


def test_a_service_moves_only_within_its_office(cast):
    told = {"code": "FENCE", "name": "Fence", "description": "", "active": True}
    with pytest.raises(ValidationError, match="another office"):
        actions.change_service(by=BY, service=cast.fence, unit=cast.other_office, **told)
    actions.make_service(by=BY, unit=cast.roads, code="FENCE", name="Fence on a road")
    with pytest.raises(ValidationError, match="another service with the code"):
        actions.change_service(by=BY, service=cast.fence, unit=cast.roads, **told)


# --- calendars


def test_a_version_never_changes_and_units_follow_the_new_one(cast):
    first = cast.office.calendar
    second = actions.declare_holiday(by=BY, calendar=first, day=date(2026, 1, 7), name="Snow")
    first.refresh_from_db()
    assert (first.local_days, second.version) == ([], 2)
    assert Unit.objects.get(pk=cast.office.pk).calendar == second
    third = actions.declare_holiday(
        by=BY, calendar=first, day=date(2026, 1, 8), name="Snow", hours=[["10:00", "14:00"]]
    )
    assert [day["date"] for day in third.local_days] == ["2026-01-07", "2026-01-08"]
    assert Unit.objects.get(pk=cast.office.pk).calendar == third
    entry = last()
    assert entry.action == "office.new_calendar_version"
    assert entry.changes["note"]["units"] == [cast.office.pk]


def test_the_same_again_makes_no_version(cast):
    first = cast.office.calendar
    told = {"day": date(2026, 1, 7), "name": "Snow"}
    second = actions.declare_holiday(by=BY, calendar=first, **told)
    assert actions.declare_holiday(by=BY, calendar=first, **told) == second


def test_public_holidays_are_kept_with_the_version(cast, monkeypatch):
    calendar = actions.make_calendar(
        by=BY,
        office=cast.office,
        name="Tax",
        time_zone="America/Chicago",
        weekly={"0": []},
        country="us",
        subdivision="MN",
    )
    assert calendar.public_days["2026-07-03"] == "Independence Day (observed)"
    monkeypatch.setattr("regard.office.actions.calendars.holiday_dates", lambda *_: {date(2026, 5, 1): "Labour Day"})
    kept = calendar.public_days
    second = actions.new_calendar_version(by=BY, calendar=calendar, reason="", name="Tax office")
    calendar.refresh_from_db()
    assert calendar.public_days == kept
    assert second.public_days == {"2026-05-01": "Labour Day"}


def test_what_a_calendar_does_not_have_cannot_be_changed(cast):
    with pytest.raises(TypeError, match="no colour"):
        actions.new_calendar_version(by=BY, calendar=cast.office.calendar, reason="", colour="red")


# --- what imports need


def ensure(cast, **told):
    return actions.ensure_services_and_units(by=BY, unit=cast.permits, **told)


def test_what_an_import_names_is_found_or_made(cast):
    told = ensure(
        cast,
        units=["PERMITS", "  Roads ", "Sewer  crew", "sewer crew"],
        services=[
            ("FENCE", None),
            ("fence PERMIT", None),
            ("Pothole", "Roads"),
            ("Pothole", "permits"),
            ("Noise", None),
        ],
    )
    assert told.units["PERMITS"] == cast.permits.pk
    assert told.units["  Roads "] == cast.roads.pk
    assert told.units["Sewer  crew"] == told.units["sewer crew"]
    crew = Unit.objects.get(pk=told.units["sewer crew"])
    assert (crew.name, crew.code, crew.needs_review, crew.parent) == ("Sewer crew", "sewer-crew", True, cast.permits)
    assert told.services["FENCE", None] == told.services["fence PERMIT", None] == cast.fence.pk
    assert told.services["Pothole", "Roads"] == cast.pothole.pk
    new = Service.objects.get(pk=told.services["Pothole", "permits"])
    assert (new.unit, new.needs_review) == (cast.permits, True)
    assert Service.objects.get(pk=told.services["Noise", None]).unit == cast.permits
    assert (told.made_units, told.made_services) == (1, 2)


def test_a_service_told_without_a_unit_is_found_where_only_one_unit_offers_it(cast):
    assert ensure(cast, services=[("pothole", None)]).services["pothole", None] == cast.pothole.pk
    actions.make_service(by=BY, unit=cast.office, code="P2", name="Pothole")
    found = ensure(cast, services=[("pothole", None)])
    assert Service.objects.get(pk=found.services["pothole", None]).unit == cast.permits
    assert found.made_services == 1


def test_the_same_file_again_makes_nothing_and_writes_nothing(cast):
    told = {"units": ["Sewer crew"], "services": [("Noise", None), ("Noise", "Sewer crew")]}
    first = ensure(cast, **told)
    entries = AuditEntry.objects.count()
    second = ensure(cast, **told)
    assert (second.units, second.services) == (first.units, first.services)
    assert (second.made_units, second.made_services) == (0, 0)
    assert AuditEntry.objects.count() == entries


def test_nothing_of_another_office_is_found(cast):
    told = actions.ensure_services_and_units(
        by=BY, unit=cast.other_office, units=["Permits"], services=[("FENCE", "Permits"), ("Fence permit", None)]
    )
    assert told.units["Permits"] != cast.permits.pk
    assert Unit.objects.get(pk=told.units["Permits"]).office_id == cast.other_office.pk
    assert cast.fence.pk not in told.services.values()


def test_three_thousand_services_cost_a_dozen_queries_and_one_entry(cast, django_assert_max_num_queries):
    services = [(f"Service {number}", f"Unit {number % 50}") for number in range(3_000)]
    entries = AuditEntry.objects.count()
    with django_assert_max_num_queries(16):
        told = ensure(cast, services=services)
    assert len(set(told.services.values())) == 3_000
    assert AuditEntry.objects.count() == entries + 1
    assert last().count == 3_050


def test_blank_words_name_nothing(cast):
    told = ensure(cast, units=["", "  "], services=[("", None), (" ", "Roads"), ("Noise", " ")])
    assert told.units == dict.fromkeys(["", "  ", " "], cast.permits.pk)
    assert set(told.services) == {("Noise", " ")}
    assert Service.objects.get(pk=told.services["Noise", " "]).unit == cast.permits


def test_long_and_odd_words_become_services_all_the_same(cast):
    words = ["x" * 500, "x" * 501, "Ärger/Lärm (nachts)", "水道", "'; DROP TABLE", "a" * 120]
    told = ensure(cast, services=[(word, None) for word in words], units=["y" * 500, "水", "木"])
    assert len(set(told.services.values())) == len(words)
    assert len(set(told.units.values())) == 3


def test_a_silo_is_made_once_and_belongs_to_its_office(cast):
    mine = actions.ensure_silo(by=BY, unit=cast.permits, code="311", name="Hotline")
    again = actions.ensure_silo(by=BY, unit=cast.roads, code="311", name="Hotline export", rhythm_days=7)
    theirs = actions.ensure_silo(by=BY, unit=cast.other_office, code="311")
    assert mine == again
    assert again.rhythm_days == 7
    assert Silo.objects.get(pk=mine.pk).name == "Hotline export"
    assert theirs != mine
    assert theirs.code == "cedar-311"
    assert actions.ensure_silo(by=BY, unit=cast.other_office, code="311") == theirs


def test_times_in_entries_are_true(cast):
    before = datetime.now(UTC)
    actions.make_unit(by=BY, name="Parks", parent=cast.office)
    assert before <= last().at <= datetime.now(UTC)
