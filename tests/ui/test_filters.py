"""`{% load ui %}`: filters and tags."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.template import Context, Template
from django.test import RequestFactory
from django.utils import timezone

AT = datetime(2025, 3, 4, 19, 5, tzinfo=UTC)


def render(text: str, path: str = "/", **context: object) -> str:
    request = RequestFactory().get(path)
    return Template("{% load ui %}" + text).render(Context({"request": request, **context}))


def test_local_time_is_in_the_offices_zone() -> None:
    with timezone.override("America/Chicago"):
        assert render("{{ at|local_time }}", at=AT) == (
            '<time datetime="2025-03-04T13:05:00-06:00">Mar 4, 2025, 1:05 PM</time>'
        )
        assert "Mar 4, 2025<" in render('{{ at|local_time:"date" }}', at=AT)
        assert ">1:05 PM<" in render('{{ at|local_time:"time" }}', at=AT)
    assert render("{{ at|local_time }}", at=date(2025, 3, 4)) == '<time datetime="2025-03-04">Mar 4, 2025</time>'


def test_ago_carries_the_exact_time() -> None:
    words = render("{{ at|ago }}", at=timezone.now() - timedelta(days=3, minutes=1))
    assert words.endswith(">3 days ago</time>")
    assert 'title="' in words


@pytest.mark.parametrize("filter_name", ["local_time", "ago", "duration", "number", "percent"])
def test_what_is_not_known_is_never_a_zero(filter_name: str) -> None:
    assert render("{{ value|" + filter_name + " }}", value=None) == "not known"
    assert render("{{ nowhere|" + filter_name + " }}") == "not known"


def test_zero_is_a_figure() -> None:
    assert render("{{ z|duration }}, {{ z|number }}, {{ z|percent }}", z=0) == "0 s, 0, 0%"


def test_lengths_and_shares() -> None:
    assert render("{{ d|duration }}", d=timedelta(hours=2, minutes=10)) == "2 h 10 min"
    assert render('{{ s|duration:"working" }}; {{ s|duration:"working:6" }}', s=86_400) == (
        "3 working days; 4 working days"
    )
    assert render("{{ n|number }} {{ d|number:1 }} {{ s|percent }}", n=12_345, d=Decimal("0.25"), s=0.432) == (
        "12,345 0.2 43%"
    )


def test_badges_say_it_in_words_and_escape_them() -> None:
    assert "Overdue" in render('{% badge "Overdue" "bad" %}')
    assert "<b>" not in render("{% badge words %}", words="<b>")
    assert "Paused" in render('{% state_badge "paused" %}')
    assert "strange" in render('{% state_badge "strange" %}')
    assert "E-mail" in render('{% channel "email" %}')


def test_icons_are_hidden_unless_they_stand_alone() -> None:
    assert 'aria-hidden="true"' in render('{% icon "phone" %}')
    assert 'role="img" aria-label="By phone"' in render('{% icon "phone" "By phone" %}')
    assert render('{% icon "no such icon" %}') == ""


@pytest.mark.parametrize(
    ("path", "default", "href", "direction"),
    [
        ("/?state=open&after=x&page=3", "", "?state=open&amp;sort=due", "none"),
        ("/?sort=due", "", "?sort=-due", "ascending"),
        ("/?sort=-due&a=1&a=2", "", "?a=1&amp;a=2&amp;sort=due", "descending"),
        ("/", "-due", "?sort=due", "descending"),
        ("/?sort=number", "-due", "?sort=due", "none"),
    ],
)
def test_sortable_headings(path: str, default: str, href: str, direction: str) -> None:
    text = '{% sort_state "due" as s %}{{ s.href }} {{ s.direction }}'
    found, way = render(text, path, current_sort=default).split()
    assert (set(found[1:].split("&amp;")), way) == (set(href[1:].split("&amp;")), direction)


def test_cells() -> None:
    assert render("{% cell v %}", v=12_345) == "12,345"
    assert render("{% cell v %}", v="<i>") == "&lt;i&gt;"
    assert "no figure" in render("{% cell v %}", v=None)
    assert render("{% cell v %}", v=0) == "0"
