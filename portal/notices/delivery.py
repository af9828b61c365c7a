"""The worker's part: claim an envelope, send it, record how that went.

Each of the three is a step of its own, and the row is locked in the first and the last, so any
number of workers may run. A worker that dies between claiming and recording leaves a lease that
runs out: what it was sending is sent again, since nobody can know whether it went out. That is the
one place where a mail can come twice (with the same Message-ID); a push message then replaces
itself on the phone.
"""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import structlog
from sqlmodel import col, select

from portal import clock
from portal.db import Database
from portal.notices.channels import CannotSend, Letter, Way
from portal.notices.claiming import claim
from portal.notices.models import Envelope, State
from portal.notices.push import AllGone
from portal.notices.recording import recorded

log = structlog.get_logger()

Ways = Mapping[str, Way]
AT_ONCE = 8
MOST = 200


async def deliver(database: Database, now: datetime, ways: Ways) -> int:
    """Send what is due; says how many envelopes this worker attempted."""
    async with database.read() as session:
        ids = (await session.exec(due(now).limit(MOST))).all()
    turns = asyncio.Semaphore(AT_ONCE)

    async def one(id: UUID) -> int:
        async with turns:
            return await _send_one(database, id, now, ways)

    return sum(await asyncio.gather(*(one(id) for id in ids)))


def due(now: datetime) -> Any:
    """Urgent ones first, then those that wait longest."""
    waiting = col(Envelope.state).in_([State.OPEN, State.AGAIN]) & (col(Envelope.due_at) <= now)
    left = (col(Envelope.state) == State.SENDING) & (col(Envelope.leased_until) <= now)
    hurry = col(Envelope.pace).in_(["calm", "prompt"])
    return select(Envelope.id).where(waiting | left).order_by(hurry, col(Envelope.due_at))


async def _send_one(database: Database, id: UUID, now: datetime, ways: Ways) -> int:
    """One that fails in a way we did not think of must not hold up the others."""
    try:
        letter = await claim(database, id, now, ways.keys())
        if letter is None:
            return 0
        problem, gone = await _attempt(letter, ways[letter.channel])
        await recorded(database, letter, problem, gone, clock.now())
    except Exception:
        log.exception("notices.not_sent", envelope=str(id))
        return 0
    return 1


async def _attempt(letter: Letter, way: Way) -> tuple[CannotSend | None, Sequence[UUID]]:
    if letter.link_is_lost:
        return CannotSend("link_cannot_be_opened", for_good=True), ()
    try:
        return None, await way.send(letter)
    except AllGone as error:
        return error, error.devices
    except CannotSend as error:
        return error, ()
