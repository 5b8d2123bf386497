"""The tests' own footing: what they may reach, and that the browser is real."""

import socket
import urllib.request

import pytest
from pytest_socket import SocketConnectBlockedError


def test_the_network_is_out_of_reach():
    with pytest.raises(SocketConnectBlockedError):
        socket.create_connection(("192.0.2.1", 80), timeout=1)


@pytest.mark.browser
def test_a_real_browser_shows_a_page_with_its_static_files(live_server, page):
    failed = []
    page.on("requestfailed", lambda request: failed.append(request.url))
    answer = page.goto(f"{live_server.url}/static/uswds/css/uswds.min.css")
    assert answer is not None
    assert answer.status == 200
    assert "usa-button" in answer.text()
    assert failed == []


@pytest.mark.browser
def test_the_browser_reaches_nothing_outside(page):
    with pytest.raises(Exception, match="ERR_NAME_NOT_RESOLVED"):
        page.goto("http://example.org/")


@pytest.mark.django_db
def test_the_database_is_migrated(django_user_model):
    assert django_user_model.objects.count() == 0


def test_a_live_server_answers_this_process(live_server):
    with urllib.request.urlopen(f"{live_server.url}/static/uswds/img/sprite.svg") as answer:
        assert answer.status == 200
