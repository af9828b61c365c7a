"""Correcting and withdrawing: one's own, for a time, with the first words kept for the record."""

import asyncio
from collections.abc import Awaitable, Callable
from uuid import UUID, uuid4

import pytest
from sqlmodel import select

from portal.audit.models import AuditEvent
from portal.conversations.actions import mark_read, send_message
from portal.conversations.corrections import correct, own_message, withdraw
from portal.conversations.models import Conversation
from portal.conversations.queries import Line, messages_after
from portal.conversations.revision_models import MessageRevision
from portal.conversations.rules import Changed, TooLate, Withdrawn
from portal.db import Database
from portal.errors import NotFound
from portal.people.models import Person
from portal.permissions import Actor
from portal.sealing import UNREADABLE
from tests.clients import Client, sign_in
from tests.conftest import Clock
from tests.conversations.people import page_of, said
from tests.flags.raising import raised
from tests.serving import Served

ClientFor = Callable[[Person | None], Awaitable[Client]]


async def corrected(
    database: Database, actor: Actor, care: Conversation, id: UUID, body: str, seen: int = 0
) -> None:
    async with database.work(actor) as work:
        found, _ = await own_message(work.session, actor, care.id, id)
        await correct(work, found, id, seen, body)


async def taken_back(
    database: Database, actor: Actor, care: Conversation, id: UUID, seen: int = 0
) -> None:
    async with database.work(actor) as work:
        found, _ = await own_message(work.session, actor, care.id, id)
        await withdraw(work, found, id, seen)


async def lines_of(database: Database, care: Conversation) -> list[Line]:
    async with database.read() as session:
        return await messages_after(session, care, 0)


def address(care: Conversation, id: UUID, step: str) -> str:
    return f"/conversations/{care.id}/messages/{id}/{step}"


async def test_corrected_words_are_what_everybody_reads_and_the_first_ones_stay(
    client_for: ClientFor,
    database: Database,
    care: Conversation,
    patient: Person,
    nurse_on_team: Person,
) -> None:
    [id] = await said(database, care, patient, "I took 20 pills")
    theirs = await client_for(patient)
    page = (await theirs.get(address(care, id, "change"))).text
    assert "I took 20 pills" in page
    answer = await theirs.post(address(care, id, "correct"), body="I took 2 pills", seen="0")
    assert answer.headers["location"] == f"/conversations/{care.id}#m-{id}"
    shown = (await theirs.get(f"/conversations/{care.id}")).text
    assert "I took 2 pills" in shown
    assert "Corrected" in shown
    spanish = (await theirs.get(f"/conversations/{care.id}", accept_language="es")).text
    assert "<span>Corregido <time" in spanish
    assert "I took 20 pills" not in shown
    nurse = await client_for(nurse_on_team)
    thread = (await nurse.get(f"/inbox/{care.id}")).text
    assert "I took 20 pills" not in thread
    assert "I took 2 pills" in thread
    earlier = (await nurse.get(address(care, id, "history"))).text
    assert "I took 20 pills" in earlier
    async with database.read() as session:
        tags = (await session.exec(select(AuditEvent.tag))).all()
    assert {"message:correct", "message:history"} <= set(tags)


async def test_withdrawn_words_leave_both_screens_and_stay_in_the_record(
    client_for: ClientFor,
    database: Database,
    care: Conversation,
    patient: Person,
    nurse_on_team: Person,
) -> None:
    [id] = await said(database, care, patient, "unmistakable words")
    theirs, nurse = await client_for(patient), await client_for(nurse_on_team)
    for _ in range(2):
        answer = await theirs.post(address(care, id, "withdraw"), seen="0")
        assert answer.status_code == 303
    for client, page in ((theirs, f"/conversations/{care.id}"), (nurse, f"/inbox/{care.id}")):
        text = (await client.get(page)).text
        assert "unmistakable" not in text
        assert "Message withdrawn" in text
    assert "unmistakable" not in (await theirs.get(f"/conversations/{care.id}/messages")).text
    assert "unmistakable" in (await nurse.get(address(care, id, "history"))).text
    assert (await theirs.get(address(care, id, "history"))).status_code == 403
    [line] = await lines_of(database, care)
    assert (line.body, line.is_withdrawn) == ("", True)


async def test_after_its_time_a_message_stays_and_the_new_words_can_still_be_sent(
    client_for: ClientFor, database: Database, care: Conversation, patient: Person, clock: Clock
) -> None:
    [id] = await said(database, care, patient, "First")
    client = await client_for(patient)
    clock.forward(minutes=15)
    assert "Correct or withdraw" in (await client.get(f"/conversations/{care.id}")).text
    clock.forward(seconds=1)
    assert f'data-change="{id}"' not in (await client.get(f"/conversations/{care.id}")).text
    answer = await client.post(address(care, id, "correct"), body="Second", seen="0")
    assert answer.status_code == 409
    assert "You can change a message for 15 minutes." in answer.text
    assert "Second" in answer.text
    assert "Send as a new message" in answer.text
    assert (await client.post(address(care, id, "withdraw"), seen="0")).status_code == 409
    assert [line.body for line in await lines_of(database, care)] == ["First"]


async def test_of_two_corrections_at_once_one_holds_and_the_other_keeps_its_words(
    database: Database, care: Conversation, patient: Person
) -> None:
    [id] = await said(database, care, patient, "First")
    _, actor = await sign_in(database, patient)
    done = await asyncio.gather(
        corrected(database, actor, care, id, "Second"),
        corrected(database, actor, care, id, "Third"),
        return_exceptions=True,
    )
    assert sorted(type(one).__name__ for one in done) == ["Changed", "NoneType"]
    [line] = await lines_of(database, care)
    assert line.body in {"Second", "Third"}
    # The same words again, from a second press, are no conflict.
    await corrected(database, actor, care, id, line.body)
    with pytest.raises(Changed):
        await corrected(database, actor, care, id, "Fourth")
    await corrected(database, actor, care, id, "Fourth", seen=line.revised)
    await taken_back(database, actor, care, id, seen=2)
    with pytest.raises(Withdrawn):
        await corrected(database, actor, care, id, "Fifth", seen=3)


async def test_correcting_while_it_is_read_takes_nothing_from_either(
    database: Database, care: Conversation, patient: Person, nurse_on_team: Person
) -> None:
    [id] = await said(database, care, patient, "First")
    _, actor = await sign_in(database, patient)

    async def read() -> bool:
        async with database.work() as work:
            found = await work.session.get_one(Conversation, care.id)
            return await mark_read(work, found, nurse_on_team.id, 1)

    was_read, _ = await asyncio.gather(read(), corrected(database, actor, care, id, "Second"))
    assert was_read
    assert [line.body for line in await lines_of(database, care)] == ["Second"]


async def test_a_resend_of_the_first_words_is_still_the_same_message(
    database: Database, care: Conversation, patient: Person
) -> None:
    name = uuid4()
    async with database.work() as work:
        first = await send_message(work, care, patient.id, "First", name)
    _, actor = await sign_in(database, patient)
    await corrected(database, actor, care, first.id, "Second")
    async with database.work() as work:
        again = await send_message(work, care, patient.id, "First", name)
    assert again.id == first.id
    assert [line.body for line in await lines_of(database, care)] == ["Second"]


async def test_a_flag_that_the_first_words_raised_does_not_fall(
    database: Database, care: Conversation, patient: Person, client_for: ClientFor
) -> None:
    [id] = await said(database, care, patient, "My chest hurts")
    flag = await raised(database, patient)
    _, actor = await sign_in(database, patient)
    await corrected(database, actor, care, id, "I am fine")
    async with database.read() as session:
        assert (await session.get_one(type(flag), flag.id)).level is flag.level


async def test_only_its_writer_may_change_a_message(
    database: Database,
    care: Conversation,
    notes: Conversation,
    patient: Person,
    nurse_on_team: Person,
    second_nurse: Person,
    nurse_elsewhere: Person,
    client_for: ClientFor,
) -> None:
    [reply] = await said(database, care, nurse_on_team, "Reply")
    [note] = await said(database, notes, nurse_on_team, "unmistakable note")
    for person in (patient, second_nurse, nurse_elsewhere):
        client = await client_for(person)
        for place, id in ((care, reply), (notes, note), (care, note), (notes, reply)):
            assert (await client.get(address(place, id, "change"))).status_code == 404
            for step in ("correct", "withdraw"):
                answer = await client.post(address(place, id, step), body="Mine", seen="0")
                assert answer.status_code == 404
    outsider = await client_for(nurse_elsewhere)
    assert (await outsider.get(address(care, reply, "history"))).status_code == 404
    nurse = await client_for(nurse_on_team)
    answer = await nurse.post(address(notes, note, "correct"), body="Another", seen="0")
    assert answer.headers["location"] == f"/inbox/{care.id}#m-{note}"


async def test_corrections_are_sealed_and_bound_to_their_row(
    database: Database, care: Conversation, patient: Person
) -> None:
    first, second = await said(database, care, patient, "One", "Two")
    _, actor = await sign_in(database, patient)
    await corrected(database, actor, care, first, "unmistakable words")
    await corrected(database, actor, care, second, "Other")
    async with database.work() as work:
        rows = (await work.session.exec(select(MessageRevision))).all()
        assert not any(b"unmistakable" in (row.body or b"") for row in rows)
        mine, other = sorted(rows, key=lambda row: row.number)
        other.body = mine.body
    assert [line.body for line in await lines_of(database, care)] == [
        "unmistakable words",
        UNREADABLE,
    ]


async def test_followers_hear_of_a_correction_and_those_who_come_back_of_what_they_missed(
    server: Served, database: Database, care: Conversation, patient: Person, nurse_on_team: Person
) -> None:
    ids = await said(database, care, patient, "One", "Two")
    _, actor = await sign_in(database, patient)
    async with page_of(server, nurse_on_team) as nurse:
        assert len(await nurse.follow(care, after=0)) == 2
        await corrected(database, actor, care, ids[0], "First")
        heard = await nurse.hear("revised")
        assert (heard["id"], heard["body"], heard["revised"]) == (str(ids[0]), "First", 1)
    await taken_back(database, actor, care, ids[1], seen=0)
    async with page_of(server, nurse_on_team) as back:
        await back.say("follow", conversation=care.id, after=2, revised=1)
        missed = await back.hear("revised", "followed")
        assert (missed["id"], missed["withdrawn"], missed["body"]) == (str(ids[1]), True, "")
        assert (await back.hear("revised", "followed"))["type"] == "followed"
    async with page_of(server, nurse_on_team) as fresh:
        caught_up = await fresh.follow(care, after=0)
        assert [frame["body"] for frame in caught_up] == ["First", ""]


async def test_what_is_too_late_or_not_there_leaves_no_row(
    database: Database, care: Conversation, patient: Person, clock: Clock
) -> None:
    [id] = await said(database, care, patient, "First")
    _, actor = await sign_in(database, patient)
    clock.forward(minutes=16)
    with pytest.raises(TooLate):
        await corrected(database, actor, care, id, "Second")
    with pytest.raises(NotFound):
        await corrected(database, actor, care, uuid4(), "Second")
    async with database.read() as session:
        assert (await session.exec(select(MessageRevision))).all() == []
