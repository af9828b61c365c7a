"""What a page of a conversation shows: the last lines, if there are more, and what was read."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel.ext.asyncio.session import AsyncSession

from portal import clock
from portal.conversations.models import Conversation
from portal.conversations.packets import read_words
from portal.conversations.queries import Line, Mark, marks_of, messages_before
from portal.languages import N_
from portal.permissions import Actor, Role

LINES_ON_A_PAGE = 60
AFTER_EVERYTHING = 2**31 - 1


SENT = N_("Sent")


@dataclass(frozen=True, slots=True)
class Receipt:
    """How far the reader's own side has been read, in words, under the line `seq`."""

    words: str
    seq: int

    @property
    def is_read(self) -> bool:
        return self.words != SENT


@dataclass(frozen=True, slots=True)
class Reading:
    """`receipt`: where the reader's own side has said something. `is_latest`: nothing was said
    after these lines when they were read, at `at`."""

    lines: list[Line]
    has_earlier: bool
    is_latest: bool
    receipt: Receipt | None
    at: datetime

    @property
    def head(self) -> int:
        return self.lines[-1].seq if self.lines else 0


async def read_page(
    session: AsyncSession, actor: Actor, conversation: Conversation, before: int | None = None
) -> Reading:
    """The last lines, or those before a number. The caller has found the conversation."""
    lines = await messages_before(
        session, conversation, before or AFTER_EVERYTHING, LINES_ON_A_PAGE
    )
    return Reading(
        lines=lines,
        has_earlier=bool(lines) and lines[0].seq > 1,
        is_latest=before is None,
        receipt=await receipt_for(session, actor, lines),
        at=clock.now(),
    )


async def receipt_for(session: AsyncSession, actor: Actor, lines: Sequence[Line]) -> Receipt | None:
    """How far the last of these lines that is of the actor's side has come."""
    own = [line for line in lines if (line.side == "patient") is actor.is_patient]
    if not own:
        return None
    marks = await marks_of(session, own[-1].conversation_id)
    return Receipt(_state(own[-1], marks), own[-1].seq)


def _state(line: Line, marks: list[Mark]) -> str:
    """Sent, or read by the first of the other side who got that far."""
    for mark in marks:
        is_other_side = (mark.role is Role.PATIENT) is not (line.side == "patient")
        if is_other_side and mark.seq >= line.seq:
            return read_words(mark.read_at, line.zone, line.sent_at)
    return SENT
