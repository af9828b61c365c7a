"""What happens by itself, without anybody asking: a list of jobs, run again and again.

Any number of workers may run. Each job makes sure of that itself: it changes a row only while the
row still needs it, in one transaction, so each effect happens once.
"""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from datetime import datetime

import structlog
from sqlmodel import select

from portal import clock
from portal.accounts.clocks import forget_sign_ins
from portal.attachments.cabinet import Cabinet
from portal.bookings.clocks import lapse_holds
from portal.check_ins.clocks import follow_silence, send_unfinished
from portal.conversations.drafts import forget_sent_drafts
from portal.conversations.files import forgetting_unsent_files
from portal.db import Database
from portal.flags.clocks import escalate, wake_flags
from portal.flags.promises import tell_of_late_promises
from portal.flags.shift_end import hand_on
from portal.handling.clocks import return_silent, wake_snoozed
from portal.handling.later_clock import send_due
from portal.handling.telling import tell_of_messages
from portal.notices.forgetting import forgetting_notices
from portal.notices.ways import deliveries
from portal.readings.waiting import settling_waiting
from portal.realtime.bulletins import forget_bulletins
from portal.rota.clocks import warn_of_gaps
from portal.settings import Settings

log = structlog.get_logger()

Job = Callable[[Database, datetime], Awaitable[object]]
JOBS: tuple[Job, ...] = (
    send_unfinished,
    follow_silence,
    escalate,
    wake_flags,
    hand_on,
    tell_of_late_promises,
    warn_of_gaps,
    settling_waiting(),
    lapse_holds,
    forget_sign_ins,
    forget_sent_drafts,
    return_silent,
    wake_snoozed,
    send_due,
    tell_of_messages,
    forget_bulletins,
)
EVERY = 5.0
ANSWER_WITHIN = 5.0


def jobs_for(settings: Settings, database: Database) -> tuple[Job, ...]:
    """With those that need the settings."""
    return (
        *JOBS,
        forgetting_unsent_files(Cabinet(settings.files, database.vault)),
        forgetting_notices(settings.notices_days),
    )


async def run_all(database: Database, stop: asyncio.Event, settings: Settings) -> None:
    """The clocks, and beside them what is sent: a slow mail server must not hold up a clock."""
    await asyncio.gather(
        run(database, stop, jobs_for(settings, database)),
        run(database, stop, (deliveries(settings),)),
    )


async def run(database: Database, stop: asyncio.Event, jobs: tuple[Job, ...] = JOBS) -> None:
    """Run all jobs every few seconds until `stop` is set; the one that is running is finished."""
    log.info("worker.started", jobs=[job.__name__ for job in jobs])
    while not stop.is_set():
        await run_once(database, jobs)
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), EVERY)
    log.info("worker.stopped")


async def run_once(database: Database, jobs: tuple[Job, ...] = JOBS) -> None:
    """Run each job once. One that fails is logged and tried again; the others go on.

    Without a database all would fail, each after seconds and with a line: the round ends.
    """
    for job in jobs:
        try:
            done = await job(database, clock.now())
        except Exception:
            log.exception("worker.failed", job=job.__name__)
            if not await answers(database):
                return
            continue
        if done:
            log.info("worker.did", job=job.__name__, rows=done)


async def answers(database: Database) -> bool:
    try:
        async with asyncio.timeout(ANSWER_WITHIN), database.read() as session:
            await session.exec(select(1))
    except Exception:
        return False
    return True
