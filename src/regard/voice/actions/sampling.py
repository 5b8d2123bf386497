"""Drawing whom to ask, writing to them, and reminding them once. The system draws: nobody can be added by hand."""

import secrets
from collections.abc import Sequence
from datetime import datetime

import numpy as np
from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.utils import timezone
from procrastinate.contrib.django import app

from regard.office.models import Service, Staff, Unit
from regard.records.actors import Actor
from regard.records.audit import record
from regard.voice.drawing import invite, read_frame
from regard.voice.framing import Frame
from regard.voice.models import By, Invitation, Sample, Silence, Survey, SurveyVersion
from regard.voice.sampling import Ids, Plan, digest_of, draw

#: Name of the job that sends the letters of a sample; `tasks` has it.
SEND_INVITATIONS = "voice.send_invitations"
_DRAW_LOCK = 7_265_673  # of the advisory lock that lets an office make one draw at a time: nobody is asked twice


@transaction.atomic
def draw_sample(
    *,
    by: Staff,
    survey: Survey,
    served_from: datetime,
    served_to: datetime,
    plan: Plan,
    strata: Sequence[str] = (),
    kind: str = "",
    fatigue_days: int = 90,
    remind_after: int = 7,
    seed: int | None = None,
) -> Sample:
    """Draw whom to ask among the customers served in a time. Nothing is sent yet.

    The seed is the system's own; a given one is for showing that a draw comes out the same again.
    """
    version = SurveyVersion.objects.filter(survey=survey, published_at__isnull=False).order_by("-number").first()
    if version is None:
        raise ValidationError("Publish the survey first: nobody can be asked with a draft.")
    if not served_from < served_to:
        raise ValidationError({"served_to": "The end lies before the start."})
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [_DRAW_LOCK, survey.unit.office_id])
    now = timezone.now()
    seed = secrets.randbits(63) if seed is None else seed
    sample = Sample(
        survey=survey, version=version, seed=seed, share=plan.share, minimum=plan.minimum, least=plan.least,
        strata=[name for name in By.values if name in strata], kind=kind, fatigue_days=fatigue_days,
        served_from=served_from, served_to=served_to, remind_after=remind_after, drawn_by=by, drawn_at=now,
    )  # fmt: skip
    units = Unit.objects.filter(path__startswith=survey.unit.path).values_list("pk", flat=True)
    frame = read_frame(sample, list(units), now)
    keys, strata_of = _strata(frame, sample.strata)
    chosen = draw(frame.ids, strata_of, plan, seed)
    _describe(sample, frame, keys, strata_of, chosen)
    sample.save(force_insert=True)
    invite(sample, frame, chosen, strata_of)
    note = {"seed": seed, "frame": sample.frame, "eligible": sample.eligible, "drawn_digest": sample.drawn_digest}
    record(by=by, action="voice.draw_sample", obj=sample, note=note, count=sample.drawn)
    return sample


def _strata(frame: Frame, by: Sequence[str]) -> tuple[list[tuple[int, ...]], Ids]:
    """The strata there are, and the place of each person's stratum among them."""
    known = {By.UNIT: frame.units, By.SERVICE: frame.services, By.KIND: frame.organisations}
    columns = [known[By(name)] for name in by]
    if not columns or not len(frame.ids):
        return [()], np.zeros(len(frame.ids), np.int64)
    combined = np.zeros(len(frame.ids), np.int64)
    for column in columns:
        values, codes = np.unique(column, return_inverse=True)
        combined = combined * len(values) + codes
    _, first, places = np.unique(combined, return_index=True, return_inverse=True)
    return [tuple(int(column[n]) for column in columns) for n in first], places.astype(np.int64)


def _describe(sample: Sample, frame: Frame, keys: Sequence[tuple[int, ...]], strata: Ids, chosen: Ids) -> None:
    """Write down everything that decided the draw."""
    sizes = np.bincount(strata, minlength=len(keys))
    asked = np.bincount(strata[np.isin(frame.ids, chosen)], minlength=len(keys))
    names = _names(sample.strata, keys)
    sample.sizes = [
        {"stratum": name, "eligible": int(size), "drawn": int(n)}
        for name, size, n in zip(names, sizes, asked, strict=True)
    ]
    sample.frame, sample.eligible, sample.drawn = frame.size, len(frame.ids), len(chosen)
    sample.exclusions = frame.exclusions
    sample.frame_digest, sample.drawn_digest = digest_of(frame.ids, strata), digest_of(chosen)


def _names(by: Sequence[str], keys: Sequence[tuple[int, ...]]) -> list[str]:
    """The strata in words."""
    words = {
        "unit": dict(Unit.objects.values_list("pk", "name")),
        "service": {0: "no service", **dict(Service.objects.values_list("pk", "name"))},
        "kind": {0: "persons", 1: "organisations"},
    }
    named = (", ".join(words[name].get(part, "") for name, part in zip(by, key, strict=True)) for key in keys)
    return [name or "everybody" for name in named]


@transaction.atomic
def send_invitations(*, by: Actor, sample: Sample, address: str) -> Sample:
    """Have the letters sent. `address` is where Regard is reached, such as https://regard.example.org."""
    locked = Sample.objects.select_for_update(of=("self",)).get(pk=sample.pk)
    if locked.discarded_at or locked.sent_at:
        raise ValidationError("This sample was sent or discarded already.")
    if not locked.drawn:
        raise ValidationError("Nobody was drawn, so there is nobody to write to.")
    locked.sent_at, locked.address = timezone.now(), address.rstrip("/")
    locked.save(update_fields=["sent_at", "address"])
    app.configure_task(SEND_INVITATIONS).defer(sample_id=locked.pk)
    record(by=by, action="voice.send_invitations", obj=locked, count=locked.drawn)
    return locked


@transaction.atomic
def discard_sample(*, by: Actor, sample: Sample) -> None:
    """Send nothing. The draw stays to be seen, so that nobody draws until they like what they get."""
    locked = Sample.objects.select_for_update(of=("self",)).get(pk=sample.pk)
    if locked.sent_at:
        raise ValidationError("The letters are on their way already.")
    locked.discarded_at = timezone.now()
    locked.save(update_fields=["discarded_at"])
    record(by=by, action="voice.discard_sample", obj=locked, count=locked.drawn)


@transaction.atomic
def remind(*, by: Actor, sample: Sample) -> Sample:
    """Remind those who did not answer, once."""
    locked = Sample.objects.select_for_update(of=("self",)).get(pk=sample.pk)
    if locked.sent_at is None or locked.reminded_at is not None:
        raise ValidationError("People are reminded once, after the invitations were sent.")
    locked.reminded_at = timezone.now()
    locked.save(update_fields=["reminded_at"])
    app.configure_task(SEND_INVITATIONS).defer(sample_id=locked.pk)
    record(by=by, action="voice.remind", obj=locked)
    return locked


@transaction.atomic
def invitation_sent(*, by: Actor, invitation: Invitation, error: str = "", reminder: bool = False) -> None:
    """A letter left, or could not: part of a batch that `letters_done` audits as a whole."""
    del by
    now, State = timezone.now(), Invitation.State  # noqa: N806 - the name of the choices
    found = Invitation.objects.filter(pk=invitation.pk)
    if reminder:
        found.update(reminded_at=now, error=error)
    else:
        state = State.FAILED if error else State.SENT
        found.filter(state=State.DRAWN).update(state=state, sent_at=None if error else now, error=error)


@transaction.atomic
def letters_done(*, by: Actor, sample: Sample, sent: int, failed: int) -> None:
    """A batch of letters is done."""
    office = sample.survey.unit.office_id
    note = {"sent": sent, "failed": failed}
    record(by=by, action="voice.letters_done", obj=sample, note=note, count=sent + failed, office_id=office)


@transaction.atomic
def stop_asking(*, by: Actor, invitation: Invitation) -> None:
    """This customer does not want to be asked again, by any survey of the office."""
    _, made = Silence.objects.get_or_create(customer_id=invitation.customer_id)
    if made:
        office = invitation.sample.survey.unit.office_id
        record(by=by, action="voice.stop_asking", obj=invitation, office_id=office)
