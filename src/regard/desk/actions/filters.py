"""Saved filters of the case list: each person's own."""

from django.core.exceptions import ValidationError
from django.db import transaction

from regard.desk.models import SavedFilter
from regard.office.models import Staff
from regard.records.audit import record

MOST_FILTERS = 50


@transaction.atomic
def save_filter(*, by: Staff, name: str, query: str) -> SavedFilter:
    """Keep a list's query string under a name; the same name again replaces what it stood for."""
    name = " ".join(name.split())[:80]
    if not name:
        raise ValidationError({"name": "Give the filter a name."})
    saved = SavedFilter.objects.filter(staff=by, name=name).first()
    if saved is None:
        if SavedFilter.objects.filter(staff=by).count() >= MOST_FILTERS:
            raise ValidationError(f"You have {MOST_FILTERS} saved filters. Delete one first.")
        saved = SavedFilter(staff=by, name=name)
    before = {"query": saved.query}
    saved.query = query
    saved.save()
    record(by=by, action="desk.save_filter", obj=saved, before=before, after={"name": name, "query": query})
    return saved


@transaction.atomic
def set_default_filter(*, by: Staff, saved: SavedFilter, default: bool = True) -> None:
    """Open the list with this filter from now on, or no longer."""
    SavedFilter.objects.filter(staff=by, is_default=True).exclude(pk=saved.pk).update(is_default=False)
    before = {"is_default": saved.is_default}
    saved.is_default = default
    saved.save(update_fields=["is_default"])
    record(by=by, action="desk.set_default_filter", obj=saved, before=before, after={"is_default": default})


@transaction.atomic
def delete_filter(*, by: Staff, saved: SavedFilter) -> None:
    """Forget a saved filter."""
    record(by=by, action="desk.delete_filter", obj=saved, before={"name": saved.name, "query": saved.query})
    saved.delete()
