"""Replies for later as the team sees them: under the thread, and what their author must hear."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from portal.conversations.models import Conversation
from portal.conversations.queries import care_conversation_of
from portal.handling.later import bound
from portal.handling.later_models import LaterMessage
from portal.handling.later_rules import NOT_SENT
from portal.people.access import is_visible
from portal.people.queries import Named, named
from portal.permissions import Actor
from portal.sealing import unseal_words
from portal.web.times import when


@dataclass(frozen=True, slots=True)
class Later:
    """A reply that is not sent yet, opened for the team."""

    id: UUID
    number: int
    words: str
    author: Named
    is_own: bool
    send_at: datetime
    is_held: bool


@dataclass(frozen=True, slots=True)
class News:
    """What a person is told above the list: `later_id` where they can say that they have read it,
    `conversation_id` where there is something to look at."""

    sentence: str
    later_id: UUID | None = None
    conversation_id: UUID | None = None
    link_words: str = ""


async def laters_of(session: AsyncSession, actor: Actor, conversation: Conversation) -> list[Later]:
    """Those still open, the next one first. The caller has found the conversation."""
    rows = await session.exec(
        select(LaterMessage)
        .where(
            col(LaterMessage.conversation_id) == conversation.id,
            col(LaterMessage.fate).is_(None),
        )
        .order_by(col(LaterMessage.send_at), col(LaterMessage.id))
    )
    found = rows.all()
    people = await named(session, [row.author_id for row in found])
    return [opened(session, actor, conversation, row, people[row.author_id]) for row in found]


def opened(
    session: AsyncSession,
    actor: Actor,
    conversation: Conversation,
    row: LaterMessage,
    author: Named,
) -> Later:
    return Later(
        id=row.id,
        number=row.number,
        words=unseal_words(session, row.body, *bound(row, conversation)),
        author=author,
        is_own=row.author_id == actor.person_id,
        send_at=row.send_at,
        is_held=row.held_at is not None,
    )


async def news_for(session: AsyncSession, actor: Actor) -> list[News]:
    """What became of the actor's own replies, that they have not heard of yet."""
    return [*await _not_sent(session, actor), *await _held(session, actor)]


async def calls(session: AsyncSession, patient_ids: Iterable[UUID]) -> list[News]:
    """Notes that call the reader about patients to whom nobody has written yet: no row has them."""
    people = await named(session, patient_ids)
    return [
        News(
            f"A note about {people[patient_id].name} calls you.",
            conversation_id=(await care_conversation_of(session, patient_id)).id,
            link_words="Read it",
        )
        for patient_id in sorted(people)
    ]


async def _not_sent(session: AsyncSession, actor: Actor) -> list[News]:
    rows = await session.exec(
        select(LaterMessage)
        .where(
            col(LaterMessage.author_id) == actor.person_id,
            col(LaterMessage.fate).in_(list(NOT_SENT)),
            col(LaterMessage.told_at).is_(None),
        )
        .order_by(col(LaterMessage.ended_at))
    )
    found = rows.all()
    people = await named(session, [row.ended_by for row in found])
    zone = ZoneInfo(actor.time_zone)
    return [News(_sentence(row, people, zone), later_id=row.id) for row in found]


def _sentence(row: LaterMessage, people: dict[UUID, Named], zone: ZoneInfo) -> str:
    by = people.get(row.ended_by) if row.ended_by else None
    words = NOT_SENT[row.fate] if row.fate else ""
    return words.format(at=when(row.send_at, zone), who=by.name if by else "somebody")


async def _held(session: AsyncSession, actor: Actor) -> list[News]:
    rows = await session.exec(
        select(LaterMessage.conversation_id, Conversation.patient_id)
        .join(Conversation, col(Conversation.id) == col(LaterMessage.conversation_id))
        .where(
            col(LaterMessage.author_id) == actor.person_id,
            col(LaterMessage.fate).is_(None),
            col(LaterMessage.held_at).is_not(None),
            is_visible(actor, Conversation.patient_id),
        )
        .distinct()
    )
    found = rows.all()
    people = await named(session, [patient_id for _, patient_id in found])
    return [
        News(
            f"Your reply to {people[patient_id].name} is held: somebody wrote meanwhile.",
            conversation_id=conversation_id,
            link_words="Look at it",
        )
        for conversation_id, patient_id in found
    ]
