"""The survey tool's export: ``survey.csv``, UTF-8, semicolons, LF, one row a response, headers are the questions.

Local time as ``dd-Mon-yyyy HH:MM``. Columns:

- ``Response`` - key; ``Received``; ``Channel`` (E-mail link, Text message, Paper, Kiosk); ``Service`` - name, as in
  office.toml
- ``Case`` - 311, permit or walk-in number (``W`` and the running number), often blank
- six to eight ratings 1-5 (QUESTIONS): ``N/A`` means does not apply, a blank means not answered; neither is a zero. The
  question on time was reworded after ten months: until then the first wording is filled, from then on the second
- ``What went well?``, ``What could be better?`` - free comments, with semicolons, quotes and line breaks; n/a and such
- ``Name``, ``E-mail`` - of the few who want to be contacted
"""

import random
from dataclasses import dataclass
from datetime import datetime, timedelta

from regard.demo import spelling, telling
from regard.demo.cases import Case
from regard.demo.mess import Cells, Fault, Row, put, ragged, spoil
from regard.demo.population import Person
from regard.demo.silos.writing import MONTHS, Desk, delimited
from regard.demo.speech import pick, say, words

FILE, FORMAT, ENCODING = "survey.csv", "csv", "utf-8"
QUESTIONS = (
    "All in all, how satisfied are you with the service you received?",
    "I got what I needed.",
    "It was easy to do what I had to do.",
    "It took a reasonable time.",
    "The time it took was right for me.",
    "I was treated fairly.",
    "The people I dealt with were helpful.",
    "I trust Alder County to do its job.",
)
GOOD, BAD = "What went well?", "What could be better?"
HEADER = ["Response", "Received", "Channel", "Service", "Case", *QUESTIONS, GOOD, BAD, "Name", "E-mail"]
AT = {name: at for at, name in enumerate(HEADER)}
REWORDED_AFTER = 304  # days
ASKED_AND_ANSWERED = {"requests": 0.19, "permits": 0.26, "walk_ins": 0.22, "mailbox": 0.15}
THEMES = {"speed": 3, "ease": 4, "fairness": 5, "staff": 6}  # question that goes with a theme
LINKED = 0.72  # responses that carry a case number


@dataclass(slots=True)
class Mood:
    """How a customer felt about a case: ``base`` is around 0, late and botched cases lie below."""

    base: float
    late: float
    botched: bool


def write(desk: Desk) -> None:
    rng = desk.rng
    answers: list[tuple[datetime, Case]] = []
    for silo, share in ASKED_AND_ANSWERED.items():
        for case in desk.world.cases[silo]:
            end = next((one.at for one in reversed(case.events) if one.kind in {"closed", "withdrawn"}), None)
            if end and rng.random() < share:
                at = end + timedelta(hours=1 + rng.expovariate(1 / 40))
                answers.append((at.replace(hour=7 + at.hour % 16), case))
    answers = sorted((one for one in answers if one[0] <= desk.world.county.now), key=lambda one: one[0])
    rows = [_row(desk, number, at, case) for number, (at, case) in enumerate(answers, 5001)]
    written = spoil(rows, desk.account, rng=rng, rates=desk.rates, faults=_faults(desk), differ=_differ)
    desk.path().write_bytes(delimited(HEADER, written, delimiter=";").encode())


def _mood(rng: random.Random, case: Case, end: datetime) -> Mood:
    allowed = (case.due - case.opened).total_seconds() if case.due else 12 * 86_400.0
    used = (end - case.opened).total_seconds() / max(allowed, 3600.0)
    late = max(0.0, min(3.0, used - 1))
    botched = case.first("reopened") is not None or case.first("withdrawn") is not None
    base = rng.gauss(0.75, 0.9) - 0.75 * late - (1.4 if botched else 0) - 0.25 * min(used, 1.0)
    if case.first("promise_moved"):
        base += 0.3  # being told helps
    return Mood(base, late, botched)


def _rating(rng: random.Random, mood: float) -> int:
    """A point on a scale of five; most people are content, some are not at all."""
    value = mood + rng.gauss(0, 0.55)
    return 5 if value > 0.35 else 4 if value > -0.35 else 3 if value > -0.85 else 2 if value > -1.35 else 1


def _row(desk: Desk, number: int, at: datetime, case: Case) -> Row[Cells]:
    rng, smudge = desk.rng, desk.smudge
    end = next(one.at for one in reversed(case.events) if one.kind in {"closed", "withdrawn"})
    mood = _mood(rng, case, end)
    ratings = [str(_rating(rng, mood.base + shift)) for shift in _shifts(mood)]
    days = (at.date() - desk.world.county.start).days
    ratings[4 if days < REWORDED_AFTER else 3] = ""
    if case.channel in {"web", "app", "order"} and rng.random() < 0.7:
        ratings[6] = "N/A"
    for question in range(len(ratings)):
        if ratings[question].isdigit() and rng.random() < 0.05:
            ratings[question] = pick(rng, ("", "", "N/A"))
            desk.account.mess("rating_missing")
    good, bad = _comments(desk, case, mood)
    key = str(number)
    name, mail = _contact(desk, key, case.person, at, mood)
    linked = rng.random() < LINKED and case.silo != "mailbox"
    if linked:
        desk.truth.person("survey", key, "respondent", case.person)
    cells = [
        key,
        f"{at.day:02d}-{MONTHS[at.month - 1]}-{at:%Y %H:%M}",
        "Kiosk" if case.silo == "walk_ins" else rng.choices(("E-mail link", "Text message", "Paper"), (66, 28, 6))[0],
        case.service.name,
        (f"W{case.number}" if case.silo == "walk_ins" else case.number) if linked else "",
        *ratings,
        smudge.text(good),
        smudge.text(bad),
        name,
        mail,
    ]
    return Row(key, cells, (f"overall {ratings[0] or 'blank'}",))


def _shifts(mood: Mood) -> tuple[float, ...]:
    """What each question adds to the mood: lateness pulls at the questions on time most."""
    slow = -0.7 * mood.late
    return (0.0, -0.9 if mood.botched else 0.15, 0.0, slow, slow - 0.15, 0.3, 0.5, -0.1)


def _contact(desk: Desk, key: str, person: Person, at: datetime, mood: Mood) -> tuple[str, str]:
    if desk.rng.random() > (0.07 if mood.base > -0.5 else 0.22):
        return "", ""
    desk.truth.person("survey", key, "contact", person)
    return spelling.name(desk.rng, person, at.date(), "typed"), person.any_mail()


def _comments(desk: Desk, case: Case, mood: Mood) -> tuple[str, str]:
    """The two comments; unhappy people write more, and about what hurt."""
    rng = desk.rng
    content = mood.base > -0.35
    good = _comment(desk, case, "good", mood) if rng.random() < (0.42 if content else 0.12) else ""
    bad = _comment(desk, case, "bad", mood) if rng.random() < (0.16 if content else 0.72) else ""
    plain = words("voices")["plain"]
    if not good and rng.random() < 0.06:
        good = pick(rng, plain["none"])
    if not bad and rng.random() < 0.16:
        bad = pick(rng, plain["none"])
    if not good and telling.asks_in_spanish(case) and rng.random() < 0.08:
        good = pick(rng, plain["spanish"])
    if not bad and rng.random() < 0.03:
        bad = pick(rng, words("voices")["suggestion"]["text"])
    return good, bad


def _comment(desk: Desk, case: Case, side: str, mood: Mood) -> str:
    rng, themes = desk.rng, words("voices")["theme"]
    weights = {
        "speed": 3,
        "staff": 2.2,
        "information": 1.6,
        "ease": 1.4,
        "result": 1.5,
        "fairness": 0.5,
        "access": 0.6,
        "cost": 0.3,
    }
    if side == "bad":
        weights["staff"] = 0.8
        weights["speed"] += 4 * mood.late
        weights["result"] += 5 if mood.botched else 0
        weights["information"] += 2 * (mood.late > 0)
    staff = desk.world.county.officer(rng, case.unit, case.opened)
    slots = telling.slots(rng, case.place) | {"staff_first": staff.name.split(" ")[0]}
    count = 2 if rng.random() < 0.25 else 1
    chosen = rng.choices(list(weights), list(weights.values()), k=count)
    text = "; ".join(dict.fromkeys(say(rng, pick(rng, themes[theme][side]), slots) for theme in chosen))
    if rng.random() < 0.04:
        text = text.replace("The date", 'The "date"').replace("Fixed", '"Fixed"')
    return telling.hurried(rng, text, desk.rates.careless)


def _faults(desk: Desk) -> list[Fault[Cells]]:
    rates = desk.rates
    return [
        Fault("bad_number", rates.bad_number, put(AT[QUESTIONS[0]], "6", "45", "x", "five")),
        Fault(
            "bad_date",
            rates.bad_date,
            put(AT["Received"], "31-Jun-2026 10:00", "00-Jan-1900 00:00", "12-Foo-2026 09:30"),
        ),
        Fault("no_key", rates.no_key, put(0, "")),
        Fault("no_date", rates.no_date, put(AT["Received"], "")),
        Fault("ragged", rates.ragged * 0.7, ragged(AT["Service"])),
    ]


def _differ(cells: Cells, rng: random.Random) -> Cells:
    """The respondent went back and changed the comment."""
    other = list(cells)
    other[AT[BAD]] = pick(rng, ("see above", "I said it all above.", "please call"))
    return other
