"""What was understood from a check-in's note or a message, found through the actor."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from portal.check_ins.answers import ticked
from portal.check_ins.own_words import PLAIN_KINDS
from portal.check_ins.sent import Submitted, submitted_check_in
from portal.conversations.models import Message
from portal.conversations.reading_models import MessageReading
from portal.conversations.revisions import corrections_of, messages_behind
from portal.conversations.store import sealed_for
from portal.conversations.understood import opened_reading
from portal.errors import NotFound
from portal.flags.models import Flag, FlagSource
from portal.people.access import is_visible
from portal.permissions import Actor
from portal.readings.models import ReadingAnswer
from portal.sealing import CannotOpen, unseal, unseal_words
from portal.symptoms.understanding import QUIET, Understood, pieces, understood
from portal.symptoms.vocabulary import Effect


@dataclass(frozen=True, slots=True)
class Thing:
    """One thing that was understood, in plain words, and what the patient said of it."""

    code: str
    answer: bool | None = None

    @property
    def plain(self) -> str:
        return PLAIN_KINDS[self.code] if self.code in PLAIN_KINDS else Effect(self.code).plain


@dataclass(frozen=True, slots=True)
class Reading:
    """`pieces` are the words in parts, each with whether it led to something. `read_id` is what was
    read: the source itself, or a correction of it."""

    source: FlagSource
    source_id: UUID
    read_id: UUID
    patient_id: UUID
    at: datetime
    pieces: Sequence[tuple[str, bool]]
    things: Sequence[Thing]

    @property
    def address(self) -> str:
        kind = "messages" if self.source is FlagSource.READING else "check-ins"
        return f"/understood/{kind}/{self.read_id}"

    @property
    def refused(self) -> list[Thing]:
        """What the patient says is wrong."""
        return [thing for thing in self.things if thing.answer is False]


async def reading_for(session: AsyncSession, actor: Actor, source: str, source_id: UUID) -> Reading:
    """Raises NotFound when there is none, or it is not of a patient of the actor's."""
    reading = await _reading(session, source, source_id)
    if reading is None:
        raise NotFound
    return reading if await _is_theirs(session, actor, reading) else _missing()


async def reading_of(
    session: AsyncSession, flag: Flag, check_in: Submitted | None = None
) -> Reading | None:
    """The words behind a flag that was found through the actor: a message's, or the note of the
    check-in that raised it."""
    if flag.source == FlagSource.READING:
        return await _of_message(session, flag.source_id)
    return await _of_note(session, check_in)


def _missing() -> Reading:
    raise NotFound


async def _is_theirs(session: AsyncSession, actor: Actor, reading: Reading) -> bool:
    if reading.source is FlagSource.CHECK_IN:
        return reading.patient_id == actor.person_id
    query = select(MessageReading.message_id).where(
        col(MessageReading.message_id) == reading.source_id,
        is_visible(actor, MessageReading.patient_id),
    )
    return (await session.exec(query)).first() is not None


async def _reading(session: AsyncSession, source: str, source_id: UUID) -> Reading | None:
    if source == FlagSource.READING:
        return await _of_message(session, source_id)
    if source == FlagSource.CHECK_IN:
        return await _of_note(session, await submitted_check_in(session, source_id))
    return None


async def _of_message(session: AsyncSession, source_id: UUID) -> Reading | None:
    """Of a message, or of a correction that was read for itself."""
    message_id = (await messages_behind(session, [source_id])).get(source_id, source_id)
    row = await session.get(MessageReading, message_id)
    if row is None:
        return None
    message = await session.get_one(Message, message_id)
    text, found = await _words_of(session, row, message, source_id)
    things = await things_of(session, FlagSource.READING, message_id, found.found)
    return Reading(
        FlagSource.READING,
        message_id,
        source_id,
        row.patient_id,
        message.sent_at,
        pieces(text, found.marks),
        things,
    )


async def _words_of(
    session: AsyncSession, row: MessageReading, message: Message, source_id: UUID
) -> tuple[str, Understood]:
    corrections = await corrections_of(session, message, row.patient_id) if message.revised else []
    for id, words in corrections:
        if id == source_id:
            return words, understood(words)
    text = unseal_words(session, message.body, *sealed_for(message.id, row.patient_id))
    try:
        return text, opened_reading(session, row)
    except CannotOpen:
        return text, QUIET


async def _of_note(session: AsyncSession, sent: Submitted | None) -> Reading | None:
    if sent is None or not sent.note:
        return None
    codes = sorted(ticked(sent.told.answers, "text"))
    return Reading(
        FlagSource.CHECK_IN,
        sent.id,
        sent.id,
        sent.check_in.patient_id,
        sent.at,
        sent.note_pieces,
        await things_of(session, FlagSource.CHECK_IN, sent.id, codes),
    )


async def things_of(
    session: AsyncSession, source: FlagSource, source_id: UUID, codes: Sequence[str]
) -> list[Thing]:
    rows = await session.exec(
        select(ReadingAnswer)
        .where(col(ReadingAnswer.source) == source, col(ReadingAnswer.source_id) == source_id)
        .order_by(col(ReadingAnswer.at), col(ReadingAnswer.id))
    )
    said = dict(_opened(session, row) for row in rows.all())
    # The kind says the same as the effect, and more exactly.
    kinds = {"too_much", "addiction"}.intersection(codes)
    shown = [code for code in codes if not (kinds and code == Effect.OVERDOSE_ADDICTION)]
    return [Thing(code, said.get(code)) for code in shown]


def _opened(session: AsyncSession, row: ReadingAnswer) -> tuple[str, bool | None]:
    try:
        text = unseal(session, row.said, "reading_answer", row.id, row.patient_id)
    except CannotOpen:
        return "", None
    said = json.loads(text)
    return said["what"], said["right"]
