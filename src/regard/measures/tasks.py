"""Keeping the facts fresh in the background."""

import logging

from procrastinate.contrib.django import app

from regard.measures.facts.refresh import refresh

log = logging.getLogger(__name__)
#: One refresh at a time; others wait for it.
ONE = "measures-facts"


@app.task(name="measures.refresh_facts", lock=ONE)
def refresh_facts() -> None:
    """Bring the facts up to date: after an import, or because somebody asked."""
    refresh()


@app.periodic(cron="* * * * *")
@app.task(name="measures.follow_events", queueing_lock="measures.follow_events", lock=ONE)
def follow_events(timestamp: int) -> None:  # noqa: ARG001 (the scheduler passes it)
    """Take up what was told in the last minute; costs a look at three indexes when nothing was."""
    refresh(only_news=True)


@app.periodic(cron="17 3 * * *")
@app.task(name="measures.rebuild_facts", queueing_lock="measures.rebuild_facts", lock=ONE)
def rebuild_facts(timestamp: int) -> None:  # noqa: ARG001 (as above)
    """Compute everything anew each night: what was disposed of goes, and what no event told comes in."""
    refresh(full=True)
