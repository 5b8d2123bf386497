"""Matching in the background."""

import logging

from procrastinate.contrib.django import app

from regard.customers.actions.matching import MATCH_OFFICE
from regard.customers.rematching import match_office
from regard.office.models import Unit
from regard.records.actors import System

log = logging.getLogger(__name__)


@app.task(name=MATCH_OFFICE)
def match_arrivals(office_id: int, asked_by: str = "") -> None:
    """Match what came since the last matching. Safe to be run again: what was taken over is no longer new."""
    office = Unit.objects.get(pk=office_id)
    applied = match_office(by=System("matching", office_id=office_id), office=office, whole=False)
    if applied is not None:
        log.info("Matched for %s: %s joined, %s to review", asked_by, applied.joined, applied.to_review)


@app.periodic(cron="41 3 * * 0")
@app.task(name="customers.match_everything", queueing_lock="customers.match_everything")
def match_everything(timestamp: int) -> None:  # noqa: ARG001 (the scheduler passes it)
    """Match every office as a whole once a week: arrivals are matched by what they share, and this finds the rest."""
    for office in Unit.objects.filter(parent=None, active=True).order_by("pk"):
        match_office(by=System("matching", office_id=office.pk), office=office)
