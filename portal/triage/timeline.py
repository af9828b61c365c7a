"""What happened around a flag, in words, the latest first. Messages count; their words do not."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from portal.check_ins.library import rules_of
from portal.check_ins.models import AnsweredBy, CheckIn, CutShort
from portal.check_ins.results import advice
from portal.conversations.models import Conversation, Kind, Message
from portal.db import clinic_of
from portal.flags.care import Did
from portal.flags.history import Happening, Step, history_of
from portal.flags.models import Flag, FlagSource
from portal.flags.reasons import Reason
from portal.people.queries import Named, named
from portal.triage.history_words import line_of

MOST_MESSAGES = 20


@dataclass(frozen=True, slots=True)
class Moment:
    """One line. `note` is what the person wrote about it, `flag_id` another flag it points at."""

    at: datetime
    words: str
    note: str | None = None
    is_strong: bool = False
    flag_id: UUID | None = None


async def timeline_of(
    session: AsyncSession, flag: Flag, reasons: Sequence[Reason], zone: ZoneInfo
) -> list[Moment]:
    steps = await history_of(session, flag)
    linked = {step.care.other_id for step in steps if step.care}
    sent = [one for one in await _messages_since(session, flag) if one[2] not in linked]
    people = await named(session, [*_named_in(steps), *(who for who, _, _ in sent)])
    lines = [await _shown(session, flag, reasons)]
    lines += [_moment(step, people, flag, zone) for step in steps]
    lines += [Moment(at, f"{people[who].name} sent a message") for who, at, _ in sent]
    return sorted(lines, key=lambda line: line.at, reverse=True)


def _named_in(steps: Sequence[Happening]) -> Iterator[UUID | None]:
    for step in steps:
        yield step.by_id
        yield step.care.to_id if step.care else None
        yield from (UUID(id) for id in step.climb.told) if step.climb else ()
        yield from step.told


async def _shown(session: AsyncSession, flag: Flag, reasons: Sequence[Reason]) -> Moment:
    """What the patient read at once, before any of us had seen it."""
    if flag.source == FlagSource.MESSAGE:
        return Moment(flag.raised_at, "Somebody of the team read it in a message")
    if flag.source == FlagSource.READING:
        return Moment(flag.raised_at, "The rules found it in the patient's message")
    if flag.source == FlagSource.SILENCE:
        return Moment(flag.raised_at, "The patient did not answer, so nothing was read")
    if flag.source == FlagSource.HELP_NOW:
        return Moment(flag.raised_at, "Patient pressed “I need help now” and got the help page")
    told = advice(rules_of(session), reasons, flag.due_at, clinic_of(session))
    check_in = await session.get(CheckIn, flag.source_id)
    if check_in is not None and check_in.cut_short is CutShort.LEFT:
        # Nobody was there to read it: it was sent because the patient had stopped answering.
        words = f"Patient stopped answering; “{told.heading}” waits for them"
        return Moment(flag.raised_at, words, " ".join(told.sentences))
    is_adult = check_in is not None and check_in.answered_by is AnsweredBy.ADULT
    reader = "The adult with them" if is_adult else "Patient"
    return Moment(flag.raised_at, f"{reader} read “{told.heading}”", " ".join(told.sentences))


def _moment(step: Happening, people: Mapping[UUID, Named], flag: Flag, zone: ZoneInfo) -> Moment:
    words = line_of(step, people, flag.raised_at, zone)
    link = step.care.other_id if step.care and step.care.did is Did.LINK else None
    is_strong = step.step in {Step.RAISED, Step.CLIMBED, Step.LATE}
    return Moment(step.at, words, step.words, is_strong=is_strong, flag_id=link)


async def _messages_since(session: AsyncSession, flag: Flag) -> list[tuple[UUID, datetime, UUID]]:
    """Who wrote in the patient's conversation after the flag, the last few."""
    found = await session.exec(
        select(Message.author_id, Message.sent_at, Message.id)
        .join(Conversation, col(Conversation.id) == col(Message.conversation_id))
        .where(
            col(Conversation.patient_id) == flag.patient_id,
            col(Conversation.kind) == Kind.CARE,
            col(Message.sent_at) >= flag.raised_at,
        )
        .order_by(col(Message.seq).desc())
        .limit(MOST_MESSAGES)
    )
    return [(row[0], row[1], row[2]) for row in found.all()]
