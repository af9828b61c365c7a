"""What happens by itself: a silent owner loses a waiting conversation, and a snooze ends."""

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlmodel import col, select

from portal.conversations.models import Conversation, Message
from portal.db import Database, UnitOfWork, clinic_of
from portal.handling.actions import add_step
from portal.handling.models import Did, Handling
from portal.handling.queries import is_last, state_of_handling, waiting
from portal.rounds import each_alone

Still = Callable[[UnitOfWork, Handling], Awaitable[bool]]


async def return_silent(database: Database, now: datetime) -> int:
    """Give waiting conversations of silent owners back to the queue; says how many this worker did.

    Any number of workers may run: each step's number is given once.
    """
    async with database.read() as session:
        clinic = clinic_of(session)
        before = now - timedelta(minutes=clinic.silent_minutes)
        states = (await session.exec(_silent(before))).all()

    async def is_silent(work: UnitOfWork, state: Handling) -> bool:
        query = _silent(before).where(col(Handling.id) == state.id)
        return (await work.session.exec(query)).first() is not None

    return await _step_each(database, states, Did.RETURN, {"owner_id": None}, is_silent)


def _silent(before: datetime) -> Any:
    """Owned conversations in which the patient's words and the last step are older than that."""
    waits = waiting().where(col(Message.sent_at) <= before).subquery()
    return (
        select(Handling)
        .join(waits, waits.c.id == col(Handling.conversation_id))
        .join(Conversation, col(Conversation.id) == col(Handling.conversation_id))
        .where(
            is_last(),
            col(Handling.owner_id).is_not(None),
            col(Handling.at) <= before,
            col(Handling.snoozed_until).is_(None)
            | (col(Conversation.last_seq) > col(Handling.seen_seq)),
        )
    )


async def wake_snoozed(database: Database, now: datetime) -> int:
    """End the snoozes whose time has come, so that open pages hear of it."""

    async def is_over(work: UnitOfWork, state: Handling) -> bool:
        return state.snoozed_until is not None and state.snoozed_until <= now

    async with database.read() as session:
        over = is_last(), col(Handling.snoozed_until) <= now
        states = (await session.exec(select(Handling).where(*over))).all()
    return await _step_each(database, states, Did.WAKE, {}, is_over)


async def _step_each(
    database: Database, states: Any, did: Did, changes: dict[str, Any], still: Still
) -> int:
    async def step(conversation_id: UUID, number: int) -> int:
        async with database.work(origin="worker") as work:
            held = await state_of_handling(work.session, conversation_id)
            if held is None or held.number != number or not await still(work, held):
                return 0
            conversation = await work.session.get_one(Conversation, conversation_id)
            return int(bool(await add_step(work, conversation, held, did, dict(changes))))

    return await each_alone(step, [(state.conversation_id, state.number) for state in states])
