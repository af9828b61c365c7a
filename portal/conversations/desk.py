"""Deals with one socket's frames, one after another."""

import asyncio
import contextlib
from contextlib import AbstractAsyncContextManager
from uuid import UUID

from portal import clock
from portal.accounts.backend import is_worth_noting
from portal.announcements import Announcement
from portal.conversations.actions import mark_read
from portal.conversations.doorkeeper import AWAY, Seat
from portal.conversations.models import Conversation
from portal.conversations.queries import conversation_for, is_for
from portal.conversations.store import Stored
from portal.conversations.switchboard import TOPICS, Switchboard
from portal.db import UnitOfWork
from portal.errors import NotAllowed, NotFound, PortalError
from portal.realtime.frames import Follow, Frame, Read, Send, Typing, Unfollow, write_frame
from portal.realtime.rates import Buckets, Rate

TYPING = Rate(per_second=1, burst=1)


class Desk:
    """One connection's frames: find through the actor, do one thing, answer."""

    def __init__(self, board: Switchboard, seat: Seat, origin: str | None) -> None:
        self._board = board
        self._seat = seat
        self._origin = origin
        self._connection = seat.connection
        self._typing = Buckets(TYPING, most=20)
        self._catching_up: dict[UUID, asyncio.Task[None]] = {}
        self._used_at = clock.now()

    def leave(self) -> None:
        for task in self._catching_up.values():
            task.cancel()
        for conversation_id in tuple(self._connection.follows):
            self._board.streams.leave(conversation_id, self._connection)
        for beacon in self._board.beacons.values():
            beacon.leave(self._connection)

    async def handle(self, frame: Frame) -> None:
        if not await self._is_still_welcome():
            return
        try:
            await self._deal_with(frame)
        except PortalError as error:
            self._decline(frame, error)
            await self._board.denials.note(
                self._connection.actor,
                self._origin,
                f"/live {type(frame).__name__.lower()}",
                error,
                getattr(frame, "conversation", None),
            )

    async def _is_still_welcome(self) -> bool:
        rights = self._connection.rights
        if rights is not None and clock.now() >= rights.until:
            self._connection.rights = None
        await self._seat.look_again()
        return self._connection.ending is None

    async def _deal_with(self, frame: Frame) -> None:
        if isinstance(frame, Send):
            await self._send(frame)
        elif isinstance(frame, Read):
            await self._read(frame)
        elif isinstance(frame, Typing):
            await self._type(frame)
        elif isinstance(frame, Follow):
            await self._follow(frame)
        elif isinstance(frame, Unfollow):
            self._unfollow(frame)

    def _decline(self, frame: Frame, error: PortalError) -> None:
        if isinstance(frame, Send):
            self.refuse(frame, error.code, error.sentence)
            return
        about = getattr(frame, "conversation", None)
        more = {"conversation": about} if about else {}
        self._connection.fail(error.code, error.sentence, **more)

    def refuse(self, frame: Send, code: str, detail: str) -> None:
        self._connection.offer(
            write_frame("refused", client_id=frame.client_id, code=code, detail=detail)
        )

    async def _send(self, frame: Send) -> None:
        actor = self._connection.actor
        message = await self._board.send(
            actor, self._origin, frame.conversation, frame.body, frame.client_id
        )
        self._connection.offer(_sent(message))
        await self._note_use()

    async def _note_use(self) -> None:
        """Writing is using: it keeps the session alive, where an open page alone does not."""
        if not is_worth_noting(self._used_at):
            return
        self._used_at = clock.now()
        # The message is stored: whatever happens here is no answer to it.
        with contextlib.suppress(*AWAY):
            await self._board.uses.ask(self._connection.actor.session_id)

    async def _read(self, frame: Read) -> None:
        actor = self._connection.actor
        async with self._work() as work:
            conversation = await conversation_for(work.session, actor, frame.conversation)
            await mark_read(work, conversation, actor.person_id, frame.seq)

    async def _type(self, frame: Typing) -> None:
        actor = self._connection.actor
        patient_id = self._connection.follows.get(frame.conversation)
        if patient_id is None or not self._connection.may_hear_of(patient_id):
            raise NotFound("Follow the conversation first.")
        if self._typing.take(frame.conversation):
            topic = f"conversation:{frame.conversation}"
            typing = Announcement(topic, "typing", actor.person_id, patient_id)
            self._board.publish([typing])

    async def _follow(self, frame: Follow) -> None:
        if frame.conversation is None:
            self._follow_topic(frame.topic or "")
            return
        conversation = await self._open(frame.conversation)
        if task := self._catching_up.pop(conversation.id, None):
            task.cancel()
        stream, follower = self._board.streams.join(
            conversation, self._connection, frame.after, frame.revised
        )
        self._connection.follows[conversation.id] = conversation.patient_id
        self._catching_up[conversation.id] = asyncio.create_task(stream.catch_up(follower))

    async def _open(self, conversation_id: UUID) -> Conversation:
        """Find the conversation among those of the person's patients, and note that it is read."""
        conversation = await self._board.conversation(conversation_id)
        await self._seat.look_again()
        actor = self._connection.actor
        if (
            conversation is None
            or not self._connection.may_hear_of(conversation.patient_id)
            or not is_for(actor, conversation)
        ):
            raise NotFound
        await self._board.note_reading(actor, self._origin, conversation)
        return conversation

    def _follow_topic(self, topic: str) -> None:
        permission = TOPICS.get(topic)
        if permission is None:
            raise NotFound("There is no such topic.")
        if not self._connection.actor.may(permission):
            raise NotAllowed
        self._board.beacons[topic].join(self._connection)

    def _unfollow(self, frame: Unfollow) -> None:
        if frame.conversation is not None:
            self._connection.follows.pop(frame.conversation, None)
            if task := self._catching_up.pop(frame.conversation, None):
                task.cancel()
            self._board.streams.leave(frame.conversation, self._connection)
        elif beacon := self._board.beacons.get(frame.topic or ""):
            beacon.leave(self._connection)

    def _work(self) -> AbstractAsyncContextManager[UnitOfWork]:
        return self._board.database.work(self._connection.actor, self._origin)


def _sent(message: Stored) -> bytes:
    return write_frame(
        "sent",
        client_id=message.client_id,
        conversation=message.conversation_id,
        id=message.id,
        seq=message.seq,
        sent_at=message.sent_at,
    )
