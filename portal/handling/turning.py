"""A patient's message turned into a flag or a request, once each, and the ways between them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from portal.audit.actions import record
from portal.bookings.kinds import Kind as RequestKind
from portal.bookings.models import BookingRequest, Ending, RequestEnd
from portal.bookings.on_behalf import ask_for
from portal.conversations.models import Conversation, Kind, Message
from portal.conversations.revisions import messages_behind, versions_of
from portal.db import UnitOfWork
from portal.errors import NotFound
from portal.flags.actions import raise_flag
from portal.flags.models import BY_STAFF, Flag, FlagSource
from portal.flags.queries import FlagState, flags_of
from portal.flags.reasons import Reason
from portal.people.access import is_visible, patient_for
from portal.permissions import Actor
from portal.symptoms.levels import Level
from portal.treatments.queries import latest_dose


@dataclass(frozen=True, slots=True)
class Told:
    """A patient's own message, opened for staff."""

    message: Message
    conversation: Conversation
    words: str

    @property
    def id(self) -> UUID:
        return self.message.id

    @property
    def patient_id(self) -> UUID:
        return self.conversation.patient_id


@dataclass(frozen=True, slots=True)
class Turned:
    """What came of a message."""

    flag: FlagState | None = None
    request: BookingRequest | None = None
    ending: Ending | None = None


async def told_for(session: AsyncSession, actor: Actor, message_id: UUID) -> Told:
    """What a patient of the actor's said to the team, in its present words; what was withdrawn, in
    its last ones. Also found by a correction's id. Raises NotFound."""
    message_id = (await messages_behind(session, [message_id])).get(message_id, message_id)
    found = await session.exec(
        select(Message, Conversation)
        .join(Conversation, col(Conversation.id) == col(Message.conversation_id))
        .where(
            col(Message.id) == message_id,
            col(Message.author_id) == col(Conversation.patient_id),
            col(Conversation.kind) == Kind.CARE,
            is_visible(actor, Conversation.patient_id),
        )
    )
    row = found.first()
    if row is None:
        raise NotFound
    message, conversation = row
    versions = await versions_of(session, conversation, message)
    words = next(one.body for one in reversed(versions) if one.body is not None)
    return Told(message, conversation, words)


async def turned_of(
    session: AsyncSession, patient_id: UUID, flags: Sequence[FlagState] | None = None
) -> dict[UUID, Turned]:
    """What came of the messages of a patient whom the caller has found, by message."""
    states = flags if flags is not None else await flags_of(session, patient_id)
    raised = {one.flag.source_id: one for one in states if one.flag.source == FlagSource.MESSAGE}
    rows = await session.exec(
        select(BookingRequest, RequestEnd)
        .outerjoin(RequestEnd, col(RequestEnd.request_id) == col(BookingRequest.id))
        .where(
            col(BookingRequest.patient_id) == patient_id,
            col(BookingRequest.message_id).is_not(None),
        )
    )
    turned = {id: Turned(flag) for id, flag in raised.items()}
    for request, end in rows.all():
        if id := request.message_id:
            turned[id] = Turned(raised.get(id), request, end.ending if end else None)
    return turned


async def flag_message(work: UnitOfWork, actor: Actor, told: Told, level: Level, why: str) -> Flag:
    """Raise a flag at the level that somebody of the team chose. A second time finds the first."""
    dose = await latest_dose(work.session, told.patient_id, before=told.message.sent_at)
    since = told.message.sent_at - dose.ended_at if dose else None
    return await raise_flag(
        work,
        patient_id=told.patient_id,
        source=FlagSource.MESSAGE,
        source_id=told.id,
        summary=why,
        reasons=[_reason(actor, told, level, why)],
        hours_since_dose=since / timedelta(hours=1) if since is not None else None,
    )


def _reason(actor: Actor, told: Told, level: Level, why: str) -> Reason:
    return Reason(
        rule=BY_STAFF,
        rule_set=BY_STAFF,
        level=level,
        title="Raised from a message",
        said=told.words,
        limit="Somebody of the care team judged it",
        change=f"{actor.name}: {why}",
        effect=None,
        source="The care team’s judgement",
    )


async def request_from(
    work: UnitOfWork, actor: Actor, told: Told, kind: RequestKind
) -> BookingRequest:
    """Ask for a visit or a call for the patient. A second time finds the first request."""
    patient = await patient_for(work.session, actor, told.patient_id)
    made = await ask_for(work, patient, kind, told.words, told.id)
    record(work, "message:request", patient_id=told.patient_id, subject=told.id)
    return made
