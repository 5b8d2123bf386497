"""How a sample is going: sent, answered, silent."""

from dataclasses import dataclass

from django.db.models import Count

from regard.voice.models import Invitation, Sample, Survey
from regard.voice.sampling import Precision, margin, planned

#: Cells with fewer answers are not shown: somebody could be recognised.
FEWEST = 5


@dataclass(frozen=True)
class Stratum:
    """One stratum: who could be asked, who was, and how many answered (None: too few to show)."""

    name: str
    eligible: int
    drawn: int
    answered: int | None


@dataclass(frozen=True)
class Progress:
    """What came of a sample so far."""

    counts: dict[str, int]
    strata: list[Stratum]
    planned: list[Precision]
    margin: float  # as it stands, at worst

    @property
    def answered(self) -> int:
        return self.counts.get(Invitation.State.ANSWERED, 0)

    @property
    def written(self) -> int:
        """Letters that left."""
        return self.answered + self.counts.get(Invitation.State.SENT, 0)

    @property
    def rate(self) -> float | None:
        """The share of those who were written to that answered; None before any letter left."""
        return self.answered / self.written if self.written else None


def samples_of(survey: Survey) -> list[Sample]:
    """Every draw of a survey, the discarded ones too, newest first."""
    return list(Sample.objects.filter(survey=survey).select_related("drawn_by"))


def progress_of(sample: Sample) -> Progress:
    """Counts over the invitations of a sample. Two queries."""
    found = Invitation.objects.filter(sample=sample).order_by()
    counts = dict(found.values_list("state").annotate(n=Count("pk")))
    answered = dict(found.filter(answered_at__isnull=False).values_list("stratum").annotate(n=Count("pk")))
    strata = [
        Stratum(one["stratum"], one["eligible"], one["drawn"], _shown(answered.get(place, 0)))
        for place, one in enumerate(sample.sizes)
    ]
    now = margin(counts.get(Invitation.State.ANSWERED, 0), sample.eligible)
    return Progress(counts, strata, planned(sample.drawn, sample.eligible), now)


def _shown(answered: int) -> int | None:
    return None if 0 < answered < FEWEST else answered
