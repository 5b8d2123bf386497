"""All checks over all offices, and how many of their calls to believe."""

from collections.abc import Iterable, Mapping
from dataclasses import replace

import numpy as np

from regard.measures.statistics import benjamini_hochberg

from .asking import Check, Period
from .auto_close import auto_close
from .bulk_closing import bulk_closing
from .bunching import bunching
from .cases import Cases
from .channel_shift import channel_shift
from .clock_stopping import clock_stopping
from .close_reopen import close_reopen
from .denominator import denominator
from .guards import guards
from .promises import promises
from .recategorising import recategorising
from .result import Result
from .splitting import splitting
from .suppression import suppression
from .survey_choice import survey_choice

#: Of what is called over all offices and checks, at most this share is expected to be chance.
FALSE_DISCOVERY = 0.01

CHECKS: dict[str, Check] = {
    "bunching": bunching,
    "clock_stopping": clock_stopping,
    "close_reopen": close_reopen,
    "recategorising": recategorising,
    "denominator": denominator,
    "survey_choice": survey_choice,
    "suppression": suppression,
    "splitting": splitting,
    "channel_shift": channel_shift,
    "promises": promises,
    "bulk_closing": bulk_closing,
    "auto_close": auto_close,
    "guards": guards,
}


def ask_all(cases: Cases, period: Period) -> list[Result]:
    """Every check of one unit, each judged alone."""
    return [check(cases, period) for check in CHECKS.values()]


def ask_units(cases: Cases, end: float) -> dict[int, list[Result]]:
    """Every check of every unit for the quarter that ends at `end` (four quarters where small), judged together."""
    found = {unit: ask_all(part, Period.fitting(part, end)) for unit, part in cases.by_unit().items()}
    return judge(found)


def judge(found: Mapping[int, Iterable[Result]]) -> dict[int, list[Result]]:
    """Keep of the calls those that stand among all checks of all units (Benjamini & Hochberg 1995, at 1 %)."""
    rows = [(unit, result) for unit, results in found.items() for result in results]
    called, _ = benjamini_hochberg(np.array([result.p_to_judge for _, result in rows], np.float64), FALSE_DISCOVERY)
    judged: dict[int, list[Result]] = {unit: [] for unit in found}
    for (unit, result), stands in zip(rows, called, strict=True):
        judged[unit].append(result if stands or not result.worth_a_look else _not_among_many(result))
    return judged


def _not_among_many(result: Result) -> Result:
    says = result.says.replace("Worth a look: ", "Alone this would stand out, among so many checks it may be chance: ")
    return replace(result, says=says, worth_a_look=False, cases=())
