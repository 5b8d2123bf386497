"""The way in: front door, first run, demo roles, landing pages, closed account pages."""

from datetime import UTC, datetime

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from regard.office import actions, firstrun
from regard.office.access import units_seen_by
from regard.office.landing import landing_page
from regard.office.models import Staff, Unit
from regard.office.queries import zone_of_unit
from regard.office.roles import Role
from regard.records.actors import System
from regard.records.models import AuditEntry

BY = System("a test")
BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


@pytest.fixture(autouse=True)
def _fresh_limits():
    cache.clear()


# --- first run

FORM = {
    "office": "Elm Town",
    "time_zone": "America/Chicago",
    "country": "US",
    "subdivision": "MN",
    "name": "Ann Lee",
    "email": "Ann@Elm.example",
    "password": "river stone lamp",
}


def test_an_empty_installation_leads_to_its_first_run(client, db):
    assert client.get("/")["Location"] == reverse("office-empty")
    shown = client.get(reverse("office-empty"))
    assert "./regard office welcome" in shown.content.decode()
    assert client.get(firstrun.first_run_path()).status_code == 200


def test_the_first_run_makes_the_office_and_its_administrator(client, db):
    answer = client.post(firstrun.first_run_path(), FORM)
    assert answer["Location"] == reverse("office-overview")
    ann = Staff.objects.get()
    assert (ann.email, ann.unit.name, ann.unit.lead) == ("ann@elm.example", "Elm Town", ann)
    assert ann.has_role(Role.ADMINISTRATOR)
    assert "2026-07-04" in ann.unit.calendar.public_days
    assert client.get(answer["Location"]).status_code == 200
    assert set(AuditEntry.objects.values_list("action", flat=True)) >= {"office.make_unit", "office.make_staff"}
    assert "river stone" not in str(list(AuditEntry.objects.values_list("changes", flat=True)))


def test_the_first_run_happens_once(client, db):
    path = firstrun.first_run_path()
    client.post(path, FORM)
    for visitor in (client, Client()):
        assert visitor.get(path).status_code == 404
        assert visitor.post(path, {**FORM, "email": "eve@x.example"}).status_code == 404
        assert visitor.get(reverse("office-empty")).status_code == 404
    assert Staff.objects.count() == 1


def test_somebody_who_comes_second_at_the_same_moment_gets_nothing(client, db, monkeypatch):
    actions.make_staff(by=BY, email="first@x.example", name="First", unit=None)
    monkeypatch.setattr(firstrun, "is_first_run", lambda: True)  # as both saw it before either was done
    monkeypatch.setattr(firstrun, "still_first_run", lambda: not Staff.objects.exists())
    assert client.post(firstrun.first_run_path(), FORM).status_code == 404
    assert Staff.objects.count() == 1
    assert not Unit.objects.exists()


@pytest.mark.parametrize("token", ["x", "a" * 43, "office", "%2e%2e"])
def test_without_the_link_nobody_gets_in_from_this_machine_either(client, db, token):
    path = reverse("office-first-run", args=[token])
    assert client.get(path, REMOTE_ADDR="127.0.0.1").status_code == 404
    assert client.post(path, FORM, REMOTE_ADDR="127.0.0.1").status_code == 404
    assert not Staff.objects.exists()


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("password", "short", "too short"),
        ("password", "ann@elm.example", "too similar"),
        ("email", "ann", "valid email"),
        ("time_zone", "Mars/Base", "valid choice"),
        ("subdivision", "ZZ", "No holidays are known"),
        ("office", "", "required"),
    ],
)
def test_a_first_run_that_makes_no_sense_makes_nothing(client, db, field, value, message):
    answer = client.post(firstrun.first_run_path(), {**FORM, field: value})
    assert answer.status_code == 422
    assert message in answer.content.decode()
    assert not Unit.objects.exists()
    assert not Staff.objects.exists()


def test_the_link_is_the_same_in_every_process_and_another_for_every_installation(settings, db):
    link = firstrun.first_run_path()
    assert firstrun.first_run_path() == link
    settings.SECRET_KEY = "another installation's key"
    assert firstrun.first_run_path() != link


# --- landing


def test_everybody_lands_where_their_role_starts(client, cast):
    client.force_login(cast.administrator, backend=BACKEND)
    assert client.get("/")["Location"] == reverse("office-overview")
    assert landing_page(cast.records_officer) == reverse("records-audit")
    assert landing_page(cast.nobody) == reverse("office-no-role")
    assert client.get("/").status_code == 302


def test_of_several_roles_the_first_decides(cast):
    both = actions.set_roles(by=BY, staff=cast.records_officer, roles=["administrator", "records_officer"])
    assert landing_page(both) == reverse("records-audit")


def test_nobody_is_sent_to_sign_in(client, cast):
    assert client.get("/")["Location"] == reverse("account_login")
    assert client.get(reverse("office-no-role"))["Location"] == reverse("account_login")


def test_somebody_without_a_role_is_told_so(client, cast):
    client.force_login(cast.nobody, backend=BACKEND)
    shown = client.get("/", follow=True)
    assert shown.status_code == 200
    assert "no role yet" in shown.content.decode()
    assert not units_seen_by(cast.nobody).exists()


def test_signing_in_leads_to_the_landing_page_and_is_audited(client, cast):
    actions.set_password(by=BY, staff=cast.administrator, password="river stone lamp")
    told = {"login": cast.administrator.email, "password": "river stone lamp"}
    answer = client.post(reverse("account_login"), told)
    assert answer["Location"] == reverse("office-overview")
    entry = AuditEntry.objects.latest("id")
    assert (entry.action, entry.actor_id) == ("office.sign_in", cast.administrator.pk)
    assert entry.changes["note"]["way"] == "password"


def test_signing_in_on_the_way_to_a_page_leads_there(client, cast):
    actions.set_password(by=BY, staff=cast.administrator, password="river stone lamp")
    away = client.get(reverse("office-units"))
    assert away.status_code == 302
    told = {"login": cast.administrator.email, "password": "river stone lamp", "next": reverse("office-units")}
    assert client.post(away["Location"], told)["Location"] == reverse("office-units")


# --- the demo office


@pytest.fixture
def demo(cast):
    office = actions.make_office(by=BY, name="Alder County", is_demo=True)
    unit = actions.make_unit(by=BY, name="Counter", parent=office)
    told = {"by": BY, "unit": unit, "is_demo": True}
    persona = actions.make_staff(email="a@x.example", name="Renata", roles=["front_line"], **told)
    admin = actions.make_staff(email="b@x.example", name="Opal", roles=["administrator"], **told)
    colleague = actions.make_staff(by=BY, email="c@x.example", name="Dwayne", unit=unit, roles=["front_line"])
    return {"office": office, "unit": unit, "persona": persona, "admin": admin, "colleague": colleague}


def enter(client, staff, **told):
    return client.post(reverse("office-demo-sign-in"), {"staff": staff.pk, **told})


def test_the_sign_in_page_of_the_demo_office_offers_its_roles(client, demo):
    shown = client.get(reverse("account_login")).content.decode()
    assert "Front-line officer" in shown
    assert shown.index("Renata") < shown.index("Opal")
    assert "Dwayne" not in shown


def test_one_click_and_a_visitor_is_inside(client, demo):
    answer = enter(client, demo["admin"])
    assert answer["Location"] == reverse("office-overview")
    assert client.get(answer["Location"]).status_code == 200
    entry = AuditEntry.objects.latest("id")
    assert (entry.action, entry.changes["note"]["way"]) == ("office.sign_in", "demo")


def test_entering_a_demo_role_leads_to_the_page_that_was_asked_for_if_it_is_ours(client, demo):
    assert enter(client, demo["admin"], next="/office/units/")["Location"] == "/office/units/"
    for elsewhere in ("https://evil.example/", "//evil.example/", "javascript:alert(1)"):
        assert enter(client, demo["admin"], next=elsewhere)["Location"] == reverse("office-overview")


def test_only_personas_can_be_entered(client, demo, cast):
    for staff in (demo["colleague"], cast.alice, cast.administrator):
        assert enter(client, staff).status_code == 404
    assert "_auth_user_id" not in client.session


@pytest.mark.parametrize("staff", ["", "x", "0", "-1", "99999999999999999999", "1; drop table", "\u0661"])
def test_nonsense_enters_nowhere(client, demo, staff):
    assert client.post(reverse("office-demo-sign-in"), {"staff": staff}).status_code == 404


def test_a_persona_outside_a_demo_office_cannot_be_entered(client, demo, cast):
    Staff.objects.filter(pk=cast.alice.pk).update(is_demo=True)
    assert enter(client, cast.alice).status_code == 404
    Unit.objects.filter(pk=demo["office"].pk).update(is_demo=False)
    assert enter(client, demo["persona"]).status_code == 404
    Unit.objects.filter(pk=demo["office"].pk).update(is_demo=True)
    actions.deactivate_staff(by=BY, staff=demo["persona"])
    assert enter(client, demo["persona"]).status_code == 404
    Staff.objects.filter(pk=demo["persona"].pk).update(is_active=True, unit=None)
    assert enter(client, demo["persona"]).status_code == 404


def test_without_a_demo_office_the_page_offers_nothing(client, cast):
    assert "demo" not in client.get(reverse("account_login")).content.decode()


def test_entering_needs_the_token_of_our_own_form_and_a_post(demo):
    strict = Client(enforce_csrf_checks=True)
    assert enter(strict, demo["admin"]).status_code == 403
    assert strict.get(reverse("office-demo-sign-in")).status_code == 405


def test_pages_that_are_not_the_sign_in_do_not_ask_for_the_demo_roles(client, cast, django_assert_num_queries):
    client.force_login(cast.nobody, backend=BACKEND)
    with django_assert_num_queries(3):  # the session, who it belongs to, and their unit
        client.get(reverse("office-no-role"))


# --- pages of the account that an office has no use for


@pytest.mark.parametrize("name", ["account_email", "account_email_verification_sent", "account_confirm_login_code"])
def test_staff_do_not_choose_the_address_they_sign_in_with(client, cast, name):
    client.force_login(cast.alice, backend=BACKEND)
    assert client.get(reverse(name)).status_code == 404
    assert client.post(reverse(name), {"email": "eve@x.example", "action_add": ""}).status_code == 404


def test_a_password_changed_by_its_owner_is_audited_and_ends_other_sessions(cast):
    actions.set_password(by=BY, staff=cast.administrator, password="river stone lamp")
    here, elsewhere = Client(), Client()
    for visitor in (here, elsewhere):
        visitor.force_login(cast.administrator, backend=BACKEND)
    told = {"oldpassword": "river stone lamp", "password1": "quartz meadow bell", "password2": "quartz meadow bell"}
    assert here.post(reverse("account_change_password"), told).status_code == 302
    assert AuditEntry.objects.filter(action="office.set_password", actor_id=cast.administrator.pk).exists()
    assert here.get(reverse("office-overview")).status_code == 200
    assert elsewhere.get(reverse("office-overview")).status_code == 302


def test_a_session_ends_after_a_working_day(client, cast):
    client.force_login(cast.administrator, backend=BACKEND)
    assert client.session.get_expiry_age() == 12 * 60 * 60
    client.get(reverse("office-overview"))
    assert client.session.get_expire_at_browser_close() in (True, False)


def test_roles_taken_away_are_gone_at_the_next_page(client, cast):
    actions.set_roles(by=BY, staff=cast.analyst, roles=["administrator"])
    client.force_login(cast.administrator, backend=BACKEND)
    assert client.get(reverse("office-units")).status_code == 200
    actions.set_roles(by=BY, staff=Staff.objects.get(pk=cast.administrator.pk), roles=["front_line"])
    assert client.get(reverse("office-units")).status_code == 403


# --- the clock of whoever asks


def test_times_are_those_of_the_office(client, cast):
    """Written at six in the morning in London, which is midnight in Chicago and eleven at night in Denver."""
    at = datetime(2026, 1, 7, 6, 0, tzinfo=UTC)
    for staff, office, told in (
        (cast.records_officer, cast.office, "Jan 7, 2026, 12:00 AM"),
        (cast.other_administrator, cast.other_office, "Jan 6, 2026, 11:00 PM"),
    ):
        AuditEntry.objects.create(
            at=at, actor_name="x", action="test.wrote", object_type="", office_id=office.pk, previous_hash="", hash=""
        )
        client.force_login(staff, backend=BACKEND)
        assert told in client.get(reverse("records-audit")).content.decode()
    assert timezone.get_current_timezone_name() == "UTC"


def test_a_unit_without_hours_of_its_own_has_the_clock_of_the_one_above(cast, django_assert_num_queries):
    assert str(zone_of_unit(cast.alice)) == "America/Chicago"
    with django_assert_num_queries(1):
        zone_of_unit(cast.alice)
    Staff.objects.filter(pk=cast.alice.pk).update(unit=None)
    assert zone_of_unit(Staff.objects.get(pk=cast.alice.pk)) is None
    Unit.objects.update(calendar=None)
    assert zone_of_unit(cast.bob) is None
