"""What the patient's page says about who answers and when, from real rows."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from uuid import uuid4

from portal.conversations.actions import send_message
from portal.conversations.models import Conversation
from portal.db import Database
from portal.handling.answering import Answering, answering_for
from portal.people.models import Person
from tests.clients import Client, sign_in
from tests.conftest import Clock
from tests.conversations.people import opened

ClientFor = Callable[[Person | None], Awaitable[Client]]
# A Monday, 11 am at the clinic.
NOW = datetime(2026, 11, 23, 16, 0, tzinfo=UTC)


async def wrote(
    database: Database, care: Conversation, author: Person, at: datetime, words: str = "Hello"
) -> None:
    async with database.work() as work:
        await send_message(work, care, author.id, words, uuid4(), sent_at=at)


async def answering(database: Database, patient: Person) -> Answering:
    async with database.read() as session:
        return await answering_for(session, patient.id)


async def test_it_is_the_promise_at_first_and_later_what_the_last_days_took(
    database: Database, patient: Person, nurse_on_team: Person, clock: Clock
) -> None:
    clock.set(NOW)
    care, _ = await opened(database, patient)
    assert (await answering(database, patient)).by == "3 pm"
    for index in range(9):
        asked = NOW - timedelta(days=4, hours=2) + timedelta(minutes=20 * index)
        await wrote(database, care, patient, asked)
        await wrote(database, care, nurse_on_team, asked + timedelta(minutes=12))
    found = await answering(database, patient)
    assert (found.by, found.here, found.expected.waits) == ("11:15 am", [], False)
    await wrote(database, care, patient, NOW - timedelta(minutes=1))
    found = await answering(database, patient)
    assert (found.by, found.expected.waits) == ("11:14 am", True)
    clock.forward(minutes=30)
    assert (await answering(database, patient)).expected.waits


async def test_who_is_there_is_named_with_their_role(
    client_for: ClientFor,
    database: Database,
    patient: Person,
    nurse_on_team: Person,
    nurse_elsewhere: Person,
    clock: Clock,
) -> None:
    clock.set(NOW)
    care, _ = await opened(database, patient)
    for person in (nurse_on_team, nurse_elsewhere):
        await sign_in(database, person)
    client = await client_for(patient)
    page = (await client.get(f"/conversations/{care.id}")).text
    assert "Night nurse is here." in page
    assert "Nurse elsewhere" not in page
    assert "Open until 6 pm" in page
    clock.set(NOW + timedelta(hours=11))
    later = await client_for(patient)
    page = (await later.get(f"/conversations/{care.id}")).text
    assert "The team is back Tuesday at 8 am." in page
    assert "Night nurse is here" not in page
