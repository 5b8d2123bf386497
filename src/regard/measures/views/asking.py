"""What an address asks, and the addresses that ask something near it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import wraps
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse

from regard.measures import engine
from regard.measures.access import scope_of
from regard.measures.definitions import Definition, find
from regard.measures.forms import FIELDS, MeasureFilter
from regard.measures.names import Names
from regard.measures.reading import STANDING, Question, usual_period
from regard.office.access import may, staff_of
from regard.office.roles import Role

#: Roles that may ask for the facts to be made anew.
REFRESHERS = (Role.ANALYST, Role.ADMINISTRATOR)
Page = Callable[..., HttpResponseBase]


@dataclass(frozen=True)
class Asked:
    """A measure as an address asks for it: the form, the question, and the names of what it is about."""

    definition: Definition
    form: MeasureFilter
    question: Question
    names: Names
    kept: QueryDict

    def address(self, url_name: str, **changes: Any) -> str:
        """The address of a page about the same selection, with changes; None or "" leaves a filter out."""
        return address_of(url_name, self.definition.slug, self.kept, **changes)

    def of_month(self, month: date) -> str:
        """The rows of one month."""
        return self.address("measures-rows", first=f"{month:%Y-%m}", last=f"{month:%Y-%m}")

    def of_group(self, dimension: str, key: Any) -> str:
        """The rows of one unit, service or channel, over the period of the figure; empty when it has no address."""
        if dimension == "unit":
            alone = "on" if key is not None and len(self.names.below(key)) > 1 else None
            return self.address("measures-rows", unit=key, alone=alone) if key is not None else ""
        if dimension == "service":
            return self.address("measures-rows", service=key or 0)
        return self.address("measures-rows", **{dimension: key}) if key is not None else ""


def asked(request: HttpRequest, slug: str) -> Asked:
    """What a request asks. Raises Http404 for a measure that does not exist, NoFactsError when there are no facts."""
    definition = find(slug)
    if definition is None:
        raise Http404("There is no such measure.")
    staff = staff_of(request)
    scope, names = scope_of(staff), Names.of(staff)
    known = engine.months(definition, scope=scope)
    form = MeasureFilter(request.GET, names=names, known=known, has_period=definition.kind not in STANDING)
    form.is_valid()
    period = form.period(usual_period(known) if known else None)
    kept = QueryDict(mutable=True)
    for name in FIELDS:
        if name in form.fields and request.GET.get(name) and name not in form.errors:
            kept[name] = request.GET[name]
    return Asked(definition, form, Question(scope, form.filters, period), names, kept)


def address_of(url_name: str, slug: str, kept: QueryDict, **changes: Any) -> str:
    """An address with the filters of `kept`, changed, in one order."""
    told = {name: kept.get(name) for name in FIELDS} | changes
    query = QueryDict(mutable=True)
    for name, value in told.items():
        if value not in (None, ""):
            query[name] = str(value)
    base = reverse(url_name, args=[slug])
    return f"{base}?{query.urlencode()}" if query else base


def needs_facts(view: Page) -> Page:
    """Shows how to make facts when there are none. Stands below the access rule."""

    @wraps(view)
    def wrapper(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        try:
            return view(request, *args, **kwargs)
        except engine.NoFactsError:
            return no_facts(request)

    return wrapper


def no_facts(request: HttpRequest) -> HttpResponse:
    """The page of an office without facts."""
    return render(request, "measures/none.html", {"may_refresh": may(staff_of(request), *REFRESHERS)})
