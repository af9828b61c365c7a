"""What happens by itself: a check-in that was left with something to tell is sent."""

from datetime import datetime
from uuid import UUID

import structlog
from sqlmodel import col, select

from portal.check_ins.actions import locked
from portal.check_ins.early import send_left
from portal.check_ins.models import CheckIn
from portal.db import Database, UnitOfWork

log = structlog.get_logger()


async def send_unfinished(database: Database, now: datetime) -> int:
    """Send what was begun and not touched for half an hour, when any rule fires on it.

    Says how many this worker sent. Each is sent in a transaction of its own under its row's lock,
    so any number of workers may run and each is sent, flagged and audited once.
    """
    async with database.read() as session:
        left = await session.exec(
            select(CheckIn.id)
            .where(col(CheckIn.submitted_at).is_(None), col(CheckIn.left_at) <= now)
            .order_by(col(CheckIn.left_at))
        )
        ids = left.all()
    return sum([await _send_alone(database, id, now) for id in ids])


async def _send_alone(database: Database, id: UUID, now: datetime) -> int:
    """One that cannot be sent is logged and tried again; it must not hold up the others."""
    try:
        async with database.work(origin="worker") as work:
            return await send_if_left(work, id, now)
    except Exception:
        log.exception("check_in.not_sent", check_in=str(id))
        return 0


async def send_if_left(work: UnitOfWork, id: UUID, now: datetime) -> int:
    """1 when this call sent it; 0 when somebody went on with it, sent it, or nothing fires."""
    row = await locked(work, id)
    if row.submitted_at is not None or row.left_at is None or row.left_at > now:
        return 0
    return int(await send_left(work, row))
