"""Forms that build a survey."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from django import forms

from regard.office.access import services_of_office, units_seen_by
from regard.office.models import Staff
from regard.ui.forms import DateTimeInput
from regard.voice import actions
from regard.voice.models import Layout, Survey
from regard.voice.questionnaire import SCORED, Choice, Condition, Kind, Question, Questionnaire, said
from regard.voice.readymade import READY
from regard.voice.surveywords import LANGUAGES

KINDS = {
    Kind.RATING: "A number on a scale",
    Kind.THUMBS: "Yes or no (thumbs)",
    Kind.CHOICE: "One of several answers",
    Kind.CHOICES: "Several of several answers",
    Kind.MATRIX: "Several statements on one scale",
    Kind.TEXT: "Their own words",
}


class NewSurveyForm(forms.Form):
    """A survey to start."""

    name = forms.CharField(label="Name", max_length=200, help_text="For colleagues. Customers see the title.")
    ready = forms.ChoiceField(label="Start from", choices=[(code, words) for code, (words, _) in READY.items()],
                              widget=forms.RadioSelect, initial="counter")  # fmt: skip
    unit = forms.ModelChoiceField(queryset=None, label="Unit", empty_label=None)
    service = forms.ModelChoiceField(queryset=None, label="About which service", empty_label="All", required=False)
    layout = forms.ChoiceField(label="Layout", choices=Layout.choices)

    def __init__(self, data: Any = None, *, staff: Staff) -> None:
        super().__init__(data)
        self.staff = staff
        self.fields["unit"].queryset = units_seen_by(staff).order_by("name")  # type: ignore[attr-defined]
        self.fields["unit"].initial = staff.unit_id
        self.fields["service"].queryset = services_of_office(staff).order_by("name")  # type: ignore[attr-defined]

    def act(self) -> Survey:
        return actions.make_survey(by=self.staff, **self.cleaned_data)


class SurveyForm(forms.Form):
    """What of a survey may change at any time."""

    name = forms.CharField(label="Name", max_length=200)
    service = forms.ModelChoiceField(queryset=None, label="About which service", empty_label="All", required=False)
    layout = forms.ChoiceField(label="Layout", choices=Layout.choices)
    open_until = forms.DateTimeField(label="Take answers until", required=False, widget=DateTimeInput(),
                                     help_text="Leave it empty to take them until you close it.")  # fmt: skip

    def __init__(self, data: Any = None, *, staff: Staff, survey: Survey) -> None:
        names = ("name", "service", "layout", "open_until")
        super().__init__(data, initial={name: getattr(survey, name) for name in names})
        self.staff, self.survey = staff, survey
        self.fields["service"].queryset = services_of_office(staff).order_by("name")  # type: ignore[attr-defined]

    def act(self) -> None:
        actions.change_survey(by=self.staff, survey=self.survey, **self.cleaned_data)


class TextsForm(forms.Form):
    """The languages of a draft, and the words around its questions in each."""

    languages = forms.MultipleChoiceField(label="Languages", choices=list(LANGUAGES.items()),
                                          widget=forms.CheckboxSelectMultiple)  # fmt: skip

    def __init__(self, data: Any = None, *, staff: Staff, survey: Survey, made: Questionnaire) -> None:
        super().__init__(data, initial={"languages": list(made.languages)})
        self.staff, self.survey, self.made = staff, survey, made
        for language in made.languages:
            name = LANGUAGES.get(language, language)
            self.fields[f"title_{language}"] = _line(f"Title ({name})", made.title.get(language, ""))
            self.fields[f"intro_{language}"] = _area(f"Before the questions ({name})", made.intro.get(language, ""))
            self.fields[f"thanks_{language}"] = _area(f"When it is sent ({name})", made.thanks.get(language, ""))

    def act(self) -> None:
        told = {part: self._texts(part) for part in ("title", "intro", "thanks")}
        languages = self.cleaned_data["languages"]
        actions.set_texts(by=self.staff, survey=self.survey, languages=languages, **told)

    def _texts(self, part: str) -> dict[str, str]:
        kept = dict(getattr(self.made, part))
        return {**kept, **{one: self.cleaned_data[f"{part}_{one}"].strip() for one in self.made.languages}}


def _line(label: str, initial: str) -> forms.CharField:
    return forms.CharField(label=label, initial=initial, required=False, max_length=300)


def _area(label: str, initial: str, hint: str = "", rows: int = 2) -> forms.CharField:
    area = forms.Textarea(attrs={"rows": rows})
    return forms.CharField(label=label, initial=initial, required=False, max_length=5_000, widget=area, help_text=hint)


class QuestionForm(forms.Form):
    """One question of a draft, its texts in every language of the survey."""

    kind = forms.ChoiceField(label="How it is answered", choices=[(kind.value, words) for kind, words in KINDS.items()])
    required = forms.BooleanField(label="They must answer it", required=False)
    lowest = forms.IntegerField(label="Lowest value of the scale", initial=1, min_value=0, max_value=1)
    highest = forms.IntegerField(label="Highest value of the scale", initial=5, min_value=2, max_value=10)
    show_when = forms.MultipleChoiceField(
        label="Ask it only when", required=False, widget=forms.CheckboxSelectMultiple,
        help_text="Tick answers of one earlier question. Tick none, and everybody is asked.",
    )  # fmt: skip

    def __init__(
        self, data: Any = None, *, staff: Staff, survey: Survey, made: Questionnaire, question: Question | None
    ) -> None:
        super().__init__(data)
        self.staff, self.survey, self.made, self.question = staff, survey, made, question
        self.fields["show_when"].choices = list(_answers_before(made, question))  # type: ignore[attr-defined]
        if question is not None:
            when = question.show_when
            self.initial.update(
                kind=question.kind.value, required=question.required, lowest=question.lowest,
                highest=question.highest, show_when=[f"{when.question}={v}" for v in when.values] if when else [],
            )  # fmt: skip
        for language in made.languages:
            self._ask_in(language)
        parts = ("text", "hint", "choices", "rows", "low", "high")
        self.order_fields(["kind", *(f"{part}_{one}" for part in parts for one in made.languages)])

    def _ask_in(self, language: str) -> None:
        name, asked = LANGUAGES.get(language, language), self.question
        lines = {
            part: "\n".join(c.text.get(language, "") for c in getattr(asked, part, ())) for part in ("choices", "rows")
        }
        given = {
            part: getattr(asked, part).get(language, "") if asked else "" for part in ("text", "hint", "low", "high")
        }
        self.fields[f"text_{language}"] = _line(f"The question ({name})", given["text"])
        self.fields[f"hint_{language}"] = _line(f"A hint below it ({name})", given["hint"])
        self.fields[f"low_{language}"] = _line(f"What the lowest value means ({name})", given["low"])
        self.fields[f"high_{language}"] = _line(f"What the highest value means ({name})", given["high"])
        hint = "One a line, in the same order in every language. Only for {}."
        self.fields[f"choices_{language}"] = _area(
            f"Answers to choose from ({name})", lines["choices"], hint.format("one or several answers"), 4
        )
        self.fields[f"rows_{language}"] = _area(
            f"Statements ({name})", lines["rows"], hint.format("statements on one scale"), 4
        )

    def clean_show_when(self) -> Condition | None:
        told = [one.partition("=") for one in self.cleaned_data["show_when"]]
        asked = {question for question, _, _ in told}
        if len(asked) > 1:
            raise forms.ValidationError("Tick answers of one question only.")
        return Condition(asked.pop(), tuple(value for _, _, value in told)) if asked else None

    def clean(self) -> dict[str, Any]:
        told = super().clean() or {}
        missing = [one for one in self.made.languages if not (told.get(f"text_{one}") or "").strip()]
        for language in missing:
            self.add_error(f"text_{language}", "Write the question in this language too.")
        return told

    def act(self) -> Question:
        told, languages = self.cleaned_data, self.made.languages
        kind = Kind(told["kind"])
        texts = {
            part: {one: told[f"{part}_{one}"].strip() for one in languages} for part in ("text", "hint", "low", "high")
        }
        scaled = kind in SCORED
        made = Question(
            code=self.question.code if self.question else _free_code(self.made), kind=kind, text=texts["text"],
            hint=texts["hint"], required=told["required"], lowest=told["lowest"], highest=told["highest"],
            low=texts["low"] if scaled else {}, high=texts["high"] if scaled else {}, show_when=told["show_when"],
            choices=self._choices("choices") if kind in (Kind.CHOICE, Kind.CHOICES) else (),
            rows=self._choices("rows") if kind is Kind.MATRIX else (),
        )  # fmt: skip
        actions.save_question(by=self.staff, survey=self.survey, question=made)
        return made

    def _choices(self, part: str) -> tuple[Choice, ...]:
        """The lines of every language side by side. A line keeps the code that stood in its place."""
        lines = {one: self.cleaned_data[f"{part}_{one}"].strip().splitlines() for one in self.made.languages}
        known = getattr(self.question, part, ()) if self.question else ()
        longest = max((len(one) for one in lines.values()), default=0)
        blank = Choice("", {})
        return tuple(
            replace(
                blank,
                code=known[n].code if n < len(known) else f"{n + 1}",
                text={one: told[n].strip() if n < len(told) else "" for one, told in lines.items()},
            )
            for n in range(longest)
        )


def _free_code(made: Questionnaire) -> str:
    taken = {one.code for one in made.questions}
    return next(code for n in range(1, 1_000) if (code := f"q{n}") not in taken)


def _answers_before(made: Questionnaire, question: Question | None) -> Iterator[tuple[str, str]]:
    """Every answer that an earlier question can get, as the condition writes it and in words."""
    language = made.languages[0]
    for one in made.questions:
        if question is not None and one.code == question.code:
            return
        names = {choice.code: said(choice.text, language) for choice in one.choices}
        if one.kind is Kind.THUMBS:
            names = {"1": "yes", "0": "no"}
        for value in one.values:
            yield f"{one.code}={value}", f"{said(one.text, language)}: {names.get(value, value)}"
