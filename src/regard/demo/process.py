"""How the demo county's cases live: from arrival through queues and hands to an end, or not yet.

A unit's queue is a fluid: each open day brings its share of the expected work and takes away what the hands at
work that day can do (holidays, sickness, people who left); what is left over waits. A case waits through a part of
that queue and then takes its own log-normal time, all in opening hours. So seasons, growth and a thinning staff
make backlogs by themselves, and the number of cases does not change how the office behaves. Everything after the
last day of the period is cut off: cases are open because their end lies there.
"""

import random
from collections.abc import Callable
from datetime import date, datetime, time, timedelta

from regard.demo.arrivals import Arrival, Arrivals, awake
from regard.demo.cases import Case, World
from regard.demo.county import County, Service
from regard.demo.hours import Hours
from regard.demo.population import Address, Organisation, Person, Population
from regard.demo.speech import Wheel, pick, stream, words

HOUR = 3600
QUEUE = 0.35  # share of a unit's backlog that an ordinary case waits through
REOPEN, TRANSFER, WITHDRAW, NEVER = 0.03, 0.03, 0.02, 0.006  # chances where a service has none of its own
FLEX = 0.75  # how far the hands at work follow the seasons
MOVED = 0.34  # of promises about to be broken: the customer is told a new date
ANSWERED = 0.85  # of cases that get an answer before they are done
HANDED_TO = {
    "answer": ("roads", "waste", "clerk", "tax", "permits"),
    "roads": ("parks", "waste", "permits"),
    "waste": ("roads", "health", "answer"),
    "parks": ("roads", "waste"),
    "health": ("permits", "waste", "answer"),
    "permits": ("roads", "clerk", "health"),
    "clerk": ("tax", "answer"),
    "tax": ("clerk", "answer"),
    "store": ("answer", "waste"),
}


def happen(seed: int, county: County, population: Population, wanted: int) -> World:
    """Let so many cases arrive and live. Their number by silo follows words/flow.toml."""
    arrivals = Arrivals(county, stream(seed, "arrivals"))
    shares = words("flow")["born"]
    counts = {silo: round(wanted * share) for silo, share in shares.items()}
    counts["requests"] += wanted - sum(counts.values())
    lives = _Lives(seed, county, population, arrivals)
    cases = {}
    for silo, count in counts.items():
        cases[silo] = [lives.live(arrival) for arrival in arrivals.draw(silo, count)]
        cases[silo].sort(key=lambda case: case.opened)
        _number(silo, cases[silo])
    return World(seed, county, population, cases)


def _number(silo: str, cases: list[Case]) -> None:
    """Numbers as the silos give them: by year, by serial, some left out."""
    serial: dict[str, int] = {}
    shapes = {"requests": "AC-{y}-{n:06d}", "permits": "BP{y}-{n:04d}", "orders": "SO-{n:06d}", "mailbox": "T{n:05d}"}
    for case in cases:
        year = f"{case.opened:%y}" if silo in {"requests", "permits"} else ""
        serial[year] = serial.get(year, 104_000 if silo == "orders" else 0) + 1
        case.number = shapes.get(silo, "{n}").format(y=year, n=serial[year])


class _Lives:
    """Lives cases one by one, with the state of the units around them."""

    def __init__(self, seed: int, county: County, population: Population, arrivals: Arrivals) -> None:
        self.county, self.population = county, population
        self.rng = stream(seed, "lives")
        self.persons = Wheel({n: person.weight for n, person in enumerate(population.persons)})
        self.firms = self._firm_wheels()
        self.backlog = {unit: self._queue(unit, arrivals) for unit in county.units}
        self.ways: dict[str, Callable[[Case], None]] = {
            "requests": self._request,
            "mailbox": self._letter,
            "walk_ins": self._visit,
            "permits": self._permit,
            "orders": self._order,
        }

    def live(self, arrival: Arrival) -> Case:
        service = arrival.service
        person, firm = self._customer(service, arrival.silo)
        for _ in range(20):  # who writes e-mails has an address
            if arrival.channel != "email" or firm or person.any_mail():
                break
            person, firm = self._customer(service, arrival.silo)
        day = arrival.at.date()
        home = firm.address if firm else person.address_at(day)
        if firm and firm.sites and self.rng.random() < 0.5:
            home = pick(self.rng, firm.sites)
        case = Case(arrival.silo, service, arrival.channel, arrival.at, person, firm, self._place(home, arrival))
        case.unit = case.first_unit = service.unit
        self.ways[arrival.silo](case)
        self._cut(case)
        return case

    # --- ways of life

    def _request(self, case: Case) -> None:
        hours = self._hours_of(case)
        case.add("received", case.opened)
        assigned = hours.after(case.opened, self.rng.expovariate(1 / (0.8 * HOUR)))
        case.add("assigned", assigned, self._who(case.unit, assigned))
        self._promise(case)
        end = hours.after(assigned, self._work(case) + self._wait(case))
        end = self._transfer(case, assigned, end)
        if self._withdrawn(case, end) or self.rng.random() < case.service.chance("never", NEVER):
            return
        self._answer(case, assigned, end)
        self._move(case, end)
        self._finish(case, end)
        self._reopen(case)

    def _letter(self, case: Case) -> None:
        """A case that lives in a shared mailbox: an answer, perhaps a question, an end."""
        hours = self._hours_of(case)
        case.add("received", case.opened)
        self._promise(case)
        work, wait = self._work(case), self._wait(case)
        who = self._who(case.unit, case.opened)
        if self.rng.random() < 0.62:
            case.add("answered", hours.after(case.opened, wait * 0.3 + self._short(2.5)), who)
        start = hours.after(case.opened, wait + work * 0.4)
        if self.rng.random() < 0.22:
            start = self._pause(case, start, who, "")
        end = hours.after(start, work * 0.6)
        if self.rng.random() < case.service.chance("never", NEVER * 3) or self._withdrawn(case, end):
            return
        self._move(case, end)
        self._finish(case, end)
        self._reopen(case)

    def _visit(self, case: Case) -> None:
        """A visit to the counter: called after a while, helped in minutes, or gone before."""
        hours = self.county.unit_hours(case.unit)
        opened = hours.after(case.opened, 1)
        if opened - case.opened > timedelta(minutes=1):  # came before the doors opened
            opened += timedelta(seconds=int(self.rng.random() * 40 * 60))
        case.opened = opened
        case.add("received", opened)
        rush = 1.6 if opened.hour in {9, 10, 11} else 1.0
        wait = timedelta(seconds=int(self.rng.expovariate(1 / (9 * 60 * rush * (1 + self._days(case) / 12)))) + 20)
        if wait > timedelta(minutes=25 + self.rng.expovariate(1 / 30)):
            case.add("withdrawn", opened + timedelta(minutes=25), "", "left before being called")
            return
        who = self._who(case.unit, opened)
        called = opened + wait
        case.add("answered", called, who)
        case.add("closed", called + timedelta(seconds=int(self.rng.lognormvariate(6.1, 0.6)) + 60), who)

    def _permit(self, case: Case) -> None:
        hours, rng = self._hours_of(case), self.rng
        case.add("received", case.opened)
        who = self._who(case.unit, case.opened)
        assigned = hours.after(case.opened, self._short(6) + self._wait(case) * 0.3)
        case.add("assigned", assigned, who)
        self._promise(case)
        checked = hours.after(assigned, self._short(8) + self._wait(case) * 0.4)
        case.add("answered", checked, who, "completeness check")
        at = checked
        while rng.random() < (0.42 if at == checked else 0.18):
            asked = hours.after(at, self._short(6))
            at = self._pause(case, asked, who, pick(rng, words("letters")["permit"]["question"]))
        if rng.random() < 0.05:
            at = self._transfer(case, at, hours.after(at, 16 * HOUR), sure=True)
        end = hours.after(at, self._work(case) * 0.7 + self._wait(case) * 0.5)
        if self._withdrawn(case, end):
            return
        self._move(case, end, pick(rng, words("letters")["permit"]["extension"]))
        refused = pick(rng, words("letters")["permit"]["refused"]) if rng.random() < 0.06 else ""
        case.add("resolved", end, who, refused)
        case.add("closed", hours.after(end, self._short(10)), who)
        if refused and rng.random() < 0.3:
            self._reopen(case, sure=True)

    def _order(self, case: Case) -> None:
        hours = self._hours_of(case)
        case.add("received", case.opened)
        self._promise(case)
        who = self._who(case.unit, case.opened)
        sent = hours.after(case.opened, self._work(case) + self._wait(case))
        if self._withdrawn(case, sent):
            return
        case.add("resolved", sent, who)
        case.add("closed", hours.after(sent, (4 + 12 * self.rng.random()) * HOUR), who)

    # --- parts of a life

    def _promise(self, case: Case) -> None:
        if case.service.resolve:
            case.due = self.county.due(case.service.resolve, case.unit, case.opened)

    def _answer(self, case: Case, assigned: datetime, end: datetime) -> None:
        if self.rng.random() < ANSWERED:
            at = self._hours_of(case).after(assigned, self._short(2.2) + 0.15 * self._wait(case))
            if at < end:
                case.add("answered", at, self._who(case.unit, at))

    def _move(self, case: Case, end: datetime, why: str = "") -> None:
        """Tell the customer before a promise breaks; sometimes the new one holds."""
        if case.due is None or end <= case.due or self.rng.random() > MOVED:
            return
        before = self._hours_of(case).after(case.opened, 1)
        told = case.opened + (case.due - case.opened) * (0.55 + 0.5 * self.rng.random())
        told = self._hours_of(case).after(max(told, before), 600 * self.rng.random())
        new = told + (end - told) * (0.75 + 0.7 * self.rng.random())
        if told < end and new > case.due:
            new = datetime.combine(new.date(), time(16, 30))
            case.add("promise_moved", told, self._who(case.unit, told), f"{new:%Y-%m-%d %H:%M}|{why}")

    def _transfer(self, case: Case, start: datetime, end: datetime, *, sure: bool = False) -> datetime:
        """Perhaps hand the case to another unit, which takes its own time."""
        if not sure and self.rng.random() >= case.service.chance("transfer", TRANSFER):
            return end
        target = pick(self.rng, HANDED_TO[case.unit])
        at = self._hours_of(case).after(start, self._short(5))
        case.add("transferred", at, self._who(case.unit, at), target)
        case.unit = target
        hours = self.county.unit_hours(target)
        return max(end, at) if at >= end else hours.after(max(end, at), self._short(12))

    def _pause(self, case: Case, at: datetime, who: str, question: str) -> datetime:
        """Ask the customer something; the answer comes when it comes (or the case sleeps)."""
        case.add("paused", at, who, question)
        back = at + timedelta(hours=self.rng.lognormvariate(4.2, 1.0))
        back = awake(back.replace(hour=8 + back.hour % 13))
        back = max(back, at + timedelta(hours=1))
        case.add("resumed", back)
        return back

    def _withdrawn(self, case: Case, end: datetime) -> bool:
        days = (end - case.opened).total_seconds() / 86_400
        if self.rng.random() > case.service.chance("withdraw", WITHDRAW) * (1 + min(days, 90) / 45):
            return False
        at = case.opened + (end - case.opened) * (0.1 + 0.8 * self.rng.random())
        last = max(event.at for event in case.events)
        at = max(awake(at.replace(hour=8 + at.hour % 12)), last + timedelta(minutes=30))
        if at < end:
            case.add("withdrawn", at, "", "")
        return at < end

    def _finish(self, case: Case, end: datetime) -> None:
        who = self._who(case.unit, end)
        case.add("resolved", end, who)
        quick = self.rng.random() < 0.7
        closed = end + timedelta(seconds=30) if quick else self._hours_of(case).after(end, self._short(6))
        case.add("closed", closed, who)

    def _reopen(self, case: Case, *, sure: bool = False) -> None:
        if not sure and self.rng.random() >= case.service.chance("reopen", REOPEN):
            return
        closed = case.events[-1].at
        at = closed + timedelta(hours=4 + self.rng.expovariate(1 / 80))
        at = awake(at.replace(hour=8 + at.hour % 13))
        at = max(at, closed + timedelta(hours=2))
        case.add("reopened", at)
        self._finish(case, self._hours_of(case).after(at, self._work(case) * 0.8 + self._wait(case)))

    def _cut(self, case: Case) -> None:
        """Sort what happened, and forget what lies after the period."""
        case.events.sort(key=lambda event: event.at)
        kept = [event for event in case.events if event.at <= self.county.now]
        case.events = [event._replace(at=awake(event.at)) for event in kept]
        handed = case.last("transferred")
        case.unit = handed.note if handed else case.first_unit

    # --- what the parts are made of

    def _hours_of(self, case: Case) -> Hours:
        urgent = case.service.chance("queue", QUEUE) < QUEUE
        return self.county.hours("always") if urgent else self.county.unit_hours(case.unit)

    def _work(self, case: Case) -> float:
        flow = case.service.flow
        return HOUR * flow["pace"] * self.rng.lognormvariate(0, flow["spread"])

    def _short(self, hours: float) -> float:
        return HOUR * hours * self.rng.lognormvariate(-0.3, 0.8)

    def _days(self, case: Case) -> float:
        """The backlog of the unit on the day of arrival, in days of its work."""
        days = self.backlog[case.unit]
        return days[min(len(days) - 1, (case.opened.date() - self.county.start).days)]  # may move past the last day

    def _wait(self, case: Case) -> float:
        per_day = self.county.unit_hours(case.unit).per_week / 5
        share = case.service.chance("queue", QUEUE) * (0.4 + 1.2 * self.rng.random())
        return self._days(case) * per_day * share

    def _who(self, unit: str, at: datetime) -> str:
        return self.county.officer(self.rng, unit, at).id

    def _customer(self, service: Service, silo: str) -> tuple[Person, Organisation | None]:
        if self.rng.random() < service.chance("firms"):
            firm = self.population.organisations[self.firms[silo if silo in self.firms else ""].turn(self.rng)]
            if firm.contacts:
                return pick(self.rng, firm.contacts), firm
        return self.population.persons[self.persons.turn(self.rng)], None

    def _firm_wheels(self) -> dict[str, Wheel[int]]:
        """Who asks what: builders for permits, offices and schools for supplies."""
        likes = {
            "permits": {"builder": 6, "landlord": 2, "community": 1, "office": 0.2},
            "orders": {"office": 9, "school": 5, "landlord": 2, "shop": 1.2, "community": 1},
            "": {},
        }
        return {
            silo: Wheel(
                {n: firm.weight * like.get(firm.kind, 0.6) for n, firm in enumerate(self.population.organisations)}
            )
            for silo, like in likes.items()
        }

    def _place(self, home: Address, arrival: Arrival) -> Address:
        """Where the matter is: at home, or somewhere in the same town."""
        at_home = {"MISSED-BIN", "NEW-BIN", "BULKY", "HOUSING", "TAX-BILL", "ASSESS", "HOMESTEAD", "DECK", "BLD-RES"}
        if arrival.service.code in at_home or arrival.silo in {"orders", "walk_ins"} or self.rng.random() < 0.35:
            return home
        rng = self.rng
        return Address(
            number=home.number // 100 * 100 + rng.randrange(1, 99),
            street=pick(rng, self.population.streets[home.town]),
            unit="",
            town=home.town,
            zip=home.zip,
            district=home.district,
            latitude=round(home.latitude + rng.gauss(0, 0.004), 6),
            longitude=round(home.longitude + rng.gauss(0, 0.006), 6),
        )

    def _queue(self, unit: str, arrivals: Arrivals) -> list[float]:
        """The unit's backlog at the start of each day, in days of work."""
        flow = words("flow")["unit"].get(unit, {"load": 0.8})
        hours, first = self.county.unit_hours(unit), self.county.start
        slump_from = self._months_on(first, flow.get("slump_month", 999))
        backlog, now = [], 1.0
        load = arrivals.load(unit)
        for number, work in enumerate(load):
            day = first + timedelta(days=number)
            backlog.append(now)
            hands = _attendance(self.rng, day) * (flow.get("slump", 1.0) if day >= slump_from else 1.0)
            around = load[max(0, number - 21) : number + 21]
            season = sum(around) / len(around) * len(load) / (sum(load) or 1)
            hands *= 1 + flow.get("flex", FLEX) * (season - 1)
            now += work * flow["load"] - (hands if hours.is_open_day(day) else 0.0)
            now = max(0.0, now)
        return backlog

    @staticmethod
    def _months_on(day: date, months: int) -> date:
        count = day.year * 12 + day.month - 1 + months
        return date(count // 12, count % 12 + 1, 1)


def _attendance(rng: random.Random, day: date) -> float:
    """The share of a unit's hands at work: fewer in July, in August and around Christmas."""
    usual = 0.9 if day.month in {7, 8} else 0.75 if (day.month, day.day) >= (12, 18) else 1.0
    return usual * rng.gauss(1.0, 0.08)
