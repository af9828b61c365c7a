"""Signing in with an identity, and what a person may set about their own account."""

from enum import StrEnum
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from portal import clock
from portal.accounts.invitations import owner_of, use_invitation
from portal.accounts.models import Identity
from portal.accounts.oidc import Identified
from portal.accounts.sessions import end_all_sessions, start_session
from portal.audit.actions import record
from portal.db import UnitOfWork
from portal.people.actions import change_role, disable_person
from portal.people.models import Person
from portal.permissions import Role


class NoEntry(StrEnum):
    """Why somebody whom the provider knows may still not come in."""

    UNKNOWN = "unknown"
    INVITATION_OVER = "invitation_over"
    OTHER_PERSON = "other_person"
    DISABLED = "disabled"
    ROLE_LOST = "role_lost"


async def sign_in(
    work: UnitOfWork, who: Identified, invitation_id: UUID | None, browser: str
) -> str | NoEntry:
    """The new session's cookie, or why there is none. Refusals are recorded too."""
    identity = await _identity_of(work, who, invitation_id)
    if isinstance(identity, NoEntry):
        return _refused(work, identity)
    person = await work.session.get_one(Person, identity.person_id)
    if person.disabled_at is not None:
        return _refused(work, NoEntry.DISABLED, person)
    if not await _take_role(work, identity, person, who.role):
        return _refused(work, NoEntry.ROLE_LOST, person)
    record(work, "session:start", subject=person.id)
    return await start_session(work, person, browser, who.id_token, who.session)


def _refused(work: UnitOfWork, why: NoEntry, person: Person | None = None) -> NoEntry:
    subject = person.id if person else None
    record(work, "session:refuse", subject=subject, detail={"why": why.value})
    return why


async def _identity_of(
    work: UnitOfWork, who: Identified, invitation_id: UUID | None
) -> Identity | NoEntry:
    """The known identity, or a new one for the person whose invitation was opened."""
    known = await find_identity(work.session, who.issuer, who.subject)
    if invitation_id is None:
        return known or NoEntry.UNKNOWN
    if known is None:
        person_id = await use_invitation(work, invitation_id)
        if person_id is None:
            return NoEntry.INVITATION_OVER
        return await link_identity(work, person_id, who.issuer, who.subject)
    owner = await owner_of(work.session, invitation_id)
    if owner not in {known.person_id, None}:
        return NoEntry.OTHER_PERSON  # and the invitation stays good for its owner
    if owner is not None and await use_invitation(work, invitation_id):
        known.role_from_provider = False  # invited anew: the portal's own role counts again
    return known


async def find_identity(session: AsyncSession, issuer: str, subject: str) -> Identity | None:
    rows = await session.exec(
        select(Identity).where(col(Identity.issuer) == issuer, col(Identity.subject) == subject)
    )
    return rows.first()


async def link_identity(work: UnitOfWork, person_id: UUID, issuer: str, subject: str) -> Identity:
    """From now on this sign-in is this person's."""
    identity = Identity(person_id=person_id, issuer=issuer, subject=subject, linked_at=clock.now())
    work.session.add(identity)
    await work.session.flush()
    record(work, "identity:link", subject=person_id)
    return identity


async def _take_role(
    work: UnitOfWork, identity: Identity, person: Person, given: Role | None
) -> bool:
    """Follow the provider's role claim, where it is set up. False: the role was lost there.

    Roles are the portal's own until the claim first gives one; from then on the provider decides,
    and losing the role there ends every session here. A patient's role never comes from a claim.
    """
    if person.role is Role.PATIENT or (given is None and not identity.role_from_provider):
        return True
    if given is None:
        await end_all_sessions(work, person.id)
        return False
    identity.role_from_provider = True
    if given is not person.role:
        detail = {"from": person.role.value, "to": given.value}
        record(work, "person:change_role", subject=person.id, detail=detail)
        await change_role(work, person, given)
        await end_all_sessions(work, person.id)
    return True


async def disable(work: UnitOfWork, person: Person) -> None:
    """Nobody signs in as this person any more, and whoever is signed in is signed out."""
    await disable_person(work, person)
    await end_all_sessions(work, person.id)
    record(work, "person:disable", subject=person.id)


async def choose_language(work: UnitOfWork, person_id: UUID, language: str) -> None:
    """`language` is a code, or "" for what the browser asks for."""
    (await work.session.get_one(Person, person_id)).language = language


async def choose_theme(work: UnitOfWork, person_id: UUID, theme: str) -> None:
    (await work.session.get_one(Person, person_id)).theme = theme


async def switch_keys(work: UnitOfWork, person_id: UUID, on: bool) -> None:
    (await work.session.get_one(Person, person_id)).keys_on = on
