"""Imports in the background."""

from procrastinate.contrib.django import app

from regard.records.actors import System
from regard.sources.models import Run, RunState
from regard.sources.running import BusyError, Importing, silo_lock

BY = System("import")


@app.task(name="sources.run_import", retry=3)
def run_import(run_id: int) -> None:
    """Do one run. Safe to be started again after a crash: a run goes on where it was committed."""
    run = Run.objects.select_related("silo__unit", "mapping", "upload").get(pk=run_id)
    if run.state not in (RunState.WAITING, RunState.RUNNING):
        return
    Importing(run, BY).go()


@app.periodic(cron="* * * * *")
@app.task(name="sources.resume_abandoned", queueing_lock="resume_abandoned")
def resume_abandoned(timestamp: int) -> None:  # noqa: ARG001 - the scheduler passes it
    """Queue runs again whose process died: they say they are running, but nobody holds their silo."""
    for run in Run.objects.filter(state=RunState.RUNNING).select_related("silo"):
        with silo_lock(run.silo_id) as nobody_works_on_it:
            pass
        if nobody_works_on_it:
            Run.objects.filter(pk=run.pk, state=RunState.RUNNING).update(state=RunState.WAITING)
            run_import.configure(lock=f"silo-{run.silo_id}").defer(run_id=run.pk)


__all__ = ["BusyError", "resume_abandoned", "run_import"]
