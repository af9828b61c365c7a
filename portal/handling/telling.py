"""What happens by itself: a message that nobody has open is told to whoever it is for.

A team's message is for the patient, a patient's for whoever owns the conversation. An open page
reads, and what is read is not told: that is how the portal knows who is there.
"""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import and_, or_
from sqlalchemy.orm import aliased
from sqlmodel import case, col, func, select

from portal.conversations.models import Conversation, Kind, Message, ReadMarker
from portal.db import Database
from portal.handling.models import Handling
from portal.handling.queries import is_last
from portal.notices.actions import notify, seen
from portal.notices.models import Notice
from portal.notices.reasons import Reason
from portal.rounds import each_alone

# After an outage of the worker, what is older is no news.
NEWS_FOR = timedelta(days=2)


async def tell_of_messages(database: Database, now: datetime) -> int:
    """Tell who has not read the last message; says how many notices this worker wrote or ended."""
    async with database.read() as session:
        untold = (await session.exec(_untold(now))).all()
        read = (await session.exec(_read())).all()
    told = await each_alone(_tell, [(*one, database, now) for one in untold])
    return told + await each_alone(_end, [(*one, database) for one in read])


async def _tell(conversation_id: UUID, person_id: UUID, database: Database, now: datetime) -> int:
    """Looked at again under the conversation's lock, so that two workers tell once."""
    async with database.work(origin="worker") as work:
        held = select(Conversation.id).where(col(Conversation.id) == conversation_id)
        await work.session.exec(held.with_for_update())
        still = _untold(now).where(col(Conversation.id) == conversation_id)
        if (await work.session.exec(still)).first() is None:
            return 0
        times = (await work.session.exec(_lines(conversation_id, person_id, now))).one()
        await notify(work, person_id, Reason.MESSAGE, subject_id=conversation_id, times=times)
        return 1


async def _end(conversation_id: UUID, person_id: UUID, database: Database) -> int:
    async with database.work(origin="worker") as work:
        return await seen(work, person_id, [Reason.MESSAGE], conversation_id)


def _untold(now: datetime) -> Any:
    """Conversation and person, where the person has neither read nor been told of the last line."""
    owner: Any = aliased(Handling, select(Handling).where(is_last()).subquery())
    by_patient = col(Message.author_id) == col(Conversation.patient_id)
    reader = case((by_patient, owner.owner_id), else_=col(Conversation.patient_id))
    told = select(Notice.id).where(
        col(Notice.person_id) == reader,
        col(Notice.reason) == Reason.MESSAGE,
        col(Notice.subject_id) == col(Conversation.id),
        col(Notice.last_at) >= col(Message.sent_at),
    )
    marker = select(ReadMarker.seq).where(
        col(ReadMarker.conversation_id) == col(Conversation.id),
        col(ReadMarker.person_id) == reader,
        col(ReadMarker.seq) >= col(Conversation.last_seq),
    )
    return (
        select(Conversation.id, reader)
        .join(Message, _is_last_line())
        .outerjoin(owner, owner.conversation_id == col(Conversation.id))
        .where(
            col(Conversation.kind) == Kind.CARE,
            col(Message.sent_at) > now - NEWS_FOR,
            reader.is_not(None),
            ~told.exists(),
            ~marker.exists(),
        )
    )


def _lines(conversation_id: UUID, person_id: UUID, now: datetime) -> Any:
    """How many lines of the other side this person has neither read nor been told of."""
    by_patient = col(Message.author_id) == col(Conversation.patient_id)
    told = select(func.max(Notice.last_at)).where(
        col(Notice.person_id) == person_id,
        col(Notice.reason) == Reason.MESSAGE,
        col(Notice.subject_id) == conversation_id,
    )
    read = select(ReadMarker.seq).where(
        col(ReadMarker.conversation_id) == conversation_id,
        col(ReadMarker.person_id) == person_id,
        col(ReadMarker.seq) >= col(Message.seq),
    )
    last_told = told.scalar_subquery()
    return (
        select(func.count())
        .select_from(Message)
        .join(Conversation, col(Conversation.id) == col(Message.conversation_id))
        .where(
            col(Conversation.id) == conversation_id,
            by_patient != (col(Conversation.patient_id) == person_id),
            col(Message.sent_at) > now - NEWS_FOR,
            or_(last_told.is_(None), col(Message.sent_at) > last_told),
            ~read.correlate(Message).exists(),
        )
    )


def _read() -> Any:
    """Conversation and person of a notice whose line was read in the conversation."""
    return (
        select(Notice.subject_id, Notice.person_id)
        .join(Conversation, col(Conversation.id) == col(Notice.subject_id))
        .join(
            ReadMarker,
            and_(
                col(ReadMarker.conversation_id) == col(Conversation.id),
                col(ReadMarker.person_id) == col(Notice.person_id),
            ),
        )
        .where(
            col(Notice.reason) == Reason.MESSAGE,
            col(Notice.seen_at).is_(None),
            col(ReadMarker.seq) >= col(Conversation.last_seq),
        )
    )


def _is_last_line() -> Any:
    return and_(
        col(Message.conversation_id) == col(Conversation.id),
        col(Message.seq) == col(Conversation.last_seq),
    )
