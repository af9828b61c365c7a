"""Sessions live on the server; the browser holds an opaque value whose hash we store."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlmodel import col, select, update
from sqlmodel.ext.asyncio.session import AsyncSession

from portal import clock
from portal.accounts.models import Session
from portal.db import UnitOfWork
from portal.ids import new_id
from portal.people.models import Person
from portal.permissions import Actor, Role
from portal.sealing import CannotOpen, seal, unseal

COOKIE = "__Host-session"
# Writing "last used" on every click would turn each read into a write.
NOTE_USE_EVERY = timedelta(seconds=10)


@dataclass(frozen=True, slots=True)
class Limits:
    """How long a session lasts: unused (per kind of person) and in all."""

    idle_patient: timedelta = timedelta(minutes=30)
    idle_staff: timedelta = timedelta(minutes=15)
    in_all: timedelta = timedelta(hours=12)

    def idle(self, role: Role) -> timedelta:
        return self.idle_patient if role is Role.PATIENT else self.idle_staff


def hash_of(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


async def start_session(
    work: UnitOfWork,
    person: Person,
    browser: str = "",
    id_token: str | None = None,
    provider_session: str | None = None,
) -> str:
    """Begin a session and return the cookie's value, which is never stored."""
    id, token, now = new_id(), secrets.token_urlsafe(32), clock.now()
    work.session.add(
        Session(
            id=id,
            person_id=person.id,
            token_hash=hash_of(token),
            started_at=now,
            used_at=now,
            browser=browser[:120],
            id_token=seal(work.session, id_token, "session", id, person.id) if id_token else None,
            provider_session=provider_session,
        )
    )
    await work.session.flush()
    return token


async def find_actor(
    session: AsyncSession, token: str, limits: Limits
) -> tuple[Actor, datetime] | None:
    """Who holds this cookie and when the session was last used; None when it is over."""
    rows = await session.exec(
        select(Session, Person)
        .join(Person, col(Person.id) == col(Session.person_id))
        .where(col(Session.token_hash) == hash_of(token))
    )
    found = rows.first()
    if found is None or not is_alive(found[0], found[1], limits):
        return None
    held, person = found
    return actor_from(person, held.id), held.used_at


def is_alive(session: Session, person: Person, limits: Limits) -> bool:
    return (
        session.ended_at is None
        and person.disabled_at is None
        and clock.now() < ends_at(session, person.role, limits)
    )


def ends_at(session: Session, role: Role, limits: Limits) -> datetime:
    """When it ends by itself: left unused for too long, or after its whole time."""
    return min(session.used_at + limits.idle(role), session.started_at + limits.in_all)


def actor_from(person: Person, session_id: UUID) -> Actor:
    return Actor(
        person_id=person.id,
        name=person.name,
        role=person.role,
        session_id=session_id,
        time_zone=person.time_zone,
        theme=person.theme,
        language=person.language,
        read_in=person.read_in,
        keys_on=person.keys_on,
    )


async def note_use(work: UnitOfWork, *session_ids: UUID) -> None:
    """Their people did something: the idle limit starts over."""
    await work.session.exec(
        update(Session).where(col(Session.id).in_(session_ids)).values(used_at=clock.now())
    )


async def note_language(work: UnitOfWork, person_id: UUID, code: str) -> None:
    """What they read in now, for what is written to them while they are away."""
    await work.session.exec(update(Person).where(col(Person.id) == person_id).values(read_in=code))


async def end_session(work: UnitOfWork, session_id: UUID, person_id: UUID) -> None:
    """End one session; its open sockets close."""
    await work.session.exec(
        update(Session)
        .where(col(Session.id) == session_id, col(Session.ended_at).is_(None))
        .values(ended_at=clock.now(), id_token=None)
    )
    work.announce(f"person:{person_id}", "session_ended", session_id)


async def id_token_of(session: AsyncSession, session_id: UUID) -> str | None:
    """What the provider asks for when this sign-in is to end there too."""
    held = await session.get_one(Session, session_id)
    if held.id_token is None:
        return None
    try:
        return unseal(session, held.id_token, "session", held.id, held.person_id)
    except CannotOpen:  # sealed with a key that is gone: signing out must work all the same
        return None


async def end_all_sessions(work: UnitOfWork, person_id: UUID, but: UUID | None = None) -> None:
    """End every session of this person, or every other than `but`."""
    await work.session.exec(
        update(Session)
        .where(
            col(Session.person_id) == person_id,
            col(Session.ended_at).is_(None),
            col(Session.id) != but,
        )
        .values(ended_at=clock.now(), id_token=None)
    )
    work.announce(f"person:{person_id}", "access", person_id)
