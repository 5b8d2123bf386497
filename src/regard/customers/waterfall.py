"""Evidence as a waterfall: where the odds begin, what each comparison adds or takes, where they end. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from xml.sax.saxutils import escape

WIDTH, ROW, TOP, BAR = 420, 42, 4, 16
LEFT, RIGHT = 2, 50
#: For, against, and the two ends: told apart in black and white as well, and each bar has its number.
FOR, AGAINST, ENDS = "#2378c3", "#b50909", "#3d4551"


@dataclass(frozen=True)
class Step:
    """One bar, from `start` to `end`, in powers of two of the odds."""

    label: str
    start: float
    end: float
    is_total: bool = False

    @property
    def weight(self) -> float:
        return self.end - self.start


def steps(parts: Sequence[tuple[str, float]], total: float) -> list[Step]:
    """The bars of a waterfall. What the parts do not explain of the total is where it begins: how rare a match is."""
    level = total - sum(weight for _, weight in parts)
    found = [Step("Before anything is compared", 0.0, level, is_total=True)]
    for label, weight in parts:
        found.append(Step(label, level, level + weight))
        level += weight
    return [*found, Step("All together", 0.0, total, is_total=True)]


def draw(found: Sequence[Step]) -> str:
    """The waterfall as SVG. Bars to the right speak for one customer, to the left for two."""
    low = min(0.0, *(min(step.start, step.end) for step in found))
    high = max(0.0, *(max(step.start, step.end) for step in found))
    scale = (WIDTH - LEFT - RIGHT) / ((high - low) or 1.0)

    def x(value: float) -> float:
        return round(LEFT + (value - low) * scale, 1)

    height = TOP + ROW * len(found) + 6
    marks = [f'<line x1="{x(0)}" x2="{x(0)}" y1="{TOP}" y2="{height - 4}" stroke="#71767a" stroke-dasharray="2 3"/>']
    for n, step in enumerate(found):
        top = TOP + ROW * n
        start, end = sorted((x(step.start), x(step.end)))
        colour = ENDS if step.is_total else FOR if step.weight >= 0 else AGAINST
        number = step.end if step.is_total else step.weight
        bar_top = top + 18
        marks += [
            f'<text x="{LEFT}" y="{top + 13}" font-size="14" fill="#1b1b1b">{escape(step.label)}</text>',
            f'<rect x="{start}" y="{bar_top}" width="{max(end - start, 1.5):.1f}" height="{BAR}" fill="{colour}"/>',
            f'<text x="{end + 6:.1f}" y="{bar_top + 13}" font-size="14" fill="#1b1b1b">{number:+.1f}</text>',
        ]
    body = "".join(marks)
    return f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{height}">{body}</svg>'


def odds_in_words(weight: float) -> str:
    """A weight in powers of two, as people say it: "about 30 to 1 for one customer"."""
    if abs(weight) < 0.5:
        return "even odds"
    side = "for one customer" if weight > 0 else "for two customers"
    odds = 2 ** min(abs(weight), 40)
    if odds >= 1_000_000:
        return f"more than a million to 1 {side}"
    return f"about {_round(odds):,} to 1 {side}"


def _round(odds: float) -> int:
    """One digit that counts, two from ten on: 1.6 is 2, 37 is 37, 1,234 is 1,200."""
    digits = len(str(int(odds)))
    step = 10 ** max(digits - 2, 0)
    return max(round(odds / step) * step, 2)
