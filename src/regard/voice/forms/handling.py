"""One form for each thing a person does about a piece of feedback. Each knows its action and says what was done."""

from typing import Any, ClassVar

from django import forms
from django.utils import timezone

from regard.desk.queries.due import in_working_days
from regard.office.models import Staff
from regard.ui.forms import DateTimeInput
from regard.voice import actions
from regard.voice.forms.fields import colleague, offer_colleagues, show_refusal, words
from regard.voice.models import Cause, Loop, Severity


class LoopForm(forms.Form):
    """A change of one loop. `seen` is how many stamps the page showed, so that nobody overwrites a colleague."""

    done: ClassVar[str] = "Saved."
    seen = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, data: Any = None, *, loop: Loop, staff: Staff, link: str) -> None:
        super().__init__(data, initial={"seen": loop.stamps_seen})
        self.loop, self.staff, self.link = loop, staff, link
        self.prepare()

    def prepare(self) -> None:
        """Set choices and initial values that depend on the loop."""

    def refuse(self, error: Any) -> None:
        """Show why the action refused. The next try is made on the loop as it is by then."""
        show_refusal(self, error)
        fresh = Loop.objects.only("stamps_seen").get(pk=self.loop.pk)
        self.data = {**{name: self.data[name] for name in self.data}, "seen": fresh.stamps_seen}

    def act(self) -> None:
        """Do it. Raises ValidationError when the action refuses."""
        self.run(by=self.staff, loop=self.loop, **self.cleaned_data)

    def run(self, **told: Any) -> None:
        raise NotImplementedError


class AcknowledgeForm(LoopForm):
    done = "They are told that we have it."
    text = words("What you tell them", "That you have it, who looks after it, and by when they hear from you.")

    def prepare(self) -> None:
        due = timezone.localdate(in_working_days(self.loop.feedback.unit, timezone.now(), 5))
        about = f" about {self.loop.feedback.service.name}" if self.loop.feedback.service else ""
        self.fields["text"].initial = (
            f"Thank you for what you told us{about}. {self.loop.owner.name} looks after it. "
            f"You hear from us by {due:%A, %B} {due.day}."
        )

    def run(self, **told: Any) -> None:
        actions.acknowledge(link=self.link, **told)


class AssessForm(LoopForm):
    done = "What you found out is saved."
    severity = forms.ChoiceField(label="How grave is it?", choices=[("", "Choose"), *Severity.choices])
    cause = forms.ChoiceField(label="What caused it?", choices=[("", "Not known"), *Cause.choices], required=False)
    finding = words("What you found out", "For colleagues: what happened, and why.")

    def prepare(self) -> None:
        self.initial.update({name: getattr(self.loop, name) for name in ("severity", "cause", "finding")})

    def run(self, **told: Any) -> None:
        actions.assess(**told)


class AnswerForm(LoopForm):
    done = "The answer is on its way."
    text = words("Your answer", "Say what you found, what happens now, and whom they can ask.", rows=8)
    redress = words("What was done to put it right", "For colleagues and for figures.", required=False, rows=2)
    answer_to = forms.CharField(
        label="Their e-mail address", required=False, max_length=254,
        help_text="Leave it empty and they read the answer by their private link only.",
    )  # fmt: skip

    def prepare(self) -> None:
        self.initial.update({"redress": self.loop.redress, "answer_to": self.loop.answer_to})

    def run(self, **told: Any) -> None:
        actions.answer(link=self.link, **told)


class CloseForm(LoopForm):
    done = "This is closed."
    lesson = words("What we do differently from now on", "Leave it empty when nothing needs to change.", required=False)
    reason = words("Why there is no answer", "Only when nobody answered.", required=False, rows=2)

    def prepare(self) -> None:
        self.initial["lesson"] = self.loop.lesson
        if self.loop.answered_at is not None or self.loop.feedback.kind not in actions.handling.OWED:
            del self.fields["reason"]

    def run(self, **told: Any) -> None:
        actions.close(**told)


class ReopenForm(LoopForm):
    done = "It is open again."
    reason = words("Why is it taken up again?", rows=2)

    def run(self, **told: Any) -> None:
        actions.reopen(**told)


class AssignForm(LoopForm):
    done = "Owner and next step are set."
    owner = colleague("Owner", "Choose a colleague", required=True)
    next_step = forms.CharField(label="Next step", max_length=500)
    due_at = forms.DateTimeField(label="By when", widget=DateTimeInput())

    def prepare(self) -> None:
        offer_colleagues(self, self.staff, "owner")
        due = in_working_days(self.loop.feedback.unit, timezone.now())
        self.initial.update({"owner": self.loop.owner_id, "next_step": self.loop.next_step, "due_at": due})

    def run(self, **told: Any) -> None:
        actions.assign(**told)


class NoteForm(LoopForm):
    done = "The note is saved."
    text = words("Note for colleagues", "The customer does not see it.")

    def run(self, **told: Any) -> None:
        actions.note(**told)
