"""The one place where a message becomes a row: numbered without a hole, and only once."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlmodel import col, select, update
from sqlmodel.ext.asyncio.session import AsyncSession

from portal.conversations.models import Conversation, Message
from portal.conversations.rules import AlreadySaid
from portal.ids import new_id
from portal.sealing import seal, unseal


@dataclass(frozen=True, slots=True)
class Draft:
    """A message as its writer sent it, tidied, not yet numbered."""

    conversation: Conversation
    author_id: UUID
    client_id: UUID
    text: str
    sent_at: datetime


async def store(session: AsyncSession, draft: Draft) -> tuple[Message, bool]:
    """The stored message, and whether it is new; raises AlreadySaid for other words.

    The conversation's row is locked first: its writers take turns, so numbers are given in the
    order of commits, and a resend that runs beside the first send meets it.
    """
    conversation_id = draft.conversation.id
    await session.exec(
        select(Conversation.id).where(col(Conversation.id) == conversation_id).with_for_update()
    )
    if first := await _first_of(session, draft):
        _require_same_words(session, first, draft)
        return first, False
    numbered = await session.exec(
        update(Conversation)
        .where(col(Conversation.id) == conversation_id)
        .values(last_seq=col(Conversation.last_seq) + 1)
        .returning(col(Conversation.last_seq))
        .execution_options(synchronize_session=False)
    )
    message = _sealed(session, draft, numbered.scalar_one())
    session.add(message)
    await session.flush()
    return message, True


def sealed_for(message_id: UUID, patient_id: UUID) -> tuple[str, UUID, UUID]:
    """What a message's words are bound to."""
    return ("message", message_id, patient_id)


async def _first_of(session: AsyncSession, draft: Draft) -> Message | None:
    rows = await session.exec(
        select(Message).where(
            col(Message.conversation_id) == draft.conversation.id,
            col(Message.author_id) == draft.author_id,
            col(Message.client_id) == draft.client_id,
        )
    )
    return rows.first()


def _require_same_words(session: AsyncSession, first: Message, draft: Draft) -> None:
    bound = sealed_for(first.id, draft.conversation.patient_id)
    if unseal(session, first.body, *bound) != draft.text:
        raise AlreadySaid


def _sealed(session: AsyncSession, draft: Draft, seq: int) -> Message:
    message_id = new_id()
    return Message(
        id=message_id,
        conversation_id=draft.conversation.id,
        seq=seq,
        author_id=draft.author_id,
        client_id=draft.client_id,
        body=seal(session, draft.text, *sealed_for(message_id, draft.conversation.patient_id)),
        sent_at=draft.sent_at,
    )
