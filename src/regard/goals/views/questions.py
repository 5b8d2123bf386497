"""The three questions that find goals, with what Regard knows beside them."""

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from regard.goals.access import WRITE, get_set_for
from regard.goals.forms.setting import QUESTIONS, QuestionsForm
from regard.goals.queries.known import known
from regard.goals.views.answering import answered, data_of
from regard.office.access import open_to, staff_of


@open_to(*WRITE)
@require_http_methods(["GET", "HEAD", "POST"])
def questions(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask the three questions; what is ticked or written becomes goals of the draft."""
    staff = staff_of(request)
    goal_set = get_set_for(staff, pk)
    if not goal_set.is_draft:
        raise Http404("This goal set is not a draft any more.")
    found = known(goal_set)
    form = QuestionsForm(data_of(request), staff=staff, goal_set=goal_set, found=found)
    context = {
        "goal_set": goal_set,
        "found": found,
        "questions": [
            {
                "name": name,
                "words": words,
                "evidence": [one for one in found.of(name) if one.measure],
                "answer": form[name],
                "take": form[f"take_{name}"],
                "own": form[f"own_{name}"],
                "kind": form[f"kind_{name}"],
            }
            for name, words, _ in QUESTIONS
        ],
    }
    there = reverse("goals-goalset", args=[pk])
    return answered(request, form, "goals/questions.html", context, done=_done, to=lambda _: there)


def _done(made: int) -> str:
    if not made:
        return "Your answers are kept."
    return f"{made} goal{'s' if made > 1 else ''} added to the draft. Look at each: is it what you mean?"
