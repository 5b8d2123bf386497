"""Makes a drawn chart fit for a page under a strict content security policy and for a screen reader."""

import re
from xml.etree.ElementTree import Element, tostring

from defusedxml.ElementTree import fromstring
from django.utils.safestring import SafeString, mark_safe

_SVG = "http://www.w3.org/2000/svg"
_DROPPED = {"role", "aria-label", "aria-hidden", "aria-roledescription", "target", "show"}
_REMOVED_TAGS = {"script", "foreignObject", "style"}
_DECLARATION = re.compile(r"\s*([a-z-]+)\s*:\s*([^;]+)")


def clean(svg: str, title: str = "") -> SafeString:
    """The SVG text without inline styles, scripts and inner roles.

    With a title a picture without links gets role `img` and that name. One with links gets role `group`, because the
    children of an image do not exist for a screen reader; each link takes the name of the mark in it. Without a
    title the picture is hidden from screen readers: what it shows must then stand beside it.
    Raises `xml.etree.ElementTree.ParseError` when `svg` is not well-formed.
    """
    root = fromstring(svg)
    _strip_namespaces(root)
    has_links = _clean_inside(root)
    if not root.get("viewBox") and root.get("width") and root.get("height"):
        root.set("viewBox", f"0 0 {root.get('width')} {root.get('height')}")
    root.set("xmlns", _SVG)
    root.set("focusable", "false")
    if title:
        root.set("role", "group" if has_links else "img")
        root.set("aria-label", title)
    elif not has_links:
        root.set("aria-hidden", "true")
    return mark_safe(tostring(root, encoding="unicode"))  # noqa: S308 - parsed, and stripped of what could run


def _strip_namespaces(root: Element) -> None:
    # Within HTML the names stand alone: a prefix that some library chose would hide the drawing. SVG 2 has plain href.
    for element in root.iter():
        element.tag = element.tag.rpartition("}")[2]
        for name in [n for n in element.attrib if n.startswith("{")]:
            element.attrib.setdefault(name.rpartition("}")[2], element.attrib.pop(name))


def _clean_inside(root: Element) -> bool:
    has_links = False
    for element in root.iter():
        for child in [c for c in element if c.tag in _REMOVED_TAGS]:
            element.remove(child)
        name = ""
        if element.tag == "a":
            has_links = True
            name = next((label for e in element.iter() if (label := e.get("aria-label"))), "")
        for unwanted in [n for n in element.attrib if n in _DROPPED or n.startswith("on")]:
            del element.attrib[unwanted]
        if name:
            element.set("aria-label", name)
        _unstyle(element)
    return has_links


def _unstyle(element: Element) -> None:
    for name, value in _DECLARATION.findall(element.attrib.pop("style", "")):
        element.attrib.setdefault(name, value.strip())
