"""Finding conversations through whoever asks, and reading what was said in them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Bundle, aliased
from sqlmodel import SQLModel, col, func, select
from sqlmodel.ext.asyncio.session import AsyncSession

from portal import clock
from portal.conversations.files import WORDS_FOR_FILES, File, files_of
from portal.conversations.models import Conversation, Kind, Message, ReadMarker
from portal.conversations.revisions import Revised, revised_after, revised_of
from portal.conversations.store import Before, Place, Stored, sealed_for
from portal.errors import NotFound
from portal.people.access import is_visible
from portal.people.models import Person
from portal.people.queries import Named
from portal.permissions import Actor, Permission, Role
from portal.sealing import unseal, unseal_words

# A name that holds one of these words says what the person is; a patient's name needs no role.
_TELLS = {
    Role.PATIENT: ("",),
    Role.NURSE: ("nurse",),
    Role.CLINICIAN: ("doctor", "clinician", "physician"),
    Role.COORDINATOR: ("coordinator",),
    Role.ADMIN: ("administrator",),
}


def byline_of(person: Named) -> str:
    """A name, with the role where the name does not already tell it."""
    tells = any(word in person.name.lower() for word in _TELLS[person.role])
    return person.name if tells else f"{person.name}, {person.role.words}"


@dataclass(frozen=True, slots=True)
class Line:
    """A message opened for reading, as it reads now; a withdrawn one has no words.

    `continues`: the same person as the line before, same day. `revised` is the number of its last
    correction, which was made at `revised_at`; 0 and None for what stands as it was sent.
    """

    id: UUID
    conversation_id: UUID
    kind: Kind
    seq: int
    client_id: UUID
    author: Named
    body: str
    sent_at: datetime
    zone: ZoneInfo
    continues: bool
    begins_day: bool
    revised: int = 0
    revised_at: datetime | None = None
    is_withdrawn: bool = False
    files: tuple[File, ...] = ()

    @property
    def side(self) -> str:
        return "patient" if self.author.role is Role.PATIENT else "team"

    def may_be_changed_by(self, person_id: UUID, minutes: int) -> bool:
        """Whether its own page may offer to correct it; the answer is given when that is done."""
        is_fresh = clock.now() <= self.sent_at + timedelta(minutes=minutes)
        return self.author.id == person_id and is_fresh and not self.is_withdrawn

    def change_seconds(self, minutes: int) -> int:
        """For how long that is so: a page counts these, for its own clock may be wrong."""
        left = self.sent_at + timedelta(minutes=minutes) - clock.now()
        return max(0, int(left.total_seconds()))

    @property
    def is_wordless(self) -> bool:
        """Its files say it all: the words only stand for them where no file can."""
        return bool(self.files) and self.body in WORDS_FOR_FILES

    @property
    def byline(self) -> str:
        """Who says it, with their role where the name does not already tell it."""
        return byline_of(self.author)


@dataclass(frozen=True, slots=True)
class Mark:
    """How far one person has read, and when they last did."""

    person_id: UUID
    role: Role
    seq: int
    read_at: datetime


def _for(actor: Actor) -> list[Any]:
    """The conditions under which a conversation is there for the actor."""
    conditions = [is_visible(actor, Conversation.patient_id)]
    if not actor.may(Permission.NOTE_WRITE):
        conditions.append(col(Conversation.kind) == Kind.CARE)
    return conditions


async def conversation_for(
    session: AsyncSession, actor: Actor, conversation_id: UUID
) -> Conversation:
    """Found through the actor; raises NotFound, the same for missing, not yours and staff-only."""
    found = await session.exec(
        select(Conversation).where(col(Conversation.id) == conversation_id, *_for(actor))
    )
    conversation = found.first()
    if conversation is None:
        raise NotFound
    return conversation


async def care_conversation_of(session: AsyncSession, patient_id: UUID) -> Conversation:
    """The patient's conversation with the care team. The caller has found the patient."""
    return await _of(session, patient_id, Kind.CARE)


async def notes_of(session: AsyncSession, patient_id: UUID) -> Conversation:
    """The care team's notes about a patient. For staff; the caller has found the patient."""
    return await _of(session, patient_id, Kind.NOTES)


async def _of(session: AsyncSession, patient_id: UUID, kind: Kind) -> Conversation:
    found = await session.exec(
        select(Conversation).where(
            col(Conversation.patient_id) == patient_id, col(Conversation.kind) == kind
        )
    )
    conversation = found.first()
    if conversation is None:
        raise NotFound
    return conversation


async def messages_after(
    session: AsyncSession, conversation: Conversation, seq: int, limit: int | None = None
) -> list[Line]:
    """What was said after `seq`, oldest first."""
    query = _lines().where(col(Message.conversation_id) == conversation.id, col(Message.seq) > seq)
    rows = await session.exec(query.order_by(col(Message.seq)).limit(limit))
    return await _opened(session, conversation, rows.all())


async def conversations_by_id(
    session: AsyncSession, ids: Sequence[UUID]
) -> dict[UUID, Conversation]:
    """Those that are there. The caller looks whether they are there for who asked."""
    rows = await session.exec(select(Conversation).where(col(Conversation.id).in_(ids)))
    return {conversation.id: conversation for conversation in rows.all()}


def is_for(actor: Actor, conversation: Conversation) -> bool:
    """Whether this kind is there for the actor at all; whose patient it is was asked before."""
    return conversation.kind is Kind.CARE or actor.may(Permission.NOTE_WRITE)


async def messages_before(
    session: AsyncSession, conversation: Conversation, seq: int, limit: int
) -> list[Line]:
    """The last `limit` messages before `seq`, oldest first."""
    query = _lines().where(col(Message.conversation_id) == conversation.id, col(Message.seq) < seq)
    rows = await session.exec(query.order_by(col(Message.seq).desc()).limit(limit))
    return await _opened(session, conversation, rows.all()[::-1])


async def require_readable(session: AsyncSession) -> None:
    """Raises CannotOpen when our keys do not open the first and the last message of all."""
    for order in (col(Message.id).asc(), col(Message.id).desc()):
        query = select(Message, Conversation.patient_id).join(
            Conversation, col(Conversation.id) == col(Message.conversation_id)
        )
        row = (await session.exec(query.order_by(order).limit(1))).first()
        if row is not None:
            message, patient_id = row
            unseal(session, message.body, *sealed_for(message.id, patient_id))


async def line_of(session: AsyncSession, conversation: Conversation, message_id: UUID) -> Line:
    rows = await session.exec(_lines().where(col(Message.id) == message_id))
    return (await _opened(session, conversation, rows.all()))[0]


# Columns, not objects that a session keeps: a page of messages is only read.
_MESSAGE: Any = Bundle("message", *SQLModel.metadata.tables["message"].columns)
_Before = aliased(Message)
_Patient = aliased(Person)


def _lines() -> Any:
    """Messages with author, the line before (who, when) and the patient's time zone."""
    return (
        select(_MESSAGE, col(Person.name), col(Person.role), col(_Patient.time_zone))
        .add_columns(col(_Before.author_id), col(_Before.sent_at))
        .join(Person, col(Person.id) == col(Message.author_id))
        .join(Conversation, col(Conversation.id) == col(Message.conversation_id))
        .join(_Patient, col(_Patient.id) == col(Conversation.patient_id))
        .outerjoin(
            _Before,
            (col(_Before.conversation_id) == col(Message.conversation_id))
            & (col(_Before.seq) == col(Message.seq) - 1),
        )
    )


async def lines_numbered(
    session: AsyncSession, conversation: Conversation, seqs: Sequence[int]
) -> list[Line]:
    """The lines with these numbers, newest first."""
    query = _lines().where(
        col(Message.conversation_id) == conversation.id, col(Message.seq).in_(seqs)
    )
    rows = await session.exec(query.order_by(col(Message.seq).desc()))
    return await _opened(session, conversation, rows.all())


async def last_revisions(session: AsyncSession, ids: Sequence[UUID]) -> dict[UUID, int]:
    """The number of the last correction in each of these conversations."""
    rows = await session.exec(
        select(Conversation.id, Conversation.last_revision).where(col(Conversation.id).in_(ids))
    )
    return dict(rows.all())


async def lines_revised_after(
    session: AsyncSession, conversation: Conversation, number: int, limit: int
) -> tuple[list[Line], int]:
    """The lines that the next corrections changed, as they read now, and the last one's number."""
    revisions = await revised_after(session, conversation.id, number, limit)
    if not revisions:
        return [], number
    query = _lines().where(col(Message.id).in_({message_id for _, message_id in revisions}))
    rows = await session.exec(query.order_by(col(Message.revised)))
    return await _opened(session, conversation, rows.all()), revisions[-1][0]


async def _opened(
    session: AsyncSession, conversation: Conversation, rows: Sequence[Any]
) -> list[Line]:
    revised = await revised_of(session, [row[0] for row in rows])
    files = await files_of(session, conversation.patient_id, [row[0] for row in rows])
    return [
        _line(session, conversation, revised.get(row[0].id), files.get(row[0].id, ()), *row)
        for row in rows
    ]


def _line(
    session: AsyncSession,
    conversation: Conversation,
    revised: Revised | None,
    files: tuple[File, ...],
    message: Message,
    name: str,
    role: str,
    time_zone: str,
    author_before: UUID | None,
    sent_before: datetime | None,
) -> Line:
    before = Before(author_before, sent_before) if author_before and sent_before else None
    line = line_from(
        conversation,
        message,
        author=Named(message.author_id, name, Role(role), time_zone),
        body=_words(session, conversation, message) if revised is None else revised.body or "",
        zone=ZoneInfo(time_zone),
        before=before,
        files=files,
    )
    if revised is None:
        return line
    is_withdrawn = revised.body is None
    return replace(line, revised=revised.number, revised_at=revised.at, is_withdrawn=is_withdrawn)


def _words(session: AsyncSession, conversation: Conversation, message: Message) -> str:
    return unseal_words(session, message.body, *sealed_for(message.id, conversation.patient_id))


def line_from(
    conversation: Conversation | Place,
    message: Message | Stored,
    *,
    author: Named,
    body: str,
    zone: ZoneInfo,
    before: Before | None,
    files: tuple[File, ...] = (),
) -> Line:
    """A line from its parts; `before` is the line before it."""
    begins_day = before is None or _day(before.sent_at, zone) != _day(message.sent_at, zone)
    return Line(
        id=message.id,
        conversation_id=conversation.id,
        kind=conversation.kind,
        seq=message.seq,
        client_id=message.client_id,
        author=author,
        body=body,
        sent_at=message.sent_at,
        zone=zone,
        continues=before is not None and before.author_id == author.id and not begins_day,
        begins_day=begins_day,
        files=files,
    )


def _day(at: datetime, zone: ZoneInfo) -> object:
    return at.astimezone(zone).date()


async def marks_of(session: AsyncSession, conversation_id: UUID) -> list[Mark]:
    """How far everybody has read."""
    rows = await session.exec(
        select(ReadMarker.person_id, Person.role, ReadMarker.seq, ReadMarker.read_at)
        .join(Person, col(Person.id) == col(ReadMarker.person_id))
        .where(col(ReadMarker.conversation_id) == conversation_id)
        .order_by(col(ReadMarker.read_at))
    )
    return [Mark(who, Role(role), seq, at) for who, role, seq, at in rows.all()]


async def unread_by_conversation(session: AsyncSession, actor: Actor) -> dict[UUID, int]:
    """How many messages by others the actor has not seen, per conversation that has any."""
    mine = (col(ReadMarker.conversation_id) == col(Conversation.id)) & (
        col(ReadMarker.person_id) == actor.person_id
    )
    rows = await session.exec(
        select(Conversation.id, func.count())
        .join(Message, col(Message.conversation_id) == col(Conversation.id))
        .outerjoin(ReadMarker, mine)
        .where(
            *_for(actor),
            col(Message.author_id) != actor.person_id,
            col(Message.seq) > func.coalesce(col(ReadMarker.seq), 0),
        )
        .group_by(col(Conversation.id))
    )
    return dict(rows.all())


async def unread_for(session: AsyncSession, actor: Actor) -> int:
    """How many messages by others the actor has not seen, in all."""
    return sum((await unread_by_conversation(session, actor)).values())
