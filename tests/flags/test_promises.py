"""A promise to a patient that was not kept is told to the team: once, and to the right ones."""

import asyncio
from datetime import timedelta

import pytest
from sqlmodel import col, select

from portal import clock as portal_clock
from portal.db import Database
from portal.flags.actions import acknowledge_flag, resolve_flag
from portal.flags.care import Callee, CallResult
from portal.flags.models import Flag, Outcome
from portal.flags.promises import tell_of_late_promises
from portal.flags.queries import state_of_flag
from portal.flags.steps import record_call, snooze_flag
from portal.notices.models import Envelope, Notice
from portal.notices.reasons import Pace, Reason
from portal.people.models import Person
from portal.rota.duties import Duty
from portal.symptoms.levels import Level
from tests.conftest import Clock
from tests.flags.raising import actor_for, raised
from tests.flags.test_clocks import on_duty
from tests.people import Clinic


async def told(database: Database) -> set[tuple[str, str]]:
    """Who was told that a patient waits to hear from us, and in what hurry."""
    async with database.read() as session:
        query = (
            select(Person.name, Envelope.pace)
            .join(Notice, col(Notice.person_id) == col(Person.id))
            .join(Envelope, col(Envelope.id) == col(Notice.envelope_id))
            .where(col(Notice.reason) == Reason.PROMISE_PASSED)
        )
        return set((await session.exec(query)).all())


async def taken(database: Database, clinic: Clinic, level: Level = Level.URGENT) -> Flag:
    """A flag that the night nurse has; on call is the doctor, the nurse on duty another one."""
    await on_duty(database, clinic.team, clinic.clinician_on_team, Duty.ON_CALL, hours=96)
    await on_duty(database, clinic.team, clinic.second_nurse, Duty.NURSE, hours=96)
    flag = await raised(database, clinic.patient, level)
    async with database.work(actor_for(clinic.nurse_on_team)) as work:
        await acknowledge_flag(work, flag.id)
    return flag


async def look(database: Database) -> int:
    return await tell_of_late_promises(database, portal_clock.now())


async def test_whoever_has_it_and_on_call_hear_once_that_the_time_has_passed(
    database: Database, clinic: Clinic, clock: Clock
) -> None:
    await taken(database, clinic)
    clock.forward(minutes=15)
    assert (await look(database), await told(database)) == (0, set())
    clock.forward(minutes=1)
    # Two workers at the same moment, and again after a restart.
    assert sum(await asyncio.gather(look(database), look(database))) == 1
    clock.forward(hours=5)
    assert await look(database) == 0
    # The owner is at home: their quiet hours stay. On call is on duty.
    assert await told(database) == {("Night nurse", Pace.CALM), ("Day doctor", Pace.URGENT)}


@pytest.mark.parametrize(("result", "told"), [(CallResult.REACHED, 0), (CallResult.NO_ANSWER, 1)])
async def test_a_call_keeps_the_promise_when_it_reached_the_patient(
    database: Database, clinic: Clinic, clock: Clock, result: CallResult, told: int
) -> None:
    flag = await taken(database, clinic)
    async with database.work(actor_for(clinic.nurse_on_team)) as work:
        await record_call(work, flag.id, Callee.PATIENT, result)
    clock.forward(hours=1)
    assert await look(database) == told


async def test_an_end_that_the_patient_does_not_know_of_is_told_to_who_decided_it(
    database: Database, clinic: Clinic, clock: Clock
) -> None:
    flag = await taken(database, clinic)
    async with database.work(actor_for(clinic.nurse_on_team)) as work:
        await resolve_flag(work, flag.id, outcome=Outcome.ADVISED)
    clock.forward(minutes=16)
    assert await look(database) == 1
    assert {name for name, _ in await told(database)} == {"Night nurse", "Day doctor"}


async def test_one_that_rests_comes_back(database: Database, clinic: Clinic, clock: Clock) -> None:
    flag = await taken(database, clinic)
    async with database.work(actor_for(clinic.nurse_on_team)) as work:
        await snooze_flag(work, flag.id, portal_clock.now() + timedelta(hours=1))
    clock.forward(minutes=16)
    await look(database)
    async with database.read() as session:
        state = await state_of_flag(session, flag)
    assert not state.care.is_snoozed(portal_clock.now())


async def test_a_routine_promise_is_for_the_nurse_on_duty_and_nobody_is_woken(
    database: Database, clinic: Clinic, clock: Clock
) -> None:
    await taken(database, clinic, Level.ROUTINE)
    clock.forward(hours=95)
    assert await look(database) == 1
    assert await told(database) == {("Night nurse", Pace.CALM), ("Day nurse", Pace.CALM)}


async def test_what_nobody_has_is_left_to_the_ladder(
    database: Database, clinic: Clinic, clock: Clock
) -> None:
    await raised(database, clinic.patient)
    clock.forward(hours=1)
    assert await look(database) == 0
