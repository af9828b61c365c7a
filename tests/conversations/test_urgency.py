"""A message that reads urgent is stored and sent; then its writer is asked if it can wait."""

from collections.abc import Awaitable, Callable
from uuid import UUID

import pytest
from sqlmodel import select

from portal.conversations.models import Conversation
from portal.conversations.queries import messages_after
from portal.conversations.urgency import reads_urgent
from portal.db import Database
from portal.flags.models import Flag, FlagSource
from portal.people.models import Person
from portal.symptoms.levels import Level
from tests.clients import Client
from tests.conftest import Clock
from tests.conversations.people import said

ClientFor = Callable[[Person | None], Awaitable[Client]]
ASKED = "Do you need help now, or can this wait"


@pytest.mark.parametrize(
    "words",
    [
        "My chest hurts and I cannot breathe",
        "I want to kill myself",
        "This is urgent",
        "Please help me",
        "I need help right now",
        "Es una emergencia",
    ],
)
def test_danger_and_the_writers_own_word_for_it_read_urgent(words: str) -> None:
    assert reads_urgent(words)


@pytest.mark.parametrize(
    "words",
    [
        "",
        "Thank you",
        "Can I eat before the visit?",
        "It is not urgent",
        "No emergency, just a question",
        "No chest pain today",
        "This isn't urgent",
    ],
)
def test_ordinary_words_do_not(words: str) -> None:
    assert not reads_urgent(words)


async def write(client: Client, care: Conversation, body: str) -> UUID:
    answer = await client.post(f"/conversations/{care.id}/messages", body=body)
    assert answer.status_code == 303
    return UUID(answer.headers["location"].partition("#m-")[2])


async def flags(database: Database) -> list[Flag]:
    async with database.read() as session:
        rows = await session.exec(select(Flag).where(Flag.source == FlagSource.HELP_NOW))
        return list(rows.all())


async def test_the_question_comes_after_the_message_is_stored_and_goes_with_its_answer(
    client_for: ClientFor, database: Database, care: Conversation, patient: Person
) -> None:
    client = await client_for(patient)
    page = f"/conversations/{care.id}"
    await write(client, care, "Hello")
    assert ASKED not in (await client.get(page)).text
    id = await write(client, care, "I cannot breathe")
    async with database.read() as session:
        assert len(await messages_after(session, care, 0)) == 2
    for address in (page, f"{page}/answering"):
        assert ASKED in (await client.get(address)).text
    await write(client, care, "Are you there?")
    assert ASKED in (await client.get(page)).text
    answer = await client.post(f"{page}/messages/{id}/urgency", answer="later")
    assert answer.headers["location"] == page
    assert ASKED not in (await client.get(page)).text
    assert await flags(database) == []


async def test_now_raises_one_urgent_flag_and_shows_whom_to_call(
    client_for: ClientFor,
    database: Database,
    care: Conversation,
    patient: Person,
    nurse_on_team: Person,
) -> None:
    client = await client_for(patient)
    id = await write(client, care, "I cannot breathe")
    for answer in ("later", "now", "now", "later"):
        done = await client.post(f"/conversations/{care.id}/messages/{id}/urgency", answer=answer)
        if answer == "now":
            assert done.headers["location"] == "/help"
            help_page = (await client.get("/help")).text
            assert "We told your care team at" in help_page
            assert 'href="tel:911"' in help_page
    [flag] = await flags(database)
    assert (flag.level, flag.source_id) == (Level.URGENT, id)
    assert ASKED not in (await client.get(f"/conversations/{care.id}")).text
    assert (await client.get("/")).status_code == 200
    nurse = await client_for(nurse_on_team)
    detail = await nurse.get(f"/triage/{flag.id}")
    assert detail.status_code == 200
    assert "Patient asks for help now" in detail.text
    assert "I cannot breathe" in detail.text
    assert "Patient pressed “I need help now” and got the help page" in detail.text
    assert "Patient read" not in detail.text
    for page in ("/triage", f"/inbox/{care.id}", f"/patients/{patient.id}"):
        assert (await nurse.get(page)).status_code == 200


async def test_it_is_not_asked_once_the_team_has_answered_nor_about_yesterday(
    client_for: ClientFor,
    database: Database,
    care: Conversation,
    patient: Person,
    nurse_on_team: Person,
    clock: Clock,
) -> None:
    client = await client_for(patient)
    page = f"/conversations/{care.id}"
    await said(database, care, patient, "I cannot breathe")
    await said(database, care, nurse_on_team, "We are calling you")
    assert ASKED not in (await client.get(page)).text
    await said(database, care, patient, "I cannot breathe")
    assert ASKED in (await client.get(page)).text
    clock.forward(hours=13)
    again = await client_for(patient)
    assert ASKED not in (await again.get(page)).text


async def test_only_the_patient_is_asked_and_only_about_their_own(
    client_for: ClientFor,
    database: Database,
    care: Conversation,
    patient: Person,
    nurse_on_team: Person,
    nurse_elsewhere: Person,
) -> None:
    [theirs] = await said(database, care, patient, "I cannot breathe")
    [reply] = await said(database, care, nurse_on_team, "This is urgent")
    for person, id in (
        (nurse_on_team, theirs),
        (nurse_on_team, reply),
        (nurse_elsewhere, theirs),
        (patient, reply),
    ):
        client = await client_for(person)
        url = f"/conversations/{care.id}/messages/{id}/urgency"
        assert (await client.post(url, answer="now")).status_code == 404
    assert await flags(database) == []
