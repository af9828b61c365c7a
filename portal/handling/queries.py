"""Who waits since when, and what the last step with each conversation was."""

from datetime import datetime
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy.orm import aliased
from sqlmodel import case, col, func, select
from sqlmodel.ext.asyncio.session import AsyncSession

from portal.conversations.models import Conversation, Kind, Message
from portal.handling.models import Handling
from portal.people.access import is_visible
from portal.people.models import Person
from portal.permissions import Actor, Role

_Later = aliased(Handling)


@cache
def is_last() -> Any:
    """The condition that no later step follows."""
    later = (
        select(_Later.id)
        .where(
            col(_Later.conversation_id) == col(Handling.conversation_id),
            col(_Later.number) > col(Handling.number),
        )
        .correlate(Handling)
    )
    return ~later.exists()


async def state_of_handling(session: AsyncSession, conversation_id: UUID) -> Handling | None:
    """The last step. The caller has found the conversation through the actor."""
    rows = await session.exec(
        select(Handling)
        .where(col(Handling.conversation_id) == conversation_id)
        .order_by(col(Handling.number).desc())
        .limit(1)
    )
    return rows.first()


async def step_before(session: AsyncSession, state: Handling) -> Handling | None:
    """The state that this step changed; None before the first."""
    rows = await session.exec(
        select(Handling).where(
            col(Handling.conversation_id) == state.conversation_id,
            col(Handling.number) == state.number - 1,
        )
    )
    return rows.first()


async def states_for(session: AsyncSession, actor: Actor) -> dict[UUID, Handling]:
    """The last step with each conversation of the actor's patients, where there is one."""
    rows = await session.exec(
        select(Handling)
        .join(Conversation, col(Conversation.id) == col(Handling.conversation_id))
        .where(is_visible(actor, Conversation.patient_id), is_last())
    )
    return {state.conversation_id: state for state in rows.all()}


async def waiting_for(session: AsyncSession, actor: Actor) -> dict[UUID, datetime]:
    """Since when the actor's patients wait, by conversation: the first words not yet dealt with."""
    rows = await session.exec(waiting().where(is_visible(actor, Conversation.patient_id)))
    return dict(rows.all())


async def waiting_since(session: AsyncSession, conversation_id: UUID) -> datetime | None:
    """Since when this patient waits. The caller has found the conversation."""
    rows = await session.exec(waiting().where(col(Conversation.id) == conversation_id))
    found = rows.first()
    return found[1] if found else None


@cache
def waiting() -> Any:
    """Conversation and the time of the patient's first words after the team's last answer, or
    after what somebody said needs none. Reading changes nothing here."""
    answered = (
        select(func.coalesce(func.max(Message.seq), 0))
        .join(Person, col(Person.id) == col(Message.author_id))
        .where(
            col(Message.conversation_id) == col(Conversation.id), col(Person.role) != Role.PATIENT
        )
        .correlate(Conversation)
        .scalar_subquery()
    )
    # The last step's, not the highest: an undo takes back what somebody said needs no answer.
    last_handled = (
        select(col(Handling.handled_seq))
        .where(col(Handling.conversation_id) == col(Conversation.id))
        .order_by(col(Handling.number).desc())
        .limit(1)
        .correlate(Conversation)
        .scalar_subquery()
    )
    handled = func.coalesce(last_handled, 0)
    return (
        select(Conversation.id, col(Message.sent_at))
        .join(Message, col(Message.conversation_id) == col(Conversation.id))
        .where(
            col(Conversation.kind) == Kind.CARE,
            col(Conversation.closed_at).is_(None),
            col(Message.seq) == case((answered > handled, answered), else_=handled) + 1,
        )
    )
