"""Ways in which a service goal could be met while customers are worse off, and what would show each. Pure."""

from dataclasses import dataclass

from regard.measures.definitions import CATALOGUE, Better

OWN = "own"


@dataclass(frozen=True)
class Way:
    """One way. guards: measures that would worsen, each with the side on which it is worse ("higher", "lower")."""

    slug: str
    title: str
    says: str
    guards: tuple[tuple[str, str], ...]


WAYS: dict[str, Way] = {
    way.slug: way
    for way in (
        Way(
            "bunching",
            "Closed just before the limit",
            "Cases are closed right before they would count as late, done or not.",
            (("reopened", "higher"), ("complaints", "higher")),
        ),
        Way(
            "clock-stopping",
            "The clock is stopped",
            "Cases are paused, so that the official clock stands still while the customer waits on.",
            (("time-to-resolve", "higher"), ("time-to-first-answer", "higher")),
        ),
        Way(
            "close-and-reopen",
            "Closed and opened again",
            "Cases are closed to meet the figure; the customer has to come back.",
            (("reopened", "higher"), ("contacts-received", "higher")),
        ),
        Way(
            "recategorising",
            "Called something else",
            "Hard cases are moved to a category that does not count, or merged, or noted as withdrawn.",
            (("withdrawn", "higher"), ("transferred", "higher"), ("no-standard", "higher")),
        ),
        Way(
            "shrinking",
            "Not taken in",
            "Customers are turned away or given up on, so that fewer hard cases count.",
            (("withdrawn", "higher"), ("abandoned-contacts", "higher"), ("cases-received", "lower")),
        ),
        Way(
            "cherry-picking",
            "Only happy customers are asked",
            "Surveys go to those who will say something kind.",
            (("complaints", "higher"), ("reopened", "higher")),
        ),
        Way(
            "suppression",
            "Complaining is made harder",
            "A longer form, a hidden page: fewer complaints, and no fewer reasons for them.",
            (("complaints", "lower"), ("abandoned-contacts", "higher")),
        ),
        Way(
            "splitting",
            "One need is counted several times",
            "A need is cut into several cases, each of them quick.",
            (("cases-received", "higher"), ("contacts-received", "higher")),
        ),
        Way(
            "worse-information",
            "Self-help gets worse, so that help is asked for more",
            "Requests for help rise because the answers that people found by themselves are gone.",
            (("contacts-received", "higher"), ("abandoned-contacts", "higher")),
        ),
        Way(
            "easy-first",
            "Easy cases are done first",
            "The figure improves while the hard and old cases wait.",
            (("backlog-age", "higher"), ("oldest-open", "higher"), ("backlog", "higher")),
        ),
        Way(
            "channel-shift",
            "Customers are sent to another channel",
            "Work goes to the channel that looks best, whether or not it suits the customer.",
            (("transferred", "higher"), ("abandoned-contacts", "higher")),
        ),
        Way(
            "far-promises",
            "Promises are made further away",
            "Dates are set so late that they are easy to keep.",
            (("time-to-resolve", "higher"), ("promises-kept", "lower")),
        ),
    )
}
SIDES = {"higher": "must not rise", "lower": "must not fall"}


def way_choices() -> list[tuple[str, str]]:
    return [*((way.slug, f"{way.title}: {way.says}") for way in WAYS.values()), (OWN, "In another way (say how)")]


def guard_key(slug: str, side: str) -> str:
    """How a guard is told in a form: `reopened:higher`."""
    return f"{slug}:{side}"


def guard_choices() -> list[tuple[str, str]]:
    """Every measure that can guard, with the side on which it is worse."""
    found = []
    for slug, definition in CATALOGUE.items():
        if slug == "feedback-scores":  # its mean needs one wording of one question
            continue
        sides = {Better.LOWER: ("higher",), Better.HIGHER: ("lower",)}.get(definition.better, ("higher", "lower"))
        found += [(guard_key(slug, side), f"{definition.title} {SIDES[side]}") for side in sides]
    return found


def usual_guards(way: str) -> list[str]:
    """What would show a way, as a form tells it."""
    return [guard_key(*guard) for guard in WAYS[way].guards] if way in WAYS else []
