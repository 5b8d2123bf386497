"""Every address, as nobody, as its owner, as a colleague, and as an outsider who must see nothing.

The outsider holds every role there is, in another office: no role opens what belongs to somebody else.
"""

from urllib.parse import unquote

import pytest
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.urls import reverse

from regard.lib.pages import EVERYONE
from regard.office.middleware import ACCOUNT, DeclaredAccess, rule_of
from regard.office.models import Staff
from regard.office.roles import Role
from tests.addresses import EVERY, NAMED, addresses
from tests.planted import MARKER, MARKERS, Planted
from tests.samples import BY_LINK, NOT_THERE, QUERIES, SHARED_NAMES

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


def signed_in(staff: Staff | None) -> Client:
    client = Client()
    if staff is not None:
        client.force_login(staff, backend=BACKEND)
    return client


def body(answer) -> str:
    content = b"".join(answer.streaming_content) if answer.streaming else answer.content
    return content.decode("utf-8", "replace") + str(dict(answer.headers))


def leaks(answer, address: str = "") -> list[str]:
    """Markers in the answer, but for what the address itself brought along: pages repeat what was searched for."""
    text, told = body(answer), unquote(address)
    if answer.wsgi_request.resolver_match and answer.wsgi_request.resolver_match.url_name in BY_LINK:
        return []  # the key in its address is what lets somebody in; tests of the room try wrong ones
    return [marker for marker in MARKERS if marker in text and marker not in told]


# --- the rules


def test_every_address_has_a_name_and_no_two_share_one():
    names = [address.name for address in EVERY]
    assert "" not in names
    assert len(names) == len(set(names))


@pytest.mark.parametrize("name", sorted(NAMED))
def test_every_view_declares_who_may_use_it(name):
    rule = rule_of(NAMED[name].view)
    if isinstance(rule, frozenset):
        assert rule, f"{name} is open to no role."
        assert rule <= set(Role.values), f"{name} names a role that does not exist."
    else:
        assert rule in (EVERYONE, ACCOUNT), f"{name} declares no rule. Decorate its view with one of office.access."


def test_samples_name_addresses_that_exist():
    known = set(NAMED)
    unknown = {name for name in [*QUERIES, *NOT_THERE, *BY_LINK] if name not in known}
    assert not unknown, f"tests/samples.py names addresses that do not exist: {sorted(unknown)}"


# --- walking


@pytest.mark.parametrize("name", sorted(NAMED))
def test_who_gets_what(name, planted):
    """One test for three visitors: to plant everything anew for each would take most of the time."""
    told = addresses(name, planted)
    for address in told:
        check_nobody(name, address)
        check_outsider(name, address, planted)
    check_insider(name, told, planted)


def check_nobody(name: str, address: str) -> None:
    """A visitor is sent to the sign-in, but from pages that are open to everyone."""
    client, rule = signed_in(None), rule_of(NAMED[name].view)
    for answer in (client.get(address), client.post(address)):
        assert leaks(answer, address) == [], f"{address} shows a visitor what is not theirs."
        assert answer.status_code < 500
        if isinstance(rule, frozenset):
            assert answer.status_code == 302, f"{address} answers {answer.status_code} to a visitor."
            assert answer["Location"].startswith(reverse("account_login"))


def check_outsider(name: str, address: str, planted: Planted) -> None:
    """Whatever their roles, people of another office find nothing, neither by reading nor by sending a form."""
    client, rule = signed_in(planted.outsider), rule_of(NAMED[name].view)
    is_object = bool(NAMED[name].arguments) and isinstance(rule, frozenset) and name not in SHARED_NAMES
    answers = {"GET": client.get(address), "POST": client.post(address)}
    for method, answer in answers.items():
        assert leaks(answer, address) == [], f"{method} {address} shows an outsider what is not theirs."
        assert answer.status_code < 500
        if is_object:
            other = answers["POST" if method == "GET" else "GET"].status_code
            refused = answer.status_code in {403, 404} or (answer.status_code == 405 and other in {403, 404})
            assert refused, f"{method} {address} answers {answer.status_code} to an outsider; 404 is right."


def check_insider(name: str, told: list[str], planted: Planted) -> None:
    """Else the rest would prove nothing: an address that is not there hides everything."""
    client = signed_in(planted.insider)
    wanted = {302, 404, 405} if name in NOT_THERE else {200, 302, 405}
    codes = [client.get(address).status_code for address in told]
    assert set(codes) <= wanted, f"{name} answers {codes}. Mend the page, or its line in tests/samples.py."


@pytest.mark.parametrize("who", ["alice", "bob", "dora", "nobody", "administrator"])
def test_no_address_breaks_for_anybody(who, planted):
    client = signed_in(getattr(planted.cast, who))
    for name in sorted(NAMED):
        for address in addresses(name, planted):
            answer = client.get(address)
            assert answer.status_code in {200, 302, 403, 404, 405}, f"{address} answers {answer.status_code} to {who}."


def test_somebody_without_a_role_sees_nothing(planted):
    client = signed_in(planted.cast.nobody)
    for name in sorted(NAMED):
        for address in addresses(name, planted) if name not in BY_LINK else ():
            answer = client.get(address)
            assert MARKER not in body(answer), f"{address} shows somebody without a role what is not theirs."


def test_a_colleague_of_another_unit_does_not_read_the_case(planted):
    client = signed_in(planted.cast.dora)
    for name in ("desk-case", "desk-note", "desk-reply", "voice-feedback"):
        if name in NAMED:
            assert client.get(addresses(name, planted)[0]).status_code in {403, 404}


# --- the walk itself would notice


def test_the_marker_is_where_it_can_leak(planted):
    client = signed_in(planted.insider)
    seen = [name for name in sorted(NAMED) for address in addresses(name, planted)[:1] if leaks(client.get(address))]
    for room in ("customers", "desk", "goals", "office", "records", "sources", "voice"):
        pages = [name for name in NAMED if name.startswith(room)]
        assert not pages or any(name.startswith(room) for name in seen), f"No page of {room} shows what was planted."


def test_a_view_without_a_rule_is_refused(rf, cast):
    request = rf.get("/x")
    request.user = cast.administrator
    with pytest.raises(PermissionDenied, match="has not declared"):
        DeclaredAccess(lambda _: None).process_view(request, lambda _: None, (), {})
