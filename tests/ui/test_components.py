"""Every component, as the style guide shows it."""

import re
from pathlib import Path

import pytest
from django.contrib.auth.models import AnonymousUser
from django.template import Context, engines
from django.template.loader import render_to_string
from django.test import RequestFactory
from django.utils import timezone

import regard
from regard.ui.styleguide import sample
from tests.ui.markup import Markup

TEMPLATES = Path(regard.__file__).parent
OURS = TEMPLATES / "ui" / "templates" / "cotton"
#: Components of the library that were looked at and are right.
ALLOWED = {
    "card",
    "card.group",
    "card.header",
    "card.body",
    "card.footer",
    "process-list",
    "process-list.item",
    "prose",
}


def request(path: str = "/"):
    made = RequestFactory().get(path)
    made.user = AnonymousUser()
    return made


def render(text: str, path: str = "/", **context: object) -> str:
    from django_cotton.compiler_regex import CottonCompiler

    template = engines["django"].from_string("{% load ui %}" + CottonCompiler().process(text))
    return re.sub(r"\s+", " ", template.render(context, request(path))).strip()


@pytest.fixture(scope="module")
def guide() -> str:
    return render_to_string("ui/styleguide.html", sample(timezone.now()), request("/?sort=-due&state=open"))


def test_what_points_at_an_id_finds_it(guide: str) -> None:
    assert Markup(guide).dangling() == []


def test_no_id_is_there_twice(guide: str) -> None:
    ids = Markup(guide).ids
    assert sorted(ids) == sorted(set(ids))


def test_nothing_that_the_content_security_policy_blocks(guide: str) -> None:
    assert Markup(guide).inline() == []


def test_the_style_guide_shows_every_component() -> None:
    text = (TEMPLATES / "ui/templates/ui/styleguide.html").read_text()
    names = {path.stem.replace("_", "-") for path in OURS.glob("*.html")}
    missing = {name for name in names if f"<c-{name}" not in text}
    assert missing == {"error-summary"}  # {{ form }} shows it


def test_every_component_says_how_it_is_used() -> None:
    silent = [path.name for path in OURS.glob("*.html") if not path.read_text().startswith("{% comment %}")]
    assert silent == []


def test_every_component_is_in_the_docs() -> None:
    docs = (TEMPLATES.parents[1] / "docs" / "ui.md").read_text()
    library = {"text-input", "file-input", "date-picker", "icon", "textarea", "select", "radio-button"}
    names = {path.stem.replace("_", "-") for path in OURS.glob("*.html")} - library
    assert {name for name in names if f"<c-{name}" not in docs} == set()


@pytest.mark.parametrize("template", sorted(TEMPLATES.glob("*/templates/**/*.html")), ids=lambda path: path.stem)
def test_pages_use_only_components_that_were_looked_at(template: Path) -> None:
    used = set(re.findall(r"<c-([a-z][\w.-]*)", template.read_text())) - {"slot", "vars"}
    unknown = {name for name in used if not (OURS / f"{name.replace('-', '_')}.html").exists() and name not in ALLOWED}
    assert unknown == set(), f"{template}: not ours, and not on the list of the library's that are right"


def test_a_slot_of_a_page_does_not_leak_into_a_component() -> None:
    html = render("<c-panel title='A'>text</c-panel>", actions="LEAK", lead="LEAK", id="LEAK")
    assert "LEAK" not in html


def test_words_are_escaped() -> None:
    html = render(
        "<c-page-header :title='bad' lead='{{ bad }}' /><c-fact :label='bad'>{{ bad }}</c-fact>",
        bad="<script>x</script>",
    )
    assert "<script>" not in html
    assert "&amp;lt;" not in html


def test_a_hint_and_an_error_are_pointed_at_only_when_they_are_there() -> None:
    assert "aria-describedby" not in render('<c-input name="a" label="A" />')
    assert 'aria-describedby="id_a_helptext "' in render('<c-input name="a" label="A" hint="h" />')
    both = render('<c-input name="a" label="A" hint="h" error="e" />')
    assert 'aria-describedby="id_a_helptext id_a_error "' in both
    assert 'aria-invalid="true"' in both
    assert Markup(both).dangling() == []


@pytest.mark.parametrize(
    "library", ["text_input", "textarea", "select", "file_input", "date_picker", "checkbox", "radio_button", "input"]
)
def test_no_control_points_at_what_it_does_not_write(library: str) -> None:
    for extra in ("", "hint='h'", "error='e'", "hint='h' error='e'"):
        html = render(f"<c-{library.replace('_', '-')} name='n' label='L' value='v' {extra} />")
        assert Markup(html).dangling() == [], html


def test_further_attributes_reach_the_control() -> None:
    assert 'autocomplete="tel"' in render('<c-input name="a" label="A" autocomplete="tel" />')
    assert 'hx-get="/x"' in render('<c-button hx-get="/x">Go</c-button>')


def test_a_sortable_heading_says_which_way() -> None:
    html = render('<c-th sort="due">Due</c-th>', "/?sort=-due&after=5")
    assert 'aria-sort="descending"' in html
    assert 'href="?sort=due"' in html
    assert "aria-sort" not in render('<c-th sort="due">Due</c-th>', "/?sort=number")


def test_paging_offers_only_what_there_is() -> None:
    html = render('<c-pager :shown="1234" :about="99999" estimate noun="cases" older_url="?after=x" />')
    assert "Showing 1,234 of about 99,999 cases" in html
    assert "Older" in html
    assert "Newer" not in html
    assert "<nav" not in render('<c-pager :shown="3" noun="cases" />')


def test_a_filter_bar_keeps_the_sort_and_says_how_many_are_set() -> None:
    html = render('<c-filter-bar label="Filter" :active="2" clear="/x">fields</c-filter-bar>', "/?sort=-due&state=open")
    assert '<input type="hidden" name="sort" value="-due">' in html
    assert "Filter (2 set)" in html
    assert "Clear all 2 filters" in html
    assert 'name="state"' not in html


def test_progress_asks_again_only_while_it_runs() -> None:
    running = render('<c-progress label="Import" :value="10" :max="100" poll_url="/p">10 of 100</c-progress>')
    assert 'hx-get="/p"' in running
    assert 'max="100" value="10"' in running
    assert "hx-get" not in render('<c-progress label="Import" :value="100" :max="100">Done</c-progress>')
    assert "value=" not in render('<c-progress label="Import">Reading</c-progress>')


def test_a_confirmation_posts_with_a_token_and_asks_why() -> None:
    html = render('<c-confirm action="/w" summary="Withdraw" button="Withdraw" reason="Why?">x</c-confirm>')
    assert 'method="post" action="/w"' in html
    assert "csrfmiddlewaretoken" in html
    assert 'name="reason" rows="2" required' in html
    assert '<details class="rg-confirm">' in html
    assert "textarea" not in render('<c-confirm action="/w" summary="s" button="b">x</c-confirm>')


def test_a_chart_has_its_figures_as_a_table() -> None:
    html = render(
        '<c-chart title="T" :svg="svg" caption="C" :columns="columns" :rows="rows" />',
        svg='<svg xmlns="http://www.w3.org/2000/svg"><g style="fill:red"/></svg>',
        columns=["Month", "Cases"],
        rows=[["Jan", 1234], ["Feb", None]],
    )
    assert 'role="img"' in html
    assert "style=" not in html
    assert '<th scope="row">Jan</th><td class="rg-num">1,234</td>' in html
    assert "no figure" in html


def test_a_figure_without_a_value_says_why() -> None:
    assert "too few to tell" in render('<c-figure-card title="T" value="" />')


def test_a_fact_that_nobody_told_says_so() -> None:
    assert "not known" in render('<c-fact label="Phone"> </c-fact>')
    assert "not known" not in render('<c-fact label="Phone">555</c-fact>')


def test_a_component_alone_needs_no_request_of_a_user() -> None:
    assert "Kept" in engines["django"].from_string('{% load ui %}{% badge "Kept" "ok" %}').render(Context().flatten())
