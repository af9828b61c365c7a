"""Drafts: kept for their writer alone, on every device, and gone once they are sent.

A draft is no part of the record before it is sent, so keeping one leaves no entry in the trail.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlmodel import col, delete, select
from sqlmodel.ext.asyncio.session import AsyncSession

from portal import clock
from portal.conversations.draft_models import MessageDraft
from portal.conversations.models import Conversation, Message
from portal.conversations.rules import LONGEST_MESSAGE, TooLong
from portal.db import Database, UnitOfWork, insert_into
from portal.sealing import CannotOpen, seal, unseal


@dataclass(frozen=True, slots=True)
class Kept:
    """Opened for its writer. Sent under `client_id`, it is said once, from whichever device."""

    body: str
    client_id: UUID


async def keep_draft(
    work: UnitOfWork, conversation: Conversation, person_id: UUID, body: str, client_id: UUID
) -> None:
    """The words replace what was kept; no words end it. Raises TooLong.

    The caller has found the conversation and asked whether this person may write there.
    """
    if len(body) > LONGEST_MESSAGE:
        raise TooLong
    if not body.strip():
        await work.session.exec(delete(MessageDraft).where(*_of(conversation, person_id)))
        return
    kept = {
        "client_id": client_id,
        "body": seal(work.session, body, *_bound(conversation, person_id)),
        "saved_at": clock.now(),
    }
    first = insert_into(work.session, MessageDraft).values(
        conversation_id=conversation.id, person_id=person_id, **kept
    )
    keys = ["conversation_id", "person_id"]
    await work.session.exec(first.on_conflict_do_update(index_elements=keys, set_=kept))


async def draft_of(
    session: AsyncSession, conversation: Conversation, person_id: UUID
) -> Kept | None:
    """What this person has written there and not sent."""
    rows = await session.exec(
        select(MessageDraft).where(*_of(conversation, person_id), ~_is_sent())
    )
    draft = rows.first()
    if draft is None:
        return None
    try:
        body = unseal(session, draft.body, *_bound(conversation, person_id))
    except CannotOpen:  # a draft that is lost must not hide the conversation
        return None
    return Kept(body, draft.client_id)


async def forget_sent_drafts(database: Database, now: datetime) -> int:
    """Delete what has been sent; says how many. Any number of workers may."""
    async with database.read() as session:
        found = (await session.exec(select(MessageDraft.person_id).where(_is_sent()))).first()
    if found is None:
        return 0
    async with database.work(origin="worker") as work:
        forgotten = await work.session.exec(delete(MessageDraft).where(_is_sent()))
        return int(forgotten.rowcount)


def _of(conversation: Conversation, person_id: UUID) -> tuple[Any, Any]:
    return (
        col(MessageDraft.conversation_id) == conversation.id,
        col(MessageDraft.person_id) == person_id,
    )


def _is_sent() -> Any:
    """A message of its name is stored: also when the draft was saved a moment after that."""
    sent = select(Message.id).where(
        col(Message.conversation_id) == col(MessageDraft.conversation_id),
        col(Message.author_id) == col(MessageDraft.person_id),
        col(Message.client_id) == col(MessageDraft.client_id),
    )
    return sent.correlate(MessageDraft).exists()


def _bound(conversation: Conversation, person_id: UUID) -> tuple[str, UUID, UUID, UUID]:
    return ("message_draft", person_id, conversation.id, conversation.patient_id)
