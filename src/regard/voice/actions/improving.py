"""You said, we did: what was changed because of what customers said."""

from collections.abc import Sequence

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from regard.office.models import Service, Staff, Unit
from regard.records.actors import Actor
from regard.records.audit import record
from regard.voice.actions.changing import needed
from regard.voice.models import Improvement, Loop
from regard.voice.revealing import reveals


@transaction.atomic
def make_improvement(
    *,
    by: Actor,
    unit: Unit,
    said: str,
    did: str,
    service: Service | None = None,
    loops: Sequence[Loop] = (),
    improvement: Improvement | None = None,
) -> Improvement:
    """Write down what was changed, or word it anew. What was public before is taken off the page until a new yes."""
    problems = {**_problem("said", said, "what customers said"), **_problem("did", did, "what we changed")}
    if problems:
        raise ValidationError(problems)
    made = improvement or Improvement(made_by=by if isinstance(by, Staff) else None)
    made.unit, made.service, made.said, made.did = unit, service, said.strip(), did.strip()
    made.published_at = made.published_by = made.withdrawn_at = None
    made.save()
    Loop.objects.filter(pk__in=[loop.pk for loop in loops]).update(improvement=made)
    after = {"said": made.said, "did": made.did, "unit": unit}
    record(by=by, action="voice.make_improvement", obj=made, after=after, note={"feedback": len(loops)})
    return made


def _problem(name: str, text: str, what: str) -> dict[str, str]:
    needed(name, text, f"Write {what}.")
    found = reveals(text)
    return {name: f"This shows {', '.join(found)}. Leave out whatever tells who somebody is."} if found else {}


@transaction.atomic
def publish_improvement(*, by: Staff, improvement: Improvement) -> Improvement:
    """A person says yes: everybody may read it."""
    if improvement.is_public:
        raise ValidationError("This is on the public page already.")
    improvement.published_at, improvement.published_by, improvement.withdrawn_at = timezone.now(), by, None
    improvement.save()
    record(by=by, action="voice.publish_improvement", obj=improvement)
    return improvement


@transaction.atomic
def withdraw_improvement(*, by: Actor, improvement: Improvement) -> Improvement:
    """Take it off the public page."""
    if not improvement.is_public:
        raise ValidationError("This is not on the public page.")
    improvement.withdrawn_at = timezone.now()
    improvement.save(update_fields=["withdrawn_at"])
    record(by=by, action="voice.withdraw_improvement", obj=improvement)
    return improvement
