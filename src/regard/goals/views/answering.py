"""A page with one form: show it, act, say why an action refused beside the field at fault."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from regard.goals.forms.fields import show_refusal


def answered(
    request: HttpRequest,
    form: Any,
    template: str,
    context: dict[str, Any],
    *,
    done: str | Callable[[Any], str],
    to: Callable[[Any], str],
) -> HttpResponse:
    """The answer of a page with a form. done: what to say then; to: the address to go to; both may use the result."""
    if form.is_bound and form.is_valid():
        try:
            made = form.act()
        except ValidationError as error:
            show_refusal(form, error)
        else:
            messages.success(request, done if isinstance(done, str) else done(made))
            return redirect(to(made))
    return render(request, template, {"form": form, **context}, status=422 if form.is_bound else 200)


def acted(request: HttpRequest, act: Callable[[], Any], done: str, to: str) -> HttpResponse:
    """The answer to a button: do it, or say why not."""
    try:
        act()
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    else:
        messages.success(request, done)
    return redirect(to)


def data_of(request: HttpRequest) -> Any:
    return request.POST if request.method == "POST" else None
