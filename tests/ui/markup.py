"""Reads a rendered page: the ids in it, and what points at them."""

from html.parser import HTMLParser

POINTERS = ("aria-describedby", "aria-labelledby", "aria-controls", "for", "form", "list", "headers", "aria-owns")


class Markup(HTMLParser):
    """Elements as (tag, attributes), in order of appearance."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    @property
    def ids(self) -> list[str]:
        return [attrs["id"] for _, attrs in self.elements if attrs.get("id")]

    def dangling(self) -> list[tuple[str, str, str]]:
        """What points at an id that is not there: (tag, attribute, id). An empty pointer dangles too."""
        known = set(self.ids)
        found = []
        for tag, attrs in self.elements:
            for name in POINTERS:
                if name in attrs:
                    names = (attrs[name] or "").split() or [""]
                    found += [(tag, name, wanted) for wanted in names if wanted not in known]
            target = attrs.get("href") or ""
            if tag == "a" and target.startswith("#") and target[1:] not in known:
                found.append((tag, "href", target[1:]))
        return found

    def inline(self) -> list[tuple[str, str]]:
        """What the content security policy would block: (tag, attribute)."""
        return [
            (tag, name)
            for tag, attrs in self.elements
            for name in attrs
            if name == "style"
            or (name.startswith("on") and name != "on")
            or (attrs[name] or "").startswith(("javascript:", "data:"))
        ] + [
            (tag, "inline")
            for tag, attrs in self.elements
            if tag == "style" or (tag == "script" and not attrs.get("src") and "json" not in (attrs.get("type") or ""))
        ]
