"""An office, simulated, at the command line."""

import dataclasses

import click
import numpy as np

from regard.lib.commandline import RefusedError, examples

from .checks import Period, ask_all, judge
from .simulate import Office, World
from .simulate import simulate as make
from .simulate_gamers import WAYS, game

MOST = 200_000


@click.command(
    epilog=examples(
        "regard simulate",
        "regard simulate --cases 2000 --extra-staff 2",
        "regard simulate --way close_before_the_limit --share 0.05",
        "regard simulate --rush 0.6 --holidays --seed 7",
    )
)
@click.option("--cases", default=5000, show_default=True, help="Cases a quarter.")
@click.option("--limit", default=40.0, show_default=True, help="Hours allowed for a case.")
@click.option("--breaches", default=0.10, show_default=True, help="Share of cases beyond the limit at first.")
@click.option("--staff", type=int, help="People; as many as this many cases keep busy when not told.")
@click.option("--extra-staff", default=0, help="Show beside it what so many more people would do.")
@click.option("--drift", default=0.0, help="Change of handling times a quarter: 0.05 is 5 % slower.")
@click.option("--rush", default=0.0, help="Share of nearly late cases done just in time, honestly.")
@click.option("--holidays", is_flag=True, help="Close the office for two weeks a year.")
@click.option("--way", type=click.Choice(sorted(WAYS)), help="A way in which the last quarter serves people worse.")
@click.option("--share", default=0.05, show_default=True, help="Share of cases treated in that way.")
@click.option("--seed", default=1, show_default=True, help="The same seed makes the same office.")
def simulate(*, way: str | None, share: float, seed: int, extra_staff: int, **told: float) -> None:
    """Simulate an office for planning, and see what the checks would say.

    Answers "what would two more people do?" with --extra-staff 2. Nothing is stored.
    """
    office = _office(told)
    if not 0 < share <= 0.5:
        raise RefusedError(f"A share of {share} is not between 0 and 0.5. Give --share as 0.05 for 5 %.")
    if extra_staff:  # who the new ones are must not decide
        office = dataclasses.replace(office, people_differ=0.0)
    world = make(office, seed)
    _tell(office, world, "people")
    if extra_staff:
        more = dataclasses.replace(office, staff=office.people + extra_staff, latency_scale=world.latency_scale)
        _tell(more, make(more, seed), f"people, {extra_staff} more")
    if way:
        world = game(world, way, share, seed=seed)
        click.echo(f"{int(world.changed.sum())} cases of the last quarter: {_first_line(way)}")
    _tell_checks(world)


def _office(told: dict[str, float]) -> Office:
    cases, limit, breaches, staff = (told[name] for name in ("cases", "limit", "breaches", "staff"))
    if not 100 <= cases <= MOST:
        raise RefusedError(f"{cases} cases a quarter cannot be simulated. Give --cases between 100 and {MOST:,}.")
    if limit <= 0 or not 0 < breaches < 1 or (staff is not None and staff < 1):
        raise RefusedError("An office needs a --limit above 0, --breaches between 0 and 1, and --staff of 1 or more.")
    return Office(
        per_quarter=int(cases),
        limit=limit,
        breaches=breaches,
        staff=None if staff is None else int(staff),
        drift=told["drift"],
        rush=told["rush"],
        holidays=bool(told["holidays"]),
    )


def _tell(office: Office, world: World, what: str) -> None:
    last = world["arrival"] >= Period.ending(office.end).now[0]
    in_time = float((world["elapsed"][last] <= office.limit).mean())
    queue, done = world.waited_in_queue[last], np.quantile(world["elapsed"][last], [0.5, 0.9])
    click.echo(
        f"{office.people} {what}: {in_time:.1%} in time; half done within {done[0]:.1f} h, nine of ten within "
        f"{done[1]:.1f} h; {np.mean(queue):.1f} h in the queue on average, {np.quantile(queue, 0.9):.1f} h or more for "
        "one in ten."
    )


def _tell_checks(world: World) -> None:
    results = judge({0: ask_all(world.cases(), Period.ending(world.office.end))})[0]
    for result in results:
        sign = "!" if result.worth_a_look else " "
        click.echo(f"{sign} {result.title}: {result.says}")


def _first_line(way: str) -> str:
    return (WAYS[way].does.__doc__ or way).strip().splitlines()[0]


COMMANDS = [simulate]
