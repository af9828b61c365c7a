"""Invitation links: the only way a sign-in at the provider becomes somebody's here."""

import secrets
from datetime import timedelta
from uuid import UUID

from sqlalchemy import ColumnElement
from sqlmodel import col, select, update
from sqlmodel.ext.asyncio.session import AsyncSession

from portal import clock
from portal.accounts.models import Invitation
from portal.accounts.sessions import hash_of
from portal.audit.actions import record
from portal.db import UnitOfWork
from portal.errors import NotFound
from portal.languages import N_
from portal.people.actions import add_person, care_team_named
from portal.people.models import Person
from portal.permissions import Role

GOOD_FOR = timedelta(days=7)


class InvitationOver(NotFound):
    """Used, run out, withdrawn or never made: the four must not differ."""

    sentence = N_("This invitation cannot be used. It may have been used before, or be too old.")


async def invite(
    work: UnitOfWork,
    public_url: str,
    *,
    name: str,
    role: Role,
    time_zone: str,
    email: str | None = None,
    care_team: str | None = None,
) -> tuple[Person, str]:
    """A new person, and the link that is theirs. The link is shown once: only its hash is kept."""
    team = await care_team_named(work, care_team) if care_team else None
    person = await add_person(
        work, name=name, role=role, time_zone=time_zone, email=email, care_team=team
    )
    record(work, "person:add", subject=person.id, detail={"role": role.value})
    return person, await invite_again(work, public_url, person.id)


async def invite_again(work: UnitOfWork, public_url: str, person_id: UUID) -> str:
    """A new link for somebody who lost theirs; links made before are dead from now on."""
    now, token = clock.now(), secrets.token_urlsafe(32)
    await work.session.exec(
        update(Invitation)
        .where(col(Invitation.person_id) == person_id, col(Invitation.used_at).is_(None))
        .values(ends_at=now)
    )
    work.session.add(
        Invitation(
            person_id=person_id, token_hash=hash_of(token), made_at=now, ends_at=now + GOOD_FOR
        )
    )
    record(work, "invitation:make", subject=person_id)
    return f"{public_url}/invitations/{token}"


async def open_invitation(session: AsyncSession, token: str) -> UUID:
    """The id of the invitation that a link stands for; raises InvitationOver."""
    found = await session.exec(
        select(Invitation.id).where(col(Invitation.token_hash) == hash_of(token), *_is_good())
    )
    id = found.first()
    if id is None:
        raise InvitationOver
    return id


async def owner_of(session: AsyncSession, invitation_id: UUID) -> UUID | None:
    """Whose invitation it is, while it can still be used."""
    found = await session.exec(
        select(Invitation.person_id).where(col(Invitation.id) == invitation_id, *_is_good())
    )
    return found.first()


async def use_invitation(work: UnitOfWork, invitation_id: UUID) -> UUID | None:
    """Whose invitation it is, told to exactly one caller however many ask at once."""
    rows = await work.session.exec(
        update(Invitation)
        .where(col(Invitation.id) == invitation_id, *_is_good())
        .values(used_at=clock.now())
        .returning(col(Invitation.person_id))
    )
    found = rows.first()
    return found[0] if found else None


def _is_good() -> tuple[ColumnElement[bool], ...]:
    return col(Invitation.used_at).is_(None), col(Invitation.ends_at) > clock.now()
