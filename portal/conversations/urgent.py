"""Now, or can it wait? Asked of a patient whose message reads urgent, after it is sent."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from portal import clock
from portal.audit.actions import record
from portal.conversations.corrections import words_now
from portal.conversations.models import Conversation, Message
from portal.conversations.queries import Line
from portal.conversations.revision_models import UrgencyAnswer
from portal.conversations.urgency import reads_urgent
from portal.db import UnitOfWork, insert_into
from portal.flags.actions import raise_flag
from portal.flags.models import FlagSource
from portal.flags.reasons import Reason
from portal.symptoms.levels import Level

# A question about words of yesterday is not asked any more.
ASKED_FOR = timedelta(hours=12)
# The last words decide; more would be read only to be thrown away.
LOOKED_AT = 5
RULE_SET = "asked-1"
SUMMARY = "Asks for help now, by message"


@dataclass(frozen=True, slots=True)
class Question:
    """About the patient's own message; `conversation_id` is where it stands."""

    conversation_id: UUID
    message_id: UUID


async def question_about(session: AsyncSession, lines: Sequence[Line]) -> Question | None:
    """Whether to ask about the last of these lines: until it is answered, or the team has written.

    `lines` are the newest of a conversation, oldest first.
    """
    since = clock.now() - ASKED_FOR
    for line in reversed(lines[-LOOKED_AT:]):
        if line.side != "patient" or line.sent_at < since:
            return None
        if not line.is_withdrawn and reads_urgent(line.body):
            answer = await session.get(UrgencyAnswer, line.id)
            return None if answer else Question(line.conversation_id, line.id)
    return None


async def answer(
    work: UnitOfWork, conversation: Conversation, message: Message, *, needs_help_now: bool
) -> None:
    """Keep the answer; "now" is an urgent flag for the team, once, and is never taken back.

    The caller has found the patient's own message.
    """
    row = {"message_id": message.id, "needs_help_now": needs_help_now, "at": clock.now()}
    first = insert_into(work.session, UrgencyAnswer).values(**row)
    if needs_help_now:
        kept = first.on_conflict_do_update(index_elements=["message_id"], set_=row)
    else:
        kept = first.on_conflict_do_nothing()
    await work.session.exec(kept)
    patient_id = conversation.patient_id
    record(
        work,
        "message:urgency",
        patient_id=patient_id,
        subject=message.id,
        detail={"now": needs_help_now},
    )
    if needs_help_now:
        await _call(work, conversation, message)


async def _call(work: UnitOfWork, conversation: Conversation, message: Message) -> None:
    said = await words_now(work.session, conversation, message)
    reason = Reason(
        rule="help-now",
        rule_set=RULE_SET,
        level=Level.URGENT,
        title="Patient asks for help now",
        said=said or "(withdrawn)",
        limit="Pressed: I need help now",
        change=None,
        effect=None,
        source="workflow.md, clocks: what a patient calls urgent is looked at like urgent",
    )
    await raise_flag(
        work,
        patient_id=conversation.patient_id,
        source=FlagSource.HELP_NOW,
        source_id=message.id,
        summary=SUMMARY,
        reasons=[reason],
        hours_since_dose=None,
    )
