"""A reply for later in one line, for every test that needs one."""

from datetime import timedelta
from uuid import UUID, uuid4

from portal import clock
from portal.conversations.actions import mark_read
from portal.conversations.models import Conversation
from portal.db import Database
from portal.handling.later import set_later
from portal.handling.later_models import LaterMessage
from portal.people.models import Person
from tests.clients import actor_of


async def a_reply_for_later(
    database: Database,
    care: Conversation,
    author: Person,
    words: str = "Good morning",
    name: UUID | None = None,
) -> LaterMessage:
    """To be sent in two hours, by somebody who has read all that was said."""
    actor, due = await actor_of(database, author), clock.now() + timedelta(hours=2)
    async with database.work(actor) as work:
        held = await work.session.get_one(Conversation, care.id)
        await mark_read(work, held, author.id, held.last_seq)
        return await set_later(work, held, name or uuid4(), words, due)
