"""Messages that are stored in groups: numbered, once, and none at another's expense."""

import asyncio
import dataclasses
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlmodel import col, func, select

from portal.announcements import Announcement
from portal.audit.models import AuditEvent
from portal.audit.queries import verify
from portal.conversations import writer as writers
from portal.conversations.models import Conversation, Message
from portal.conversations.queries import messages_after
from portal.conversations.rules import AlreadySaid, Closed
from portal.conversations.store import Draft, Stored
from portal.conversations.streams import Streams
from portal.conversations.writer import Letter, Writer
from portal.db import Database
from portal.errors import NotFound, Unavailable
from portal.people.models import Person
from portal.permissions import Actor
from portal.realtime.hub import Hub
from tests.clients import actor_of
from tests.conversations.people import opened
from tests.people import Clinic


def writer_on(database: Database) -> Writer:
    return Writer(database, Streams(Hub(), database))


@pytest.fixture
def writer(database: Database) -> Writer:
    return writer_on(database)


@pytest.fixture
async def author(database: Database, patient: Person) -> Actor:
    return await actor_of(database, patient)


def letter(
    actor: Actor, conversation: Conversation, words: str = "Hello", client_id: UUID | None = None
) -> Letter:
    draft = Draft(conversation.id, actor.person_id, client_id or uuid4(), words)
    return Letter(actor, None, draft)


async def answers_of(writer: Writer, *letters: Letter) -> list[Stored | BaseException]:
    return await asyncio.gather(*map(writer.send, letters), return_exceptions=True)


def numbers(answers: list[Stored | BaseException]) -> list[int]:
    return [answer.seq for answer in answers if isinstance(answer, Stored)]


async def test_what_waits_together_is_one_transaction(
    database: Database,
    writer: Writer,
    care: Conversation,
    author: Actor,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    transactions: list[object] = []
    together = database.together

    async def counted(write: Any) -> Any:
        transactions.append(write)
        return await together(write)

    monkeypatch.setattr(database, "together", counted)
    answers = await answers_of(writer, *(letter(author, care) for _ in range(50)))
    assert numbers(answers) == list(range(1, 51))
    assert len(transactions) == 1


async def test_a_resend_in_the_same_group_is_the_same_message(
    database: Database, writer: Writer, care: Conversation, author: Actor
) -> None:
    client_id = uuid4()
    first, again, other = await answers_of(
        writer,
        letter(author, care, "Once", client_id),
        letter(author, care, "Once", client_id),
        letter(author, care, "Twice", client_id),
    )
    assert isinstance(first, Stored)
    assert isinstance(again, Stored)
    assert (first.id, first.is_new, again.is_new) == (again.id, True, False)
    assert isinstance(other, AlreadySaid)
    later = await writer.send(letter(author, care, "Once", client_id))
    assert (later.id, later.seq, later.sent_at) == (first.id, 1, first.sent_at)


async def test_a_group_says_to_each_what_is_wrong_and_stores_the_rest(
    database: Database,
    writer: Writer,
    clinic: Clinic,
    conversations: tuple[Conversation, Conversation],
    author: Actor,
) -> None:
    care, notes = conversations
    closed, _ = await opened(database, clinic.other_patient)
    async with database.work() as work:
        held = await work.session.get_one(Conversation, closed.id)
        held.closed_at = held.opened_at
    nurse = await actor_of(database, clinic.nurse_on_team)
    outsider = await actor_of(database, clinic.nurse_elsewhere)
    admin = await actor_of(database, clinic.admin)
    nowhere = letter(author, care)
    nowhere = dataclasses.replace(
        nowhere, draft=dataclasses.replace(nowhere.draft, conversation_id=uuid4())
    )
    answers = await answers_of(
        writer,
        letter(author, care),
        letter(author, notes),
        letter(outsider, care),
        letter(admin, care),
        letter(outsider, closed),
        nowhere,
        letter(nurse, notes),
        letter(nurse, care),
    )
    assert [answer.seq if isinstance(answer, Stored) else type(answer) for answer in answers] == [
        *(1, NotFound, NotFound, NotFound, Closed, NotFound, 1, 2)
    ]


async def test_what_no_row_can_hold_fails_alone(
    database: Database, writer: Writer, care: Conversation, author: Actor
) -> None:
    letters = [letter(author, care) for _ in range(9)]
    # Nobody has this id: the foreign key refuses it, and with it the whole statement.
    draft = dataclasses.replace(letters[4].draft, author_id=uuid4())
    letters[4] = dataclasses.replace(letters[4], draft=draft)
    answers = await answers_of(writer, *letters)
    assert numbers(answers) == list(range(1, 9))
    assert not isinstance(answers[4], Stored)


async def test_whoever_stops_waiting_takes_nobody_along(
    database: Database, writer: Writer, care: Conversation, author: Actor
) -> None:
    tasks = [asyncio.create_task(writer.send(letter(author, care))) for _ in range(5)]
    await asyncio.sleep(0)
    tasks[2].cancel()
    answers = await asyncio.gather(*tasks, return_exceptions=True)
    assert numbers(answers) == [1, 2, 4, 5]
    async with database.read() as session:
        assert len(await messages_after(session, care, 0)) == 5


async def test_more_than_can_wait_is_refused_at_once(
    writer: Writer, care: Conversation, author: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writers, "MOST_WAITING", 3)
    answers = await answers_of(writer, *(letter(author, care) for _ in range(5)))
    assert numbers(answers) == [1, 2, 3]
    assert all(isinstance(answer, Unavailable) for answer in answers[3:])


async def test_a_database_that_is_away_fails_the_group_and_not_the_next(
    database: Database,
    writer: Writer,
    care: Conversation,
    author: Actor,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def cannot(*arguments: object) -> None:
        raise OSError

    with monkeypatch.context() as away:
        away.setattr(writer, "_commit_once", cannot)
        answers = await answers_of(writer, letter(author, care), letter(author, care))
    assert all(isinstance(answer, OSError) for answer in answers)
    assert numbers(await answers_of(writer, letter(author, care))) == [1]


@asynccontextmanager
async def two_processes(database: Database) -> AsyncIterator[list[Writer]]:
    """Two writers that share nothing but the database."""
    url = database.url.render_as_string(hide_password=False)
    other = Database(url, database.vault)
    try:
        yield [writer_on(database), writer_on(other)]
    finally:
        await other.dispose()


# Which process, which of three people, which of two conversations, which name, which words, and
# how often the others have a turn before the next one.
STEP = st.tuples(*map(st.integers, (0,) * 6, (1, 2, 1, 2, 1, 3)))


@settings(
    max_examples=15,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(steps=st.lists(STEP, min_size=1, max_size=40))
async def test_any_interleaving_is_numbered_and_once(
    database: Database, clinic: Clinic, steps: list[tuple[int, ...]]
) -> None:
    places = [(await opened(database, one))[0] for one in (clinic.patient, clinic.other_patient)]
    actors = [
        await actor_of(database, person)
        for person in (clinic.patient, clinic.nurse_on_team, clinic.nurse_elsewhere)
    ]
    names = [uuid4() for _ in range(3)]
    before = {place.id: place.last_seq for place in places}
    async with two_processes(database) as processes:
        tasks = []
        for process, who, where, name, word, turns in steps:
            sent = letter(actors[who], places[where], f"Words {word}", names[name])
            task = asyncio.create_task(processes[process].send(sent))
            tasks.append((sent, task))
            for _ in range(turns):
                await asyncio.sleep(0)
        answers = await asyncio.gather(*(task for _, task in tasks), return_exceptions=True)
    kept = await _kept(database, places, before)
    sees = {(0, 0), (1, 0), (2, 1)}
    for (_, who, where, *_), (sent, _), answer in zip(steps, tasks, answers, strict=True):
        if (who, where) not in sees:
            assert isinstance(answer, NotFound)
            continue
        id, words = kept[sent.draft.name]
        if words == sent.draft.text:
            assert isinstance(answer, Stored)
            assert answer.id == id
        else:
            assert isinstance(answer, AlreadySaid)
    assert set(kept) == {
        sent.draft.name
        for (_, who, where, *_), (sent, _) in zip(steps, tasks, strict=True)
        if (who, where) in sees
    }
    await _trail_is_whole(database)


async def _kept(
    database: Database, places: list[Conversation], before: dict[UUID, int]
) -> dict[tuple[UUID, UUID, UUID], tuple[UUID, str]]:
    """What this example added, by name; its numbers go on without a hole."""
    kept = {}
    async with database.read() as session:
        for place in places:
            lines = await messages_after(session, place, before[place.id])
            seqs = [line.seq for line in lines]
            assert seqs == list(range(before[place.id] + 1, before[place.id] + 1 + len(lines)))
            held = await session.get_one(Conversation, place.id)
            assert held.last_seq == before[place.id] + len(lines)
            for line in lines:
                kept[place.id, line.author.id, line.client_id] = (line.id, line.body)
    return kept


async def _trail_is_whole(database: Database) -> None:
    async with database.read() as session:
        assert (await verify(session)).broken_at is None
        messages = (await session.exec(select(func.count()).select_from(Message))).one()
        entries = await session.exec(
            select(func.count()).where(col(AuditEvent.tag) == "message:send")
        )
        assert entries.one() == messages


async def test_what_cannot_be_handed_over_is_announced_all_the_same_and_stops_nobody(
    database: Database,
    writer: Writer,
    care: Conversation,
    author: Actor,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def breaks(streams: Streams, line: object) -> None:
        raise ValueError("cannot be drawn")

    heard: list[Announcement] = []
    monkeypatch.setattr(database, "publish", heard.extend)
    monkeypatch.setattr(Streams, "is_followed", lambda streams, id: True)
    monkeypatch.setattr(Streams, "hand_over", breaks)
    assert numbers(await answers_of(writer, letter(author, care))) == [1]
    async with asyncio.timeout(2):
        while not heard:
            await asyncio.sleep(0)
    assert f"conversation:{care.id}" in {one.topic for one in heard}
    assert numbers(await answers_of(writer, letter(author, care))) == [2]
