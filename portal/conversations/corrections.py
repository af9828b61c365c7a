"""Correcting and withdrawing one's own message, for a time that is a setting.

Nothing is overwritten: each correction is a row, numbered under the conversation's lock. A flag
that the first words raised is not touched, and who waited for an answer still does. A patient's new
words are read like those of a new message.
"""

from datetime import datetime, timedelta
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from portal import clock
from portal.audit.actions import record
from portal.conversations.models import Conversation, Kind, Message
from portal.conversations.queries import conversation_for
from portal.conversations.revision_models import MessageRevision
from portal.conversations.revisions import bound, revised_of
from portal.conversations.rules import Changed, Closed, TooLate, Withdrawn, message_text
from portal.conversations.store import sealed_for
from portal.conversations.understood import read_again
from portal.db import UnitOfWork, clinic_of
from portal.errors import NotFound
from portal.permissions import Actor
from portal.sealing import seal, unseal_words


async def own_message(
    session: AsyncSession, actor: Actor, conversation_id: UUID, message_id: UUID
) -> tuple[Conversation, Message]:
    """A message that the actor has written; raises NotFound, also for somebody else's."""
    conversation = await conversation_for(session, actor, conversation_id)
    message = await message_in(session, conversation, message_id)
    if message.author_id != actor.person_id:
        raise NotFound
    return conversation, message


async def message_in(
    session: AsyncSession, conversation: Conversation, message_id: UUID
) -> Message:
    query = select(Message).where(
        col(Message.id) == message_id, col(Message.conversation_id) == conversation.id
    )
    message = (await session.exec(query.execution_options(populate_existing=True))).first()
    if message is None:
        raise NotFound
    return message


async def words_now(
    session: AsyncSession, conversation: Conversation, message: Message
) -> str | None:
    """What the message says at present; None when it was withdrawn."""
    patient_id = conversation.patient_id
    if revised := (await revised_of(session, [message])).get(message.id):
        return revised.body
    return unseal_words(session, message.body, *sealed_for(message.id, patient_id))


def may_change_until(session: AsyncSession, message: Message) -> datetime:
    clinic = clinic_of(session)
    return message.sent_at + timedelta(minutes=clinic.correct_minutes)


async def correct(
    work: UnitOfWork, conversation: Conversation, message_id: UUID, seen: int, body: str
) -> Message:
    """Say it in other words. `seen` is the number of the last revision that the writer saw.

    The same words again change nothing. Raises what is wrong with the words, and NotFound, Closed,
    TooLate, Withdrawn or Changed.
    """
    return await _revise(work, conversation, message_id, seen, message_text(body))


async def withdraw(
    work: UnitOfWork, conversation: Conversation, message_id: UUID, seen: int
) -> Message:
    """Take it back: its words leave both screens and stay in the record. Twice is once."""
    return await _revise(work, conversation, message_id, seen, None)


async def _revise(
    work: UnitOfWork, conversation: Conversation, message_id: UUID, seen: int, text: str | None
) -> Message:
    held = await _locked(work, conversation)
    message = await message_in(work.session, held, message_id)
    if work.actor is None or message.author_id != work.actor.person_id:
        raise NotFound
    now = await words_now(work.session, held, message)
    if text == now:
        return message
    _require_changeable(work, held, message, seen, is_withdrawn=now is None)
    _write(work, held, message, text)
    if text is not None and message.author_id == held.patient_id:
        first = unseal_words(work.session, message.body, *sealed_for(message.id, held.patient_id))
        await read_again(work, held.patient_id, message.id, first, text)
    return message


async def _locked(work: UnitOfWork, conversation: Conversation) -> Conversation:
    """Corrections and messages of one conversation take turns: both are numbered under its row."""
    query = select(Conversation).where(col(Conversation.id) == conversation.id).with_for_update()
    found = await work.session.exec(query.execution_options(populate_existing=True))
    return found.one()


def _require_changeable(
    work: UnitOfWork, conversation: Conversation, message: Message, seen: int, *, is_withdrawn: bool
) -> None:
    if conversation.closed_at is not None:
        raise Closed
    if is_withdrawn:
        raise Withdrawn
    if clock.now() > may_change_until(work.session, message):
        clinic = clinic_of(work.session)
        raise TooLate(clinic.correct_minutes)
    if message.revised != seen:
        raise Changed


def _write(
    work: UnitOfWork, conversation: Conversation, message: Message, text: str | None
) -> None:
    conversation.last_revision += 1
    message.revised = conversation.last_revision
    row = MessageRevision(
        conversation_id=conversation.id,
        message_id=message.id,
        number=conversation.last_revision,
        at=clock.now(),
    )
    patient_id = conversation.patient_id
    if text is not None:
        row.body = seal(work.session, text, *bound(row.id, patient_id))
    work.session.add_all([conversation, message, row])
    tag = "message:withdraw" if text is None else "message:correct"
    record(work, tag, patient_id=patient_id, subject=message.id, detail={"number": row.number})
    work.announce(f"conversation:{conversation.id}", "revision", message.id, patient_id)
    if conversation.kind is Kind.CARE:
        work.announce("inbox", "message", conversation.id, patient_id)
