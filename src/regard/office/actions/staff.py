"""Staff: who works here, what they may do, and when they leave."""

from collections.abc import Iterable

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from regard.office.actions.changes import change
from regard.office.models import Staff, Unit
from regard.office.roles import Role
from regard.records.actors import Actor
from regard.records.audit import record


@transaction.atomic
def make_staff(
    *,
    by: Actor,
    email: str,
    name: str,
    unit: Unit | None,
    roles: Iterable[str] = (),
    code: str = "",
    title: str = "",
    password: str | None = None,
    is_demo: bool = False,
) -> Staff:
    """A new member of staff. Without a password they cannot sign in until they set one by a link."""
    staff = Staff(email=_address(email), name=name.strip(), unit=unit, roles=_known(roles), is_demo=is_demo)
    staff.code, staff.title = code.strip(), title.strip()
    if Staff.objects.filter(email__iexact=staff.email).exists():
        raise ValidationError({"email": f"{staff.email} belongs to somebody already. Use another address."})
    staff.set_password(password)  # None: unusable
    staff.full_clean(exclude=["password", "last_login"])
    staff.save(force_insert=True)
    after = {"email": staff.email, "name": staff.name, "unit": unit, "roles": staff.roles, "code": staff.code}
    record(by=by, action="office.make_staff", obj=staff, after={**after, "is_demo": is_demo})
    return staff


@transaction.atomic
def change_staff(
    *,
    by: Actor,
    staff: Staff,
    email: str,
    name: str,
    unit: Unit | None,
    code: str | None = None,
    title: str | None = None,
) -> Staff:
    """Correct who somebody is and where they work. `code` and `title` None stay as they are."""
    email = _address(email)
    if Staff.objects.filter(email__iexact=email).exclude(pk=staff.pk).exists():
        raise ValidationError({"email": f"{email} belongs to somebody already. Use another address."})
    if unit is None or (staff.unit and unit.office_id != staff.unit.office_id):
        _keep_an_administrator(staff)
    fields: dict[str, object] = {"email": email, "name": name.strip(), "unit": unit}
    fields["code"] = staff.code if code is None else code.strip()
    fields["title"] = staff.title if title is None else title.strip()
    change(by=by, action="office.change_staff", obj=staff, fields=fields)
    return staff


@transaction.atomic
def set_roles(*, by: Actor, staff: Staff, roles: Iterable[str]) -> Staff:
    """Replace somebody's roles. An office keeps at least one administrator."""
    wanted = _known(roles)
    if Role.ADMINISTRATOR in staff.roles and Role.ADMINISTRATOR not in wanted:
        _keep_an_administrator(staff)
    change(by=by, action="office.set_roles", obj=staff, fields={"roles": wanted})
    return staff


@transaction.atomic
def deactivate_staff(*, by: Actor, staff: Staff, reason: str = "") -> Staff:
    """Somebody leaves: their sign-in ends at once, everywhere. What they did stays theirs."""
    _keep_an_administrator(staff)
    change(by=by, action="office.deactivate_staff", obj=staff, fields={"is_active": False}, note=reason)
    return staff


@transaction.atomic
def reactivate_staff(*, by: Actor, staff: Staff, reason: str = "") -> Staff:
    """Somebody comes back."""
    change(by=by, action="office.reactivate_staff", obj=staff, fields={"is_active": True}, note=reason)
    return staff


@transaction.atomic
def set_password(*, by: Actor, staff: Staff, password: str) -> Staff:
    """Give somebody a new password. Their sessions elsewhere end."""
    staff.set_password(password)
    staff.save(update_fields=["password"])
    record(by=by, action="office.set_password", obj=staff, before={"password": ""}, after={"password": password})
    return staff


@transaction.atomic
def note_sign_in(*, by: Staff, way: str) -> None:
    """Somebody signed in: by password, passkey, or as a role of the demo office."""
    record(by=by, action="office.sign_in", obj=by, note={"way": way, "at": timezone.now()})


def _address(email: str) -> str:
    return email.strip().lower()


def _known(roles: Iterable[str]) -> list[str]:
    """The roles in the order of the list, each once. Raises ValidationError for one that does not exist."""
    given = {str(role) for role in roles}
    if unknown := given - set(Role.values):
        known = ", ".join(Role.values)
        raise ValidationError({"roles": f"There is no role {', '.join(sorted(unknown))}. Use: {known}."})
    return [role for role in Role.values if role in given]


def _keep_an_administrator(staff: Staff) -> None:
    """Refuse what would leave an office without anybody who can manage it."""
    if not staff.has_role(Role.ADMINISTRATOR) or staff.unit is None:
        return
    office = staff.unit.office_id
    Unit.objects.select_for_update().get(pk=office)  # two administrators must not dismiss each other at once
    others = Staff.objects.filter(is_active=True, roles__contains=[Role.ADMINISTRATOR]).exclude(pk=staff.pk)
    if not others.filter(unit__path__startswith=f"/{office}/").exists():
        raise ValidationError(f"{staff} is the only administrator. Make somebody else one first.")
