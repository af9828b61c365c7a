"""Who is reached when a flag waits, and the patient when it ends."""

import pytest
from sqlmodel import col, select

from portal.db import Database
from portal.flags.actions import acknowledge_flag, resolve_flag
from portal.flags.clocks import escalate
from portal.flags.models import Outcome
from portal.flags.steps import To, hand_over
from portal.flags.undo import undo
from portal.notices.models import Envelope, Notice
from portal.notices.reasons import Pace, Reason
from portal.people.models import Person
from portal.rota.duties import Duty
from portal.symptoms.levels import Level
from tests.clients import actor_of
from tests.conftest import Clock
from tests.flags.raising import actor_for, raised
from tests.flags.test_clocks import on_duty
from tests.people import Clinic


async def notices(database: Database, *reasons: Reason) -> list[Notice]:
    async with database.read() as session:
        query = select(Notice).where(col(Notice.reason).in_(reasons))
        return list((await session.exec(query)).all())


async def test_a_grave_flag_reaches_people_past_their_quiet_hours(
    database: Database, patient: Person, nurse_on_team: Person, clock: Clock
) -> None:
    flag = await raised(database, patient)
    await escalate(database, clock.forward(minutes=40))
    raising = (Reason.FLAG_RAISED, Reason.FLAG_WAITING, Reason.FLAG_UNTAKEN)
    told = await notices(database, *raising)
    assert told
    assert {row.subject_id for row in told} == {flag.id}
    assert patient.id not in {row.person_id for row in told}
    async with database.read() as session:
        paces = {row.pace for row in (await session.exec(select(Envelope))).all()}
    assert paces == ({Pace.URGENT} if flag.level.rank <= 1 else {Pace.CALM})


@pytest.mark.parametrize(("told", "expected"), [(False, 1), (True, 0)])
async def test_the_patient_is_told_of_the_end_unless_they_know(
    database: Database, patient: Person, nurse_on_team: Person, told: bool, expected: int
) -> None:
    flag = await raised(database, patient)
    async with database.work(await actor_of(database, nurse_on_team)) as work:
        await resolve_flag(work, flag.id, outcome=Outcome.ADVISED, told=told)
    assert len(await notices(database, Reason.FLAG_TOLD)) == expected


@pytest.mark.parametrize(("is_on", "pace"), [(True, Pace.URGENT), (False, Pace.CALM)])
async def test_what_is_handed_over_goes_past_the_quiet_hours_of_those_on_duty_only(
    database: Database, clinic: Clinic, clock: Clock, is_on: bool, pace: Pace
) -> None:
    if is_on:
        await on_duty(database, clinic.team, clinic.second_nurse, Duty.SECOND)
    flag = await raised(database, clinic.patient, Level.EMERGENCY)
    async with database.work(actor_for(clinic.nurse_on_team)) as work:
        await acknowledge_flag(work, flag.id)
        await hand_over(work, flag.id, To(person_id=clinic.second_nurse.id))
    async with database.read() as session:
        assert [row.pace for row in (await session.exec(select(Envelope))).all()] == [pace]


async def test_a_resolution_that_is_taken_back_is_not_told(
    database: Database, patient: Person, nurse_on_team: Person, clock: Clock
) -> None:
    flag = await raised(database, patient)
    async with database.work(actor_for(nurse_on_team)) as work:
        await resolve_flag(work, flag.id, outcome=Outcome.ADVISED)
        await undo(work, flag.id)
    assert [row.seen_at is None for row in await notices(database, Reason.FLAG_TOLD)] == [False]
