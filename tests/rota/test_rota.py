"""Keeping the rota, its warnings, and what a shift leaves behind, on both databases."""

import asyncio
from datetime import timedelta

import pytest
from sqlmodel import col, select

from portal import clock as portal_clock
from portal.audit.models import AuditEvent
from portal.db import Database
from portal.errors import Conflict, Invalid, NotFound
from portal.flags.actions import acknowledge_flag
from portal.flags.queries import flag_for
from portal.flags.shift_end import hand_on
from portal.flags.steps import snooze_flag
from portal.people.actions import disable_person
from portal.people.models import Person
from portal.rota.actions import add_shift, give_shift, remove_shift
from portal.rota.clocks import warn_of_gaps
from portal.rota.duties import Duty
from portal.rota.models import GapWarning, Shift
from portal.rota.queries import on_duty, shift_for
from portal.symptoms.levels import Level
from tests.conftest import Clock
from tests.flags.raising import actor_for, raised
from tests.people import Clinic


async def put_on(
    database: Database, clinic: Clinic, person: Person, duty: Duty = Duty.ON_CALL, hours: float = 12
) -> Shift:
    now = portal_clock.now()
    async with database.work(actor_for(clinic.coordinator_on_team)) as work:
        span = (now, now + timedelta(hours=hours))
        return await add_shift(work, clinic.team.id, person.id, duty, span)


async def who(database: Database, clinic: Clinic, duty: Duty = Duty.ON_CALL) -> list[str]:
    async with database.read() as session:
        ids = await on_duty(session, clinic.patient.id, duty, portal_clock.now())
        names = {person.id: person.name for person in (clinic.nurse_on_team, clinic.second_nurse)}
    return [names[id] for id in ids]


async def test_a_shift_counts_from_its_first_instant_to_before_its_last(
    database: Database, clinic: Clinic, clock: Clock
) -> None:
    await put_on(database, clinic, clinic.nurse_on_team)
    assert await who(database, clinic) == ["Night nurse"]
    assert await who(database, clinic, Duty.NURSE) == []
    clock.forward(hours=12)
    assert await who(database, clinic) == []


async def test_a_shift_given_away_half_way_is_split_between_the_two(
    database: Database, clinic: Clinic, clock: Clock
) -> None:
    shift = await put_on(database, clinic, clinic.nurse_on_team)
    clock.forward(hours=4)
    async with database.work(actor_for(clinic.nurse_on_team)) as work:
        held = await shift_for(work.session, actor_for(clinic.nurse_on_team), shift.id)
        await give_shift(work, held, clinic.second_nurse.id)
    assert await who(database, clinic) == ["Day nurse"]
    async with database.read() as session:
        rows = await session.exec(select(Shift).where(col(Shift.removed_at).is_(None)))
        lengths = sorted((row.ends_at - row.starts_at) / timedelta(hours=1) for row in rows.all())
    assert lengths == [4, 8]


async def test_nobody_is_put_on_who_could_not_act(
    database: Database, clinic: Clinic, clock: Clock
) -> None:
    for person in (clinic.nurse_elsewhere, clinic.coordinator_on_team, clinic.patient):
        with pytest.raises(Invalid):
            await put_on(database, clinic, person)
    with pytest.raises(Invalid, match="over already"):
        await put_on(database, clinic, clinic.nurse_on_team, hours=-1)


async def test_whoever_is_switched_off_is_on_duty_no_more(
    database: Database, clinic: Clinic, clock: Clock
) -> None:
    await put_on(database, clinic, clinic.nurse_on_team)
    async with database.work() as work:
        await disable_person(work, await work.session.get_one(Person, clinic.nurse_on_team.id))
    assert await who(database, clinic) == []


async def test_a_shift_that_is_over_stays_and_another_teams_is_not_there(
    database: Database, clinic: Clinic, clock: Clock
) -> None:
    shift = await put_on(database, clinic, clinic.nurse_on_team)
    outsider = actor_for(clinic.nurse_elsewhere)
    clock.forward(hours=13)
    async with database.work(outsider) as work:
        with pytest.raises(NotFound):
            await shift_for(work.session, outsider, shift.id)
        with pytest.raises(Conflict, match="over"):
            await remove_shift(work, shift)


async def test_administrators_are_warned_of_each_gap_once_whoever_looks(
    database: Database, clinic: Clinic, clock: Clock
) -> None:
    for duty in Duty:
        await put_on(database, clinic, clinic.nurse_on_team, duty, hours=30)
    first = await asyncio.gather(*(warn_of_gaps(database, portal_clock.now()) for _ in range(3)))
    assert sum(first) == 3  # the other team has no rota at all
    now = clock.forward(hours=7)
    assert await warn_of_gaps(database, now) == 3
    assert await warn_of_gaps(database, clock.forward(hours=20)) == 0  # not open yet
    assert await warn_of_gaps(database, clock.forward(hours=20)) == 0  # open, and known
    async with database.read() as session:
        rows = (await session.exec(select(GapWarning))).all()
        tags = await session.exec(select(AuditEvent).where(col(AuditEvent.tag) == "rota:gap"))
        assert len(rows) == len(tags.all()) == 6


@pytest.mark.parametrize(("level", "handed"), [(Level.URGENT, 1), (Level.ROUTINE, 0)])
async def test_what_is_held_when_a_shift_ends_goes_to_the_nurse_on_duty(
    database: Database, clinic: Clinic, clock: Clock, level: Level, handed: int
) -> None:
    await put_on(database, clinic, clinic.nurse_on_team, Duty.NURSE, hours=2)
    flag = await raised(database, clinic.patient, level)
    actor = actor_for(clinic.nurse_on_team)
    async with database.work(actor) as work:
        await acknowledge_flag(work, flag.id)
    assert await hand_on(database, clock.forward(hours=2)) == 0
    now = clock.forward(minutes=15)
    assert await hand_on(database, now) == handed
    assert await hand_on(database, now) == 0
    async with database.read() as session:
        state = await flag_for(session, actor, flag.id)
    assert state.care.holder_duty is (Duty.NURSE if handed else None)


@pytest.mark.parametrize("level", [Level.URGENT, Level.ROUTINE])
async def test_what_somebody_held_who_left_the_team_goes_to_the_nurse_on_duty(
    database: Database, clinic: Clinic, clock: Clock, level: Level
) -> None:
    flag = await raised(database, clinic.patient, level)
    async with database.work(actor_for(clinic.nurse_on_team)) as work:
        await acknowledge_flag(work, flag.id)
    assert await hand_on(database, portal_clock.now()) == 0
    async with database.work(actor_for(clinic.admin)) as work:
        await disable_person(work, await work.session.get_one(Person, clinic.nurse_on_team.id))
    assert await hand_on(database, portal_clock.now()) == 1
    async with database.read() as session:
        state = await flag_for(session, actor_for(clinic.second_nurse), flag.id)
    assert (state.is_acknowledged, state.care.holder_duty) == (False, Duty.NURSE)


async def test_a_rest_ends_with_the_shift_of_whoever_put_it_to_rest(
    database: Database, clinic: Clinic, clock: Clock
) -> None:
    await put_on(database, clinic, clinic.nurse_on_team, Duty.NURSE, hours=2)
    flag = await raised(database, clinic.patient, Level.SOON)
    actor = actor_for(clinic.nurse_on_team)
    async with database.work(actor) as work:
        await acknowledge_flag(work, flag.id)
        await snooze_flag(work, flag.id, clock.now() + timedelta(hours=10))
    now = clock.forward(hours=2, minutes=15)
    assert await hand_on(database, now) == 1
    async with database.read() as session:
        assert not (await flag_for(session, actor, flag.id)).care.is_snoozed(now)


async def test_whoever_takes_it_after_their_shift_or_goes_on_into_the_next_keeps_it(
    database: Database, clinic: Clinic, clock: Clock
) -> None:
    await put_on(database, clinic, clinic.nurse_on_team, Duty.NURSE, hours=2)
    await put_on(database, clinic, clinic.second_nurse, Duty.NURSE, hours=2)
    kept = await raised(database, clinic.patient)
    async with database.work(actor_for(clinic.second_nurse)) as work:
        await acknowledge_flag(work, kept.id)
    await put_on(database, clinic, clinic.second_nurse, Duty.ON_CALL, hours=9)
    clock.forward(hours=2, minutes=1)
    late = await raised(database, clinic.patient)
    async with database.work(actor_for(clinic.nurse_on_team)) as work:
        await acknowledge_flag(work, late.id)
    assert await hand_on(database, clock.forward(hours=1)) == 0
