"""The vocabulary every model uses to say what kind of data it holds.

Each model is decorated with `@classified(...)`, naming every one of its fields once. A test fails on a field
that nobody classified, so new personal data cannot slip in unnoticed.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeVar

from django.db import models

M = TypeVar("M", bound=type[models.Model])


class Sensitivity(StrEnum):
    """How far a value may travel."""

    PUBLIC = "public"  # may be published as it is
    INTERNAL = "internal"  # for staff; says nothing of a person
    PERSONAL = "personal"  # about an identifiable person
    SENSITIVE = "sensitive"  # would harm a person if it leaked
    SECRET = "secret"  # noqa: S105 - a level, not a password: credentials and keys, never shown or logged


_registry: dict[type[models.Model], dict[str, Sensitivity]] = {}


def classified(
    *, public: str = "", internal: str = "", personal: str = "", sensitive: str = "", secret: str = ""
) -> Callable[[M], M]:
    """Declare the sensitivity of each field of a model (space-separated field names per level).

    Raises ValueError when a field is named twice or does not exist, at import time.
    """
    named = {
        Sensitivity.PUBLIC: public.split(),
        Sensitivity.INTERNAL: internal.split(),
        Sensitivity.PERSONAL: personal.split(),
        Sensitivity.SENSITIVE: sensitive.split(),
        Sensitivity.SECRET: secret.split(),
    }

    def declare(model: M) -> M:
        known = {field.name for field in [*model._meta.local_concrete_fields, *model._meta.local_many_to_many]}
        fields: dict[str, Sensitivity] = {}
        for level, names in named.items():
            for name in names:
                if name in fields:
                    raise ValueError(f"{model.__name__}.{name} is classified twice; keep one.")
                if name not in known:
                    raise ValueError(f"{model.__name__} has no field {name}; correct its @classified declaration.")
                fields[name] = level
        _registry[model] = fields
        return model

    return declare


def sensitivity_of(model: type[models.Model], field: str) -> Sensitivity:
    """The declared level of one field (`unit` or `unit_id`). Unclassified ones count as sensitive: the safe reading."""
    declared = _registry.get(model, {})
    return declared.get(field) or declared.get(field.removesuffix("_id"), Sensitivity.SENSITIVE)


def unclassified(registered: Iterable[type[models.Model]]) -> list[str]:
    """Every `Model.field` among `registered` that nobody classified, sorted."""
    return sorted(
        f"{model._meta.label}.{field.name}"
        for model in registered
        for field in [*model._meta.local_concrete_fields, *model._meta.local_many_to_many]
        if field.name not in _registry.get(model, {})
    )


@dataclass(frozen=True)
class ObjectPage:
    """Where the page of a record is: an address name, its argument, and how the id is written there."""

    url_name: str
    argument: str
    written: str


_pages: dict[str, ObjectPage] = {}


def opens_at(label: str, url_name: str, argument: str = "pk", written: str = "{}") -> None:
    """Say, when a room starts, where one of its records can be opened: `opens_at("desk.case", "desk-case", ...)`.

    `written` turns the id into what the address wants, as `C{:07d}`. Whether somebody may open it, the page decides.
    """
    _pages[label] = ObjectPage(url_name, argument, written)


def page_of(label: str, object_id: str) -> ObjectPage | None:
    """Where a record of this kind is opened, with its id filled in; None when it has no page of its own."""
    page = _pages.get(label)
    if page is None or not object_id.isdecimal():
        return None
    return ObjectPage(page.url_name, page.argument, page.written.format(int(object_id)))
