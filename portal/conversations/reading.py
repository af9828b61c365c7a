"""What a page of a conversation shows: the last lines, if there are more, and what was read."""

from dataclasses import dataclass

from sqlmodel.ext.asyncio.session import AsyncSession

from portal.conversations.models import Conversation
from portal.conversations.packets import read_words
from portal.conversations.queries import Line, Mark, marks_of, messages_before
from portal.languages import N_
from portal.permissions import Actor, Role

LINES_ON_A_PAGE = 60
AFTER_EVERYTHING = 2**31 - 1


@dataclass(frozen=True, slots=True)
class Reading:
    """`state` is how far the reader's own side has been read, in words, under the line `state_seq`;
    `is_latest`: nothing was said after these lines when they were read."""

    lines: list[Line]
    has_earlier: bool
    is_latest: bool
    state: str | None
    state_seq: int

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
    own = [line for line in lines if (line.side == "patient") is actor.is_patient]
    marks = await marks_of(session, conversation.id) if own else []
    return Reading(
        lines=lines,
        has_earlier=bool(lines) and lines[0].seq > 1,
        is_latest=before is None,
        state=_state(own[-1], marks) if own else None,
        state_seq=own[-1].seq if own else 0,
    )


def _state(line: Line, marks: list[Mark]) -> str:
    """Sent, or read by the first of the other side who got that far."""
    for mark in marks:
        is_other_side = (mark.role is Role.PATIENT) is not (line.side == "patient")
        if is_other_side and mark.seq >= line.seq:
            return read_words(mark.read_at, line.zone, line.sent_at)
    return N_("Sent")
