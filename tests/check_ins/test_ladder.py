"""What silence leads to, and when: pure."""

from collections.abc import Collection, Sequence
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.check_ins.ladder import KEPT_FOR, Rung, is_live, later_choices, steps
from portal.check_ins.schedule import POINTS, Due, State, coming, series

ENDED = datetime(2026, 11, 23, 17, tzinfo=UTC)
BY_NAME = {due.point.name: due for due in series(ENDED)}
FIRST = BY_NAME["+1h"]
ZONES = ("America/New_York", "Europe/Berlin", "Australia/Lord_Howe", "Pacific/Apia", "UTC")
MINUTE = timedelta(minutes=1)


def rungs(
    due: Due,
    minutes: float,
    done: Collection[tuple[str, int]] = (),
    later: Sequence[float] = (),
    busy: float | None = None,
) -> list[str]:
    """What is to be done that many minutes after it was due."""
    at = [due.due_at + number * MINUTE for number in later]
    busy_until = due.due_at + busy * MINUTE if busy is not None else None
    found = steps(due, due.due_at + minutes * MINUTE, done, at, busy_until)
    return [step.rung.value for step in found]


@pytest.mark.parametrize(
    ("point", "minutes", "expected"),
    [
        ("+1h", -1, []),
        ("+1h", 0, ["due"]),
        ("+1h", 14, ["due"]),
        ("+1h", 15, ["due", "remind"]),
        ("+1h", 20, ["due", "remind", "second"]),
        ("+1h", 30, ["due", "remind", "second", "adult", "task"]),
        ("+4h", 29, ["due", "remind", "second"]),
        ("+8h", 59, ["due", "remind", "second"]),
        ("+8h", 60, ["due", "remind", "second", "adult", "task"]),
        ("+72h", 24 * 60 - 1, ["due"]),
        ("+72h", 24 * 60, ["due", "remind"]),
        ("+30d", 72 * 60, ["due", "remind", "second", "task"]),
    ],
)
def test_each_rung_has_its_time(point: str, minutes: float, expected: list[str]) -> None:
    assert rungs(BY_NAME[point], minutes) == expected


def test_a_rung_that_was_taken_is_not_taken_again() -> None:
    assert rungs(FIRST, 20, {("due", 0), ("remind", 0)}) == ["second"]


def test_after_the_window_only_the_human_is_left() -> None:
    assert rungs(FIRST, 46) == ["task"]  # the next check-in has opened
    assert rungs(FIRST, 46, {("task", 0)}) == []


def test_silence_older_than_three_days_is_history() -> None:
    last = 30 * MINUTE + KEPT_FOR
    assert rungs(FIRST, (last - MINUTE) / MINUTE) == ["task"]
    assert rungs(FIRST, last / MINUTE) == []
    assert not is_live(FIRST, FIRST.due_at + last)


def test_who_asked_to_be_reminded_later_is_reminded_then_and_not_before() -> None:
    done = {("due", 0)}
    assert rungs(FIRST, 16, done, later=[20]) == []
    assert rungs(FIRST, 20, done, later=[20]) == ["remind", "again", "second"]
    assert rungs(FIRST, 26, done, later=[20, 28]) == []


def test_asking_for_later_never_delays_the_human() -> None:
    assert "task" in rungs(FIRST, 30, later=[29])
    assert rungs(FIRST, 30, later=[59]) == ["task"]


def test_whoever_is_answering_is_left_in_peace() -> None:
    assert rungs(FIRST, 30, busy=31) == []
    assert "task" in rungs(FIRST, 31, busy=31)


@pytest.mark.parametrize(
    ("point", "minutes", "expected"),
    [
        ("+1h", -15, [15, 30]),
        ("+1h", 0, [15, 30]),
        ("+1h", 1, [15]),
        ("+1h", 16, []),
        ("+8h", 0, [15, 30, 60]),
        ("+8h", 1, [15, 30]),
        ("+7d", 0, [15, 30, 60]),
    ],
)
def test_later_is_never_past_the_time_at_which_we_would_look(
    point: str, minutes: float, expected: list[int]
) -> None:
    due = BY_NAME[point]
    assert later_choices(due, due.due_at + minutes * MINUTE) == expected


moments = st.integers(0, 2 * 365 * 24 * 60).map(
    lambda minutes: datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
)


@given(ended=moments, zone=st.sampled_from(ZONES))
def test_a_series_is_in_order_and_whole_over_every_clock_change(ended: datetime, zone: str) -> None:
    every = series(ended, ZoneInfo(zone))
    assert all(one.due_at < other.due_at for one, other in pairwise(every))
    assert all(one.closes_at == other.opens_at for one, other in pairwise(every))
    assert all(due.opens_at < due.due_at < due.late_at <= due.closes_at for due in every)


@given(ended=moments, zone=st.sampled_from(ZONES))
def test_hours_are_real_and_days_are_the_same_hour_on_the_wall(ended: datetime, zone: str) -> None:
    here = ZoneInfo(zone)
    for due in series(ended, here):
        if due.point.after <= timedelta(hours=24):
            assert due.due_at - ended == due.point.after
            continue
        wanted = ended.astimezone(here).replace(tzinfo=None) + due.point.after
        found = due.due_at.astimezone(here).replace(tzinfo=None)
        # On the wall, or where that time is skipped, moved by what was skipped.
        assert found == wanted or timedelta() < found - wanted <= timedelta(hours=24)


@given(
    ended=moments,
    before=st.sampled_from(ZONES),
    after=st.sampled_from(ZONES),
    hours=st.integers(0, 24 * 100),
)
def test_a_patient_who_travels_always_has_the_next_one_and_each_only_once(
    ended: datetime, before: str, after: str, hours: int
) -> None:
    now = ended + timedelta(hours=hours)
    there = series(ended, ZoneInfo(before))
    sent = {due.point.name for due in there if due.state(now) is State.DUE}
    found = coming(ended, now, sent, ZoneInfo(after))
    assert found is not None or sent == {POINTS[-1].name}
    assert found is None or found.point.name not in sent


@given(
    point=st.sampled_from(POINTS),
    minutes=st.integers(-60, 5 * 24 * 60),
    later=st.lists(st.integers(0, 60), max_size=3).map(sorted),
)
def test_taking_the_rungs_leaves_none_to_take(
    point: object, minutes: int, later: list[int]
) -> None:
    due = next(each for each in series(ENDED) if each.point == point)
    now = due.due_at + minutes * MINUTE
    at = [due.due_at + number * MINUTE for number in later]
    taken = steps(due, now, (), at)
    assert all(step.due_at <= now for step in taken)
    assert len({step.key for step in taken}) == len(taken)
    assert steps(due, now, {step.key for step in taken}, at) == []
    if taken and minutes > 72 * 60:
        assert taken[-1].rung is Rung.TASK
