"""Values of goals in words, and as people type them: shares as per cent, lengths as days. Pure."""

from regard.goals.targets import COUNTED, Form
from regard.measures.definitions import CATALOGUE, Definition, In, Kind
from regard.measures.wording import singular, span_words, told

_DAY, _WORKING_DAY = 86_400.0, 8 * 3600.0
#: Kinds that tell a rate a month; by month they add up.
COUNTS = (Kind.COUNT,)
#: Measures without a value that a goal could have: its mean needs one wording of one question.
NO_GOAL = ("feedback-scores",)
_PER = {In.SHARE: (0.01, "per cent"), In.ELAPSED: (_DAY, "days"), In.WORKING: (_WORKING_DAY, "working days of 8 hours")}


def measure_choices() -> list[tuple[str, str]]:
    return [(slug, measure.title) for slug, measure in CATALOGUE.items() if slug not in NO_GOAL]


def raw_of(number: float, definition: Definition | None, form: str) -> float:
    """What somebody typed, in the unit of the measure: only a value to reach is told in it."""
    return round(number * per_of(definition)[0], 9) if form == Form.REACH else number


def typed_of(number: float | None, definition: Definition | None, form: str) -> float | None:
    """The inverse of `raw_of`, for a form that shows it again."""
    if number is None or form != Form.REACH:
        return number
    return round(number / per_of(definition)[0], 6)


def per_of(definition: Definition | None) -> tuple[float, str]:
    """How a value of this measure is typed: its factor, and the unit in words."""
    if definition is None:
        return 1.0, "number"
    return _PER.get(definition.told_in, (1.0, "number a month" if definition.kind in COUNTS else "number"))


def value_words(value: float | None, definition: Definition | None, *, noun: str = "", form: str = "") -> str:
    """`4 days 2 h`, `83%`, `41 cases a month`, `12 job aids`."""
    if value is None:
        return "not known"
    if definition is None:
        return f"{number_words(value)} {noun}".rstrip()
    if definition.kind in COUNTS:
        named = definition.noun if round(value, 1) != 1 else singular(definition.noun)
        return f"{number_words(value)} {named}" + ("" if form in COUNTED else " a month")
    return told(value, definition.told_in, digits=int(definition.told_in == In.SHARE and 0 < value < 0.1))


def number_words(value: float) -> str:
    """One digit behind the point below a hundred, where it says something."""
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:,.1f}".removesuffix(".0")


def interval_words(low: float | None, high: float | None, definition: Definition | None) -> str:
    """`3 days to 5 days`; empty where there is none."""
    if low is None and high is None:
        return ""
    if definition is None or definition.kind in COUNTS:
        shown = [number_words(bound) for bound in (low, high) if bound is not None]
        return " to ".join(shown)
    digits = int(low is not None and high is not None and high - low < 0.02)
    ends = [told(bound, definition.told_in, digits=digits) if bound is not None else "" for bound in (low, high)]
    if not ends[1]:
        return f"at least {ends[0]}"
    return span_words(*ends) if ends[0] else f"at most {ends[1]}"


def target_words(form: str, number: float | None, *, definition: Definition | None, noun: str, group: str = "") -> str:
    """`Reduce by 15%`, `At least 5 job aids a year`; empty while it is not told."""
    if not form or number is None:
        return ""
    shown, things = number_words(number), noun or (definition.noun if definition else "")
    return {
        Form.INCREASE: f"Increase by {shown}%",
        Form.REDUCE: f"Reduce by {shown}%",
        Form.REACH: f"Reach {value_words(number, definition, noun=noun)}",
        Form.AT_LEAST: f"At least {shown} {things} a year",
        Form.QUARTERLY: f"{shown}% more each quarter",
        Form.SHARE: f"Reach {shown}% of {group or 'the group'}",
        Form.ADD: f"Add {shown} {things} each quarter",
    }[Form(form)].replace("  ", " ")
