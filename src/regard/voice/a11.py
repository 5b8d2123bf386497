"""The federal feedback form: OMB Circular A-11, section 280, as two questionnaires and two files. Pure.

Since fiscal year 2024 agencies ask for trust and what made the difference, and hand in raw answers in 17 columns;
before, they asked seven questions from 1 to 5 and handed in counts for each quarter.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from regard.voice.questionnaire import Choice, Condition, Kind, Question, Questionnaire

DRIVERS = ("effectiveness", "ease", "efficiency", "transparency", "humanity", "employee", "other")
COLUMNS = (
    "external_id",
    "question_1",
    *(f"positive_{driver}" for driver in DRIVERS),
    *(f"negative_{driver}" for driver in DRIVERS),
    "question_4",
)
#: Written where something was not asked. Zero would say that it was asked and not ticked.
NOT_ASKED = "null"

_TRUST = {"en": "This interaction increased my trust in this office.",
          "es": "Esta interacción aumentó mi confianza en esta oficina."}  # fmt: skip
_WORDS = {
    "effectiveness": ("My need was addressed", "Se atendió mi necesidad"),
    "ease": ("It was easy to complete what I needed to do", "Fue fácil completar lo que necesitaba"),
    "efficiency": ("It took a reasonable amount of time", "Tomó un tiempo razonable"),
    "transparency": ("I understood what was being asked of me", "Entendí lo que me pedían"),
    "humanity": ("I was treated fairly", "Me trataron con justicia"),
    "employee": ("Employees I interacted with were helpful", "Los empleados fueron serviciales"),
    "other": ("Something else", "Otra cosa"),
}
_NEGATIVE = {
    "effectiveness": ("My need was not addressed", "No se atendió mi necesidad"),
    "ease": ("It was not easy to complete what I needed to do", "No fue fácil completar lo que necesitaba"),
    "efficiency": ("It took too long", "Tomó demasiado tiempo"),
    "transparency": ("I did not understand what was being asked of me", "No entendí lo que me pedían"),
    "humanity": ("I was not treated fairly", "No me trataron con justicia"),
    "employee": ("Employees I interacted with were not helpful", "Los empleados no fueron serviciales"),
    "other": ("Something else", "Otra cosa"),
}
_LOW = {"en": "Strongly disagree", "es": "Muy en desacuerdo"}
_HIGH = {"en": "Strongly agree", "es": "Muy de acuerdo"}


def when(question: str, *values: str) -> Condition:
    """Shown when an earlier question was answered with one of these."""
    return Condition(question, values)


def _drivers(words: Mapping[str, tuple[str, str]]) -> tuple[Choice, ...]:
    return tuple(Choice(driver, dict(zip(("en", "es"), words[driver], strict=True))) for driver in DRIVERS)


def form() -> Questionnaire:
    """The form since fiscal year 2024, with trust from 1 to 5. 4 and 5 ask what helped, the others what did not."""
    trust = Question("question_1", Kind.RATING, _TRUST, required=True, low=_LOW, high=_HIGH)
    return _form(trust, ("4", "5"), ("1", "2", "3"))


def form_with_thumbs() -> Questionnaire:
    """The same form, with thumbs up or down."""
    return _form(Question("question_1", Kind.THUMBS, _TRUST, required=True), ("1",), ("0",))


def _form(trust: Question, good: Sequence[str], bad: Sequence[str]) -> Questionnaire:
    made = {"en": "What about this interaction made the difference?", "es": "¿Qué marcó la diferencia?"}
    better = {"en": "What could have been better?", "es": "¿Qué pudo ser mejor?"}
    more = {"en": "Anything else you want to share?", "es": "¿Quiere compartir algo más?"}
    return Questionnaire(
        languages=("en", "es"),
        title={"en": "Your view of this service", "es": "Su opinión sobre este servicio"},
        thanks={"en": "Thank you. A person reads what you wrote.", "es": "Gracias. Una persona lo lee."},
        questions=(
            trust,
            Question("positive", Kind.CHOICES, made, choices=_drivers(_WORDS), show_when=when("question_1", *good)),
            Question("negative", Kind.CHOICES, better, choices=_drivers(_NEGATIVE), show_when=when("question_1", *bad)),
            Question("question_4", Kind.TEXT, more),
        ),
    )


#: The seven questions before fiscal year 2024, in the order of the file.
QUESTIONS_BEFORE = {
    "satisfaction": "I am satisfied with the service I received from this office.",
    "trust": "This interaction increased my trust in this office.",
    "effectiveness": "My need was addressed.",
    "ease": "It was easy to complete what I needed to do.",
    "efficiency": "It took a reasonable amount of time to do what I needed to do.",
    "transparency": "I was treated fairly.",
    "employee": "Employees I interacted with were helpful.",
}


def form_before_2024() -> Questionnaire:
    """The form before fiscal year 2024: seven statements from 1 to 5, in English."""
    low, high = {"en": "Strongly disagree"}, {"en": "Strongly agree"}
    asked = (Question(code, Kind.RATING, {"en": text}, low=low, high=high) for code, text in QUESTIONS_BEFORE.items())
    more = Question("comments", Kind.TEXT, {"en": "Anything else you want to share?"})
    made = form()
    return replace(made, languages=("en",), title={"en": "Your view of this service"}, questions=(*asked, more))


# --- the raw answers, 17 columns


def raw_row(external_id: str, score: float | None, positive: Iterable[str] | None, negative: Iterable[str] | None,
            comment: str) -> dict[str, str]:  # fmt: skip
    """One answer as a row of the file. None says that the question was not asked."""
    return {
        "external_id": external_id,
        "question_1": NOT_ASKED if score is None else f"{score:g}",
        **_ticked("positive", positive),
        **_ticked("negative", negative),
        "question_4": comment,
    }


def _ticked(side: str, ticked: Iterable[str] | None) -> dict[str, str]:
    if ticked is None:
        return {f"{side}_{driver}": NOT_ASKED for driver in DRIVERS}
    chosen = set(ticked)
    return {f"{side}_{driver}": "1" if driver in chosen else "0" for driver in DRIVERS}


def row_faults(header: Sequence[str], row: Mapping[str, str]) -> list[str]:
    """What is wrong with one row of a raw file: by its values, not by its header alone. Empty: it is valid."""
    if tuple(header) != COLUMNS:
        return [f"the columns are not the {len(COLUMNS)} of the circular, in their order"]
    found = [] if row["external_id"].strip() else ["external_id is empty"]
    if row["question_1"] not in {"0", "1", "2", "3", "4", "5"}:
        found.append(f"question_1 is {row['question_1']!r}, not 0 or 1 (thumbs) or 1 to 5")
    indicators = COLUMNS[2:-1]
    found += [
        f"{name} is {row[name]!r}, not 1, 0 or null" for name in indicators if row[name] not in {"0", "1", "null"}
    ]
    return found


# --- the counts of a quarter, as before 2024


def quarter_counts(scores: Iterable[tuple[str, float]]) -> dict[str, dict[int, int]]:
    """How many answered 1 to 5 to each of the seven questions. Scores off the scale are refused with ValueError."""
    counted: dict[str, Counter[int]] = {code: Counter() for code in QUESTIONS_BEFORE}
    for code, score in scores:
        if code not in counted:
            continue
        if score not in (1, 2, 3, 4, 5):
            raise ValueError(f"{code} was answered with {score:g}, which is no value from 1 to 5.")
        counted[code][int(score)] += 1
    return {code: {n: found[n] for n in range(1, 6)} for code, found in counted.items()}


AGGREGATE_COLUMNS = (
    "service", "transaction_point", "channel", "quarter", "volume_of_customers",
    "volume_of_customers_provided_survey_opportunity", "volume_of_respondents", "question", "question_text",
    "answers_1", "answers_2", "answers_3", "answers_4", "answers_5",
)  # fmt: skip
