"""Two calls that reach nobody give the flag to on call, on both databases."""

import pytest

from portal.db import Database
from portal.flags.actions import acknowledge_flag
from portal.flags.care import Callee, CallResult, Did, care_of
from portal.flags.clocks import escalate
from portal.flags.ladder import Rung
from portal.flags.models import Flag
from portal.flags.queries import FlagState, flag_for
from portal.flags.steps import record_call
from portal.flags.undo import undo
from portal.people.models import Person
from portal.permissions import Actor
from portal.rota.duties import Duty
from portal.symptoms.levels import Level
from tests.conftest import Clock
from tests.flags.raising import actor_for, raised
from tests.flags.test_care import at, call
from tests.flags.test_clocks import climbs, full, notices, on_duty
from tests.flags.test_ladder import ME, OTHER, Done
from tests.people import Clinic

__all__ = ["full"]


async def called(database: Database, actor: Actor, flag: Flag, *results: CallResult) -> FlagState:
    for result in results:
        async with database.work(actor) as work:
            await record_call(work, flag.id, Callee.PATIENT, result)
    async with database.read() as session:
        return await flag_for(session, actor, flag.id)


async def taken(database: Database, person: Person, flag: Flag) -> Actor:
    actor = actor_for(person)
    async with database.work(actor) as work:
        await acknowledge_flag(work, flag.id)
    return actor


def test_missed_calls_are_counted_until_somebody_is_reached_or_somebody_else_has_it() -> None:
    missed = [call(CallResult.NO_ANSWER), call(CallResult.LEFT_WORD, Callee.COMPANION, 6)]
    assert care_of(ME, missed).missed_calls == 2
    assert care_of(ME, [*missed, Done(Did.MESSAGE, at(7))]).missed_calls == 2
    for ends in (call(CallResult.REACHED, Callee.COMPANION, 7), Done(Did.TAKE, at(7), by_id=OTHER)):
        assert care_of(ME, [*missed, ends]).missed_calls == 0


async def test_the_second_call_that_nobody_answers_hands_it_to_on_call_who_hear_at_once(
    database: Database, full: Clinic, clock: Clock
) -> None:
    flag = await raised(database, full.patient)
    nurse = await taken(database, full.nurse_on_team, flag)
    state = await called(database, nurse, flag, CallResult.NO_ANSWER)
    assert (state.is_acknowledged, state.owner_id) == (True, nurse.person_id)
    clock.forward(minutes=2)
    state = await called(database, nurse, flag, CallResult.NO_ANSWER)
    assert (state.is_acknowledged, state.care.holder_duty) == (False, Duty.ON_CALL)
    assert await notices(database) == {("Day doctor", "flag_waiting")}
    # From there it climbs like any other, but on call is not told twice.
    await escalate(database, clock.forward(minutes=46))
    rungs = [(row.lap, row.rung) for row in await climbs(database)]
    assert sorted(rungs) == sorted((1, rung) for rung in Rung)


async def test_the_one_who_called_may_take_it_back_at_once(
    database: Database, full: Clinic, clock: Clock
) -> None:
    flag = await raised(database, full.patient)
    nurse = await taken(database, full.nurse_on_team, flag)
    await called(database, nurse, flag, CallResult.NO_ANSWER, CallResult.NO_ANSWER)
    async with database.work(nurse) as work:
        assert await undo(work, flag.id) == "hand_over"
    state = await called(database, nurse, flag)
    assert (state.is_acknowledged, state.owner_id) == (True, nurse.person_id)


async def test_with_nobody_on_call_the_administrators_hear_of_it(
    database: Database, clinic: Clinic, clock: Clock
) -> None:
    flag = await raised(database, clinic.patient, Level.SOON)
    nurse = await taken(database, clinic.nurse_on_team, flag)
    await called(database, nurse, flag, CallResult.NO_ANSWER, CallResult.LEFT_WORD)
    assert await notices(database) == {("Administrator", "flag_untaken")}


async def test_what_nobody_took_is_escalated_by_the_second_call(
    database: Database, full: Clinic, clock: Clock
) -> None:
    flag = await raised(database, full.patient)
    nurse = actor_for(full.nurse_on_team)
    state = await called(database, nurse, flag, CallResult.NO_ANSWER, CallResult.NO_ANSWER)
    assert state.care.handovers == 0
    assert [row.rung for row in await climbs(database)] == [Rung.ON_CALL]


@pytest.mark.parametrize(
    ("level", "results"),
    [
        (Level.ROUTINE, [CallResult.NO_ANSWER, CallResult.NO_ANSWER]),
        (Level.URGENT, [CallResult.NO_ANSWER, CallResult.REACHED, CallResult.NO_ANSWER]),
    ],
)
async def test_what_may_wait_or_was_answered_stays_where_it_is(
    database: Database, full: Clinic, clock: Clock, level: Level, results: list[CallResult]
) -> None:
    flag = await raised(database, full.patient, level)
    nurse = await taken(database, full.nurse_on_team, flag)
    assert (await called(database, nurse, flag, *results)).owner_id == nurse.person_id
    assert await climbs(database) == []


async def test_whoever_is_on_call_goes_on_with_it(
    database: Database, clinic: Clinic, clock: Clock
) -> None:
    await on_duty(database, clinic.team, clinic.clinician_on_team, Duty.ON_CALL)
    flag = await raised(database, clinic.patient)
    doctor = await taken(database, clinic.clinician_on_team, flag)
    state = await called(database, doctor, flag, *[CallResult.NO_ANSWER] * 3)
    assert (state.owner_id, await climbs(database)) == (doctor.person_id, [])
