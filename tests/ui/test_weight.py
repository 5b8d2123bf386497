"""What a first visit fetches."""

import gzip
import re

from django.contrib.staticfiles import finders
from django.template.loader import render_to_string
from django.test import RequestFactory

FONTS = [f"uswds/fonts/source-sans-pro/sourcesanspro-{weight}-webfont.woff2" for weight in ("regular", "bold")]
#: Bytes. The whole page may weigh 350 kB; the rest is for its text and its charts.
FRAME_BUDGET = 160_000


def transferred(name: str) -> int:
    found = finders.find(name)
    assert found, f"{name} is not among the static files"
    with open(found, "rb") as file:  # noqa: PTH123 - finders give a string
        content = file.read()
    return len(content) if name.endswith(".woff2") else len(gzip.compress(content))


def test_the_frame_of_a_page_is_light() -> None:
    html = render_to_string("base.html", {}, RequestFactory().get("/"))
    named = set(re.findall(r'(?:href|src)="/static/([^"]+)"', html)) | set(FONTS)
    assert {"uswds/css/uswds.min.css", "ui/regard.css", "django_htmx/htmx-2.min.js"} <= named
    assert sum(map(transferred, named)) <= FRAME_BUDGET


def test_no_other_font_is_asked_for() -> None:
    """Headings in a second family would cost 21 kB each; ours are all in one."""
    ours = finders.find("ui/regard.css")
    assert ours
    with open(ours, encoding="utf-8") as file:  # noqa: PTH123
        families = set(re.findall(r"font-family:\s*([^;]+);", file.read()))
    assert families == {
        '"Source Sans Pro Web", "Helvetica Neue", Helvetica, Arial, sans-serif',
        "inherit",
        "monospace",
    }
