"""The administrator's pages: units, people, services, calendars."""

from datetime import date, timedelta

import pytest
from django.urls import reverse

from regard.office import actions
from regard.office.models import Service, Staff, Standard, Unit, WorkingCalendar
from regard.office.queries.calendars import OFFICE_HOURS
from regard.records.models import AuditEntry


@pytest.fixture
def show(client, cast):
    """Opens a page as the administrator."""
    client.force_login(cast.administrator, backend="allauth.account.auth_backends.AuthenticationBackend")

    def get(name, /, *args, query="", status=200):
        answer = client.get(reverse(name, args=args) + query)
        assert answer.status_code == status, answer.content[:2000]
        return answer.content.decode()

    return get


@pytest.fixture
def post(client, cast, show):
    """Sends a form as the administrator; the answer."""

    def send(name, /, *args, **told):
        return client.post(reverse(name, args=args), told)

    return send


# --- the front door of administrators


def test_the_overview_counts_what_is_there_and_says_what_is_left(show, cast):
    WorkingCalendar.objects.filter(office=cast.office).update(weekly=OFFICE_HOURS)  # as an office starts
    shown = show("office-overview")
    assert "What next" in shown
    assert "Check the opening hours</a>" in shown
    actions.declare_holiday(
        by=cast.administrator, calendar=cast.office.calendar, day=date(2026, 1, 2), name="Bridge day"
    )
    assert "Check the opening hours</a>" not in show("office-overview")


def test_pages_have_a_fixed_number_of_queries(show, cast, django_assert_max_num_queries):
    for name, most in (("office-overview", 15), ("office-units", 9), ("office-staff", 9), ("office-services", 9)):
        with django_assert_max_num_queries(most):
            show(name)
    for number in range(30):
        unit = actions.make_unit(by=cast.bob, name=f"Unit {number}", parent=cast.office)
        actions.make_staff(by=cast.bob, email=f"{number}@x.example", name=f"Person {number}", unit=unit)
        actions.make_service(by=cast.bob, unit=unit, code=f"S{number}", name=f"Service {number}")
    for name, most in (("office-overview", 15), ("office-units", 9), ("office-staff", 9), ("office-services", 9)):
        with django_assert_max_num_queries(most):
            show(name)


# --- units


def test_a_unit_is_added_changed_and_moved(show, post, cast):
    told = {
        "name": "Bridges",
        "parent": cast.roads.pk,
        "lead": cast.dora.pk,
        "calendar": "",
        "email": "b@birch.example",
    }
    assert post("office-unit-add", **told, active="on").status_code == 302
    made = Unit.objects.get(name="Bridges")
    assert (made.path, made.lead, made.code) == (f"{cast.roads.path}{made.pk}/", cast.dora, "bridges")
    told |= {"name": "Bridges and tunnels", "parent": cast.permits.pk}
    assert post("office-unit", made.pk, **told, active="on").status_code == 302
    made.refresh_from_db()
    assert (made.name, made.path) == ("Bridges and tunnels", f"{cast.permits.path}{made.pk}/")
    assert "Bridges and tunnels" in show("office-units")
    entry = AuditEntry.objects.latest("id")
    assert (entry.action, entry.actor_id) == ("office.change_unit", cast.administrator.pk)


def test_a_unit_cannot_be_moved_below_itself(post, cast):
    below = actions.make_unit(by=cast.bob, name="Bridges", parent=cast.roads)
    answer = post("office-unit", cast.roads.pk, name="Roads", parent=below.pk, active="on")
    assert answer.status_code == 422
    assert "stands below Roads" in answer.content.decode()
    cast.roads.refresh_from_db()
    assert cast.roads.parent == cast.office


def test_units_of_another_office_are_not_there(show, post, cast):
    show("office-unit", cast.other_office.pk, status=404)
    answer = post("office-unit-add", name="Spy", parent=cast.other_office.pk)
    assert answer.status_code == 422
    assert not Unit.objects.filter(name="Spy").exists()


def test_an_office_stays_at_the_top(show, post, cast):
    assert "Belongs to" not in show("office-unit", cast.office.pk)
    told = {"name": "Birch", "parent": cast.roads.pk, "calendar": cast.office.calendar_id, "active": "on"}
    assert post("office-unit", cast.office.pk, **told).status_code == 302
    cast.office.refresh_from_db()
    assert (cast.office.name, cast.office.parent) == ("Birch", None)


# --- people


def new_colleague(cast, **told):
    return {"name": "Nell New", "email": "Nell@Birch.example", "unit": cast.permits.pk, "roles": ["front_line"], **told}


def test_a_colleague_is_added_and_gets_a_letter(post, cast, mailoutbox, django_capture_on_commit_callbacks, client):
    with django_capture_on_commit_callbacks(execute=True):
        assert post("office-staff-add", **new_colleague(cast)).status_code == 302
    nell = Staff.objects.get(email="nell@birch.example")
    assert (nell.unit, nell.roles, nell.has_usable_password()) == (cast.permits, ["front_line"], False)
    (letter,) = mailoutbox
    assert letter.to == ["nell@birch.example"]
    link = next(line for line in letter.body.splitlines() if line.startswith("http://testserver/"))
    client.logout()
    form = client.get(link, follow=True)
    assert form.status_code == 200
    chosen = {"password1": "river stone lamp", "password2": "river stone lamp"}
    assert client.post(form.redirect_chain[-1][0], chosen).status_code == 302
    nell.refresh_from_db()
    assert nell.check_password("river stone lamp")
    assert AuditEntry.objects.filter(action="office.set_password", actor_id=nell.pk).exists()
    again = client.get(link, follow=True)
    assert "password1" not in again.content.decode()


@pytest.mark.parametrize("reason", ["no mail server", "demo office"])
def test_without_mail_the_link_is_handed_over(post, cast, settings, mailoutbox, reason):
    if reason == "no mail server":
        settings.EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    else:
        Unit.objects.filter(path__startswith=cast.office.path).update(is_demo=True)
    answer = post("office-staff-add", **new_colleague(cast))
    assert answer.status_code == 200
    assert "http://testserver/accounts/password/reset/key/" in answer.content.decode()
    assert "no-store" in answer["Cache-Control"]
    assert mailoutbox == []


def test_one_address_one_person(post, cast):
    answer = post("office-staff-add", **new_colleague(cast, email=cast.charlie.email.upper()))
    assert answer.status_code == 422
    assert "belongs to somebody already" in answer.content.decode()


def test_roles_and_details_are_changed_together_or_not_at_all(post, cast):
    told = {"name": "Alice Oak", "email": cast.alice.email, "unit": cast.roads.pk, "roles": ["supervisor"]}
    assert post("office-staff-edit", cast.alice.pk, **told).status_code == 302
    cast.alice.refresh_from_db()
    assert (cast.alice.name, cast.alice.unit, cast.alice.roles) == ("Alice Oak", cast.roads, ["supervisor"])
    me = {"name": "Adam Changed", "email": cast.administrator.email, "unit": cast.office.pk, "roles": ["analyst"]}
    answer = post("office-staff-edit", cast.administrator.pk, **me)
    assert answer.status_code == 422
    assert "only administrator" in answer.content.decode()
    cast.administrator.refresh_from_db()
    assert cast.administrator.name == "Adam Min"


def test_leaving_ends_access_at_once(post, cast, client):
    from django.test import Client

    hers = Client()
    hers.force_login(cast.alice, backend="allauth.account.auth_backends.AuthenticationBackend")
    assert hers.get(reverse("account_change_password")).status_code in (200, 302)
    assert post("office-staff-deactivate", cast.alice.pk, reason="moved").status_code == 302
    answer = hers.get(reverse("mfa_index"))
    assert answer.status_code == 302
    assert "login" in answer["Location"]
    entry = AuditEntry.objects.latest("id")
    assert (entry.action, entry.changes["note"]) == ("office.deactivate_staff", {"reason": "moved"})
    assert post("office-staff-deactivate", cast.alice.pk).status_code == 302
    cast.alice.refresh_from_db()
    assert cast.alice.is_active


def test_the_last_administrator_stays(post, cast):
    post("office-staff-deactivate", cast.administrator.pk)
    cast.administrator.refresh_from_db()
    assert cast.administrator.is_active


def test_people_of_another_office_are_not_there(show, post, cast):
    show("office-staff-edit", cast.charlie.pk, status=404)
    assert post("office-staff-deactivate", cast.charlie.pk).status_code == 404
    assert post("office-staff-link", cast.charlie.pk).status_code == 404
    assert "Charlie" not in show("office-staff", query="?state=all")


def test_people_are_searched_filtered_sorted_and_paged(show, cast):
    assert "Bob Ochoa" not in show("office-staff", query="?q=alice")
    assert "Bob Ochoa" in show("office-staff", query="?role=supervisor")
    assert "Noah Role" in show("office-staff", query="?role=none")
    assert "Dora" not in show("office-staff", query=f"?unit={cast.permits.pk}")
    for number in range(60):
        actions.make_staff(by=cast.bob, email=f"{number:02}@x.example", name=f"Zed {number:02}", unit=cast.roads)
    first = show("office-staff", query="?sort=-name")
    assert "Zed 59" in first
    assert "Alice" not in first
    assert "after=" in first
    for sort in ("name", "-email", "unit", "seen", "-seen", "nonsense"):
        show("office-staff", query=f"?sort={sort}")


# --- services


def test_a_service_is_described_and_gets_standards(show, post, cast):
    told = {"name": "Tree trimming", "unit": cast.roads.pk, "code": "TREE", "description": "Branches over a road."}
    assert post("office-service-add", **told, active="on").status_code == 302
    tree = Service.objects.get(code="TREE", unit=cast.roads)
    limit = {"amount": "5", "measured_in": "working_days", "promise_text": "Within a week."}
    assert post("office-standard", tree.pk, "resolve", **limit).status_code == 302
    tomorrow = date.today() + timedelta(days=1)
    limit |= {"amount": "3", "valid_from": tomorrow.isoformat()}
    assert post("office-standard", tree.pk, "resolve", **limit).status_code == 302
    held = {(s.amount, s.valid_from, s.valid_to) for s in Standard.objects.filter(service=tree)}
    assert held == {(5, None, date.today()), (3, tomorrow, None)}
    shown = show("office-service", tree.pk)
    assert "5 working days" in shown
    assert "3 working days" in shown
    assert post("office-standard", tree.pk, "resolve", measured_in="").status_code == 302
    assert not Standard.objects.filter(service=tree).exists()


@pytest.mark.parametrize(
    ("told", "message"),
    [
        ({"amount": "1.5", "measured_in": "working_days"}, "whole days"),
        ({"amount": "0", "measured_in": "days"}, "longer than zero"),
        ({"amount": "3"}, "measured in"),
        ({"measured_in": "days"}, "how long"),
    ],
)
def test_a_standard_that_makes_no_sense_is_refused(post, cast, told, message):
    answer = post("office-standard", cast.advice.pk, "resolve", **told)
    assert answer.status_code == 422
    assert message in answer.content.decode()
    assert not Standard.objects.filter(service=cast.advice).exists()


def test_saving_a_service_that_an_import_made_is_its_review(show, post, cast):
    made = actions.ensure_services_and_units(by=cast.bob, unit=cast.roads, services=[("SIGN", None)])
    sign = Service.objects.get(pk=made.services["SIGN", None])
    assert sign.needs_review
    assert "To be reviewed" in show("office-services", query="?state=review")
    told = {"name": "Broken sign", "unit": cast.roads.pk, "code": "SIGN", "active": "on"}
    assert post("office-service", sign.pk, **told).status_code == 302
    sign.refresh_from_db()
    assert not sign.needs_review


def test_services_of_another_office_are_not_there(show, post, cast):
    show("office-service", cast.other_service.pk, status=404)
    show("office-standard", cast.other_service.pk, "resolve", status=404)
    assert "Street tree" not in show("office-services", query="?state=all")
    told = {"name": "Fence", "unit": cast.other_office.pk, "code": "FENCE", "active": "on"}
    assert post("office-service", cast.fence.pk, **told).status_code == 422


def test_services_are_filtered(show, cast):
    assert "Advice on building" in show("office-services", query="?state=without")
    assert "Fence permit" not in show("office-services", query="?state=without")
    assert "Fence permit" in show("office-services", query="?q=fence")
    show("office-standard", cast.fence.pk, "nonsense", status=404)


# --- calendars


def test_hours_are_changed_by_a_new_version(show, post, cast):
    before = cast.office.calendar
    told = {"name": "Office hours", "time_zone": "America/Chicago", "mon": "08:00-12:00, 13:00-18:00", "fri": "closed"}
    assert post("office-calendar-edit", "standard", **told, reason="summer").status_code == 302
    cast.office.refresh_from_db()
    after = cast.office.calendar
    assert (after.version, after.reason, after.made_by) == (2, "summer", "Adam Min")
    assert after.weekly == {"0": [["08:00", "12:00"], ["13:00", "18:00"]]}
    assert WorkingCalendar.objects.get(pk=before.pk).weekly == before.weekly
    assert after.earlier_weeks == []  # no day was told: the old hours were a mistake
    told |= {"since": "2026-06-01", "mon": "07:00-12:00"}
    assert post("office-calendar-edit", "standard", **told).status_code == 302
    third = WorkingCalendar.objects.get(office=cast.office, version=3)
    assert third.earlier_weeks == [{"until": "2026-06-01", "weekly": after.weekly}]
    assert "Before Jun 1, 2026" in show("office-calendar", "standard")
    assert post("office-calendar-edit", "standard", **{**told, "since": "0026-06-01"}).status_code == 422
    assert "Earlier version" in show("office-calendar", "standard", query="?version=1")
    assert "In force" in show("office-calendar", "standard")
    show("office-calendar", "standard", query="?version=9", status=404)


def test_hours_that_make_no_sense_are_refused(post, cast):
    told = {"name": "Office hours", "time_zone": "America/Chicago", "mon": "08:00-12:00, 11:00-17:00"}
    answer = post("office-calendar-edit", "standard", **told)
    assert answer.status_code == 422
    assert "overlap" in answer.content.decode()
    assert WorkingCalendar.objects.filter(office=cast.office).count() == 1


def test_a_state_that_is_not_known_is_refused_with_those_that_are(post, cast):
    told = {"name": "Office hours", "time_zone": "America/Chicago", "mon": "08:00-12:00", "country": "US"}
    answer = post("office-calendar-edit", "standard", **told, subdivision="XX")
    assert answer.status_code == 422
    assert "MN" in answer.content.decode()


def test_a_closed_day_is_declared_late(show, post, cast):
    told = {"day": "2026-01-07", "name": "Snow"}
    assert post("office-holiday", "standard", **told).status_code == 302
    cast.office.refresh_from_db()
    assert cast.office.calendar.local_days == [{"date": "2026-01-07", "name": "Snow", "hours": []}]
    assert post("office-holiday", "standard", **told, hours="10:00-14:00").status_code == 302
    cast.office.refresh_from_db()
    assert cast.office.calendar.local_days == [{"date": "2026-01-07", "name": "Snow", "hours": [["10:00", "14:00"]]}]
    assert "10:00-14:00" in show("office-calendar", "standard")
    assert post("office-holiday", "standard", day="0001-01-01", name="x").status_code == 422
    assert post("office-holiday", "standard", day="2026-01-07", name="x", hours="14:00-10:00").status_code == 422


def test_the_preview_shows_why_a_day_differs(show, post, cast):
    soon = date.today() + timedelta(days=7)
    post("office-holiday", "standard", day=soon.isoformat(), name="Staff training")
    assert "Staff training" in show("office-calendar", "standard")


def test_a_second_calendar_for_units_that_open_otherwise(show, post, cast):
    told = {"name": "Answer line", "time_zone": "America/Chicago", "sat": "09:00-13:00", "country": "US"}
    assert post("office-calendar-add", **told, subdivision="MN").status_code == 302
    made = WorkingCalendar.objects.get(code="answer-line")
    assert made.office == cast.office
    assert "2026-07-04" in made.public_days
    assert "No unit uses it" in show("office-calendars")
    assert post("office-calendar-add", **told).status_code == 422  # the name is taken


def test_calendars_of_another_office_are_not_there(show, cast):
    actions.make_calendar(by=cast.bob, office=cast.other_office, name="Theirs", time_zone="UTC", weekly={"0": []})
    show("office-calendar", "theirs", status=404)
    show("office-holiday", "theirs", status=404)
    assert "Theirs" not in show("office-calendars")


def test_an_administrator_of_one_unit_sees_shared_calendars_but_does_not_change_them(client, cast):
    local = actions.make_staff(
        by=cast.bob, email="lo@birch.example", name="Lo Cal", unit=cast.roads, roles=["administrator"]
    )
    client.force_login(local, backend="allauth.account.auth_backends.AuthenticationBackend")
    assert client.get(reverse("office-calendar", args=["standard"])).status_code == 200
    assert client.get(reverse("office-holiday", args=["standard"])).status_code == 403
    assert client.get(reverse("office-unit", args=[cast.permits.pk])).status_code == 404
    assert client.get(reverse("office-staff-edit", args=[cast.alice.pk])).status_code == 404
