"""Escalation by the worker's clock, on both databases and with real processes."""

import asyncio
import signal
from collections import Counter
from contextlib import AsyncExitStack
from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import col, select

from portal import clock as portal_clock
from portal.audit.models import AuditEvent
from portal.clock import now as real_now
from portal.db import Database, UnitOfWork
from portal.flags import clocks
from portal.flags.actions import acknowledge_flag, reopen_flag, resolve_flag
from portal.flags.clocks import climb, escalate, wake_flags
from portal.flags.ladder import Rung
from portal.flags.models import Escalation, Flag, Outcome
from portal.flags.queries import FlagState, flag_for
from portal.flags.steps import To, hand_over, snooze_flag
from portal.notices.models import Notice
from portal.people.models import CareTeam, Person
from portal.rota.actions import add_shift
from portal.rota.duties import Duty
from portal.symptoms.levels import Level
from tests.cli.commands import running, settings_for
from tests.conftest import Clock
from tests.flags.raising import actor_for, raised
from tests.keys import ENCRYPTION_KEY, SECRET_KEY
from tests.people import Clinic

MANY = 12


async def climbs(database: Database) -> list[Escalation]:
    async with database.read() as session:
        return list((await session.exec(select(Escalation).order_by(col(Escalation.at)))).all())


async def notices(database: Database) -> set[tuple[str, str]]:
    async with database.read() as session:
        query = select(Person.name, Notice.reason).join(
            Notice, col(Notice.person_id) == col(Person.id)
        )
        return {(name, str(reason)) for name, reason in (await session.exec(query)).all()}


async def on_duty(
    database: Database, team: CareTeam, person: Person, duty: Duty, hours: float = 12
) -> None:
    now = portal_clock.now()
    async with database.work(actor_for(person)) as work:
        await add_shift(work, team.id, person.id, duty, (now, now + timedelta(hours=hours)))


@pytest.fixture
async def full(database: Database, clinic: Clinic, clock: Clock) -> Clinic:
    """A rota in which every duty is done."""
    await on_duty(database, clinic.team, clinic.nurse_on_team, Duty.NURSE)
    await on_duty(database, clinic.team, clinic.second_nurse, Duty.SECOND)
    await on_duty(database, clinic.team, clinic.clinician_on_team, Duty.ON_CALL)
    return clinic


async def test_an_emergency_that_nobody_takes_climbs_to_the_administrator(
    database: Database, full: Clinic, clock: Clock
) -> None:
    await raised(database, full.patient, Level.EMERGENCY)
    at_once = await escalate(database, portal_clock.now())
    later = [await escalate(database, clock.forward(minutes=5)) for _ in range(4)]
    assert (at_once, later) == (1, [1, 1, 1, 0])
    assert await notices(database) == {
        ("Night nurse", "flag_raised"),
        ("Day doctor", "flag_raised"),
        ("Day nurse", "flag_waiting"),
        ("Day doctor", "flag_waiting"),
        ("Administrator", "flag_untaken"),
    }
    rows = await climbs(database)
    assert [(row.rung, row.told, row.is_uncovered) for row in rows] == [
        (Rung.DUTY, [str(full.nurse_on_team.id), str(full.clinician_on_team.id)], False),
        (Rung.SECOND, [str(full.second_nurse.id)], False),
        (Rung.ON_CALL, [str(full.clinician_on_team.id)], False),
        (Rung.ADMIN, [str(full.admin.id)], False),
    ]


async def test_with_nobody_on_duty_it_goes_to_the_administrator_at_once(
    database: Database, clinic: Clinic, clock: Clock
) -> None:
    await on_duty(database, clinic.other_team, clinic.nurse_elsewhere, Duty.NURSE)
    await raised(database, clinic.patient, Level.URGENT)
    await escalate(database, portal_clock.now())
    (row,) = await climbs(database)
    assert (row.told, row.is_uncovered) == ([str(clinic.admin.id)], True)


async def test_whoever_was_told_already_is_no_second_clinician(
    database: Database, clinic: Clinic, clock: Clock
) -> None:
    for duty in (Duty.NURSE, Duty.SECOND):
        await on_duty(database, clinic.team, clinic.nurse_on_team, duty)
    await raised(database, clinic.patient, Level.URGENT)
    await escalate(database, clock.forward(minutes=15))
    assert [row.told for row in await climbs(database)] == [
        [str(clinic.nurse_on_team.id)],
        [str(clinic.admin.id)],
    ]


async def test_a_flag_that_was_taken_or_resolved_climbs_no_further(
    database: Database, full: Clinic, clock: Clock
) -> None:
    taken = await raised(database, full.patient)
    ended = await raised(database, full.patient)
    async with database.work(actor_for(full.nurse_on_team)) as work:
        await acknowledge_flag(work, taken.id)
        await resolve_flag(work, ended.id, outcome=Outcome.CALLED)
    assert await escalate(database, clock.forward(hours=3)) == 0


async def test_what_was_handed_over_or_reopened_climbs_anew(
    database: Database, full: Clinic, clock: Clock
) -> None:
    flag = await raised(database, full.patient)
    nurse = actor_for(full.nurse_on_team)
    await escalate(database, portal_clock.now())
    async with database.work(nurse) as work:
        await acknowledge_flag(work, flag.id)
        await hand_over(work, flag.id, To(duty=Duty.SECOND))
    assert await escalate(database, clock.forward(minutes=15)) == 2
    async with database.work(nurse) as work:
        await resolve_flag(work, flag.id, outcome=Outcome.CALLED)
        await reopen_flag(work, flag.id, reason="Again")
    assert await escalate(database, portal_clock.now()) == 1
    rows = await climbs(database)
    assert [(row.round, row.lap, row.rung.value) for row in rows] == [
        (1, 0, "duty"),
        (1, 1, "duty"),
        (1, 1, "second"),
        (2, 0, "duty"),
    ]


async def test_climbing_ends_a_snooze_and_so_does_its_time(
    database: Database, full: Clinic, clock: Clock
) -> None:
    actor = actor_for(full.nurse_on_team)
    flag = await raised(database, full.patient, Level.SOON)
    async with database.work(actor) as work:
        await snooze_flag(work, flag.id, clock.now() + timedelta(minutes=15))
    assert await wake_flags(database, clock.forward(minutes=14)) == 0
    assert await wake_flags(database, clock.forward(minutes=1)) == 1
    assert await wake_flags(database, portal_clock.now()) == 0
    async with database.read() as session:
        assert (await flag_for(session, actor, flag.id)).care.snoozed_until is None


async def test_one_flag_that_cannot_climb_holds_up_no_other(
    database: Database, full: Clinic, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken, *others = [await raised(database, full.patient, Level.SOON) for _ in range(3)]

    async def climb_unless_broken(work: UnitOfWork, state: FlagState, *rest: Any) -> bool:
        if state.id == broken.id:
            raise ValueError("a row that cannot be read")
        return await climb(work, state, *rest)

    monkeypatch.setattr(clocks, "climb", climb_unless_broken)
    now = clock.forward(hours=4)
    assert await escalate(database, now) == 2
    assert {row.flag_id for row in await climbs(database)} == {flag.id for flag in others}
    monkeypatch.undo()
    assert await escalate(database, now) == 1


async def test_three_workers_climb_each_rung_once(
    database: Database, full: Clinic, clock: Clock
) -> None:
    for _ in range(3):
        await raised(database, full.patient)
    now = clock.forward(minutes=30)
    done = await asyncio.gather(*(escalate(database, now) for _ in range(3)))
    assert sum(done) == 9
    await _each_once(database, 3, 3)


async def _each_once(database: Database, flags: int, rungs: int) -> None:
    """Each rung has one row, one entry in the trail and one notice for whoever was told."""
    async with database.read() as session:
        rows = (await session.exec(select(Escalation))).all()
        query = select(AuditEvent).where(col(AuditEvent.tag) == "flag:escalate")
        told = (await session.exec(query)).all()
        # A whole worker also warns of gaps in the rota.
        about_flags = col(Notice.subject_id).in_([row.flag_id for row in rows])
        numbers = (await session.exec(select(Notice.number).where(about_flags))).all()
    assert numbers == [1] * sum(len(row.told) for row in rows)
    once = Counter((row.flag_id, row.rung) for row in rows)
    assert len(once) == flags * rungs
    assert set(once.values()) == {1}
    assert Counter((event.subject_id, Rung(event.detail["rung"])) for event in told) == once


async def _until_some(database: Database, least: int) -> None:
    while len(await climbs(database)) < least:
        await asyncio.sleep(0.01)


async def test_a_worker_killed_in_the_middle_loses_nothing_and_doubles_nothing(
    database: Database, database_url: str, full: Clinic, clock: Clock
) -> None:
    clock.set(real_now() - timedelta(minutes=31))
    flags: list[Flag] = [await raised(database, full.patient) for _ in range(MANY)]
    settings = settings_for(database_url, SECRET_KEY=SECRET_KEY, ENCRYPTION_KEYS=ENCRYPTION_KEY)
    async with AsyncExitStack() as stack:
        first, _ = await asyncio.gather(
            *(
                stack.enter_async_context(
                    running("worker", until="worker.started", settings=settings)
                )
                for _ in range(2)
            )
        )
        await asyncio.wait_for(_until_some(database, 1), 60)
        first.send_signal(signal.SIGKILL)
        await asyncio.wait_for(_until_some(database, len(flags) * 3), 60)
    await _each_once(database, len(flags), 3)
    assert await escalate(database, real_now()) == 0
