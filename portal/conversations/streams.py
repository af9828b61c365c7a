"""Following conversations: what is new is loaded once per process and handed to every follower.

Announcements are only hints. A stream reads everything after the last number it delivered, so what
followers see has no gap and no repeat, whatever is announced late, twice or not at all.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager
from typing import TypeVar
from uuid import UUID
from zoneinfo import ZoneInfo

import structlog
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel.ext.asyncio.session import AsyncSession

from portal.announcements import Announcement
from portal.conversations.missed import messages_after_each
from portal.conversations.models import Conversation
from portal.conversations.packets import Packet, Page, packet_of, read_frame_of, revised_frame_of
from portal.conversations.queries import (
    Line,
    byline_of,
    last_revisions,
    lines_revised_after,
    marks_of,
)
from portal.db import Database
from portal.db_lane import AWAY as LANE_AWAY
from portal.people.queries import name_of
from portal.realtime.closes import Close
from portal.realtime.connection import Connection
from portal.realtime.frames import write_frame
from portal.realtime.gather import Gather
from portal.realtime.hub import MISSED, Hub

log = structlog.get_logger()
T = TypeVar("T")

PAGE = 100
TRY_AGAIN_AFTER = 1.0
# How a database that is away for a while shows itself, to sessions and to the lane.
AWAY = (SQLAlchemyError, *LANE_AWAY)

Reading = Callable[[], AbstractAsyncContextManager[AsyncSession]]
PageKey = tuple[UUID, int]
Pages = Gather[PageKey, Page]
Revisions = Gather[UUID, int]
NOTHING = Page((), ())


class Follower:
    """One socket following one conversation; `cursor` is the last number queued for it, `revised`
    that of the last correction."""

    __slots__ = ("connection", "cursor", "is_caught_up", "revised")

    def __init__(self, connection: Connection, cursor: int, revised: int) -> None:
        self.connection = connection
        self.cursor = cursor
        self.revised = revised
        self.is_caught_up = False

    def offer(self, packet: Packet, patient_id: UUID) -> None:
        if packet.seq > self.cursor:
            self.cursor = packet.seq
            self.connection.offer(packet.frame, patient_id)


class Stream:
    """The followers of one conversation in this process."""

    def __init__(
        self, reading: Reading, pages: Pages, revisions: Revisions, conversation: Conversation
    ) -> None:
        self.conversation = conversation
        self.patient_id = conversation.patient_id
        self.followers: dict[Connection, Follower] = {}
        self._reading = reading
        self._pages = pages
        self._revisions = revisions
        self._head = conversation.last_seq
        self._revised = conversation.last_revision
        self._handed_over: set[UUID] = set()
        self._news: set[tuple[str, UUID | None]] = set()
        self._task: asyncio.Task[None] | None = None

    @property
    def topic(self) -> str:
        return f"conversation:{self.conversation.id}"

    def hear(self, announcement: Announcement) -> None:
        if announcement.id in self._handed_over:
            self._handed_over.discard(announcement.id)
        elif announcement.kind == MISSED:
            self.look()
        elif announcement.kind in {"message", "revision"}:
            self._learn(announcement.kind, None)
        else:
            self._learn(announcement.kind, announcement.id)

    def has_heard_of(self, conversation: Conversation) -> bool:
        """Whether everything in it, as it was read just now, has been delivered here."""
        return conversation.last_seq <= self._head and conversation.last_revision <= self._revised

    def look(self) -> None:
        """Something was said or corrected, or may have been before we listened."""
        self._learn("message", None)
        self._learn("revision", None)

    def hand_over(self, line: Line) -> None:
        """Deliver what this process has just committed, before it is announced.

        Only when everything before it has been delivered: else the announcement makes us look.
        """
        if line.seq == self._head + 1:
            self._give(packet_of(line))
            self._handed_over.add(line.id)

    async def catch_up(self, follower: Follower) -> None:
        """Queue everything after the follower's cursor, then let it have what comes."""
        try:
            await self._catch_up(follower)
        except Exception as error:
            self._break_off(error, follower)

    def _break_off(self, error: Exception, *followers: Follower) -> None:
        """Something we cannot repair here. Whoever comes back starts from what they have."""
        log.critical("stream.broken", error=type(error).__name__)
        for follower in followers or tuple(self.followers.values()):
            follower.connection.end(Close.TOO_SLOW)

    async def _catch_up(self, follower: Follower) -> None:
        while not follower.is_caught_up and follower.connection.ending is None:
            page = await self._patiently(self._load, follower.cursor)
            for packet in page.joined:
                await follower.connection.put(packet.frame, self.patient_id)
                follower.cursor = packet.seq
            if follower.revised < self._revised:
                await self._catch_up_revised(follower)
            # Nothing is awaited from this test to the flag, so no delivery falls in between.
            follower.is_caught_up = (
                len(page.packets) < PAGE
                and follower.cursor >= self._head
                and follower.revised >= self._revised
            )
        self._say_followed(follower)

    async def _catch_up_revised(self, follower: Follower) -> None:
        frames, follower.revised = await self._patiently(self._load_revised, follower.revised)
        for frame in frames:
            await follower.connection.put(frame, self.patient_id)

    def _say_followed(self, follower: Follower) -> None:
        frame = write_frame("followed", conversation=self.conversation.id, head=follower.cursor)
        follower.connection.offer(frame, self.patient_id)

    def _learn(self, kind: str, about: UUID | None) -> None:
        self._news.add((kind, about))
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._deliver_news())

    async def _deliver_news(self) -> None:
        while self._news and self.followers:
            news, self._news = self._news, set()
            try:
                await self._deliver(news)
            except AWAY as error:
                # Nothing is lost: what could not be read now is read again.
                log.warning("stream.cannot_read", error=type(error).__name__)
                self._news |= {item for item in news if item[0] != "typing"}
                await asyncio.sleep(TRY_AGAIN_AFTER)
            except Exception as error:
                self._break_off(error)
        self._news.clear()

    async def _deliver(self, news: set[tuple[str, UUID | None]]) -> None:
        readers = {about for kind, about in news if kind == "read"}
        writers = {about for kind, about in news if kind == "typing"}
        if ("message", None) in news:
            await self._deliver_messages()
        if ("revision", None) in news:
            await self._deliver_revisions()
        if readers:
            await self._deliver_marks(readers)
        for person_id in writers:
            await self._deliver_typing(person_id)
        for person_id in {about for kind, about in news if kind == "here"}:
            self._tell_all(write_frame("here", conversation=self.conversation.id), but=person_id)

    async def _deliver_messages(self) -> None:
        while True:
            packets = (await self._load(self._head)).packets
            for packet in packets:
                # More may have been handed over while these were read.
                if packet.seq > self._head:
                    self._give(packet)
            if len(packets) < PAGE:
                return

    def _give(self, packet: Packet) -> None:
        self._head = packet.seq
        for follower in tuple(self.followers.values()):
            if follower.is_caught_up:
                follower.offer(packet, self.patient_id)

    async def _deliver_revisions(self) -> None:
        """What was corrected, to those who have all that was said; others load it as it is now."""
        while self._revised < (await self._revisions.ask(self.conversation.id) or 0):
            frames, self._revised = await self._load_revised(self._revised)
            for follower in tuple(self.followers.values()):
                if follower.is_caught_up:
                    follower.revised = self._revised
                    for frame in frames:
                        follower.connection.offer(frame, self.patient_id)

    async def _deliver_marks(self, readers: set[UUID | None]) -> None:
        async with self._reading() as session:
            zone = ZoneInfo((await name_of(session, self.patient_id)).time_zone)
            marks = await marks_of(session, self.conversation.id)
        for mark in marks:
            if mark.person_id in readers:
                self._tell_all(read_frame_of(self.conversation.id, mark, zone))

    async def _deliver_typing(self, person_id: UUID | None) -> None:
        if person_id is None:
            return
        async with self._reading() as session:
            who = await name_of(session, person_id)
        person = {"id": who.id, "name": who.name, "role": who.role}
        said = f"{byline_of(who)} is writing"
        about = self.conversation.id
        frame = write_frame("typing", conversation=about, person=person, said=said)
        self._tell_all(frame, but=person_id)

    def _tell_all(self, frame: bytes, but: UUID | None = None) -> None:
        for connection in tuple(self.followers):
            if connection.actor.person_id != but:
                connection.offer(frame, self.patient_id)

    async def _load(self, after: int) -> Page:
        return await self._pages.ask((self.conversation.id, after)) or NOTHING

    async def _load_revised(self, after: int) -> tuple[list[bytes], int]:
        async with self._reading() as session:
            lines, last = await lines_revised_after(session, self.conversation, after, PAGE)
        return [revised_frame_of(line) for line in lines], last

    async def _patiently(self, load: Callable[[int], Awaitable[T]], after: int) -> T:
        while True:
            try:
                return await load(after)
            except AWAY as error:
                log.warning("stream.cannot_read", error=type(error).__name__)
                await asyncio.sleep(TRY_AGAIN_AFTER)


class Streams:
    """The conversations that somebody in this process follows."""

    def __init__(self, hub: Hub, database: Database) -> None:
        self._hub = hub
        self._database = database
        self._streams: dict[UUID, Stream] = {}
        self._pages: Pages = Gather(self._load)
        self._revisions: Revisions = Gather(self._load_last_revisions)

    def join(
        self,
        conversation: Conversation,
        connection: Connection,
        after: int | None,
        revised: int | None = None,
    ) -> tuple[Stream, Follower]:
        """Listen first, then look: whatever was said since `conversation` was read is found."""
        stream = self._streams.get(conversation.id)
        if stream is None:
            stream = Stream(self._database.read, self._pages, self._revisions, conversation)
            self._streams[conversation.id] = stream
            self._hub.join(stream.topic, stream)
            stream.look()
        elif not stream.has_heard_of(conversation):
            stream.look()
        cursor = conversation.last_seq if after is None else min(after, conversation.last_seq)
        last = conversation.last_revision
        known = last if revised is None else min(revised, last)
        follower = stream.followers[connection] = Follower(connection, cursor, known)
        return stream, follower

    async def _load(self, keys: Sequence[PageKey]) -> dict[PageKey, Page]:
        """Read and written once for all who come back to the same place."""
        wanted = [
            (stream.conversation, after)
            for conversation_id, after in keys
            if (stream := self._streams.get(conversation_id))
        ]
        found = await messages_after_each(self._database, wanted, PAGE)
        return {key: Page.of(lines) for key, lines in found.items()}

    async def _load_last_revisions(self, ids: Sequence[UUID]) -> dict[UUID, int]:
        async with self._database.read() as session:
            return await last_revisions(session, ids)

    def hand_over(self, line: Line) -> None:
        """What this process has just committed, to those who follow it here."""
        if stream := self._streams.get(line.conversation_id):
            stream.hand_over(line)

    def is_followed(self, conversation_id: UUID) -> bool:
        return conversation_id in self._streams

    def leave(self, conversation_id: UUID, connection: Connection) -> None:
        stream = self._streams.get(conversation_id)
        if stream is None:
            return
        stream.followers.pop(connection, None)
        if not stream.followers:
            del self._streams[conversation_id]
            self._hub.leave(stream.topic, stream)
