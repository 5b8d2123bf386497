"""Charts made fit for a strict page."""

from xml.etree.ElementTree import ParseError, fromstring

import pytest

from regard.ui.svg import clean

PLAIN = (
    '<svg xmlns="http://www.w3.org/2000/svg" width="100" height="50" onload="steal()">'
    '<style>p{}</style><script>1</script><g role="graphics-symbol" aria-label="x" aria-roledescription="bar">'
    '<text style="font-style: italic; fill:#333" fill="red" onclick="a()">A &amp; B</text></g></svg>'
)
LINKED = (
    '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" viewBox="0 0 9 9">'
    '<a xlink:href="/cases?month=1" target="_blank" role="link" onfocus="b()">'
    '<path aria-label="Jan: 3" role="graphics-symbol" d="M0 0"/></a></svg>'
)


def test_styles_become_attributes_and_nothing_runs() -> None:
    cleaned = clean(PLAIN, "Cases by month")
    for unwanted in (" style=", "<style", "script", "onload", "onclick", "aria-roledescription", "graphics-symbol"):
        assert unwanted not in cleaned
    text = fromstring(cleaned).find(".//{http://www.w3.org/2000/svg}text")
    assert text is not None
    assert dict(text.attrib) == {"fill": "red", "font-style": "italic"}
    assert text.text == "A & B"


def test_a_picture_is_an_image_with_a_name_and_can_shrink() -> None:
    root = fromstring(clean(PLAIN, "Cases by month"))
    assert root.attrib["role"] == "img"
    assert root.attrib["aria-label"] == "Cases by month"
    assert root.attrib["viewBox"] == "0 0 100 50"


def test_links_keep_working_and_have_a_name() -> None:
    root = fromstring(clean(LINKED, "By month"))
    link = root[0]
    assert root.attrib["role"] == "group"  # an image's links do not exist for a screen reader
    assert dict(link.attrib) == {"href": "/cases?month=1", "aria-label": "Jan: 3"}
    assert dict(link[0].attrib) == {"d": "M0 0"}


def test_what_is_not_a_picture_is_refused() -> None:
    with pytest.raises(ParseError):
        clean("<svg><g></svg>")


def test_a_prefix_that_a_library_chose_does_not_hide_the_drawing() -> None:
    cleaned = clean('<s:svg xmlns:s="http://www.w3.org/2000/svg"><s:path d="M0 0"/></s:svg>')
    assert cleaned.startswith("<svg ")
    assert "<path " in cleaned


def test_without_a_name_a_picture_is_hidden_and_its_links_are_not() -> None:
    assert fromstring(clean(PLAIN)).attrib["aria-hidden"] == "true"
    assert "aria-hidden" not in fromstring(clean(LINKED)).attrib
