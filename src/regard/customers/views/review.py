"""The review queue: one pair at a time, decided by keyboard or mouse, and how good the matching is."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from regard.customers import actions
from regard.customers.access import REVIEW
from regard.customers.forms import DecisionForm, PolicyForm
from regard.customers.models import Decision, ReviewPair, Verdict
from regard.customers.queries import review as queries
from regard.office.access import may, may_change_office, office_id_of, open_to, staff_of
from regard.office.models import Staff
from regard.office.roles import Role
from regard.records import audit


@open_to(*REVIEW)
@require_http_methods(["GET", "POST"])
def review(request: HttpRequest) -> HttpResponse:
    """The next pair that a person should look at; a POST decides it."""
    staff = staff_of(request)
    if request.method == "POST":
        return _decide(request, staff)
    asked = request.GET.get("pair", "")
    return _page(request, staff, queries.pair_for(staff, int(asked) if asked.isdecimal() and len(asked) < 19 else None))


def _decide(request: HttpRequest, staff: Staff) -> HttpResponse:
    form = DecisionForm(request.POST)
    pair = queries.pair_for(staff, form.cleaned_data["pair"]) if form.is_valid() else None
    if pair is None:
        messages.warning(request, "That pair no longer waits for you. Here is the next one.")
        return redirect("customers-review")
    told = form.cleaned_data
    try:
        pair = actions.decide_pair(by=staff, pair=pair, verdict=told["verdict"], reason=told["reason"])
    except ValidationError as refusal:
        return _page(request, staff, pair, error=" ".join(refusal.messages), reason=told["reason"])
    messages.success(request, _outcome(pair, told["verdict"]))
    return redirect("customers-review")


def _outcome(pair: ReviewPair, verdict: str) -> str:
    if pair.state == ReviewPair.State.SECOND:
        return "Kept. A second person looks at this pair before anything changes."
    if pair.state == ReviewPair.State.CONTESTED:
        return "Kept. You and a colleague disagree, so a third person decides."
    if verdict == Verdict.UNSURE:
        return "Kept as not sure. Nothing changes."
    if pair.change is None:
        return "Kept. It was so already, and no matching will change it."
    one, other = f"K{pair.change.customer_id:07d}", f"K{pair.change.other_id:07d}"
    return f"{other} is part of {one} now." if verdict == Verdict.SAME else f"{one} and {other} are two customers now."


def _page(
    request: HttpRequest, staff: Staff, pair: ReviewPair | None, *, error: str = "", reason: str = ""
) -> HttpResponse:
    shown = queries.compared(pair) if pair is not None else None
    for customer in shown.customers if shown else ():
        audit.viewed(by=staff, obj=customer)
    office = office_id_of(staff)
    policy = actions.policy_of(office or 0)
    context: dict[str, Any] = {
        "shown": shown,
        "left": queries.waiting_count(staff),
        "last": queries.last_decision(staff),
        "audit": queries.audit_of(office),
        "policy": policy,
        "policy_form": PolicyForm(initial={"reviewers": policy.reviewers}) if may_change_office(staff) else None,
        "chart_columns": ["Comparison", "Adds"],
        "error": error,
        "reason": reason,
    }
    return render(request, "customers/review.html", context)


@open_to(*REVIEW)
@require_POST
def review_undo(request: HttpRequest) -> HttpResponse:
    """Take back what this person decided last; the pair waits again."""
    staff = staff_of(request)
    last: Decision | None = queries.last_decision(staff)
    if last is None or last.pair is None:
        messages.warning(request, "There is no decision of yours to take back.")
        return redirect("customers-review")
    try:
        pair = actions.undo_decision(by=staff, pair=last.pair)
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
        return redirect("customers-review")
    messages.success(request, "Taken back. The pair waits again, and everything is where it was.")
    address = redirect("customers-review")
    address["Location"] += f"?pair={pair.pk}"
    return address


@open_to(Role.ADMINISTRATOR)
@require_POST
def review_policy(request: HttpRequest) -> HttpResponse:
    """Say whether one person decides a pair, or two."""
    staff, form = staff_of(request), PolicyForm(request.POST)
    office = staff.unit if staff.unit is not None and may_change_office(staff) else None
    if office is None or not may(staff, Role.ADMINISTRATOR):
        messages.error(request, "Only an administrator of the whole office changes this.")
    elif form.is_valid():
        known = actions.policy_of(office.pk)
        actions.set_policy(
            by=staff, office=office, reviewers=form.cleaned_data["reviewers"], strict=known.strict,
            audit_size=known.audit_size,
        )  # fmt: skip
        messages.success(request, "Kept. It holds for every pair from now on.")
    else:
        messages.error(request, "Choose whether one person decides, or two.")
    return redirect("customers-review")
