"""The demo clinic in a real database: every state there is, and quick to build."""

import time
from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest
from sqlmodel import SQLModel, col, func, select

from portal.audit.queries import verify
from portal.bookings.models import Appointment, Ending, OfferOutcome, RequestEnd
from portal.bookings.queries import open_requests_for
from portal.bookings.visits import next_appointment
from portal.check_ins.coming import next_check_in
from portal.check_ins.models import CheckIn, SymptomReport
from portal.check_ins.sent import submitted_check_ins
from portal.conversations.queries import unread_for
from portal.db import Database
from portal.demo.data import build
from portal.flags.history import reasons_of
from portal.flags.models import Disposition, Flag, Outcome
from portal.flags.queries import flags_of, open_flags_for
from portal.people.access import visible_to_all
from portal.people.models import Patient, Person
from portal.permissions import Actor
from portal.symptoms.levels import Level
from portal.treatments.queries import doses_of, plan_of
from tests.clients import sign_in
from tests.conftest import Clock

EVENING = datetime(2026, 11, 18, 0, 30, tzinfo=UTC)
LONGEST = 20.0
"""Seconds of work; about 1 on a quiet machine. What else the machine does is not counted."""


@pytest.fixture
async def demo(database: Database, clock: Clock) -> Database:
    clock.set(EVENING)
    started = time.process_time()
    await build(database, EVENING)
    assert time.process_time() - started < LONGEST
    return database


async def person(database: Database, name: str) -> Person:
    async with database.read() as session:
        return (await session.exec(select(Person).where(col(Person.name) == name))).one()


async def actor(database: Database, name: str) -> Actor:
    return (await sign_in(database, await person(database, name)))[1]


async def count(database: Database, table: type[SQLModel]) -> int:
    async with database.read() as session:
        return (await session.exec(select(func.count()).select_from(table))).one()


async def test_the_whole_demo_is_there_and_holds_together(demo: Database) -> None:
    """One build, many looks: building is the dear part."""
    await _has_people_in_two_teams(demo)
    await _has_three_months_of_check_ins(demo)
    await _has_flags_in_every_state(demo)
    await _explains_every_flag(demo)
    await _has_requests_in_every_state(demo)
    await _has_unread_messages_on_both_sides(demo)
    await _has_a_check_in_due_now(demo)
    await _has_a_whole_audit_trail(demo)


async def _has_people_in_two_teams(demo: Database) -> None:
    ours, theirs = await actor(demo, "Night nurse"), await actor(demo, "Nurse, Hill team")
    async with demo.read() as session:
        seen = await visible_to_all(session, [ours, theirs])
        mine, other = seen[ours.person_id], seen[theirs.person_id]
        patients = (await session.exec(select(Patient))).all()
    assert len(mine) >= 14
    assert other
    assert not mine & other
    supervised = [one for one in patients if one.needs_supervision]
    assert len(supervised) >= 4
    assert all(one.supervisor_id for one in supervised)


async def _has_three_months_of_check_ins(demo: Database) -> None:
    assert await count(demo, CheckIn) > 1000
    assert await count(demo, SymptomReport) > 100
    b = await person(demo, "Patient B")
    async with demo.read() as session:
        sent = await submitted_check_ins(session, b.id)
        doses = await doses_of(session, b.id)
        plan = await plan_of(session, b.id)
    assert sent[0].at < EVENING - timedelta(days=85)
    assert plan
    assert len(doses) < plan.doses_planned
    assert all(one.pain is not None for one in sent)


async def _has_flags_in_every_state(demo: Database) -> None:
    nurse = await actor(demo, "Night nurse")
    async with demo.read() as session:
        states = await open_flags_for(session, nurse)
        outcomes = set((await session.exec(select(Disposition.outcome))).all())
    assert {state.level for state in states} == set(Level)
    assert any(state.is_acknowledged for state in states)
    assert any(not state.is_acknowledged for state in states)
    assert any(state.flag.round > 1 for state in states)
    assert outcomes == set(Outcome)
    waiting = Counter(state.level for state in states if not state.is_acknowledged)
    assert waiting[Level.EMERGENCY] == 1
    assert len(states) <= 16


async def _explains_every_flag(demo: Database) -> None:
    async with demo.read() as session:
        for flag in (await session.exec(select(Flag))).all():
            reasons = await reasons_of(session, flag)
            assert reasons[0].level is flag.level
            assert reasons[0].said


async def _has_requests_in_every_state(demo: Database) -> None:
    coordinator = await actor(demo, "Coordinator")
    async with demo.read() as session:
        ends = set((await session.exec(select(RequestEnd.ending))).all())
        waiting = await open_requests_for(session, coordinator)
        b = (await session.exec(select(Person).where(col(Person.name) == "Patient B"))).one()
        visit = await next_appointment(session, b.id)
    assert ends == set(Ending)
    assert {one.last_outcome for one in waiting} >= {
        None,
        OfferOutcome.DECLINED,
        OfferOutcome.LAPSED,
    }
    assert any(one.offer for one in waiting)
    assert await count(demo, Appointment) > 10
    assert visit
    assert visit.starts_at > EVENING


async def _has_unread_messages_on_both_sides(demo: Database) -> None:
    nurse, b = await actor(demo, "Night nurse"), await actor(demo, "Patient B")
    async with demo.read() as session:
        assert await unread_for(session, nurse) > 0
        assert await unread_for(session, b) == 1


async def _has_a_check_in_due_now(demo: Database) -> None:
    b = await person(demo, "Patient B")
    async with demo.read() as session:
        due = await next_check_in(session, b.id, EVENING)
        looked_at = [state for state in await flags_of(session, b.id) if state.is_open]
    assert due
    assert due.is_due
    assert looked_at[0].is_acknowledged


async def _has_a_whole_audit_trail(demo: Database) -> None:
    async with demo.read() as session:
        assert (await verify(session)).broken_at is None
