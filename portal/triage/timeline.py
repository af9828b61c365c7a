"""What happened around a flag, in words, the latest first. Messages count; their words do not."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from portal.check_ins.models import CheckIn, CutShort
from portal.check_ins.results import advice
from portal.conversations.models import Conversation, Kind, Message
from portal.flags.history import Happening, Step, history_of
from portal.flags.models import Flag, FlagSource
from portal.flags.reasons import Reason
from portal.people.queries import Named, named

_WORDS = {
    Step.RAISED: "Flag raised",
    Step.ACKNOWLEDGED: "{who} acknowledged",
    Step.RESOLVED: "{who} resolved",
    Step.REOPENED: "{who} reopened",
}
MOST_MESSAGES = 20


@dataclass(frozen=True, slots=True)
class Moment:
    """One line. `note` is what the person wrote about it."""

    at: datetime
    words: str
    note: str | None = None
    is_strong: bool = False


async def timeline_of(session: AsyncSession, flag: Flag, reasons: Sequence[Reason]) -> list[Moment]:
    steps = await history_of(session, flag)
    sent = await _messages_since(session, flag)
    people = await named(session, [*(step.by_id for step in steps), *(who for who, _ in sent)])
    lines = [await _shown(session, flag, reasons)]
    lines += [moment(step, people) for step in steps]
    lines += [Moment(at, f"{people[who].name} sent a message") for who, at in sent]
    return sorted(lines, key=lambda line: line.at, reverse=True)


async def _shown(session: AsyncSession, flag: Flag, reasons: Sequence[Reason]) -> Moment:
    """What the patient read at once, before any of us had seen it."""
    if flag.source == FlagSource.MESSAGE:
        return Moment(flag.raised_at, "Somebody of the team read it in a message")
    told = advice(reasons, flag.due_at, session.info["clinic"])
    check_in = await session.get(CheckIn, flag.source_id)
    if check_in is not None and check_in.cut_short is CutShort.LEFT:
        # Nobody was there to read it: it was sent because the patient had stopped answering.
        words = f"Patient stopped answering; “{told.heading}” waits for them"
        return Moment(flag.raised_at, words, " ".join(told.sentences))
    return Moment(flag.raised_at, f"Patient read “{told.heading}”", " ".join(told.sentences))


def moment(step: Happening, people: Mapping[UUID, Named]) -> Moment:
    who = people[step.by_id].name if step.by_id else ""
    words = _WORDS[step.step].format(who=who)
    if step.outcome is not None:
        words = f"{words}: {step.outcome.words.lower()}"
    return Moment(step.at, words, step.words, is_strong=step.step is Step.RAISED)


async def _messages_since(session: AsyncSession, flag: Flag) -> list[tuple[UUID, datetime]]:
    """Who wrote in the patient's conversation after the flag, the last few."""
    found = await session.exec(
        select(Message.author_id, Message.sent_at)
        .join(Conversation, col(Conversation.id) == col(Message.conversation_id))
        .where(
            col(Conversation.patient_id) == flag.patient_id,
            col(Conversation.kind) == Kind.CARE,
            col(Message.sent_at) >= flag.raised_at,
        )
        .order_by(col(Message.seq).desc())
        .limit(MOST_MESSAGES)
    )
    return [(row[0], row[1]) for row in found.all()]
