"""The stamps of one loop, for staff and for the customer."""

from collections.abc import Iterable

from regard.desk.models import Contact
from regard.voice.handling import StampKind
from regard.voice.models import Loop, Stamp

#: What the customer may read of the history: never notes, nor who works on what.
OPEN_TO_CUSTOMERS = (StampKind.RECEIVED, StampKind.ACKNOWLEDGED, StampKind.ASSESSED, StampKind.ANSWERED,
                     StampKind.REPLIED, StampKind.REOPENED, StampKind.CLOSED)  # fmt: skip
#: Stamps whose text was written to the customer or by them.
_EXCHANGED = (StampKind.ACKNOWLEDGED, StampKind.ANSWERED, StampKind.REPLIED)


def stamps_of(loop: Loop) -> list[Stamp]:
    """Every stamp, oldest first. One query."""
    return list(Stamp.objects.filter(loop=loop).select_related("actor"))


def letters_of(stamps: Iterable[Stamp]) -> dict[int, Contact]:
    """The letters that carried answers, by id. One query."""
    return Contact.objects.in_bulk([stamp.contact_id for stamp in stamps if stamp.contact_id])


def told_customer(loop: Loop) -> list[tuple[str, Stamp]]:
    """What the customer may read of the history: each stamp with its text, which is empty where it is not theirs."""
    shown = [stamp for stamp in stamps_of(loop) if stamp.kind in OPEN_TO_CUSTOMERS]
    return [(stamp.text if stamp.kind in _EXCHANGED else "", stamp) for stamp in shown]
