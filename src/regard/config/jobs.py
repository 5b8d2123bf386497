"""Work in the background: running the worker, and taking back what a killed worker left unfinished.

A task may be run again after a crash, so every task must bear being repeated.
"""

from typing import cast

from procrastinate import App
from procrastinate.contrib.django import app
from procrastinate.contrib.django.django_connector import DjangoConnector
from procrastinate.jobs import Status

CONCURRENT_JOBS = 2
DEAD_AFTER = 40.0  # seconds without a sign of life; a worker gives one every ten
MOST_ATTEMPTS = 5  # a job that kills its worker again and again is set aside


async def take_back(jobs: App, *, dead_after: float) -> int:
    """Queue the jobs of dead workers again. Returns how many.

    `dead_after` is in seconds since a worker's last sign of life.
    """
    taken = 0
    manager = jobs.job_manager
    for job in await manager.get_stalled_jobs(seconds_since_heartbeat=dead_after):
        if job.attempts < MOST_ATTEMPTS:
            await manager.retry_job(job)
            taken += 1
        elif job.id is not None:
            await manager.finish_job(job, status=Status.FAILED, delete_job=False)
    return taken


@app.periodic(cron="* * * * *")
@app.task(name="config.take_back_stalled_jobs", queueing_lock="take_back_stalled_jobs", pass_context=True)
async def take_back_stalled_jobs(context, timestamp: int) -> None:  # type: ignore[no-untyped-def]  # noqa: ARG001
    await take_back(context.app, dead_after=DEAD_AFTER)


async def work(*, alone: bool, until_empty: bool) -> None:
    """Run jobs until a signal comes, or until none is left.

    `alone` says that no other worker uses this database: jobs still marked as running are then nobody's.
    """
    connector = cast(DjangoConnector, app.connector)  # the one Django's settings make
    with app.replace_connector(connector.get_worker_connector()) as jobs:
        async with jobs.open_async():
            await take_back(jobs, dead_after=0 if alone else DEAD_AFTER)
            await jobs.run_worker_async(
                concurrency=CONCURRENT_JOBS, wait=not until_empty, shutdown_graceful_timeout=5, delete_jobs="successful"
            )
