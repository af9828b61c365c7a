"""What is done about a flag between taking and closing it, on both databases."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import col, select

from portal.audit.models import AuditEvent
from portal.db import Database
from portal.errors import Conflict, Invalid
from portal.flags.actions import acknowledge_flag, reopen_flag, resolve_flag
from portal.flags.care import Callee, CallResult, Did, Stage
from portal.flags.history import history_of
from portal.flags.models import Flag, FlagStep, Outcome
from portal.flags.queries import FlagState, flag_for, untold_flags_for
from portal.flags.steps import (
    To,
    close_untold,
    hand_over,
    link_message,
    record_call,
    snooze_flag,
    write_note,
)
from portal.flags.undo import undo, undoable_for
from portal.ids import new_id
from portal.people.models import Person
from portal.rota.duties import Duty
from portal.symptoms.levels import Level
from tests.conftest import Clock
from tests.flags.raising import a_reason, actor_for, raised

Verb = Callable[..., Awaitable[Any]]


class Hands:
    """One person's hands on one flag."""

    def __init__(self, database: Database, flag: Flag, person: Person) -> None:
        self.database, self.flag, self.actor = database, flag, actor_for(person)

    async def do(self, verb: Verb, *rest: Any, **more: Any) -> Any:
        async with self.database.work(self.actor) as work:
            return await verb(work, self.flag.id, *rest, **more)

    async def state(self) -> FlagState:
        async with self.database.read() as session:
            return await flag_for(session, self.actor, self.flag.id)

    async def untold(self) -> list[FlagState]:
        async with self.database.read() as session:
            return await untold_flags_for(session, self.actor)


@pytest.fixture
async def flag(database: Database, patient: Person, clock: Clock) -> Flag:
    return await raised(database, patient)


@pytest.fixture
def night(database: Database, flag: Flag, nurse_on_team: Person) -> Hands:
    return Hands(database, flag, nurse_on_team)


@pytest.fixture
def day(database: Database, flag: Flag, second_nurse: Person) -> Hands:
    return Hands(database, flag, second_nurse)


async def test_resolving_leaves_it_open_to_tell_until_a_call_reaches_the_patient(
    night: Hands, clock: Clock
) -> None:
    await night.do(acknowledge_flag)
    await night.do(resolve_flag, outcome=Outcome.ADVISED)
    assert (await night.state()).stage is Stage.RESOLVED
    await night.do(record_call, Callee.PATIENT, CallResult.NO_ANSWER)
    assert [state.id for state in await night.untold()] == [night.flag.id]
    clock.forward(minutes=2)
    await night.do(record_call, Callee.PATIENT, CallResult.REACHED)
    assert (await night.state()).stage is Stage.CLOSED
    assert await night.untold() == []


async def test_a_patient_who_was_told_before_is_not_to_be_told_again(night: Hands) -> None:
    await night.do(acknowledge_flag)
    await night.do(link_message, new_id())
    await night.do(resolve_flag, outcome=Outcome.ADVISED)
    assert (await night.state()).stage is Stage.CLOSED


async def test_closing_without_telling_needs_an_end_and_keeps_its_reason(night: Hands) -> None:
    with pytest.raises(Conflict, match="still open"):
        await night.do(close_untold, "Entered twice")
    await night.do(resolve_flag, outcome=Outcome.ENTERED_IN_ERROR)
    step = await night.do(close_untold, "Entered twice")
    assert b"Entered" not in step.words
    async with night.database.read() as session:
        words = [one.words for one in await history_of(session, night.flag)]
    assert "Entered twice" in words


async def test_reopening_begins_a_round_in_which_nobody_was_told(
    night: Hands, clock: Clock
) -> None:
    await night.do(resolve_flag, outcome=Outcome.CALLED, told=True)
    assert (await night.state()).stage is Stage.CLOSED
    clock.forward(minutes=1)
    await night.do(reopen_flag, reason="Again")
    assert (await night.state()).stage is Stage.RAISED
    await night.do(resolve_flag, outcome=Outcome.CALLED)
    assert (await night.state()).stage is Stage.RESOLVED


async def test_what_is_handed_over_waits_again_until_the_other_takes_it(
    night: Hands, day: Hands, second_nurse: Person, clock: Clock
) -> None:
    with pytest.raises(Conflict, match="Acknowledge it first"):
        await night.do(hand_over, To(person_id=second_nurse.id))
    await night.do(acknowledge_flag)
    clock.forward(minutes=20)
    await night.do(hand_over, To(person_id=second_nurse.id), "Call her mother first")
    state = await day.state()
    assert (state.owner_id, state.is_acknowledged) == (second_nurse.id, False)
    assert state.due_at == clock.now() + timedelta(minutes=15)
    await day.do(acknowledge_flag)
    assert (await day.state()).is_acknowledged
    with pytest.raises(Conflict, match="Day nurse has this now"):
        await night.do(acknowledge_flag)


async def test_a_flag_is_handed_to_nobody_outside_the_care_team(
    night: Hands, nurse_elsewhere: Person, coordinator_on_team: Person
) -> None:
    await night.do(acknowledge_flag)
    for person in (nurse_elsewhere, coordinator_on_team):
        with pytest.raises(Invalid):
            await night.do(hand_over, To(person_id=person.id))


async def test_of_two_who_take_what_was_handed_to_a_duty_the_second_is_told(
    night: Hands, day: Hands, database: Database, clinician_on_team: Person, clock: Clock
) -> None:
    await night.do(acknowledge_flag)
    await night.do(hand_over, To(duty=Duty.ON_CALL))
    clock.forward(minutes=1)
    doctor = Hands(database, night.flag, clinician_on_team)
    tries = (doctor.do(acknowledge_flag), day.do(acknowledge_flag))
    done = await asyncio.gather(*tries, return_exceptions=True)
    assert sum(isinstance(one, Conflict) for one in done) == 1
    async with database.read() as session:
        taken = await session.exec(select(FlagStep).where(col(FlagStep.did) == Did.TAKE))
        assert len(taken.all()) == 1


@pytest.mark.parametrize("level", [Level.EMERGENCY, Level.URGENT])
async def test_what_is_grave_and_nobodys_never_rests(
    database: Database, patient: Person, nurse_on_team: Person, level: Level, clock: Clock
) -> None:
    hands = Hands(database, await raised(database, patient, level), nurse_on_team)
    with pytest.raises(Conflict):
        await hands.do(snooze_flag, clock.now() + timedelta(minutes=1))
    await hands.do(acknowledge_flag)
    await hands.do(snooze_flag, clock.now() + timedelta(minutes=15))
    assert (await hands.state()).care.is_snoozed(clock.now())


async def test_what_may_wait_rests_no_longer_than_its_limit(
    database: Database, patient: Person, nurse_on_team: Person, clock: Clock
) -> None:
    hands = Hands(database, await raised(database, patient, Level.SOON), nurse_on_team)
    with pytest.raises(Conflict):
        await hands.do(snooze_flag, clock.now() + timedelta(hours=5))
    with pytest.raises(Invalid):
        await hands.do(snooze_flag, clock.now())
    await hands.do(snooze_flag, clock.now() + timedelta(hours=1))


async def test_the_same_effect_at_a_worse_level_links_both_flags_and_wakes_the_first(
    database: Database, patient: Person, nurse_on_team: Person, clock: Clock
) -> None:
    first = await raised(database, patient, Level.SOON)
    other = await raised(database, patient, reasons=[a_reason(Level.ROUTINE, effect="anxiety")])
    hands = Hands(database, first, nurse_on_team)
    await hands.do(snooze_flag, clock.now() + timedelta(hours=1))
    clock.forward(minutes=30)
    worse = await raised(database, patient, Level.URGENT)
    assert (await hands.state()).care.snoozed_until is None
    async with database.read() as session:
        links = await session.exec(select(FlagStep).where(col(FlagStep.did) == Did.LINK))
        pairs = {(step.flag_id, step.other_id) for step in links.all()}
    assert pairs == {(first.id, worse.id), (worse.id, first.id)}
    assert other.id not in {id for pair in pairs for id in pair}


@pytest.mark.parametrize("seconds", [0, 10])
async def test_an_acknowledgement_can_be_undone_for_ten_seconds(
    night: Hands, clock: Clock, seconds: int
) -> None:
    await night.do(acknowledge_flag)
    clock.forward(seconds=seconds)
    assert await night.do(undo) == "acknowledge"
    state = await night.state()
    assert (state.stage, state.owner_id) == (Stage.RAISED, None)


async def test_undoing_comes_too_late_after_ten_seconds_and_after_anybody_elses_step(
    night: Hands, day: Hands, clock: Clock
) -> None:
    await night.do(acknowledge_flag)
    clock.forward(seconds=5)
    with pytest.raises(Conflict, match="too late"):
        await day.do(undo)
    await day.do(write_note, "Look at the second line")
    with pytest.raises(Conflict, match="too late"):
        await night.do(undo)
    clock.forward(seconds=20)
    with pytest.raises(Conflict, match="too late"):
        await night.do(undo)


async def test_undoing_ends_with_the_tenth_second(night: Hands, clock: Clock) -> None:
    await night.do(acknowledge_flag)
    clock.forward(seconds=10.1)
    with pytest.raises(Conflict, match="too late"):
        await night.do(undo)


async def test_undoing_a_resolution_takes_back_all_that_the_press_did_and_keeps_its_note(
    night: Hands,
) -> None:
    await night.do(resolve_flag, outcome=Outcome.CALLED, note="Wrong patient", told=True)
    assert await night.do(undo) == "resolve"
    assert (await night.state()).stage is Stage.RAISED
    async with night.database.read() as session:
        words = [one.words for one in await history_of(session, night.flag)]
    assert "Wrong patient" in words
    await night.do(resolve_flag, outcome=Outcome.ADVISED)
    assert len(await night.untold()) == 1


async def test_snoozing_and_handing_over_are_undone_too(
    night: Hands, second_nurse: Person, clock: Clock
) -> None:
    await night.do(acknowledge_flag)
    clock.forward(minutes=1)
    await night.do(snooze_flag, clock.now() + timedelta(hours=1))
    assert await night.do(undo) == "snooze"
    clock.forward(minutes=1)
    await night.do(hand_over, To(person_id=second_nurse.id))
    async with night.database.read() as session:
        offered = await undoable_for(session, night.actor)
    assert offered is not None
    assert await night.do(undo) == "hand_over"
    state = await night.state()
    assert (state.owner_id, state.care.snoozed_until) == (night.actor.person_id, None)


async def test_every_step_is_in_the_trail_without_words(night: Hands, second_nurse: Person) -> None:
    await night.do(acknowledge_flag)
    await night.do(write_note, "unmistakable")
    await night.do(record_call, Callee.PATIENT, CallResult.LEFT_WORD, "unmistakable")
    await night.do(hand_over, To(person_id=second_nurse.id), "unmistakable")
    await night.do(undo)
    async with night.database.read() as session:
        rows = await session.exec(select(AuditEvent).where(col(AuditEvent.tag).like("flag:%")))
        events = rows.all()
    tags = {event.tag.partition(":")[2] for event in events}
    assert tags == {"raise", "acknowledge", "note", "call", "hand_over", "undo"}
    assert not any("unmistakable" in event.model_dump_json() for event in events)
