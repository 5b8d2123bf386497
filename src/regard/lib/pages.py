"""The rule that a page carries: who may use it. Rooms declare it, `office.middleware` enforces it.

It stands here because the audit trail's pages need it too, and `records` imports nothing of `office`;
everybody else takes the decorators from `office.access`.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

View = TypeVar("View", bound=Callable[..., Any])
RULE = "access_rule"
EVERYONE = "everyone"


def with_rule(view: View, rule: object) -> View:
    """The view, carrying its rule: EVERYONE, or a frozenset of roles."""

    @wraps(view)
    def wrapper(*args: Any, **kwargs: Any) -> Any:
        return view(*args, **kwargs)

    setattr(wrapper, RULE, rule)
    return wrapper  # type: ignore[return-value]


def open_to(*roles: str) -> Callable[[View], View]:
    """Only members of staff who hold one of `roles`. Raises ValueError when none is named."""
    if not roles:
        raise ValueError("open_to() names no role. Name at least one, or use open_to_staff.")
    return lambda view: with_rule(view, frozenset(str(role) for role in roles))
