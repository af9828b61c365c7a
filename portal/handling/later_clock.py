"""Replies whose time has come: sent once, held, or given up and told to whoever wrote them."""

from datetime import datetime
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from portal.accounts.sessions import actor_from
from portal.conversations.models import Conversation
from portal.db import Database, UnitOfWork
from portal.handling.later import deliver, end, is_overtaken, locked_if_due, tell
from portal.handling.later_models import Fate, LaterMessage
from portal.handling.queries import state_of_handling
from portal.handling.rules import is_closed
from portal.ids import new_id
from portal.people.access import may_see
from portal.people.models import Person
from portal.permissions import Permission
from portal.rounds import each_alone
from portal.sealing import CannotOpen

AT_ONCE = 100


async def send_due(database: Database, now: datetime) -> int:
    """Any number of workers may run: the message and the note that it was sent are one commit."""
    async with database.read() as session:
        due = await _due(session, now)
    return await each_alone(_deal_with, [(id, database, person, now) for id, person in due])


async def _due(session: AsyncSession, now: datetime) -> list[tuple[UUID, Person]]:
    rows = await session.exec(
        select(LaterMessage.id, Person)
        .join(Person, col(Person.id) == col(LaterMessage.author_id))
        .where(
            col(LaterMessage.fate).is_(None),
            col(LaterMessage.held_at).is_(None),
            col(LaterMessage.send_at) <= now,
        )
        .order_by(col(LaterMessage.send_at), col(LaterMessage.id))
        .limit(AT_ONCE)
    )
    return [(later_id, person) for later_id, person in rows.all()]


async def _deal_with(later_id: UUID, database: Database, person: Person, now: datetime) -> int:
    try:
        return await _send(later_id, database, person, now)
    except CannotOpen:
        async with database.work(origin="worker") as work:
            row = await locked_if_due(work, later_id, now)
            if row is not None:
                conversation = await work.session.get_one(Conversation, row.conversation_id)
                end(work, row, conversation, Fate.UNREADABLE)
        return 1


async def _send(later_id: UUID, database: Database, person: Person, now: datetime) -> int:
    # On behalf of its author, who must still be allowed to write there.
    async with database.work(actor_from(person, new_id()), origin="worker") as work:
        row = await locked_if_due(work, later_id, now)
        if row is None:
            return 0
        conversation = await work.session.get_one(Conversation, row.conversation_id)
        refusal = await _refusal(work, conversation, person)
        if refusal is not None:
            end(work, row, conversation, refusal)
        elif await is_overtaken(work, row):
            row.held_at = now
            work.session.add(row)
            tell(work, "later:hold", row, conversation)
        else:
            await deliver(work, row, conversation)
    return 1


async def _refusal(work: UnitOfWork, conversation: Conversation, person: Person) -> Fate | None:
    await work.session.refresh(conversation)
    now = await work.session.get_one(Person, person.id)
    actor = actor_from(now, new_id())
    may_write = now.disabled_at is None and actor.may(Permission.CONVERSATION_WRITE)
    if not may_write or not await may_see(work.session, actor, conversation.patient_id):
        return Fate.NO_ACCESS
    state = await state_of_handling(work.session, conversation.id)
    if conversation.closed_at is not None or is_closed(state, conversation.last_seq):
        return Fate.CLOSED
    return None
