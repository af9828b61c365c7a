"""Finding words in one conversation, sealed as they are; nobody else's, and in no address."""

from collections.abc import Awaitable, Callable

import pytest
from sqlmodel import select

from portal.audit.models import AuditEvent
from portal.conversations import searching
from portal.conversations.corrections import correct, withdraw
from portal.conversations.models import Conversation
from portal.db import Database
from portal.people.models import Person
from tests.clients import Client, sign_in
from tests.conversations.people import said

ClientFor = Callable[[Person | None], Awaitable[Client]]


async def found(client: Client, care: Conversation, words: str, **fields: str) -> str:
    answer = await client.post(f"/conversations/{care.id}/search", words=words, **fields)
    assert answer.status_code == 200
    return answer.text


async def test_case_accents_and_white_space_make_no_difference(
    client_for: ClientFor, database: Database, care: Conversation, patient: Person
) -> None:
    await said(database, care, patient, "Tomé dos pastillas\nayer", "Something else")
    client = await client_for(patient)
    for words in ("tome DOS", "pastillas ayer", "TOMÉ", "tomé"):
        page = await found(client, care, words)
        assert "1 message found" in page
        assert "<mark>" in page
    assert "Nothing found" in await found(client, care, "tres")
    assert "Nothing found" in await found(client, care, ".*")
    accent = await client.post(f"/conversations/{care.id}/search", words="\u0301")
    assert accent.status_code == 422
    assert "Type a word" in accent.text


async def test_a_hit_leads_to_its_message_also_far_back(
    client_for: ClientFor,
    database: Database,
    care: Conversation,
    patient: Person,
    nurse_on_team: Person,
) -> None:
    [first] = await said(database, care, patient, "The blue folder")
    await said(database, care, nurse_on_team, *(f"Line {n}" for n in range(90)))
    client = await client_for(patient)
    page = await found(client, care, "blue")
    link = f"/conversations/{care.id}?before=21#m-{first}"
    assert f'href="{link}"' in page
    assert f'id="m-{first}"' in (await client.get(link.partition("#")[0])).text
    nurse = await client_for(nurse_on_team)
    assert f'href="/inbox/{care.id}?before=21#m-{first}"' in await found(nurse, care, "blue")


async def test_it_finds_what_is_said_now_and_not_what_was_taken_back(
    client_for: ClientFor, database: Database, care: Conversation, patient: Person
) -> None:
    one, two = await said(database, care, patient, "unmistakable one", "unmistakable two")
    _, actor = await sign_in(database, patient)
    async with database.work(actor) as work:
        await correct(work, care, one, 0, "Plain words")
        await withdraw(work, care, two, 0)
    client = await client_for(patient)
    assert "Nothing found" in await found(client, care, "unmistakable")
    assert "1 message found" in await found(client, care, "plain")


async def test_a_long_conversation_is_looked_through_a_part_at_a_time(
    client_for: ClientFor,
    database: Database,
    care: Conversation,
    patient: Person,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    await said(database, care, patient, "The blue folder", *(f"Line {n}" for n in range(9)))
    monkeypatch.setattr(searching, "AT_ONCE", 2)
    monkeypatch.setattr(searching, "MOST_OPENED", 4)
    client = await client_for(patient)
    page = await found(client, care, "blue")
    assert "We looked at the newest messages." in page
    assert 'name="before" value="7"' in page
    page = await found(client, care, "blue", before="7")
    assert 'name="before" value="3"' in page
    page = await found(client, care, "blue", before="3")
    assert "1 message found" in page
    assert "Look further back" not in page
    monkeypatch.setattr(searching, "MOST_FOUND", 3)
    page = await found(client, care, "line")
    assert "3 messages found" in page
    assert 'name="before" value="8"' in page


async def test_what_was_looked_for_is_in_no_address_and_not_in_the_trail(
    client_for: ClientFor, database: Database, care: Conversation, patient: Person
) -> None:
    await said(database, care, patient, "unmistakable words")
    client = await client_for(patient)
    page = await found(client, care, "unmistakable")
    assert "?words=" not in page
    async with database.read() as session:
        rows = (await session.exec(select(AuditEvent))).all()
    searches = [row for row in rows if row.tag == "conversation:search"]
    assert [row.detail for row in searches] == [{"found": 1}]
    answer = await client.post(f"/conversations/{care.id}/search", words=" ")
    assert answer.status_code == 422


async def test_outsiders_and_notes_are_not_there_to_be_searched(
    client_for: ClientFor,
    database: Database,
    care: Conversation,
    notes: Conversation,
    patient: Person,
    nurse_on_team: Person,
    nurse_elsewhere: Person,
) -> None:
    await said(database, care, patient, "The blue folder")
    for person, place in (
        (nurse_elsewhere, care),
        (patient, notes),
        (nurse_on_team, notes),
    ):
        client = await client_for(person)
        url = f"/conversations/{place.id}/search"
        assert (await client.post(url, words="blue")).status_code == 404
        assert (await client.get(url)).status_code == 404


async def test_the_care_team_reads_whose_messages_are_searched(
    client_for: ClientFor, care: Conversation, patient: Person, nurse_on_team: Person
) -> None:
    client = await client_for(nurse_on_team)
    heading = f"<h1>Search the messages with {patient.name}</h1>"
    assert heading in (await client.get(f"/conversations/{care.id}/search")).text
    assert heading in await found(client, care, "blue")
