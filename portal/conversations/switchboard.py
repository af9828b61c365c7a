"""What the live sockets of one process share: streams, topics, the door, and paces."""

from collections import OrderedDict
from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession
from starlette.requests import HTTPConnection

from portal import clock
from portal.accounts.backend import limits_of
from portal.accounts.denials import denials_of
from portal.accounts.sessions import note_use
from portal.announcements import Announcement
from portal.audit.actions import chain, entry_of
from portal.conversations.doorkeeper import Doorkeeper
from portal.conversations.files import File
from portal.conversations.models import Conversation
from portal.conversations.queries import conversations_by_id
from portal.conversations.rules import message_text
from portal.conversations.store import Draft, Stored
from portal.conversations.streams import Streams
from portal.conversations.writer import Letter, Writer
from portal.errors import TooFast
from portal.permissions import Actor, Permission, Role
from portal.realtime.beacon import Beacon, OwnBeacon
from portal.realtime.connection import Connection
from portal.realtime.frames import write_frame
from portal.realtime.gather import Gather
from portal.realtime.rates import Buckets, Rate
from portal.realtime.relay import BACK, LOST, TOPIC, Relay
from portal.realtime.tally import Tally
from portal.symptoms.understanding import understood
from portal.web.state import AppState, state_of

TOPICS = {
    "home": Permission.HOME_READ,
    "inbox": Permission.INBOX_READ,
    "triage": Permission.FLAG_READ,
    "notices": Permission.ACCOUNT_USE,
}
OWN = {"notices"}
# One person's messages, over all their sockets and forms.
MESSAGES = Rate(per_second=10, burst=200)
# Coming back after a lost connection is the same reading; the trail need not say it again.
NOTE_READING_EVERY = timedelta(minutes=30)
MOST_NOTED = 20_000


# Who reads, from where, which conversation, of whom.
Reads = tuple[Actor, str | None, UUID, UUID]


class Switchboard:
    """One per process. Sockets and forms both come here, so both are held to the same paces."""

    def __init__(self, state: AppState, messages: Rate | None = None) -> None:
        self.database = state.database
        self.denials = denials_of(state)
        self.streams = Streams(state.hub, state.database)
        self.beacons: dict[str, Beacon] = {
            topic: (OwnBeacon if topic in OWN else Beacon)(state.hub, topic) for topic in TOPICS
        }
        self._relay: Relay | None = state.extras.get("relay")
        self._tally = self._relay.tally if self._relay else Tally()
        self._tally.on_spent = self._take_elsewhere
        self.door = Doorkeeper(
            state.hub, self.reading, limits_of(state.settings), self._tally, self._tell_topics
        )
        state.hub.join(TOPIC, self)
        self._writer = Writer(state.database, self.streams)
        self._paces = Buckets(messages or MESSAGES)
        self._conversations = Gather(self._read_conversations)
        self._trail = Gather(self._write_trail)
        # Asked for by sockets whose session was used: many write in the same moment.
        self.uses = Gather(self._note_uses)
        self._noted: OrderedDict[tuple[UUID, UUID], datetime] = OrderedDict()

    async def conversation(self, conversation_id: UUID) -> Conversation | None:
        """As it is; whether it is there for who asks is looked at by the caller."""
        return await self._conversations.ask(conversation_id)

    async def note_reading(self, actor: Actor, origin: str | None, place: Conversation) -> None:
        """Say in the trail that this session reads this conversation, once in a while."""
        if not self.was_noted(actor.session_id, place.id):
            await self._trail.ask((actor, origin, place.id, place.patient_id))
            self.note(actor.session_id, place.id)

    def was_noted(self, session_id: UUID, conversation_id: UUID) -> bool:
        """Whether the trail lately says that this session reads this conversation."""
        at = self._noted.get((session_id, conversation_id))
        return at is not None and clock.now() - at < NOTE_READING_EVERY

    def note(self, session_id: UUID, conversation_id: UUID) -> None:
        self._noted[session_id, conversation_id] = clock.now()
        self._noted.move_to_end((session_id, conversation_id))
        if len(self._noted) > MOST_NOTED:
            self._noted.popitem(last=False)

    async def _read_conversations(self, ids: Sequence[UUID]) -> dict[UUID, Conversation]:
        async with self.reading() as session:
            return await conversations_by_id(session, ids)

    async def _write_trail(self, keys: Sequence[Reads]) -> dict[Reads, None]:
        entries = [
            entry_of(actor, origin, "conversation:follow", patient_id=patient_id, subject=id)
            for actor, origin, id, patient_id in keys
        ]
        vault = self.database.vault
        await self.database.together(lambda pen: chain(pen, vault.audit_key, entries))
        return {}

    async def _note_uses(self, session_ids: Sequence[UUID]) -> dict[UUID, None]:
        async with self.database.work() as work:
            await note_use(work, *session_ids)
        return {}

    def reading(self) -> AbstractAsyncContextManager[AsyncSession]:
        return self.database.read()

    def publish(self, announcements: Sequence[Announcement]) -> None:
        """Tell what is not stored, the way a commit is told."""
        self.database.publish(announcements)

    async def send(
        self,
        actor: Actor,
        origin: str | None,
        conversation_id: UUID,
        body: str,
        client_id: UUID,
        files: tuple[File, ...] = (),
    ) -> Stored:
        """Say something. The same author's same `client_id` again is answered with the first.

        Raises what is wrong with the words, NotFound, NotAllowed, Closed, AlreadySaid, TooFast or
        Unavailable.
        """
        # Looked at before the database is asked for anything: a bad message costs nothing.
        text = message_text(body)
        self._require_pace(actor)
        draft = Draft(conversation_id, actor.person_id, client_id, text, files=len(files))
        if actor.role is Role.PATIENT:
            # Here others' commits are not held up by it: this process mostly waits for one of them.
            draft = replace(draft, understood=understood(text))
        return await self._writer.send(Letter(actor, origin, draft, files))

    @property
    def is_delayed(self) -> bool:
        """What other processes store comes late: the line to them is lost."""
        return self._relay is not None and not self._relay.is_connected

    def hear(self, announcement: Announcement) -> None:
        """The line to other processes was lost, or is back: every open page says so."""
        if announcement.kind not in {LOST, BACK}:
            return
        frame = state_frame(self.is_delayed)
        for seat in tuple(self.door.seats):
            seat.connection.offer(frame)

    def _take_elsewhere(self, person_id: UUID, count: int) -> None:
        self._paces.spend(person_id, count)

    def _require_pace(self, actor: Actor) -> None:
        """Raises TooFast for somebody who writes faster than people do."""
        if not self._paces.take(actor.person_id):
            raise TooFast
        self._tally.spend(actor.person_id)

    def _tell_topics(self, connection: Connection) -> None:
        for beacon in self.beacons.values():
            beacon.tell(connection)


def state_frame(is_delayed: bool) -> bytes:
    return write_frame("state", delayed=is_delayed)


def switchboard_of(connection: HTTPConnection) -> Switchboard:
    """The process's own, made when it is first needed."""
    state = state_of(connection)
    held: Switchboard | None = state.extras.get("switchboard")
    if held is None:
        held = state.extras["switchboard"] = Switchboard(state)
    return held
