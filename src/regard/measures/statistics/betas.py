"""Quantiles of the normal, beta and t distributions, with the standard library alone."""

import math
from statistics import NormalDist

_TINY = 1e-300
_NORMAL = NormalDist()


def normal_quantile(p: float) -> float:
    """The value a standard normal variable stays below with probability `p`, 0 < p < 1."""
    return _NORMAL.inv_cdf(p)


def two_sided(level: float) -> float:
    """The z of a two-sided interval: 1.96 for 0.95."""
    return _NORMAL.inv_cdf(0.5 + level / 2)


def beta_cdf(x: float, a: float, b: float) -> float:
    """The regularised incomplete beta function I_x(a, b): probability that a Beta(a, b) variable is <= x.

    By the continued fraction of Abramowitz & Stegun (1964), 26.5.8, evaluated by Lentz's method (1976), on the
    side of the mean where it converges fast. Accurate to about 1e-12 for a, b of hundreds, 1e-8 for millions.
    Raises ValueError unless a, b > 0.
    """
    if not (a > 0 and b > 0):
        raise ValueError(f"A beta distribution needs a, b > 0, not {a}, {b}.")
    if x <= 0 or x >= 1:
        return 0.0 if x <= 0 else 1.0
    front = math.exp(_log_front(x, a, b))
    if x < (a + 1) / (a + b + 2):
        return front * _fraction(x, a, b) / a
    return 1.0 - front * _fraction(1 - x, b, a) / b


def beta_quantile(p: float, a: float, b: float) -> float:
    """The x with I_x(a, b) = p, by Newton's method kept inside a shrinking bracket."""
    if not 0.0 <= p <= 1.0:
        raise ValueError(f"A probability lies between 0 and 1, not {p}.")
    if p in {0.0, 1.0}:
        return p
    low, high, x = 0.0, 1.0, a / (a + b)
    for _ in range(200):
        miss = beta_cdf(x, a, b) - p
        low, high = (x, high) if miss < 0 else (low, x)
        slope = math.exp(_log_front(x, a, b)) / (x * (1 - x)) if 0 < x < 1 else 0.0
        then = x - miss / slope if slope > _TINY else math.nan
        if not low < then < high:  # also when it is no number
            then = (low + high) / 2
        if abs(then - x) <= 1e-14 * x:
            return then
        x = then
    return x


def t_quantile(p: float, freedom: float) -> float:
    """The value Student's t with that many degrees of freedom stays below with probability `p`."""
    if p == 0.5:
        return 0.0
    tail = min(p, 1 - p)
    x = beta_quantile(2 * tail, freedom / 2, 0.5)
    return math.copysign(math.sqrt(freedom * (1 - x) / x), p - 0.5)


def _log_front(x: float, a: float, b: float) -> float:
    """log of x^a (1-x)^b / B(a, b)."""
    return math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b) + a * math.log(x) + b * math.log1p(-x)


def _fraction(x: float, a: float, b: float) -> float:
    # Steps needed grow with the square root of the larger parameter.
    steps = 200 + int(10 * math.sqrt(max(a, b)))
    c, d = 1.0, 1.0 / _away(1 - (a + b) * x / (a + 1))
    value = d
    for m in range(1, steps):
        even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
        odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
        for term in (even, odd):
            d = 1.0 / _away(1 + term * d)
            c = _away(1 + term / c)
            value *= c * d
        if abs(c * d - 1) < 1e-16:
            break
    return value


def _away(value: float) -> float:
    """Away from zero, so that Lentz's method never divides by it."""
    return value if abs(value) > _TINY else _TINY
