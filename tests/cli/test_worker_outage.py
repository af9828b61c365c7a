"""No worker for an hour, with real processes: what fell due happens once, and nothing else does."""

import asyncio
import signal
from collections import Counter
from contextlib import AsyncExitStack
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlmodel import col, select

from portal.check_ins.silence_models import SilenceStep
from portal.clock import now as real_now
from portal.db import Database
from portal.flags.actions import acknowledge_flag
from portal.flags.ladder import Rung
from portal.flags.models import Escalation, Flag, FlagSource, LatePromise
from portal.flags.steps import snooze_flag
from portal.notices.models import Notice
from portal.notices.reasons import Reason
from portal.people.actions import add_person
from portal.permissions import Role
from portal.rota.actions import add_shift
from portal.rota.duties import Duty
from portal.symptoms.levels import Level
from portal.worker import EVERY, run_once
from tests.check_ins.doses import give_dose
from tests.check_ins.sending import send
from tests.cli.commands import running, settings_for
from tests.conftest import Clock
from tests.flags.raising import actor_for, raised
from tests.keys import ENCRYPTION_KEY, SECRET_KEY
from tests.people import ZONE, Clinic

OUTAGE = timedelta(minutes=60)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_after_an_hour_without_a_worker_each_thing_happens_once_and_nobody_is_missed(
    database: Database, database_url: str, clinic: Clinic, clock: Clock
) -> None:
    settings = settings_for(database_url, SECRET_KEY=SECRET_KEY, ENCRYPTION_KEYS=ENCRYPTION_KEY)
    async with running("worker", until="worker.started", settings=settings) as killed:
        killed.send_signal(signal.SIGKILL)
        await killed.ended(10)
    silent = clinic.patient.id
    answers, waits, held = await _an_hour_passes(database, clinic, clock)
    happened = await _worked_off(database, settings)
    steps, climbs = happened.pop("steps"), happened["climbs"]
    # The check-in that came due meanwhile is asked for; only a human hears of the one before it.
    assert steps == Counter(
        {(silent, "+1h", "task"): 1, (silent, "+2h", "due"): 1, (answers, "+2h", "due"): 1}
    )
    assert happened["silences"] == Counter([silent])
    assert {rung for flag_id, rung in climbs if flag_id == waits} == set(Rung)
    assert set(climbs.values()) == {1}
    assert happened["late"] == Counter(held)
    asked = {key: n for key, n in happened["told"].items() if key[0] in {silent, answers}}
    assert asked == {(id, Reason.CHECK_IN_DUE, 1): 1 for id in (silent, answers)}
    await run_once(database)
    assert await _all_that_happened(database) == {**happened, "steps": steps}


async def _an_hour_passes(
    database: Database, clinic: Clinic, clock: Clock
) -> tuple[UUID, UUID, list[UUID]]:
    """One patient is silent, another answers; one flag waits, one is held, one rests."""
    began, nurse = real_now() - OUTAGE, actor_for(clinic.nurse_on_team)
    clock.set(began - timedelta(minutes=1))
    async with database.work(nurse) as work:
        for duty in Duty:
            shift = (clock.now(), clock.now() + timedelta(hours=12))
            await add_shift(work, clinic.team.id, clinic.nurse_on_team.id, duty, shift)
        answers = await add_person(
            work, name="Patient C", role=Role.PATIENT, time_zone=ZONE, care_team=clinic.team
        )
    await give_dose(database, clinic, hours_ago=1.05)
    await give_dose(database, replace(clinic, patient=answers), hours_ago=1.05)
    clock.set(began + timedelta(minutes=5))
    await send(database, answers)
    waits, held, rests = [await raised(database, answers, Level.URGENT) for _ in range(3)]
    async with database.work(nurse) as work:
        await acknowledge_flag(work, held.id)
        await acknowledge_flag(work, rests.id)
        await snooze_flag(work, rests.id, clock.now() + timedelta(minutes=15))
    clock.set(real_now())
    return answers.id, waits.id, [held.id, rests.id]


async def _worked_off(database: Database, settings: dict[str, str]) -> dict[str, Counter[Any]]:
    """What there is once two workers have gone through everything, and again."""
    async with AsyncExitStack() as stack:
        for _ in range(2):
            working = running("worker", until="worker.started", settings=settings)
            await stack.enter_async_context(working)
        while not (await _all_that_happened(database))["late"]:
            await asyncio.sleep(0.2)
        await asyncio.sleep(EVERY + 1)  # a whole round more of both finds nothing to do twice
        return await _all_that_happened(database)


async def _all_that_happened(
    database: Database,
) -> dict[str, Counter[Any]]:
    async with database.read() as session:
        climbs = (await session.exec(select(Escalation))).all()
        steps = (await session.exec(select(SilenceStep))).all()
        late = (await session.exec(select(LatePromise.flag_id))).all()
        told = (await session.exec(select(Notice))).all()
        silences = select(Flag.patient_id).where(col(Flag.source) == FlagSource.SILENCE)
        silent = (await session.exec(silences)).all()
    return {
        "climbs": Counter((row.flag_id, row.rung) for row in climbs),
        "steps": Counter((row.patient_id, row.point, row.rung) for row in steps),
        "late": Counter(late),
        "silences": Counter(silent),
        "told": Counter((row.person_id, row.reason, row.number) for row in told),
    }
