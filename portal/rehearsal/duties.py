"""The worker's own jobs on the simulated clock: each where it falls due, all of them now and then.

In production every job looks every few seconds. Here time jumps: whoever learns of something that
will fall due notes which job must look then. What nobody foresaw is found by the next full round.
"""

from collections.abc import Callable
from datetime import datetime, timedelta

from portal.db import Database
from portal.rehearsal.agenda import Agenda
from portal.rehearsal.outages import Outages
from portal.worker import JOBS, Job, run_once

FULL_ROUND_EVERY = timedelta(hours=6)
Needed = Callable[[], bool]


def _always() -> bool:
    return True


class Duties:
    def __init__(self, database: Database, agenda: Agenda, outages: Outages) -> None:
        self._database = database
        self._agenda = agenda
        self._outages = outages
        self._noted: dict[datetime, list[tuple[Job, Needed]]] = {}

    def go_on(self, until: datetime) -> None:
        """Every job looks every few hours until then."""
        when = self._agenda.now + FULL_ROUND_EVERY
        while when < until:
            self.everything_at(when)
            when += FULL_ROUND_EVERY

    def everything_at(self, when: datetime) -> None:
        for job in JOBS:
            self.at(when, job)

    def at(self, when: datetime, job: Job, needed: Needed = _always) -> None:
        """The job looks then, if that is still needed by then."""
        when = max(when, self._agenda.now)
        if when not in self._noted:
            self._noted[when] = []
            self._agenda.at(when, lambda: self._look(when))
        self._noted[when].append((job, needed))

    async def _look(self, when: datetime) -> None:
        wanted = {job for job, needed in self._noted.pop(when) if needed()}
        back_at = self._outages.worker_back_at(when)
        if wanted and back_at is not None:
            self.everything_at(back_at)
        elif wanted:
            await run_once(self._database, tuple(job for job in JOBS if job in wanted))
