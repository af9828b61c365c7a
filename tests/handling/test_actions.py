"""Steps with a conversation: what ends the waiting, who was first, what comes back by itself."""

import asyncio
from datetime import datetime, timedelta

import pytest
from sqlmodel import col, select

from portal import clock as portal_clock
from portal.audit.models import AuditEvent
from portal.conversations.models import Conversation
from portal.db import Database
from portal.errors import Conflict, Invalid
from portal.handling import actions, clocks
from portal.handling.actions import Seen
from portal.handling.clocks import return_silent, wake_snoozed
from portal.handling.models import Handling
from portal.inbox.queries import Thread, count_waiting_for, in_queue, threads_for
from portal.people.models import Person
from portal.symptoms.levels import Level
from tests.clients import actor_of
from tests.conftest import Clock
from tests.conversations.people import opened, said
from tests.failing import at_first
from tests.flags.raising import raised


@pytest.fixture
async def care(database: Database, patient: Person) -> Conversation:
    return (await opened(database, patient))[0]


class Room:
    """The conversation as one member of the team works with it."""

    def __init__(self, database: Database, care: Conversation, person: Person) -> None:
        self.database, self.care, self.person = database, care, person

    async def seen(self) -> Seen:
        row = await self.row()
        return Seen(row.state.number if row.state else 0, row.last_seq)

    async def row(self) -> Thread:
        async with self.database.read() as session:
            actor = await actor_of(self.database, self.person)
            (thread,) = await threads_for(session, actor)
        return thread

    async def is_in_queue(self) -> bool:
        actor = await actor_of(self.database, self.person)
        async with self.database.read() as session:
            (thread,) = await threads_for(session, actor)
            counted = await count_waiting_for(session, actor)
        assert counted == in_queue(thread, actor)
        return counted == 1

    async def do(self, step: str, *rest: object, seen: Seen | None = None) -> Handling:
        seen = seen or await self.seen()
        actor = await actor_of(self.database, self.person)
        async with self.database.work(actor) as work:
            care = await work.session.get_one(Conversation, self.care.id)
            made: Handling = await getattr(actions, step)(work, care, seen, *rest)
        return made


@pytest.fixture
def night(database: Database, care: Conversation, nurse_on_team: Person) -> Room:
    return Room(database, care, nurse_on_team)


@pytest.fixture
def day(database: Database, care: Conversation, second_nurse: Person) -> Room:
    return Room(database, care, second_nurse)


async def test_no_reply_needed_ends_the_waiting_and_new_words_begin_it_again(
    database: Database, care: Conversation, patient: Person, night: Room, clock: Clock
) -> None:
    await said(database, care, patient, "Thank you")
    assert await night.is_in_queue()
    await night.do("need_no_reply")
    assert not await night.is_in_queue()
    begun = clock.forward(minutes=9)
    await said(database, care, patient, "One more thing", "And one")
    assert await night.is_in_queue()
    wait = (await night.row()).wait
    assert wait is not None
    assert wait.since == begun


async def test_what_came_meanwhile_is_not_ended_unread(
    database: Database, care: Conversation, patient: Person, night: Room
) -> None:
    await said(database, care, patient, "Thank you")
    seen = await night.seen()
    await said(database, care, patient, "But my chest hurts")
    for step in ("need_no_reply", "close"):
        with pytest.raises(Conflict, match="new message"):
            await night.do(step, seen=seen)
    assert await night.is_in_queue()


async def test_a_hand_over_moves_it_from_everybodys_queue_to_one(
    database: Database, care: Conversation, patient: Person, night: Room, day: Room
) -> None:
    await said(database, care, patient, "Sick")
    await night.do("assign", day.person.id)
    assert not await night.is_in_queue()
    assert await day.is_in_queue()
    row = await night.row()
    assert row.is_waiting
    assert row.owner is not None
    assert row.owner.name == "Day nurse"
    await day.do("assign", None)
    assert await night.is_in_queue()


async def test_only_the_patients_own_team_can_have_it(
    database: Database,
    care: Conversation,
    patient: Person,
    night: Room,
    nurse_elsewhere: Person,
    admin: Person,
) -> None:
    await said(database, care, patient, "Sick")
    for person in (nurse_elsewhere, admin, patient):
        with pytest.raises(Invalid):
            await night.do("assign", person.id)


async def test_the_second_of_two_is_told_who_was_first(
    database: Database, care: Conversation, patient: Person, night: Room, day: Room
) -> None:
    await said(database, care, patient, "Sick")
    seen = await night.seen()
    await day.do("assign", day.person.id, seen=seen)
    with pytest.raises(Conflict, match="Day nurse took this first, at"):
        await night.do("close", seen=seen)
    assert (await night.row()).is_open


async def test_of_two_at_the_same_moment_one_is_first(
    database: Database, care: Conversation, patient: Person, night: Room, day: Room
) -> None:
    await said(database, care, patient, "Sick")
    seen = await night.seen()
    both = await asyncio.gather(
        night.do("assign", night.person.id, seen=seen),
        day.do("close", seen=seen),
        return_exceptions=True,
    )
    assert sorted(type(one).__name__ for one in both) == ["Conflict", "Handling"]
    async with database.read() as session:
        assert len((await session.exec(select(Handling))).all()) == 1


async def test_a_snooze_ends_at_its_time_by_the_clock_once(
    database: Database, care: Conversation, patient: Person, night: Room, clock: Clock
) -> None:
    await said(database, care, patient, "Sick")
    until = portal_clock.now() + timedelta(minutes=15)
    await night.do("snooze", until)
    assert (await night.row()).is_snoozed
    assert not await night.is_in_queue()
    assert await wake_snoozed(database, portal_clock.now()) == 0
    now = clock.forward(minutes=15)
    assert await night.is_in_queue()
    woken = await asyncio.gather(*(wake_snoozed(database, now) for _ in range(3)))
    assert sum(woken) == 1
    assert not (await night.row()).is_snoozed


async def test_a_snooze_that_cannot_be_ended_does_not_keep_the_others(
    database: Database,
    patient: Person,
    other_patient: Person,
    nurse_on_team: Person,
    nurse_elsewhere: Person,
    clock: Clock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    until = portal_clock.now() + timedelta(minutes=15)
    for theirs, nurse in ((patient, nurse_on_team), (other_patient, nurse_elsewhere)):
        care, _ = await opened(database, theirs)
        await said(database, care, theirs, "Sick")
        await Room(database, care, nurse).do("snooze", until)
    monkeypatch.setattr(clocks, "add_step", at_first(actions.add_step))
    now = clock.forward(minutes=15)
    assert [await wake_snoozed(database, now) for _ in range(3)] == [1, 1, 0]


async def test_a_new_message_ends_a_snooze(
    database: Database, care: Conversation, patient: Person, night: Room, clock: Clock
) -> None:
    await said(database, care, patient, "Sick")
    await night.do("snooze", portal_clock.now() + timedelta(hours=1))
    clock.forward(minutes=1)
    await said(database, care, patient, "Sicker")
    assert await night.is_in_queue()


async def test_a_new_flag_ends_a_snooze(
    database: Database, care: Conversation, patient: Person, night: Room, clock: Clock
) -> None:
    await raised(database, patient, Level.SOON)
    await said(database, care, patient, "Sick")
    clock.forward(minutes=1)
    await night.do("snooze", portal_clock.now() + timedelta(hours=1))
    assert not await night.is_in_queue()
    clock.forward(minutes=1)
    await raised(database, patient, Level.ROUTINE)
    assert await night.is_in_queue()


async def test_what_is_closed_opens_with_a_new_message_and_is_nobodys(
    database: Database, care: Conversation, patient: Person, night: Room
) -> None:
    await said(database, care, patient, "Thank you")
    await night.do("assign", night.person.id)
    await night.do("close")
    row = await night.row()
    assert (row.is_closed, row.is_waiting, row.owner) == (True, False, None)
    await said(database, care, patient, "Hello again")
    row = await night.row()
    assert (row.is_closed, row.is_waiting, row.owner) == (False, True, None)
    await night.do("close")
    await night.do("reopen")
    assert (await night.row()).is_open


@pytest.mark.parametrize("workers", [1, 3])
async def test_a_silent_owner_loses_it_once_however_many_workers_run(
    database: Database,
    care: Conversation,
    patient: Person,
    night: Room,
    day: Room,
    clock: Clock,
    workers: int,
) -> None:
    async def at(now: datetime) -> int:
        return sum(await asyncio.gather(*(return_silent(database, now) for _ in range(workers))))

    await said(database, care, patient, "Sick")
    await night.do("assign", day.person.id)
    assert await at(clock.forward(minutes=59)) == 0
    assert await at(clock.forward(minutes=1)) == 1
    assert await at(clock.forward(minutes=90)) == 0
    assert await night.is_in_queue()
    async with database.read() as session:
        tags = await session.exec(
            select(AuditEvent).where(col(AuditEvent.tag) == "handling:return")
        )
        (event,) = tags.all()
    assert (event.actor_id, event.patient_id) == (None, patient.id)


async def test_an_owner_who_answered_or_snoozed_keeps_it(
    database: Database, care: Conversation, patient: Person, night: Room, clock: Clock
) -> None:
    await said(database, care, patient, "Sick")
    await night.do("assign", night.person.id)
    await said(database, care, night.person, "Small sips")
    assert await return_silent(database, clock.forward(minutes=61)) == 0
    await said(database, care, patient, "Thank you")
    assert await return_silent(database, clock.forward(minutes=59)) == 0
    await night.do("snooze", portal_clock.now() + timedelta(hours=2))
    assert await return_silent(database, clock.forward(minutes=90)) == 0
    now = clock.forward(minutes=30)
    assert await wake_snoozed(database, now) == 1
    assert await return_silent(database, now) == 0
    assert await return_silent(database, clock.forward(minutes=60)) == 1


@pytest.mark.parametrize("step", ["need_no_reply", "close", "snooze", "assign"])
async def test_ones_own_last_step_is_undone_as_if_it_had_not_been(
    database: Database, care: Conversation, patient: Person, night: Room, day: Room, step: str
) -> None:
    await said(database, care, patient, "Sick")
    await night.do("assign", night.person.id)
    in_an_hour = portal_clock.now() + timedelta(hours=1)
    more: dict[str, list[object]] = {"snooze": [in_an_hour], "assign": [day.person.id]}
    made = await night.do(step, *more.get(step, []))
    assert not await night.is_in_queue()
    seen = Seen(made.number, care.last_seq)
    with pytest.raises(Conflict):
        await day.do("undo", seen=seen)
    await night.do("undo", seen=seen)
    row = await night.row()
    assert (row.is_waiting, row.is_open) == (True, True)
    assert row.owner is not None
    assert row.owner.name == "Night nurse"
    with pytest.raises(Conflict):
        await night.do("undo", seen=seen)


async def test_steps_are_in_the_trail_without_words(
    database: Database, care: Conversation, patient: Person, night: Room
) -> None:
    await said(database, care, patient, "unmistakable words")
    await night.do("assign", night.person.id)
    await night.do("need_no_reply")
    async with database.read() as session:
        rows = await session.exec(
            select(AuditEvent).where(col(AuditEvent.tag).startswith("handling:"))
        )
        events = rows.all()
    assert {event.tag for event in events} == {"handling:assign", "handling:no_reply"}
    assert {event.subject_id for event in events} == {care.id}
    assert not any("unmistakable" in event.model_dump_json() for event in events)
