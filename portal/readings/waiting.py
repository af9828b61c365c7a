"""What was found in messages and waits to be judged, all of it: no round stops at those that it
cannot open or judge, so what was written later is judged whatever lies before it."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from uuid import UUID

import structlog
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from portal.conversations.reading_models import MessageReading
from portal.conversations.understood import opened_reading
from portal.db import Database
from portal.readings.raising import settle_alone
from portal.sealing import CannotOpen

log = structlog.get_logger()

AT_A_TIME = 200
BEFORE_ALL = UUID(int=0)


def settling_waiting() -> Callable[[Database, datetime], Awaitable[int]]:
    """The worker's job. It says how many cannot be opened when that number changes, not with every
    round; they go on waiting, because their key may come back."""
    said = 0

    async def settle_waiting(database: Database, now: datetime) -> int:
        nonlocal said
        done, unopened, last = 0, 0, BEFORE_ALL
        while page := await _waiting_after(database, last):
            for id, opens in page:
                done += await settle_alone(database, id) if opens else 0
                unopened += not opens
            last = page[-1][0]
        if unopened != said:
            said = unopened
            log.warning("readings.cannot_open", number=unopened)
        return done

    return settle_waiting


async def _waiting_after(database: Database, last: UUID) -> list[tuple[UUID, bool]]:
    """The next messages to be judged, oldest first, with whether what was found can be opened."""
    query = (
        select(MessageReading)
        .where(col(MessageReading.settled_at).is_(None), col(MessageReading.message_id) > last)
        .order_by(col(MessageReading.message_id))
        .limit(AT_A_TIME)
    )
    async with database.read() as session:
        rows = (await session.exec(query)).all()
        return [(row.message_id, _opens(session, row)) for row in rows]


def _opens(session: AsyncSession, row: MessageReading) -> bool:
    try:
        opened_reading(session, row)
    except CannotOpen:
        return False
    return True
