"""What a message says now, and all that it has said."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from portal.conversations.models import Conversation, Message
from portal.conversations.revision_models import MessageRevision
from portal.conversations.store import sealed_for
from portal.sealing import unseal_words


@dataclass(frozen=True, slots=True)
class Revised:
    """The last thing done to a message; `body` is None when it was withdrawn."""

    number: int
    body: str | None
    at: datetime


@dataclass(frozen=True, slots=True)
class Version:
    """One of the things a message has said; `body` is None for its withdrawal."""

    body: str | None
    at: datetime


async def revised_of(session: AsyncSession, messages: Iterable[Message]) -> dict[UUID, Revised]:
    """The last revision of each message that has any: no query when none has."""
    last = {message.id: message.revised for message in messages if message.revised}
    if not last:
        return {}
    rows = await session.exec(
        select(MessageRevision, Conversation.patient_id)
        .join(Conversation, col(Conversation.id) == col(MessageRevision.conversation_id))
        .where(col(MessageRevision.message_id).in_(last))
    )
    return {
        row.message_id: Revised(row.number, _opened(session, row, patient_id), row.at)
        for row, patient_id in rows.all()
        if row.number == last[row.message_id]
    }


async def revised_after(
    session: AsyncSession, conversation_id: UUID, number: int, limit: int
) -> Sequence[tuple[int, UUID]]:
    """The numbers of the next revisions of a conversation, each with its message."""
    rows = await session.exec(
        select(MessageRevision.number, MessageRevision.message_id)
        .where(
            col(MessageRevision.conversation_id) == conversation_id,
            col(MessageRevision.number) > number,
        )
        .order_by(col(MessageRevision.number))
        .limit(limit)
    )
    return rows.all()


async def corrections_of(
    session: AsyncSession, message: Message, patient_id: UUID
) -> list[tuple[UUID, str]]:
    """What a message's corrections say, each with its own id, the first first."""
    rows = await session.exec(
        select(MessageRevision)
        .where(col(MessageRevision.message_id) == message.id)
        .order_by(col(MessageRevision.number))
    )
    said = [(row.id, _opened(session, row, patient_id)) for row in rows.all()]
    return [(id, words) for id, words in said if words is not None]


async def messages_behind(session: AsyncSession, ids: Iterable[UUID]) -> dict[UUID, UUID]:
    """The message of each of these ids that is one of a correction."""
    rows = await session.exec(
        select(MessageRevision.id, MessageRevision.message_id).where(
            col(MessageRevision.id).in_(list(ids))
        )
    )
    return dict(rows.all())


async def versions_of(
    session: AsyncSession, conversation: Conversation, message: Message
) -> list[Version]:
    """All that a message has said, the first first. For staff; the caller has found both."""
    patient_id = conversation.patient_id
    first = unseal_words(session, message.body, *sealed_for(message.id, patient_id))
    rows = await session.exec(
        select(MessageRevision)
        .where(col(MessageRevision.message_id) == message.id)
        .order_by(col(MessageRevision.number))
    )
    later = [Version(_opened(session, row, patient_id), row.at) for row in rows.all()]
    return [Version(first, message.sent_at), *later]


def bound(revision_id: UUID, patient_id: UUID) -> tuple[str, UUID, UUID]:
    """What a correction's words are bound to."""
    return ("message_revision", revision_id, patient_id)


def _opened(session: Any, row: MessageRevision, patient_id: UUID) -> str | None:
    if row.body is None:
        return None
    return unseal_words(session, row.body, *bound(row.id, patient_id))
