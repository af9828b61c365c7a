"""Who sits at which live socket and what they may hear: read at the door, and again when told.

Rights are held in memory, so that a delivery costs no query. An announcement about the person drops
them at once; what another process changed unannounced is found within a few seconds.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager, contextmanager
from uuid import UUID

import structlog
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from portal import clock
from portal.accounts.models import Session
from portal.accounts.sessions import Limits, actor_from, hash_of, is_alive
from portal.announcements import Announcement
from portal.errors import NotSignedIn, TooFast, Unavailable
from portal.people.access import visible_to_all
from portal.people.models import Person
from portal.permissions import Actor, Role
from portal.realtime.closes import Close
from portal.realtime.connection import Connection, Rights
from portal.realtime.gather import Gather
from portal.realtime.hub import PERSON, Hub
from portal.realtime.tally import Tally

log = structlog.get_logger()

LOOK_EVERY = 5.0
AT_ONCE = 40
TRY_AGAIN_AFTER = 1.0
# How a database that is away for a while shows itself.
AWAY = (SQLAlchemyError, OSError, TimeoutError)
MOST_PER_SESSION = 10
MOST_PER_PERSON = 30

Reading = Callable[[], AbstractAsyncContextManager[AsyncSession]]


class Seat:
    """One socket at the door: its connection, and the cookie it came with."""

    def __init__(self, door: "Doorkeeper", connection: Connection, token: str) -> None:
        self.connection = connection
        self.token = token
        self._door = door
        self.doubts = 0
        self._patients: frozenset[UUID] | None = None
        self._task: asyncio.Task[None] | None = None

    def hear(self, announcement: Announcement) -> None:
        """What this person may do has changed: nothing goes out until that is read again."""
        self.doubts += 1
        self.connection.rights = None
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self.look_again())

    async def look_again(self) -> None:
        """Read the rights until it works: a database that is away opens no door."""
        while self.connection.rights is None and self.connection.ending is None:
            doubts = self.doubts
            try:
                await self.take(await self._door.rights.ask(self.token), doubts)
            except AWAY as error:
                log.warning("rights.cannot_read", error=type(error).__name__)
                await asyncio.sleep(TRY_AGAIN_AFTER)

    async def take(self, rights: Rights | None, doubts: int) -> None:
        """Renew the connection's rights, or end it. `doubts`: as many as before they were read."""
        if rights is None:
            self.connection.end(await self._door.why_over(self.token))
        elif not self._still_fits(rights):
            self.connection.end(Close.NOT_ALLOWED)
        elif doubts == self.doubts:
            self.renew(rights)
        # Else it changed while it was read: whoever raised the doubt looks again.

    def _still_fits(self, rights: Rights) -> bool:
        """Whether the open page is still one that this person could open."""
        is_same_role = rights.actor.role is self.connection.actor.role
        # Whoever has left their last care team has no page of patients either.
        has_left = bool(self._patients) and not rights.patients
        is_theirs = rights.patients.issuperset(self.connection.follows.values())
        return is_same_role and is_theirs and not has_left

    def renew(self, rights: Rights) -> None:
        self.connection.rights = rights
        if self._patients not in {None, rights.patients}:
            self._door.on_change(self.connection)
        self._patients = rights.patients


class Doorkeeper:
    """Seats connections, counts them, and looks at everybody's rights every few seconds."""

    def __init__(
        self,
        hub: Hub,
        reading: Reading,
        limits: Limits,
        tally: Tally,
        on_change: Callable[[Connection], None],
    ) -> None:
        self.reading = reading
        self.on_change = on_change
        self._hub = hub
        self._limits = limits
        self._tally = tally
        self.rights = Gather(self._read_rights)
        self.seats: set[Seat] = set()
        self._round: asyncio.Task[None] | None = None

    async def rights_of(self, session: AsyncSession, tokens: set[str]) -> dict[str, Rights]:
        """What the holders of these cookies may hear; those whose session is over are left out."""
        hashes = {hash_of(token): token for token in tokens}
        rows = await session.exec(
            select(Session, Person)
            .join(Person, col(Person.id) == col(Session.person_id))
            .where(col(Session.token_hash).in_(hashes))
        )
        alive = [
            (actor_from(person, held.id), held)
            for held, person in rows.all()
            if is_alive(held, person, self._limits)
        ]
        patients = await visible_to_all(session, [actor for actor, _ in alive])
        return {
            hashes[held.token_hash]: Rights(
                actor, patients[actor.person_id], held.used_at + self._limits.idle(actor.role)
            )
            for actor, held in alive
        }

    async def _read_rights(self, tokens: Sequence[str]) -> dict[str, Rights]:
        async with self.reading() as session:
            return await self.rights_of(session, set(tokens))

    async def why_over(self, token: str) -> Close:
        """Whether a session was ended, or only left unused."""
        query = (
            select(Session, Person.role)
            .join(Person, col(Person.id) == col(Session.person_id))
            .where(
                col(Session.token_hash) == hash_of(token),
                col(Session.ended_at).is_(None),
                col(Person.disabled_at).is_(None),
            )
        )
        async with self.reading() as session:
            held = (await session.exec(query)).first()
        if held is None:
            return Close.SIGNED_OUT
        session_row, role = held
        is_idle = clock.now() >= session_row.used_at + self._limits.idle(Role(role))
        return Close.IDLE if is_idle else Close.SIGNED_OUT

    @asynccontextmanager
    async def seat(self, token: str) -> AsyncIterator[Seat]:
        """A place for this socket, and what its person may hear of.

        Raises NotSignedIn, TooFast when its session or person has enough, or Unavailable.
        """
        changes = self._hub.changes
        rights = await self._admit(token)
        connection = Connection(rights.actor)
        with self._room_for(rights.actor):
            seat = Seat(self, connection, token)
            with self._seated(seat):
                if changes == self._hub.changes:
                    seat.renew(rights)
                else:
                    # Something changed before this seat could hear of it: was it about them?
                    await seat.look_again()
                yield seat

    async def _admit(self, token: str) -> Rights:
        try:
            rights = await self.rights.ask(token)
        except AWAY as error:
            raise Unavailable from error
        if rights is None:
            raise NotSignedIn
        return rights

    @contextmanager
    def _room_for(self, actor: Actor) -> Iterator[None]:
        limits = {actor.session_id: MOST_PER_SESSION, actor.person_id: MOST_PER_PERSON}
        if any(self._tally.open_for(one) >= most for one, most in limits.items()):
            raise TooFast("Too many pages are open. Close one and try again.")
        self._tally.sit(*limits)
        try:
            yield
        finally:
            self._tally.rise(*limits)

    @contextmanager
    def _seated(self, seat: Seat) -> Iterator[None]:
        topic = f"{PERSON}{seat.connection.actor.person_id}"
        self.seats.add(seat)
        self._hub.join(topic, seat)
        if self._round is None or self._round.done():
            self._round = asyncio.create_task(self._make_rounds())
        try:
            yield
        finally:
            self.seats.discard(seat)
            self._hub.leave(topic, seat)

    async def _make_rounds(self) -> None:
        while self.seats:
            await asyncio.sleep(LOOK_EVERY)
            try:
                await self._look_at_everybody()
            except AWAY as error:
                log.warning("rights.cannot_read", error=type(error).__name__)

    async def _look_at_everybody(self) -> None:
        seats = [seat for seat in self.seats if seat.connection.ending is None]
        for start in range(0, len(seats), AT_ONCE):
            await self._look_at(seats[start : start + AT_ONCE])

    async def _look_at(self, seats: list[Seat]) -> None:
        doubts = {seat: seat.doubts for seat in seats}
        found = await self._read_rights([seat.token for seat in seats])
        for seat in seats:
            await seat.take(found.get(seat.token), doubts[seat])
