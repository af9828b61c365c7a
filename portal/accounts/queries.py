"""A person's own sign-ins."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from portal.accounts.models import Session
from portal.accounts.sessions import Limits, ends_at, is_alive
from portal.errors import NotFound
from portal.people.models import Person
from portal.permissions import Actor


@dataclass(frozen=True, slots=True)
class SignIn:
    """One live session as its person sees it."""

    id: UUID
    browser: str
    started_at: datetime
    used_at: datetime
    is_this_one: bool


async def sign_ins_of(session: AsyncSession, actor: Actor, limits: Limits) -> list[SignIn]:
    """The actor's live sessions: this one first, then the latest used."""
    person = await session.get_one(Person, actor.person_id)
    rows = await session.exec(
        select(Session)
        .where(col(Session.person_id) == actor.person_id, col(Session.ended_at).is_(None))
        .order_by(col(Session.used_at).desc())
    )
    found = [
        SignIn(held.id, held.browser, held.started_at, held.used_at, held.id == actor.session_id)
        for held in rows.all()
        if is_alive(held, person, limits)
    ]
    return sorted(found, key=lambda sign_in: not sign_in.is_this_one)


async def own_session(session: AsyncSession, actor: Actor, session_id: UUID) -> Session:
    """One of the actor's sessions; raises NotFound."""
    rows = await session.exec(
        select(Session).where(
            col(Session.id) == session_id, col(Session.person_id) == actor.person_id
        )
    )
    found = rows.first()
    if found is None:
        raise NotFound
    return found


async def ending_of(session: AsyncSession, actor: Actor, limits: Limits) -> datetime:
    """When the actor's session ends if nothing more is done with it."""
    held = await own_session(session, actor, actor.session_id)
    return ends_at(held, actor.role, limits)
