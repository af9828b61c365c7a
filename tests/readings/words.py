"""Messages for tests, and the flags that they raise."""

from collections.abc import Awaitable, Callable
from uuid import UUID, uuid4

from portal import clock
from portal.conversations.actions import open_conversations, send_message
from portal.conversations.corrections import correct, own_message
from portal.conversations.store import Stored
from portal.db import Database
from portal.flags.queries import FlagState, flags_of
from portal.people.models import Person
from portal.readings.waiting import settling_waiting
from tests.clients import Client, actor_of

ClientFor = Callable[[Person | None], Awaitable[Client]]


async def wrote(
    database: Database,
    patient: Person,
    words: str,
    author: Person | None = None,
    client_id: UUID | None = None,
) -> Stored:
    """A message in the patient's conversation, stored and not yet judged."""
    author = author or patient
    async with database.work(await actor_of(database, author)) as work:
        care, _ = await open_conversations(work, patient.id)
        return await send_message(work, care, author.id, words, client_id or uuid4())


async def reworded(database: Database, patient: Person, message: Stored, *words: str) -> None:
    """The patient corrects the message, once for each of these."""
    actor = await actor_of(database, patient)
    for body in words:
        async with database.work(actor) as work:
            found, own = await own_message(work.session, actor, message.conversation_id, message.id)
            await correct(work, found, message.id, own.revised, body)


async def flags_after(database: Database, patient: Person) -> list[FlagState]:
    """All flags once everything is judged."""
    await settling_waiting()(database, clock.now())
    async with database.read() as session:
        return await flags_of(session, patient.id)
