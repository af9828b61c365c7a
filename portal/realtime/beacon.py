"""Tells the followers of a topic that its page has changed: gathered, a few times a second."""

import asyncio
from uuid import UUID

from portal.announcements import Announcement
from portal.realtime.connection import Connection
from portal.realtime.frames import write_frame
from portal.realtime.hub import NOBODY, Hub

GATHER_FOR = 0.25


class Beacon:
    """One topic's followers in this process. The frame is written once and says no more than that
    something changed; who hears it is decided by the patients the changes were about."""

    def __init__(self, hub: Hub, topic: str) -> None:
        self._hub = hub
        self._topic = topic
        self._frame = write_frame("changed", topic=topic)
        self._followers: set[Connection] = set()
        self._touched: set[UUID | None] = set()
        self._timer: asyncio.TimerHandle | None = None
        self._last = float("-inf")

    def join(self, connection: Connection) -> None:
        if not self._followers:
            self._hub.join(self._topic, self)
        self._followers.add(connection)

    def leave(self, connection: Connection) -> None:
        self._followers.discard(connection)
        if not self._followers:
            self._hub.leave(self._topic, self)

    def tell(self, connection: Connection) -> None:
        """Its person's patients have changed, and so has every page of theirs."""
        if connection in self._followers:
            connection.offer(self._frame)

    def hear(self, announcement: Announcement) -> None:
        self._touched.add(self._about(announcement))
        if self._timer is None:
            loop = asyncio.get_running_loop()
            self._timer = loop.call_at(self._last + GATHER_FOR, self._flush)

    def _flush(self) -> None:
        touched, self._touched, self._timer = self._touched, set(), None
        self._last = asyncio.get_running_loop().time()
        for connection in tuple(self._followers):
            if any(self._concerns(connection, id) for id in touched):
                connection.offer(self._frame)

    def _about(self, announcement: Announcement) -> UUID | None:
        return announcement.patient_id

    def _concerns(self, connection: Connection, id: UUID | None) -> bool:
        return connection.may_hear_of(id)


class OwnBeacon(Beacon):
    """For what is each person's own: an announcement names the person, not a patient."""

    def _about(self, announcement: Announcement) -> UUID:
        return announcement.id

    def _concerns(self, connection: Connection, id: UUID | None) -> bool:
        return id in {connection.actor.person_id, NOBODY}
