"""Surveys to start from. Pure data: a survey made from one is the office's own from then on."""

from collections.abc import Callable, Mapping

from regard.voice import a11
from regard.voice.questionnaire import Choice, Condition, Kind, Question, Questionnaire

_LOW = {"en": "Strongly disagree", "es": "Muy en desacuerdo"}
_HIGH = {"en": "Strongly agree", "es": "Muy de acuerdo"}
_THANKS = {"en": "Thank you. A person reads what you wrote.", "es": "Gracias. Una persona lee lo que escribió."}
_MORE = Question(
    "more", Kind.TEXT, {"en": "Anything else you want to say?", "es": "¿Quiere decirnos algo más?"},
    {"en": "Please leave out names and numbers of other people.",
     "es": "Por favor, no escriba nombres ni números de otras personas."},
)  # fmt: skip


def _agree(code: str, en: str, es: str, *, required: bool = False) -> Question:
    return Question(code, Kind.RATING, {"en": en, "es": es}, required=required, low=_LOW, high=_HIGH)


def counter() -> Questionnaire:
    """Three questions for people at the counter, on the phone or at the end of a form: also when nothing came of it."""
    done = (
        Choice("yes", {"en": "Yes", "es": "Sí"}),
        Choice("partly", {"en": "Partly", "es": "En parte"}),
        Choice("no", {"en": "No", "es": "No"}),
    )
    why = {"en": "What was missing?", "es": "¿Qué faltó?"}
    return Questionnaire(
        languages=("en", "es"),
        title={"en": "How did we do?", "es": "¿Cómo lo hicimos?"},
        intro={"en": "It takes a minute.", "es": "Toma un minuto."},
        thanks=_THANKS,
        questions=(
            Question("done", Kind.CHOICE, {"en": "Did you get what you came for?",
                                           "es": "¿Obtuvo lo que buscaba?"}, choices=done, required=True),
            Question("missing", Kind.TEXT, why, show_when=Condition("done", ("partly", "no"))),
            Question("easy", Kind.RATING, {"en": "How easy was it?", "es": "¿Qué tan fácil fue?"},
                     low={"en": "Very hard", "es": "Muy difícil"}, high={"en": "Very easy", "es": "Muy fácil"}),
            _MORE,
        ),
    )  # fmt: skip


def contractor() -> Questionnaire:
    """What contractors and suppliers say of the office: are we good to work with?"""
    rows = (
        Choice("clear", {"en": "It is clear what we are expected to do", "es": "Está claro lo que se espera"}),
        Choice("answers", {"en": "Our questions are answered in time", "es": "Responden a tiempo"}),
        Choice("decides", {"en": "Decisions are made when they are needed", "es": "Se decide cuando hace falta"}),
        Choice("pays", {"en": "Invoices are paid when they are due", "es": "Se paga a tiempo"}),
        Choice("fair", {"en": "We are treated fairly", "es": "Nos tratan con justicia"}),
    )
    about = {"en": "Working with this office", "es": "Trabajar con esta oficina"}
    return Questionnaire(
        languages=("en", "es"), title=about, thanks=_THANKS,
        questions=(
            Question("office", Kind.MATRIX, {"en": "How far do you agree?", "es": "¿Qué tan de acuerdo está?"},
                     rows=rows, low=_LOW, high=_HIGH),
            Question("again", Kind.CHOICE, {"en": "Would you work with this office again?",
                                            "es": "¿Trabajaría otra vez con esta oficina?"}, choices=_YES_NO),
            Question("change", Kind.TEXT, {"en": "What one thing should we change?",
                                           "es": "¿Qué deberíamos cambiar primero?"}),
        ),
    )  # fmt: skip


_YES_NO = (
    Choice("yes", {"en": "Yes", "es": "Sí"}),
    Choice("no", {"en": "No", "es": "No"}),
    Choice("unsure", {"en": "Not sure", "es": "No sé"}),
)


def colleague() -> Questionnaire:
    """What other parts of the office say of a unit that serves them."""
    return Questionnaire(
        languages=("en", "es"), title={"en": "How well do we serve you?", "es": "¿Qué tal le servimos?"},
        thanks=_THANKS,
        questions=(
            _agree("need", "We got what we needed", "Recibimos lo que necesitábamos", required=True),
            _agree("time", "It took a reasonable time", "Tardó un tiempo razonable"),
            _agree("informed", "We knew at any time where it stood", "Siempre supimos en qué estado estaba"),
            Question("change", Kind.TEXT, {"en": "What should we do differently?",
                                           "es": "¿Qué deberíamos hacer de otra manera?"}),
        ),
    )  # fmt: skip


def blank() -> Questionnaire:
    """Nothing asked yet."""
    return Questionnaire(languages=("en",), title={"en": "Your view"}, thanks={"en": _THANKS["en"]})


#: What a new survey can start from, with the words that the builder shows.
READY: Mapping[str, tuple[str, Callable[[], Questionnaire]]] = {
    "counter": ("A short survey: did you get what you came for?", counter),
    "a11": ("Federal form (A-11 s.280), trust from 1 to 5", a11.form),
    "a11_thumbs": ("Federal form (A-11 s.280), thumbs up or down", a11.form_with_thumbs),
    "a11_before_2024": ("Federal form before 2024: seven questions from 1 to 5", a11.form_before_2024),
    "contractor": ("What contractors say of us", contractor),
    "colleague": ("What colleagues say of us", colleague),
    "blank": ("Start from nothing", blank),
}
