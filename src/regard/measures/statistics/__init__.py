"""Statistics for figures that people act on: how sure, over how many, and when it is too few to tell.

Arrays and numbers in, small typed answers out. Where data are too thin the answer is `TooFew`, never a number.
"""

from .answers import TooFew
from .betas import beta_cdf, beta_quantile, normal_quantile, t_quantile
from .control import Chart, Signal, laney_chart, xmr_chart
from .counts import CountMean, Rate, count_interval, mean_count, rate
from .distributions import (
    DurationHistogram,
    Mean,
    Quantile,
    Ratings,
    duration_histogram,
    mean_or_too_few,
    quantile,
    ratings,
)
from .multiple import benjamini_hochberg
from .proportions import Proportion, jeffreys, jeffreys_below, wilson, wilson_bounds
from .seasonal import Seasons, seasonal_factors
from .survival import Percentile, ShareWithin, SurvivalCurve, kaplan_meier, kaplan_meier_by

__all__ = [
    "Chart",
    "CountMean",
    "DurationHistogram",
    "Mean",
    "Percentile",
    "Proportion",
    "Quantile",
    "Rate",
    "Ratings",
    "Seasons",
    "ShareWithin",
    "Signal",
    "SurvivalCurve",
    "TooFew",
    "benjamini_hochberg",
    "beta_cdf",
    "beta_quantile",
    "count_interval",
    "duration_histogram",
    "jeffreys",
    "jeffreys_below",
    "kaplan_meier",
    "kaplan_meier_by",
    "laney_chart",
    "mean_count",
    "mean_or_too_few",
    "normal_quantile",
    "quantile",
    "rate",
    "ratings",
    "seasonal_factors",
    "t_quantile",
    "wilson",
    "wilson_bounds",
    "xmr_chart",
]
