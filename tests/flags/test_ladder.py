"""The ladder as a pure function of level, time raised, what was done, and now."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.flags.care import Callee, CallResult, Did, care_of
from portal.flags.ladder import Climb, Rung, duties_at, ladder, next_rung, rungs_due
from portal.ids import new_id
from portal.rota.duties import Duty
from portal.settings import Clinic
from portal.symptoms.levels import Level

CLINIC = Clinic(time_zone="America/New_York")
RAISED = datetime.fromisoformat("2026-11-23T20:12:00-05:00")
ME, OTHER = new_id(), new_id()


@dataclass(frozen=True)
class Done:
    did: Did
    at: datetime
    by_id: UUID | None = ME
    id: UUID = field(default_factory=new_id)
    to_id: UUID | None = None
    to_duty: Duty | None = None
    until: datetime | None = None
    callee: Callee | None = None
    result: CallResult | None = None
    other_id: UUID | None = None


def minutes(level: Level, clinic: Clinic = CLINIC) -> list[tuple[str, float]]:
    steps = ladder(level, RAISED, clinic)
    return [(step.rung.value, (step.at - RAISED) / timedelta(minutes=1)) for step in steps]


@pytest.mark.parametrize(
    ("level", "expected"),
    [
        (Level.EMERGENCY, [("duty", 0), ("second", 5), ("on_call", 10), ("admin", 15)]),
        (Level.URGENT, [("duty", 0), ("second", 15), ("on_call", 30), ("admin", 45)]),
        (Level.SOON, [("second", 240), ("on_call", 480), ("admin", 720)]),
    ],
)
def test_the_rungs_are_those_of_the_care_pathway(
    level: Level, expected: list[tuple[str, float]]
) -> None:
    assert minutes(level) == expected


def test_a_routine_flag_climbs_by_working_days() -> None:
    steps = [step.at.astimezone(CLINIC.zone) for step in ladder(Level.ROUTINE, RAISED, CLINIC)]
    assert [f"{at:%a %H:%M}" for at in steps] == ["Tue 18:00", "Wed 18:00", "Thu 18:00"]


def test_a_clinic_may_set_its_own_times() -> None:
    assert minutes(Level.URGENT, Clinic(urgent_minutes=10))[1:] == [
        ("second", 10),
        ("on_call", 20),
        ("admin", 30),
    ]


def test_a_clock_change_stretches_no_rung() -> None:
    before = datetime.fromisoformat("2026-11-01T01:55:00-04:00")  # five minutes before it
    steps = ladder(Level.EMERGENCY, before, CLINIC)
    assert [step.at - before for step in steps] == [timedelta(minutes=5 * n) for n in range(4)]


@pytest.mark.parametrize(
    ("after", "due"),
    [
        (0, ["duty"]),
        (4.99, ["duty"]),
        (5, ["duty", "second"]),
        (9.99, ["duty", "second"]),
        (10, ["duty", "second", "on_call"]),
        (15, ["duty", "second", "on_call", "admin"]),
        (6000, ["duty", "second", "on_call", "admin"]),
    ],
)
def test_each_rung_is_due_from_its_minute_on_and_all_that_an_outage_missed(
    after: float, due: list[str]
) -> None:
    now = RAISED + timedelta(minutes=after)
    assert [rung.value for rung in rungs_due(Level.EMERGENCY, RAISED, (), now, CLINIC)] == due


def test_an_emergency_is_told_to_on_call_at_once() -> None:
    assert duties_at(Rung.DUTY, Level.EMERGENCY) == (Duty.NURSE, Duty.ON_CALL)
    assert duties_at(Rung.DUTY, Level.URGENT) == (Duty.NURSE,)


def test_the_next_rung_is_the_first_not_climbed() -> None:
    following = next_rung(Level.URGENT, RAISED, [Rung.DUTY], CLINIC)
    assert following == Climb(Rung.SECOND, (RAISED + timedelta(minutes=15)).astimezone(UTC))
    assert next_rung(Level.URGENT, RAISED, list(Rung), CLINIC) is None


def waits_of(
    steps: list[Done], taken_at: datetime | None, end: datetime
) -> list[tuple[int, datetime, datetime]]:
    """Closed form: the spans in which nobody has it, with their lap, from what was done."""
    moments = sorted([RAISED, *(step.at for step in steps), *([taken_at] if taken_at else []), end])
    spans: list[tuple[int, datetime, datetime]] = []
    for begin, finish in pairwise(moments):
        so_far = [step for step in steps if step.at <= begin]
        is_taken = taken_at is not None and taken_at <= begin
        care = care_of(ME if is_taken else None, so_far)
        if not is_taken:
            spans.append((0, RAISED, finish))
        elif care.handed_at is not None:
            spans.append((care.handovers, care.handed_at, finish))
    return spans


kinds = st.sampled_from([Did.HAND_OVER, Did.TAKE, Did.NOTE, Did.SNOOZE, Did.WAKE])


@given(
    level=st.sampled_from(list(Level)),
    taken=st.one_of(st.none(), st.integers(0, 90)),
    story=st.lists(st.tuples(kinds, st.integers(1, 40)), max_size=6),
    ticks=st.lists(st.integers(1, 50), min_size=1, max_size=12),
)
def test_however_often_the_clock_looks_it_climbs_once_and_only_while_nobody_has_the_flag(
    level: Level, taken: int | None, story: list[tuple[Did, int]], ticks: list[int]
) -> None:
    taken_at = RAISED + timedelta(minutes=taken) if taken is not None else None
    steps, at = list[Done](), taken_at
    for did, later in story if at is not None else ():
        assert at is not None
        at += timedelta(minutes=later)
        steps.append(Done(did, at, to_id=OTHER, until=at + timedelta(hours=1)))
    climbed: list[tuple[int, Rung]] = []
    now = RAISED
    for tick in ticks:
        now += timedelta(minutes=tick)
        so_far = [step for step in steps if step.at <= now]
        care = care_of(ME if taken_at and taken_at <= now else None, so_far)
        is_taken = taken_at is not None and taken_at <= now
        if is_taken and care.handed_at is None:
            continue
        since = care.handed_at or RAISED
        done = {rung for lap, rung in climbed if lap == care.handovers}
        climbed += [(care.handovers, rung) for rung in rungs_due(level, since, done, now, CLINIC)]
    assert len(climbed) == len(set(climbed))
    reached = {
        (lap, step.rung)
        for lap, since, until in waits_of(steps, taken_at, now)
        for step in ladder(level, since, CLINIC)
        if step.at <= until
    }
    assert set(climbed) <= reached
