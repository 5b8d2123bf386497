"""The one place where charts are drawn: an Altair chart in, the text of an SVG out, each drawn once.

A drawing is known by the digest of what it shows, so it is never out of date: new figures are another drawing.
Drawings are kept in memory and in files below REGARD_HOME/charts, both bounded; the folder may be deleted at any time.
"""

import hashlib
import json
import logging
import os
import re
import secrets
import threading
from collections import OrderedDict
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.conf import settings

log = logging.getLogger(__name__)

#: Part of every digest: raise it with any change of how charts are drawn.
DRAWING = 3
MOST_IN_MEMORY = 4_000_000  # characters
MOST_IN_FILES = 40_000_000  # bytes
#: How many drawings are written between two looks at the size of the folder.
_WRITES_A_LOOK = 50

#: The library completes an address without a host by one of its own makers; ours get this one, taken off again.
HERE = "http://here.invalid"

Build = Callable[[], Any]

_lock = threading.Lock()  # drawing takes 40 ms and all of one core: two at once would only make both late
_kept: OrderedDict[str, str] = OrderedDict()
_written = 0
_fonts_told = False

# The page's own font holds inside the drawing. Repeated on every word it would be a third of the drawing's weight.
_FONT = re.compile(r' font-family="[^"]*"')
# Frames without a stroke and marks without an extent, which the library writes for every group.
_EMPTY = re.compile(r'<path class="(?:background|foreground)"[^>]*/>')
_MARKS = re.compile(r' (?:class="[^"]*"|pointer-events="none"|opacity="1")')


def drawn(kind: str, told: Any, build: Build) -> str:
    """The SVG of a chart. `told`: all that it shows (JSON); `build` makes the Altair chart when it is not kept."""
    digest = digest_of(kind, told)
    found = _recall(digest)
    if found is not None:
        return found
    with _lock:
        found = _recall(digest)  # somebody else may have drawn it while we waited
        if found is None:
            found = _draw(build())
            _keep(digest, found)
            _write(digest, found)
    return found


def digest_of(kind: str, told: Any) -> str:
    text = json.dumps([DRAWING, kind, told], separators=(",", ":"), default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def folder() -> Path:
    """Where drawings are kept between starts."""
    return Path(settings.HOME) / "charts"


def forget() -> None:
    """Empty the memory, not the folder; for tests and benchmarks."""
    _kept.clear()


def _draw(chart: Any) -> str:
    import vl_convert  # starts a JavaScript engine of 100 MB: only a process that draws pays it

    _tell_fonts(vl_convert)
    svg = vl_convert.vegalite_to_svg(chart.to_dict(), config=_CONFIG)
    for pattern in (_FONT, _EMPTY, _MARKS):
        svg = pattern.sub("", svg)
    return svg.replace(HERE, "")


def link(address: str) -> str | None:
    """An address of ours as a mark of a drawing carries it."""
    return HERE + address if address else None


def _tell_fonts(vl_convert: Any) -> None:
    """Measure words with the font that the page shows them in."""
    global _fonts_told  # noqa: PLW0603 (once a process)
    if not _fonts_told:
        fonts = Path(settings.USWDS) / "fonts" / "source-sans-pro"
        if fonts.is_dir():
            vl_convert.register_font_directory(str(fonts))
        _fonts_told = True


def _recall(digest: str) -> str | None:
    found = _kept.get(digest)
    if found is not None:
        _kept.move_to_end(digest)
        return found
    try:
        found = (folder() / f"{digest}.svg").read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return None
    if not found.endswith("</svg>"):  # cut short by a full disk
        return None
    _keep(digest, found)
    return found


def _keep(digest: str, svg: str) -> None:
    _kept[digest] = svg
    while sum(map(len, list(_kept.values()))) > MOST_IN_MEMORY and len(_kept) > 1:
        _kept.popitem(last=False)


def _write(digest: str, svg: str) -> None:
    global _written  # noqa: PLW0603 (once in a while the folder is looked through)
    place = folder()
    draft = place / f".{digest}.{secrets.token_hex(4)}"
    try:
        place.mkdir(mode=0o700, parents=True, exist_ok=True)
        draft.write_text(svg, encoding="utf-8")
        draft.replace(place / f"{digest}.svg")
        _written += 1
        if _written % _WRITES_A_LOOK == 1:
            tidy(place)
    except OSError as error:  # a full disk costs time, never a page
        log.warning("A chart could not be kept in %s: %s", place, error.strerror)


def tidy(place: Path, most: int = MOST_IN_FILES) -> None:
    """Remove the oldest drawings until the rest fits into `most` bytes, and drafts that a killed process left."""
    found = []
    for entry in os.scandir(place):
        try:
            told = entry.stat()
        except FileNotFoundError:  # another process was quicker
            continue
        found.append((told.st_mtime, told.st_size, entry.path))
    found.sort(reverse=True)
    size = 0
    for _, bytes_, path in found:
        size += bytes_
        if size > most:
            Path(path).unlink(missing_ok=True)


_CONFIG: dict[str, Any] = {
    "background": "transparent",
    "font": "Source Sans Pro",
    "padding": {"left": 8, "top": 2, "right": 8, "bottom": 2},  # where a page has no such font, words run wider
    "view": {"stroke": None},
    "axis": {
        "labelColor": "#3d4551",
        "labelFontSize": 13,
        "titleColor": "#3d4551",
        "titleFontSize": 13,
        "titleFontWeight": "normal",
        "gridColor": "#e6e6e6",
        "domainColor": "#a9aeb1",
        "tickColor": "#a9aeb1",
        "labelPadding": 5,
    },
    "axisX": {"grid": False},
    "axisY": {"domain": False, "ticks": False, "titleAngle": 0, "titleAlign": "left", "titleAnchor": "end",
              "titleY": -12, "titleX": 0, "titleBaseline": "bottom"},
    "legend": {"labelFontSize": 13, "labelColor": "#3d4551", "title": None, "orient": "top-right", "symbolSize": 120},
}  # fmt: skip
