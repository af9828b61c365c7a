"""Judges a message as soon as it is committed. What is lost here, the worker finds."""

import asyncio
from uuid import UUID

from portal import clock
from portal.announcements import Announcement
from portal.conversations.understood import TOPIC
from portal.db import Database
from portal.readings.raising import settle_alone
from portal.readings.waiting import settling_waiting
from portal.realtime.hub import MISSED, Hub
from portal.symptoms.phrases import lexicon


class Judge:
    """Hears of each message in which something was found, in this process or another."""

    def __init__(self, database: Database, hub: Hub) -> None:
        # Now, and not while the first message waits.
        lexicon()
        self._database = database
        self._settle_waiting = settling_waiting()
        self._running: set[asyncio.Task[int]] = set()
        hub.join(TOPIC, self)

    def hear(self, announcement: Announcement) -> None:
        missed = announcement.kind == MISSED
        work = self._all() if missed else self._one(announcement.id)
        task = asyncio.get_running_loop().create_task(work)
        self._running.add(task)
        task.add_done_callback(self._running.discard)

    async def finished(self) -> None:
        """All that was heard so far is judged."""
        while self._running:
            await asyncio.gather(*self._running)

    async def _one(self, message_id: UUID) -> int:
        return await settle_alone(self._database, message_id)

    async def _all(self) -> int:
        return await self._settle_waiting(self._database, clock.now())
