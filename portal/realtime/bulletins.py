"""Carries announcements from the workers to web processes through the database, without Valkey.

A worker posts them in the transaction that they are about: a killed one leaves both or neither.
Every web process reads what is new every few seconds.
"""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from datetime import datetime, timedelta
from uuid import UUID

import structlog
from sqlmodel import col, delete, select
from sqlmodel.ext.asyncio.session import AsyncSession

from portal import clock
from portal.announcements import Announcement
from portal.db import Database
from portal.realtime.hub import Hub
from portal.realtime.models import Bulletin

log = structlog.get_logger()

LOOK_EVERY = 2.0
# Longer than any transaction lasts, and than the clocks of two machines differ.
KEPT = timedelta(minutes=2)


async def post(session: AsyncSession, announcements: Sequence[Announcement]) -> None:
    """For `Database.post`: leave them where every web process looks."""
    now = clock.now()
    for one in announcements:
        what = Bulletin(topic=one.topic, kind=one.kind, about_id=one.id, at=now)
        what.patient_id = one.patient_id
        session.add(what)
    await session.flush()


async def forget_bulletins(database: Database, now: datetime) -> int:
    """Delete what everybody has read by now; any number of workers may."""
    old = col(Bulletin.at) < now - 2 * KEPT
    async with database.read() as session:
        if (await session.exec(select(Bulletin.id).where(old).limit(1))).first() is None:
            return 0
    async with database.work(origin="worker") as work:
        return int((await work.session.exec(delete(Bulletin).where(old))).rowcount)


class Reader:
    """One per web process. What was posted before it began is no news: no page was open."""

    def __init__(self, database: Database, hub: Hub) -> None:
        self._database = database
        self._hub = hub
        self._read: set[UUID] | None = None
        self._looked_at: datetime | None = None

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        task = asyncio.create_task(self._look_again_and_again())
        try:
            yield
        finally:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task

    async def look(self) -> None:
        """Tell this process's pages what is new. After a longer gap they look for themselves."""
        now = clock.now()
        async with self._database.read() as session:
            query = select(Bulletin).where(col(Bulletin.at) > now - KEPT)
            posted = (await session.exec(query.order_by(col(Bulletin.id)))).all()
        if self._looked_at is not None and now - self._looked_at >= KEPT:
            self._hub.look_for_missed()
        elif self._read is not None:
            fresh = [one for one in posted if one.id not in self._read]
            self._hub.publish(
                [Announcement(one.topic, one.kind, one.about_id, one.patient_id) for one in fresh]
            )
        self._read, self._looked_at = {one.id for one in posted}, now

    async def _look_again_and_again(self) -> None:
        while True:
            try:
                await self.look()
            except Exception as error:
                log.warning("bulletins.cannot_read", error=type(error).__name__)
            await asyncio.sleep(LOOK_EVERY)
