"""Open a patient's conversations, say something, note what was read."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection
from sqlmodel import col, select, update

from portal import clock
from portal.announcements import Announcement
from portal.audit.actions import record
from portal.conversations.models import Conversation, Kind, ReadMarker
from portal.conversations.rules import Closed, message_text
from portal.conversations.store import Draft, Stored, look, store
from portal.conversations.understood import TOPIC as READINGS
from portal.db import UnitOfWork, insert_into
from portal.db_lane import CorePen
from portal.errors import PortalError
from portal.sealing import Vault


async def open_conversations(
    work: UnitOfWork, patient_id: UUID
) -> tuple[Conversation, Conversation]:
    """The patient's two conversations (care, notes), made where they are missing."""
    rows = await work.session.exec(
        select(Conversation).where(col(Conversation.patient_id) == patient_id)
    )
    held = {conversation.kind: conversation for conversation in rows.all()}
    for kind in Kind:
        if kind not in held:
            held[kind] = Conversation(patient_id=patient_id, kind=kind, opened_at=clock.now())
            work.session.add(held[kind])
            record(work, "conversation:open", patient_id=patient_id, subject=held[kind].id)
    await work.session.flush()
    return held[Kind.CARE], held[Kind.NOTES]


async def send_message(
    work: UnitOfWork,
    conversation: Conversation,
    author_id: UUID,
    body: str,
    client_id: UUID,
    *,
    sent_at: datetime | None = None,
) -> Stored:
    """Say something inside a larger piece of work; what people send goes through `Writer`.

    The same author's same `client_id` again is answered with the first message. Raises Empty,
    TooLong, Unkeepable, Closed or AlreadySaid. `sent_at` is for stories told afterwards.
    """
    if conversation.closed_at is not None:
        raise Closed
    draft = Draft(conversation.id, author_id, client_id, message_text(body), sent_at)
    await work.session.flush()
    connection = await work.session.connection()
    answer = await connection.run_sync(_store_one, work.session.info["vault"], draft)
    if isinstance(answer, PortalError):
        raise answer
    if answer.is_new:
        patient_id = conversation.patient_id
        record(work, tag_of(conversation.kind), patient_id=patient_id, subject=answer.id)
        work.announcements += news_of(conversation.kind, patient_id, answer)
    return answer


def _store_one(connection: Connection, vault: Vault, draft: Draft) -> Stored | PortalError:
    pen = CorePen(connection)
    return store(pen, vault, [draft], look(pen, [draft]))[0]


def tag_of(kind: Kind) -> str:
    """What the trail calls a message."""
    return "note:write" if kind is Kind.NOTES else "message:send"


def news_of(kind: Kind, patient_id: UUID, message: Stored) -> list[Announcement]:
    """What open pages hear of a new message."""
    conversation_id = message.conversation_id
    told = [
        Announcement(f"conversation:{conversation_id}", "message", message.id, patient_id),
        Announcement("inbox", "message", conversation_id, patient_id),
    ]
    if message.says_something:
        told.append(Announcement(READINGS, "found", message.id, patient_id))
    if kind is Kind.CARE:
        told.append(Announcement("home", "message", conversation_id, patient_id))
    return told


async def mark_read(
    work: UnitOfWork, conversation: Conversation, person_id: UUID, seq: int
) -> bool:
    """The person has seen everything up to `seq`; False when that was known. Never goes back."""
    seq = min(seq, conversation.last_seq)
    if seq < 1:
        return False
    moved = await _move_marker(work, conversation.id, person_id, seq)
    if moved:
        _tell_read(work, conversation, person_id)
    return moved


async def _move_marker(work: UnitOfWork, conversation_id: UUID, person_id: UUID, seq: int) -> bool:
    read = {"seq": seq, "read_at": clock.now()}
    moved = await work.session.exec(
        update(ReadMarker)
        .where(
            col(ReadMarker.conversation_id) == conversation_id,
            col(ReadMarker.person_id) == person_id,
            col(ReadMarker.seq) < seq,
        )
        .values(**read)
    )
    if moved.rowcount:
        return True
    # Two tabs may both find no marker yet: the second of them has nothing left to do.
    first = insert_into(work.session, ReadMarker).values(
        conversation_id=conversation_id, person_id=person_id, **read
    )
    made = await work.session.exec(first.on_conflict_do_nothing())
    return bool(made.rowcount)


def _tell_read(work: UnitOfWork, conversation: Conversation, person_id: UUID) -> None:
    patient_id = conversation.patient_id
    work.announce(f"conversation:{conversation.id}", "read", person_id, patient_id)
    if person_id == patient_id:
        work.announce("home", "read", conversation.id, patient_id)
