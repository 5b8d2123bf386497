"""Charts: figures in, drawings with their words and their table out. Drawn by `render` alone, each of them once."""

from .groups import Group, breakdown, rating_chart
from .lengths import histogram, histogram_of, survival
from .picture import Picture
from .series import Point, all_signals, run_chart, series_words, sparkline

__all__ = [
    "Group",
    "Picture",
    "Point",
    "all_signals",
    "breakdown",
    "histogram",
    "histogram_of",
    "rating_chart",
    "run_chart",
    "series_words",
    "sparkline",
    "survival",
]
