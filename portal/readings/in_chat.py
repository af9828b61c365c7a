"""What stands under a patient's own messages: what we understood, quietly, and a way to say no."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from portal.conversations.models import Message
from portal.conversations.queries import Line
from portal.conversations.reading_models import MessageReading
from portal.conversations.revisions import corrections_of
from portal.conversations.understood import opened_reading
from portal.flags.models import FlagSource
from portal.readings.queries import Thing, things_of
from portal.sealing import CannotOpen
from portal.symptoms.understanding import understood

# What was written long ago is not asked about any more.
MOST = 5


@dataclass(frozen=True, slots=True)
class Beneath:
    """Beneath the message of that id; `read_id` is what was read: it, or its last correction."""

    message_id: UUID
    read_id: UUID
    things: Sequence[Thing]

    @property
    def address(self) -> str:
        return f"/understood/messages/{self.read_id}"

    @property
    def is_answered(self) -> bool:
        return all(thing.answer is not None for thing in self.things)


async def understood_in(session: AsyncSession, lines: Iterable[Line]) -> dict[UUID, Beneath]:
    """By message, for the newest of these lines in which the reader found something; the caller
    has found their conversation. A corrected message counts as it reads now."""
    own = {line.id: line for line in lines if line.side == "patient" and not line.is_withdrawn}
    rows = await session.exec(
        select(MessageReading)
        .where(col(MessageReading.message_id).in_(own))
        .order_by(col(MessageReading.message_id).desc())
        .limit(MOST)
    )
    found = [await _beneath(session, row, own[row.message_id]) for row in rows.all()]
    return {each.message_id: each for each in found if each.things}


async def _beneath(session: AsyncSession, row: MessageReading, line: Line) -> Beneath:
    read_id, codes = row.message_id, _codes(session, row)
    if line.revised:
        message = await session.get_one(Message, row.message_id)
        read_id, words = (await corrections_of(session, message, row.patient_id))[-1]
        codes = understood(words).found
    things = await things_of(session, FlagSource.READING, row.message_id, codes)
    return Beneath(row.message_id, read_id, things)


def _codes(session: AsyncSession, row: MessageReading) -> Sequence[str]:
    try:
        return opened_reading(session, row).found
    except CannotOpen:
        return ()
