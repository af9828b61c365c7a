"""Replies for later: set, changed, stopped, sent at once. What the clock does is in `later_clock`.

The caller has found the conversation through the actor, or used `later_for`, which does.
"""

from datetime import datetime
from typing import Any
from uuid import UUID, uuid5

from sqlmodel import col, func, select

from portal import clock
from portal.audit.actions import record
from portal.conversations.actions import send_message
from portal.conversations.drafts import draft_of, keep_draft
from portal.conversations.models import Conversation, Message, ReadMarker
from portal.conversations.rules import message_text
from portal.db import UnitOfWork
from portal.errors import Conflict, NotFound
from portal.handling.later_models import Fate, LaterMessage
from portal.handling.later_rules import require_filled
from portal.ids import new_id
from portal.people.access import is_visible
from portal.permissions import Actor
from portal.sealing import CannotOpen, seal, unseal


async def set_later(
    work: UnitOfWork, conversation: Conversation, name: UUID, words: str, send_at: datetime
) -> LaterMessage:
    """Set a reply for `send_at`. The same author's same `name` and words again are the same reply;
    other words, or those of one that was stopped, are a new one: a second tab has the same name."""
    actor, text = _actor(work), _text(words)
    before = await _named(work, actor.person_id, name)
    while before is not None and not _is_same(work, before, conversation, text):
        name = uuid5(name, str(before.id))
        before = await _named(work, actor.person_id, name)
    if before is not None:
        if before.conversation_id != conversation.id:
            raise NotFound
        return before
    row = LaterMessage(
        conversation_id=conversation.id,
        author_id=actor.person_id,
        name=name,
        body=b"",
        seen_seq=await _seen(work, conversation, actor.person_id),
        send_at=send_at,
        written_at=clock.now(),
    )
    row.body = seal(work.session, text, *bound(row, conversation))
    work.session.add(row)
    await keep_draft(work, conversation, actor.person_id, "", name)
    tell(work, "later:set", row, conversation)
    return row


async def change_later(
    work: UnitOfWork, later_id: UUID, number: int, words: str, send_at: datetime
) -> LaterMessage:
    """Its author has read it again: what came meanwhile no longer holds it."""
    row, conversation = await _own(work, later_id, number)
    row.body = seal(work.session, _text(words), *bound(row, conversation))
    row.seen_seq = await _seen(work, conversation, row.author_id)
    row.send_at, row.held_at, row.number = send_at, None, row.number + 1
    work.session.add(row)
    tell(work, "later:change", row, conversation)
    return row


async def send_now(work: UnitOfWork, later_id: UUID, number: int) -> LaterMessage:
    """Its author sends it without waiting."""
    row, conversation = await _own(work, later_id, number)
    await deliver(work, row, conversation)
    return row


async def cancel_later(work: UnitOfWork, later_id: UUID, number: int) -> LaterMessage:
    """Its author, or anybody else who may see the patient, stops it. No word is lost: they are
    their author's draft again, where there is no other."""
    row, conversation = await _open(work, later_id, number)
    is_own = row.author_id == _actor(work).person_id
    words = _readable(work, row, conversation)
    if words and await draft_of(work.session, conversation, row.author_id) is None:
        await keep_draft(work, conversation, row.author_id, words, new_id())
    end(work, row, conversation, Fate.CANCELLED if is_own else Fate.STOPPED)
    return row


async def note_told(work: UnitOfWork, later_id: UUID) -> None:
    """Its author knows that it was not sent."""
    row = await _locked(work, later_id)
    if row is None or row.author_id != _actor(work).person_id or row.fate is None:
        raise NotFound
    row.told_at = row.told_at or clock.now()
    work.session.add(row)


async def later_for(work: UnitOfWork, actor: Actor, later_id: UUID) -> LaterMessage:
    """Found through the actor; raises NotFound."""
    found = await work.session.exec(
        select(LaterMessage)
        .join(Conversation, col(Conversation.id) == col(LaterMessage.conversation_id))
        .where(col(LaterMessage.id) == later_id, is_visible(actor, Conversation.patient_id))
    )
    row = found.first()
    if row is None:
        raise NotFound
    return row


async def deliver(work: UnitOfWork, row: LaterMessage, conversation: Conversation) -> None:
    """Say it, and note in the same transaction that it was said. The caller holds its row."""
    words = unseal(work.session, row.body, *bound(row, conversation))
    await send_message(work, conversation, row.author_id, words, row.id)
    end(work, row, conversation, Fate.SENT)


def end(work: UnitOfWork, row: LaterMessage, conversation: Conversation, fate: Fate) -> None:
    row.fate, row.ended_at = fate, clock.now()
    row.ended_by = work.actor.person_id if work.actor else None
    work.session.add(row)
    tell(work, f"later:{fate.value}", row, conversation)


async def is_overtaken(work: UnitOfWork, row: LaterMessage) -> bool:
    """Whether somebody else has written what its author had not read. Holds the conversation, so
    that nobody can write between this look and the sending."""
    lock = select(Conversation.id).where(col(Conversation.id) == row.conversation_id)
    await work.session.exec(lock.with_for_update())
    others = select(Message.id).where(
        col(Message.conversation_id) == row.conversation_id,
        col(Message.seq) > row.seen_seq,
        col(Message.author_id) != row.author_id,
    )
    return (await work.session.exec(others.limit(1))).first() is not None


async def locked_if_due(work: UnitOfWork, later_id: UUID, now: datetime) -> LaterMessage | None:
    """The reply, held until the commit; None when another worker or its author was first."""
    row = await _locked(work, later_id)
    if row is None or row.fate is not None or row.held_at is not None or row.send_at > now:
        return None
    return row


def tell(work: UnitOfWork, tag: str, row: LaterMessage, conversation: Conversation) -> None:
    patient_id = conversation.patient_id
    record(work, tag, patient_id=patient_id, subject=row.id)
    work.announce("inbox", "later", conversation.id, patient_id)


def bound(row: LaterMessage, conversation: Conversation) -> tuple[str, UUID, UUID]:
    return ("later_message", row.id, conversation.patient_id)


async def _own(work: UnitOfWork, later_id: UUID, number: int) -> tuple[LaterMessage, Conversation]:
    row, conversation = await _open(work, later_id, number)
    if row.author_id != _actor(work).person_id:
        raise Conflict("These are somebody else's words. You can stop them, not send them.")
    return row, conversation


async def _open(work: UnitOfWork, later_id: UUID, number: int) -> tuple[LaterMessage, Conversation]:
    """Held until the commit, as its reader has seen it."""
    row = await _locked(work, later_id)
    if row is None:
        raise NotFound
    if row.fate is Fate.SENT:
        raise Conflict("This has just been sent.")
    if row.fate is not None or row.number != number:
        raise Conflict
    return row, await work.session.get_one(Conversation, row.conversation_id)


async def _locked(work: UnitOfWork, later_id: UUID) -> LaterMessage | None:
    query = select(LaterMessage).where(col(LaterMessage.id) == later_id).with_for_update()
    return (await work.session.exec(query.execution_options(populate_existing=True))).first()


async def _named(work: UnitOfWork, author_id: UUID, name: UUID) -> LaterMessage | None:
    query = select(LaterMessage).where(
        col(LaterMessage.author_id) == author_id, col(LaterMessage.name) == name
    )
    return (await work.session.exec(query)).first()


def _is_same(work: UnitOfWork, row: LaterMessage, conversation: Conversation, text: str) -> bool:
    if row.conversation_id != conversation.id:
        return True  # found there by its name, which the caller refuses
    return row.fate in {None, Fate.SENT} and _readable(work, row, conversation) == text


async def _seen(work: UnitOfWork, conversation: Conversation, person_id: UUID) -> int:
    """How far this person has read: 0 is nothing."""
    query: Any = select(func.coalesce(func.max(ReadMarker.seq), 0)).where(
        col(ReadMarker.conversation_id) == conversation.id,
        col(ReadMarker.person_id) == person_id,
    )
    seen: int = (await work.session.exec(query)).one()
    return seen


def _readable(work: UnitOfWork, row: LaterMessage, conversation: Conversation) -> str:
    try:
        return unseal(work.session, row.body, *bound(row, conversation))
    except CannotOpen:  # what is lost must not keep it from being stopped
        return ""


def _text(words: str) -> str:
    text = message_text(words)
    require_filled(text)
    return text


def _actor(work: UnitOfWork) -> Actor:
    if work.actor is None:
        raise ValueError("only a person sets a reply for later")
    return work.actor
