"""What the rows of a file are - cases, calls, orders - by the columns that are there. Pure."""

from collections.abc import Sequence

from regard.sources.assigning import sure_of_values
from regard.sources.profiling import Profile
from regard.sources.proposing_surveys import questions_of

_SIGNS: dict[str, dict[str, float]] = {
    "event": {"activity": 0.45, "at": 0.2, "case_key": 0.3, "actor": 0.1},
    "order": {"quantity": 0.35, "item_code": 0.3, "unit_price": 0.3, "line_no": 0.1},
    "contact": {
        "wait_seconds": 0.35, "handle_seconds": 0.3, "direction": 0.25, "outcome": 0.15, "staff": 0.15, "at": 0.1,
        "visit": 0.4, "sender": 0.4, "recipient": 0.2, "person_name": 0.05,
    },
    "feedback": {
        "score": 0.35, "question": 0.25, "feedback_text": 0.25, "feedback_kind": 0.25, "at": 0.1, "received_at": 0.1,
    },
    "case": {
        "received_at": 0.3, "closed_at": 0.25, "status": 0.2, "service": 0.1, "service_name": 0.15, "key": 0.05,
        "promised_at": 0.15, "address": 0.05, "latitude": 0.05,
    },
    "identity": {
        "person_name": 0.2, "person_email": 0.2, "person_phone": 0.2, "person_given": 0.15, "person_family": 0.15,
        "person_organisation": 0.2, "address": 0.15, "postcode": 0.1, "person_birth_date": 0.1,
    },
}  # fmt: skip
_NOUNS = {
    "event": "events of cases", "order": "orders", "contact": "contacts", "feedback": "feedback", "case": "cases",
    "identity": "people and organisations",
}  # fmt: skip


def guess_target(profiles: Sequence[Profile]) -> tuple[str, float, str]:
    """(target, how sure, why) by the columns that are there."""
    found = {into: _signs_of(profiles, signs) for into, signs in _SIGNS.items()}
    if asked := questions_of(profiles):
        score, names = found["feedback"]
        found["feedback"] = score + 0.6, [asked[0].column, *names]
    if max(found["case"][0], found["contact"][0], found["feedback"][0]) >= 0.4:
        found["identity"] = 0.0, []  # a register has no arrivals and no calls; those have people in them
    into = max(found, key=lambda t: found[t][0])
    score, names = found[into]
    if score < 0.2:
        return "case", 0.1, "nothing in the file says what its rows are"
    named = ", ".join(dict.fromkeys(names[:5]))
    return into, min(0.95, score), f"columns like {named} are those of {_NOUNS[into]}"


def _signs_of(profiles: Sequence[Profile], signs: dict[str, float]) -> tuple[float, list[str]]:
    score, names = 0.0, []
    for meaning, weight in signs.items():
        best = max(profiles, key=lambda p: sure_of_values(p, meaning))
        sure = sure_of_values(best, meaning)
        if sure >= 0.5:
            score += weight * sure
            names.append(best.column)
    return score, names
