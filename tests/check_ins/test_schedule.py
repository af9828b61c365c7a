"""When check-ins open, are due, late and missed after a dose."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from portal.check_ins.questionnaires import Kind
from portal.check_ins.schedule import (
    POINTS,
    Asks,
    Due,
    State,
    asked_unscheduled,
    coming,
    missed,
    series,
)

DOSE_ENDED = datetime(2026, 11, 23, 17, tzinfo=UTC)


def at(hours: float) -> datetime:
    return DOSE_ENDED + timedelta(hours=hours)


def due(hours: float, *sent: str) -> Due:
    found = coming(DOSE_ENDED, at(hours), sent)
    assert found is not None
    return found


def test_the_points_are_those_of_the_clinical_table() -> None:
    hours = [point.after / timedelta(hours=1) for point in POINTS]
    assert hours == [1, 2, 4, 8, 24, 72, 168, 336, 720, 2160]
    assert [point.kind for point in POINTS] == [Kind.ACUTE] * 5 + [Kind.FOLLOW_UP] * 5


def test_the_scales_come_from_the_first_week_on_and_the_gate_again_after_ninety_days() -> None:
    assert {point.name: point.asks for point in POINTS[5:]} == {
        "+72h": Asks.FOLLOW_UP,
        "+7d": Asks.SCALES,
        "+14d": Asks.SCALES,
        "+30d": Asks.SCALES,
        "+90d": Asks.SCALES_AND_GATE,
    }


@pytest.mark.parametrize(
    ("hours", "point", "state"),
    [
        (0.1, "+1h", State.UPCOMING),
        (0.75, "+1h", State.OPEN),
        (1, "+1h", State.DUE),
        (1.5, "+1h", State.LATE),
        (1.75, "+2h", State.OPEN),
        (4.4, "+4h", State.DUE),
        (8.9, "+8h", State.DUE),
        (9, "+8h", State.LATE),
        (25, "+24h", State.LATE),
        (72, "+72h", State.DUE),
        (72 + 72, "+72h", State.LATE),
        (168, "+7d", State.DUE),
        (2160, "+90d", State.DUE),
    ],
)
def test_what_is_asked_at_a_time_when_nothing_was_sent(
    hours: float, point: str, state: State
) -> None:
    found = due(hours)
    assert (found.point.name, found.state(at(hours))) == (point, state)


def test_what_was_sent_is_not_asked_again() -> None:
    found = due(1.1, "+1h")
    assert (found.point.name, found.is_open(at(1.1))) == ("+2h", False)


def test_a_check_in_stays_open_until_the_next_one_opens_and_is_missed_then() -> None:
    every = series(DOSE_ENDED)
    assert all(one.closes_at == other.opens_at for one, other in pairwise(every))
    assert [each.point.name for each in missed(DOSE_ENDED, at(4), {"+1h"})] == ["+2h"]


def test_early_check_ins_remind_after_a_quarter_and_are_late_after_half_an_hour() -> None:
    first, *_, last = series(DOSE_ENDED)
    assert first.remind_at - first.due_at == timedelta(minutes=15)
    assert first.late_at - first.due_at == timedelta(minutes=30)
    assert last.remind_at - last.due_at == timedelta(hours=24)
    assert last.late_at - last.due_at == timedelta(hours=72)


def test_the_series_ends() -> None:
    assert coming(DOSE_ENDED, at(24 * 121), ()) is None


def test_the_hours_are_real_hours_across_a_clock_change() -> None:
    night = datetime(2026, 11, 1, 5, 30, tzinfo=UTC)  # 1:30 am in New York, an hour before 1:30 am
    assert series(night)[0].due_at - night == timedelta(hours=1)


def test_an_unscheduled_check_in_is_acute_in_the_first_day_and_without_a_dose() -> None:
    assert asked_unscheduled(None) is Asks.ACUTE
    assert asked_unscheduled(24) is Asks.ACUTE
    assert asked_unscheduled(24.1) is Asks.FOLLOW_UP
