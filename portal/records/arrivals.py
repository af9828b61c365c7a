"""A new person arrives: their invitation, and for a patient the two conversations from the start.

Opened here, so that the care team can write first and no page has to make anything when looked at.
"""

from portal.accounts.invitations import invite
from portal.conversations.actions import open_conversations
from portal.db import UnitOfWork
from portal.notices.actions import mail_invitation
from portal.people.models import Person
from portal.permissions import Role


async def welcome(
    work: UnitOfWork,
    public_url: str,
    *,
    name: str,
    role: Role,
    time_zone: str,
    email: str | None = None,
    care_team: str | None = None,
) -> tuple[Person, str]:
    """The person and their one-time link: mailed where there is an address, and stored nowhere
    once it was sent."""
    person, link = await invite(
        work,
        public_url,
        name=name,
        role=role,
        time_zone=time_zone,
        email=email,
        care_team=care_team,
    )
    if email:
        await mail_invitation(work, person.id, link)
    if role is Role.PATIENT:
        await open_conversations(work, person.id)
    return person, link
