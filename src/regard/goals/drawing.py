"""The way to a target as a drawing: baseline, target, and what was reached. Pure: numbers in, SVG text out."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from xml.sax.saxutils import escape, quoteattr

_WIDTH, _HEIGHT, _LEFT, _RIGHT, _TOP, _BOTTOM = 720, 270, 78, 20, 30, 34
_BLUE, _INK, _QUIET, _GRID = "#005ea2", "#1b1b1b", "#565c65", "#e6e6e6"
_SVG = "http://www.w3.org/2000/svg"
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


@dataclass(frozen=True)
class Way:
    """What is drawn. points: (day, value, words), None where there is no value; planned: (day, value) of the target.

    first: where the period begins. labels: words for values of the axis, lowest first.
    """

    points: Sequence[tuple[date, float | None, str]]
    planned: Sequence[tuple[date, float]]
    baseline: float | None
    first: date
    unit: str
    target_words: str


@dataclass(frozen=True)
class _Frame:
    days: tuple[int, int]
    values: tuple[float, float]

    def x(self, day: date) -> float:
        first, last = self.days
        return _LEFT + (day.toordinal() - first) / max(last - first, 1) * (_WIDTH - _LEFT - _RIGHT)

    def y(self, value: float) -> float:
        low, high = self.values
        return _HEIGHT - _BOTTOM - (value - low) / ((high - low) or 1.0) * (_HEIGHT - _TOP - _BOTTOM)


def drawing(way: Way, axis_words: Sequence[tuple[float, str]]) -> str:
    """The SVG. axis_words: values to mark on the axis, each in words. Empty without a single value."""
    values = [v for _, v, _ in way.points if v is not None] + [v for _, v in way.planned]
    values += [way.baseline] if way.baseline is not None else []
    days = [day.toordinal() for day, *_ in (*way.points, *way.planned)]
    if not values or not days:
        return ""
    marks = [value for value, _ in axis_words]
    low, high = min([*values, *marks]), max([*values, *marks])
    frame = _Frame((min(days), max(days)), (low, high if high > low else low + 1))
    parts = [
        f'<svg xmlns="{_SVG}" width="{_WIDTH}" height="{_HEIGHT}" viewBox="0 0 {_WIDTH} {_HEIGHT}" font-size="13">',
        *_axes(frame, axis_words, way.unit),
        *_lines(frame, way),
        *_points(frame, way),
        "</svg>",
    ]
    return "".join(parts)


def _axes(frame: _Frame, axis_words: Sequence[tuple[float, str]], unit: str) -> list[str]:
    found = [_text(0, 14, unit, _QUIET, "start")]
    for value, words in axis_words:
        y = frame.y(value)
        found.append(_line((_LEFT, y), (_WIDTH - _RIGHT, y), _GRID))
        found.append(_text(_LEFT - 8, y + 4, words, _QUIET, "end"))
    for day in _ticks(*frame.days):
        x = frame.x(day)
        found.append(_line((x, _HEIGHT - _BOTTOM), (x, _HEIGHT - _BOTTOM + 5), _QUIET))
        found.append(_text(x, _HEIGHT - 12, f"{_MONTHS[day.month - 1]} {day.year}", _QUIET, "middle"))
    return found


def _ticks(first: int, last: int) -> list[date]:
    """First days of months, at most seven, none so near an end that its words would be cut off."""
    start, end = date.fromordinal(first), date.fromordinal(last)
    months = [date(y, m, 1) for y in range(start.year, end.year + 1) for m in range(1, 13)]
    margin = (last - first) * 0.05
    inside = [day for day in months if first + (margin if day != start else 0) <= day.toordinal() <= last - margin]
    step = next((n for n in (1, 2, 3, 6, 12, 24, 60) if len(inside) <= 7 * n), 120)
    return [day for day in inside if (day.year * 12 + day.month - 1) % step == 0]


def _lines(frame: _Frame, way: Way) -> list[str]:
    found = []
    if way.baseline is not None:
        y = frame.y(way.baseline)
        found.append(_line((_LEFT, y), (_WIDTH - _RIGHT, y), _QUIET, dash="2 4"))
        # Its words stand at the end where the line of the target is not.
        found.append(_text(_LEFT + 4, y - 5, "baseline", _QUIET, "start"))
    if way.planned:
        path = " L".join(f"{frame.x(day):.1f} {frame.y(value):.1f}" for day, value in way.planned)
        found.append(f'<path d="M{path}" fill="none" stroke="{_INK}" stroke-width="1.6" stroke-dasharray="7 4"/>')
        day, value = way.planned[-1]
        y = frame.y(value)
        found.append(f'<path d="M{frame.x(day) - 7:.1f} {y:.1f} l7 -7 l7 7 l-7 7 z" fill="{_INK}"/>')
        found.append(_text(frame.x(day) - 12, y + (-10 if y > 60 else 20), way.target_words, _INK, "end"))
    x = frame.x(way.first)
    if x > _LEFT + 1:
        found.append(_line((x, _TOP - 6), (x, _HEIGHT - _BOTTOM), _QUIET))
        found.append(_text(x + 5, _TOP + 2, "the period begins", _QUIET, "start"))
    return found


def _points(frame: _Frame, way: Way) -> list[str]:
    found: list[str] = []
    piece: list[str] = []
    for day, value, _ in (*way.points, (way.first, None, "")):
        if value is not None:
            piece.append(f"{frame.x(day):.1f} {frame.y(value):.1f}")
            continue
        if len(piece) > 1:
            found.append(f'<path d="M{" L".join(piece)}" fill="none" stroke="{_BLUE}" stroke-width="2"/>')
        piece = []
    for day, value, words in way.points:
        if value is not None:
            x, y = frame.x(day), frame.y(value)
            title = f"<title>{escape(words)}</title>"
            found.append(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="4" fill="{_BLUE}">{title}</circle>')
    return found


def _line(start: tuple[float, float], end: tuple[float, float], colour: str, dash: str = "") -> str:
    dashed = f" stroke-dasharray={quoteattr(dash)}" if dash else ""
    return (
        f'<path d="M{start[0]:.1f} {start[1]:.1f} L{end[0]:.1f} {end[1]:.1f}" stroke="{colour}" fill="none"{dashed}/>'
    )


def _text(x: float, y: float, words: str, colour: str, anchor: str) -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" fill="{colour}" text-anchor="{anchor}">{escape(words)}</text>'
