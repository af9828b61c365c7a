"""Saying something and reading it, below any page."""

import asyncio
import contextlib
from uuid import uuid4

import pytest
from sqlmodel import col, select

from portal.audit.models import AuditEvent
from portal.conversations.actions import mark_read, open_conversations, send_message
from portal.conversations.models import Conversation, Kind, Message
from portal.conversations.queries import (
    conversation_for,
    messages_after,
    messages_before,
    unread_for,
)
from portal.conversations.rules import AlreadySaid, Closed, Empty, TooLong
from portal.db import Database
from portal.errors import NotFound
from portal.people.models import Person
from portal.sealing import UNREADABLE
from tests.clients import sign_in
from tests.conftest import Clock
from tests.conversations.people import said


async def test_numbers_count_without_a_hole_also_when_many_write_at_once(
    database: Database, care: Conversation, patient: Person, nurse_on_team: Person
) -> None:
    authors = [patient, nurse_on_team] * 8

    async def say(number: int, author: Person) -> int:
        async with database.work() as work:
            conversation = await work.session.get_one(Conversation, care.id)
            if number % 5 == 0:
                with pytest.raises(Empty):
                    await send_message(work, conversation, author.id, " ", uuid4())
                return 0
            message = await send_message(work, conversation, author.id, "Hello", uuid4())
            return message.seq

    numbers = await asyncio.gather(*(say(n, author) for n, author in enumerate(authors)))
    stored = sorted(number for number in numbers if number)
    assert stored == list(range(1, len(stored) + 1))


async def test_a_message_that_is_rolled_back_leaves_no_hole(
    database: Database, care: Conversation, patient: Person
) -> None:
    with pytest.raises(RuntimeError):
        async with database.work() as work:
            await send_message(work, care, patient.id, "Lost", uuid4())
            raise RuntimeError
    await said(database, care, patient, "Kept")
    async with database.read() as session:
        lines = await messages_after(session, care, 0)
    assert [(line.seq, line.body) for line in lines] == [(1, "Kept")]


async def test_what_is_rolled_back_is_never_announced(
    database: Database, care: Conversation, patient: Person
) -> None:
    announced: list[object] = []
    database.publish = announced.extend
    with pytest.raises(RuntimeError):
        async with database.work() as work:
            await send_message(work, care, patient.id, "Lost", uuid4())
            raise RuntimeError
    assert announced == []


async def test_words_are_kept_sealed_and_bound_to_their_row(
    database: Database, care: Conversation, patient: Person
) -> None:
    first, second = await said(database, care, patient, "unmistakable words", "Other")
    async with database.work() as work:
        message = await work.session.get_one(Message, first)
        assert b"unmistakable" not in message.body
        other = await work.session.get_one(Message, second)
        other.body = message.body
    async with database.read() as session:
        [moved] = await messages_after(session, care, 1)
    assert moved.body == UNREADABLE


async def test_a_resend_writes_nothing_a_second_time(
    database: Database, care: Conversation, patient: Person
) -> None:
    client_id = uuid4()
    announced: list[object] = []
    for _ in range(2):
        async with database.work() as work:
            await send_message(work, care, patient.id, "  Once ", client_id)
        database.publish = announced.extend
    async with database.read() as session:
        assert len(await messages_after(session, care, 0)) == 1
        tags = (await session.exec(select(AuditEvent.tag))).all()
    assert tags.count("message:send") == 1
    assert announced == []


async def test_the_same_name_with_other_words_is_not_the_same_message(
    database: Database, care: Conversation, patient: Person
) -> None:
    client_id = uuid4()
    async with database.work() as work:
        await send_message(work, care, patient.id, "Once", client_id)
    with pytest.raises(AlreadySaid):
        async with database.work() as work:
            await send_message(work, care, patient.id, "Twice", client_id)


@pytest.mark.parametrize(
    ("body", "kept"),
    [
        ("  Hello \n", "Hello"),
        ("One\r\nTwo\rThree", "One\nTwo\nThree"),
        ("Bell\x07 and \x1b[31mred", "Bell and [31mred"),
        ("x" * 8000, "x" * 8000),
        (" " + "\U0001f600" * 8000 + " ", "\U0001f600" * 8000),
        ("\u202eright to left", "\u202eright to left"),
    ],
)
async def test_words_are_kept_as_they_were_written_but_tidied(
    database: Database, care: Conversation, patient: Person, body: str, kept: str
) -> None:
    await said(database, care, patient, body)
    async with database.read() as session:
        assert (await messages_after(session, care, 0))[0].body == kept


async def test_nothing_and_too_much_are_refused(
    database: Database, care: Conversation, patient: Person
) -> None:
    for body, refusal in (("\n", Empty), ("\u200b", Empty), ("x" * 8001, TooLong)):
        with pytest.raises(refusal):
            async with database.work() as work:
                await send_message(work, care, patient.id, body, uuid4())


async def test_a_closed_conversation_takes_no_message(
    database: Database, care: Conversation, patient: Person, clock: Clock
) -> None:
    care.closed_at = clock.now()
    with pytest.raises(Closed):
        async with database.work() as work:
            await send_message(work, care, patient.id, "Hello", uuid4())


async def test_opening_twice_gives_the_same_two(
    database: Database, conversations: tuple[Conversation, Conversation], patient: Person
) -> None:
    async with database.work() as work:
        again = await open_conversations(work, patient.id)
    assert [one.id for one in again] == [one.id for one in conversations]
    assert [one.kind for one in again] == [Kind.CARE, Kind.NOTES]


async def test_only_the_patient_and_their_team_find_a_conversation(
    database: Database,
    care: Conversation,
    notes: Conversation,
    patient: Person,
    other_patient: Person,
    nurse_on_team: Person,
    coordinator_on_team: Person,
    nurse_elsewhere: Person,
    admin: Person,
) -> None:
    async def found_by(person: Person) -> list[Kind]:
        _, actor = await sign_in(database, person)
        kinds = []
        for conversation in (care, notes):
            async with database.read() as session:
                with contextlib.suppress(NotFound):
                    kinds.append((await conversation_for(session, actor, conversation.id)).kind)
        return kinds

    assert await found_by(patient) == [Kind.CARE]
    for member in (nurse_on_team, coordinator_on_team):
        assert await found_by(member) == [Kind.CARE, Kind.NOTES]
    for outsider in (other_patient, nurse_elsewhere, admin):
        assert await found_by(outsider) == []


async def test_unread_counts_what_others_said_and_i_have_not_seen(
    database: Database,
    care: Conversation,
    notes: Conversation,
    patient: Person,
    nurse_on_team: Person,
    nurse_elsewhere: Person,
) -> None:
    await said(database, care, nurse_on_team, "One", "Two")
    await said(database, care, patient, "Mine")
    await said(database, notes, nurse_on_team, "A note")
    _, reader = await sign_in(database, patient)
    _, nurse = await sign_in(database, nurse_on_team)
    _, outsider = await sign_in(database, nurse_elsewhere)
    async with database.work() as work:
        assert await unread_for(work.session, reader) == 2
        assert await unread_for(work.session, nurse) == 1
        assert await unread_for(work.session, outsider) == 0
        conversation = await work.session.get_one(Conversation, care.id)
        assert await mark_read(work, conversation, patient.id, 1)
    async with database.read() as session:
        assert await unread_for(session, reader) == 1


async def test_a_read_mark_never_goes_back_nor_beyond_the_end(
    database: Database, care: Conversation, patient: Person, nurse_on_team: Person
) -> None:
    await said(database, care, nurse_on_team, "One", "Two")

    async def mark(seq: int) -> bool:
        async with database.work() as work:
            conversation = await work.session.get_one(Conversation, care.id)
            return await mark_read(work, conversation, patient.id, seq)

    assert [await mark(seq) for seq in (0, 1, 1, 99, 1, 2)] == [
        False,
        True,
        False,
        True,
        False,
        False,
    ]


async def test_lines_know_when_a_speaker_goes_on_and_when_a_day_begins(
    database: Database, care: Conversation, patient: Person, nurse_on_team: Person, clock: Clock
) -> None:
    await said(database, care, nurse_on_team, "One", "Two")
    await said(database, care, patient, "Three")
    clock.forward(days=1)
    await said(database, care, patient, "Four")
    async with database.read() as session:
        lines = await messages_after(session, care, 0)
        last = await messages_before(session, care, 4, 2)
    assert [line.continues for line in lines] == [False, True, False, False]
    assert [line.begins_day for line in lines] == [True, False, False, True]
    assert last == lines[1:3]


async def test_who_answers_is_told_with_their_role(
    database: Database, care: Conversation, nurse_on_team: Person, clinician_on_team: Person
) -> None:
    async with database.work() as work:
        person = await work.session.get_one(Person, clinician_on_team.id)
        person.name = "Somebody"
    await said(database, care, nurse_on_team, "One")
    await said(database, care, clinician_on_team, "Two")
    async with database.read() as session:
        lines = await messages_after(session, care, 0)
    assert [line.byline for line in lines] == ["Night nurse", "Somebody, Clinician"]


async def test_every_conversation_that_is_opened_is_in_the_trail(
    database: Database, conversations: tuple[Conversation, Conversation], patient: Person
) -> None:
    async with database.read() as session:
        rows = await session.exec(
            select(AuditEvent.subject_id).where(
                col(AuditEvent.tag) == "conversation:open",
                col(AuditEvent.patient_id) == patient.id,
            )
        )
        assert set(rows.all()) == {conversation.id for conversation in conversations}
