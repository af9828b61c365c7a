"""Replies for later: sent once at their time, or held, or given up and told to their author."""

import asyncio
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

import pytest
from sqlmodel import col, select, update

from portal import clock as portal_clock
from portal.audit.models import AuditEvent
from portal.conversations.drafts import draft_of
from portal.conversations.models import Conversation, Message
from portal.conversations.queries import messages_after
from portal.db import Database
from portal.errors import Conflict, Invalid, NotFound
from portal.handling import actions, later, later_clock
from portal.handling.actions import Seen
from portal.handling.later_clock import send_due
from portal.handling.later_models import Fate, LaterMessage
from portal.handling.later_rules import on_the_wall, send_time
from portal.people.actions import leave_care_team
from portal.people.models import Person
from tests.clients import actor_of
from tests.conftest import Clock
from tests.conversations.people import opened, said
from tests.failing import at_first
from tests.handling.laters import a_reply_for_later
from tests.people import Clinic

NEW_YORK = ZoneInfo("America/New_York")
NOW = datetime(2026, 11, 23, 20, tzinfo=NEW_YORK)


@pytest.mark.parametrize(
    ("choice", "on", "at", "due"),
    [
        ("2h", "", "", "2026-11-23 22:00"),
        ("tomorrow", "", "", "2026-11-24 08:00"),
        ("at", "2026-12-01", "07:30", "2026-12-01 07:30"),
    ],
)
def test_a_time_is_chosen_on_the_senders_clock(choice: str, on: str, at: str, due: str) -> None:
    expected = datetime.fromisoformat(due).replace(tzinfo=NEW_YORK)
    assert send_time(choice, on, at, NOW, NEW_YORK) == expected


def test_tomorrow_morning_is_8_on_the_wall_also_after_a_clock_change() -> None:
    evening = datetime(2026, 10, 31, 20, tzinfo=NEW_YORK)
    due = send_time("tomorrow", "", "", evening, NEW_YORK)
    assert due == datetime(2026, 11, 1, 8, tzinfo=NEW_YORK)
    assert due - evening.astimezone(UTC) == timedelta(hours=13)


@pytest.mark.parametrize(
    ("choice", "on", "at"),
    [
        ("at", "2026-11-23", "19:59"),
        ("at", "2027-11-23", "20:00"),
        ("at", "", "20:00"),
        ("at", "2026-13-01", "20:00"),
        ("at", "9999-12-31", "23:59"),
        ("", "", ""),
    ],
)
def test_what_is_no_time_to_come_is_refused(choice: str, on: str, at: str) -> None:
    with pytest.raises(Invalid):
        send_time(choice, on, at, NOW, NEW_YORK)


@pytest.mark.parametrize("night", ["2026-03-08 02:30", "2026-11-01 01:30"])
def test_a_time_that_never_or_twice_comes_is_refused(night: str) -> None:
    at = datetime.fromisoformat(night)
    with pytest.raises(Invalid, match="clock changes"):
        on_the_wall(at.date(), at.time(), NEW_YORK)


class Writer:
    """One of the team, who sets replies for later in one conversation."""

    def __init__(self, database: Database, care: Conversation, person: Person) -> None:
        self.database, self.care, self.person = database, care, person

    async def set(self, words: str = "Good morning", *, name: UUID | None = None) -> LaterMessage:
        return await a_reply_for_later(self.database, self.care, self.person, words, name)

    async def do(self, step: str, row: LaterMessage, *more: object) -> None:
        actor = await actor_of(self.database, self.person)
        async with self.database.work(actor) as work:
            await later.later_for(work, actor, row.id)
            await getattr(later, step)(work, row.id, row.number, *more)

    async def draft(self) -> str | None:
        async with self.database.read() as session:
            draft = await draft_of(session, self.care, self.person.id)
        return draft.body if draft else None


@pytest.fixture
async def care(database: Database, patient: Person) -> Conversation:
    return (await opened(database, patient))[0]


@pytest.fixture
def night(database: Database, care: Conversation, nurse_on_team: Person) -> Writer:
    return Writer(database, care, nurse_on_team)


@pytest.fixture
def day(database: Database, care: Conversation, second_nurse: Person) -> Writer:
    return Writer(database, care, second_nurse)


async def lines(database: Database, care: Conversation) -> list[tuple[str, str]]:
    async with database.read() as session:
        found = await messages_after(session, care, 0)
    return [(line.author.name, line.body) for line in found]


async def kept(database: Database, row: LaterMessage) -> LaterMessage:
    async with database.read() as session:
        return await session.get_one(LaterMessage, row.id)


@pytest.mark.parametrize("workers", [1, 3])
async def test_it_is_sent_once_at_its_time_however_many_workers_run(
    database: Database, care: Conversation, night: Writer, clock: Clock, workers: int
) -> None:
    row = await night.set()
    assert await send_due(database, clock.forward(minutes=119)) == 0
    now = clock.forward(minutes=1)
    sent = await asyncio.gather(*(send_due(database, now) for _ in range(workers)))
    assert sum(sent) == 1
    assert await send_due(database, clock.forward(hours=1)) == 0
    assert await lines(database, care) == [("Night nurse", "Good morning")]
    assert (await kept(database, row)).fate is Fate.SENT
    async with database.read() as session:
        message = (await session.exec(select(Message))).one()
        event = await session.exec(select(AuditEvent).where(col(AuditEvent.tag) == "message:send"))
        assert message.client_id == row.id
        assert event.one().origin == "worker"


async def test_a_worker_that_dies_before_its_commit_leaves_it_to_the_next(
    database: Database,
    care: Conversation,
    night: Writer,
    clock: Clock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    await night.set()
    now = clock.forward(hours=2)

    def dies(*_: object) -> None:
        raise asyncio.CancelledError

    with monkeypatch.context() as killed:
        killed.setattr(later, "end", dies)  # after the message was stored, before the commit
        with pytest.raises(asyncio.CancelledError):
            await send_due(database, now)
    assert await lines(database, care) == []
    assert await send_due(database, now) == 1
    assert len(await lines(database, care)) == 1


async def test_one_that_cannot_be_sent_does_not_keep_the_others(
    database: Database,
    care: Conversation,
    night: Writer,
    clock: Clock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    await night.set("First")
    await night.set("Second")
    monkeypatch.setattr(later_clock, "deliver", at_first(later.deliver))
    now = clock.forward(hours=2)
    assert [await send_due(database, now) for _ in range(3)] == [1, 1, 0]
    assert {words for _, words in await lines(database, care)} == {"First", "Second"}


async def test_what_somebody_else_wrote_meanwhile_holds_it_until_its_author_decides(
    database: Database, care: Conversation, patient: Person, night: Writer, clock: Clock
) -> None:
    row = await night.set()
    await said(database, care, night.person, "My own words do not hold it")
    await said(database, care, patient, "I feel worse")
    assert await send_due(database, clock.forward(hours=2)) == 1
    assert await send_due(database, clock.forward(hours=2)) == 0
    held = await kept(database, row)
    assert (held.fate, held.held_at is not None) == (None, True)
    assert len(await lines(database, care)) == 2
    await night.do("send_now", held)
    assert (await lines(database, care))[-1] == ("Night nurse", "Good morning")


async def test_a_changed_one_is_sent_with_its_new_words_at_its_new_time(
    database: Database, care: Conversation, night: Writer, clock: Clock
) -> None:
    row = await night.set("Old words")
    later_on = portal_clock.now() + timedelta(hours=5)
    await night.do("change_later", row, "New words", later_on)
    with pytest.raises(Conflict):
        await night.do("change_later", row, "From an old page", later_on)
    assert await send_due(database, clock.forward(hours=2)) == 0
    assert await send_due(database, clock.forward(hours=3)) == 1
    assert await lines(database, care) == [("Night nurse", "New words")]
    with pytest.raises(Conflict, match="just been sent"):
        await night.do("cancel_later", await kept(database, row))


async def test_what_is_cancelled_is_not_sent_and_its_words_are_a_draft_again(
    database: Database, care: Conversation, night: Writer, clock: Clock
) -> None:
    await night.do("cancel_later", await night.set())
    assert await send_due(database, clock.forward(hours=2)) == 0
    assert await lines(database, care) == []
    assert await night.draft() == "Good morning"


async def test_a_colleague_can_stop_it_but_neither_send_nor_change_it(
    database: Database, night: Writer, day: Writer
) -> None:
    row = await night.set()
    for step, more in (("send_now", ()), ("change_later", ("Other words", NOW))):
        with pytest.raises(Conflict, match="somebody else's words"):
            await day.do(step, row, *more)
    await day.do("cancel_later", row)
    assert (await kept(database, row)).fate is Fate.STOPPED
    assert await night.draft() == "Good morning"


async def test_outsiders_find_none(
    database: Database, care: Conversation, night: Writer, nurse_elsewhere: Person
) -> None:
    row = await night.set()
    with pytest.raises(NotFound):
        await Writer(database, care, nurse_elsewhere).do("cancel_later", row)


async def test_who_has_lost_access_meanwhile_does_not_write(
    database: Database, care: Conversation, clinic: Clinic, night: Writer, clock: Clock
) -> None:
    row = await night.set()
    async with database.work() as work:
        await leave_care_team(work, night.person.id, clinic.team.id)
    assert await send_due(database, clock.forward(hours=2)) == 1
    assert await lines(database, care) == []
    assert (await kept(database, row)).fate is Fate.NO_ACCESS


async def test_nothing_is_sent_into_a_resolved_conversation(
    database: Database, care: Conversation, night: Writer, clock: Clock
) -> None:
    row = await night.set()
    async with database.work(await actor_of(database, night.person)) as work:
        held = await work.session.get_one(Conversation, care.id)
        await actions.close(work, held, Seen(0, 0))
    assert await send_due(database, clock.forward(hours=2)) == 1
    assert await lines(database, care) == []
    assert (await kept(database, row)).fate is Fate.CLOSED


async def test_the_same_press_twice_sets_it_once(database: Database, night: Writer) -> None:
    name = uuid4()
    first, second = await night.set(name=name), await night.set(name=name)
    assert first.id == second.id


async def test_other_words_from_a_second_tab_are_a_reply_of_their_own(night: Writer) -> None:
    name = uuid4()
    first = await night.set("Good morning", name=name)
    others = [await night.set("Bring the form", name=name) for _ in range(2)]
    assert others[0].id == others[1].id != first.id
    await night.do("cancel_later", first)
    again = await night.set("Good morning", name=name)
    assert again.fate is None


@pytest.mark.parametrize("left", ["[next visit]", "{patient}"])
async def test_what_a_saved_reply_could_not_fill_in_is_filled_in_first(
    night: Writer, left: str
) -> None:
    with pytest.raises(Invalid, match="Fill in"):
        await night.set(f"Your next visit is {left}.")


async def test_words_that_were_moved_are_not_sent_and_stop_nobody_else(
    database: Database, care: Conversation, night: Writer, clock: Clock
) -> None:
    first, second = await night.set("First"), await night.set("Second")
    async with database.work() as work:
        body = update(LaterMessage).where(col(LaterMessage.id) == first.id)
        await work.session.exec(body.values(body=second.body))
    assert await send_due(database, clock.forward(hours=2)) == 2
    assert await lines(database, care) == [("Night nurse", "Second")]
    assert (await kept(database, first)).fate is Fate.UNREADABLE


async def test_its_words_are_sealed_and_in_no_trail(database: Database, night: Writer) -> None:
    row = await night.set("unmistakable words")
    assert b"unmistakable" not in row.body
    async with database.read() as session:
        events = (await session.exec(select(AuditEvent))).all()
    assert "later:set" in {event.tag for event in events}
    assert not any("unmistakable" in event.model_dump_json() for event in events)
