"""When a flag must be acknowledged."""

from datetime import UTC, datetime, timedelta

import pytest

from portal.flags.due import due_at
from portal.settings import Clinic
from portal.symptoms.levels import Level

CLINIC = Clinic(time_zone="America/New_York", closes=18)
MONDAY_EVENING = datetime.fromisoformat("2026-11-23T20:12:00-05:00")


@pytest.mark.parametrize(
    ("level", "limit"),
    [
        (Level.EMERGENCY, timedelta(minutes=5)),
        (Level.URGENT, timedelta(minutes=15)),
        (Level.SOON, timedelta(hours=4)),
    ],
)
def test_short_limits_run_from_the_moment_of_the_flag(level: Level, limit: timedelta) -> None:
    assert due_at(level, MONDAY_EVENING, CLINIC) == MONDAY_EVENING + limit


@pytest.mark.parametrize(
    ("raised", "due"),
    [
        ("2026-11-23T20:12:00-05:00", "2026-11-24T18:00:00-05:00"),  # Monday: Tuesday
        ("2026-11-23T00:05:00-05:00", "2026-11-24T18:00:00-05:00"),  # just after midnight
        ("2026-11-27T09:00:00-05:00", "2026-11-30T18:00:00-05:00"),  # Friday: Monday
        ("2026-11-28T09:00:00-05:00", "2026-11-30T18:00:00-05:00"),  # Saturday
        ("2026-11-29T23:59:00-05:00", "2026-11-30T18:00:00-05:00"),  # Sunday
    ],
)
def test_a_routine_flag_waits_until_the_next_working_day_closes(raised: str, due: str) -> None:
    assert due_at(Level.ROUTINE, datetime.fromisoformat(raised), CLINIC) == datetime.fromisoformat(
        due
    )


@pytest.mark.parametrize(
    ("raised", "due"),
    [
        # Friday to Monday over the spring change: the wall says 18:00, the span is an hour shorter.
        ("2026-03-06T18:00:00-05:00", "2026-03-09T18:00:00-04:00"),
        ("2026-10-30T18:00:00-04:00", "2026-11-02T18:00:00-05:00"),
    ],
)
def test_a_routine_limit_stays_on_the_wall_when_the_clocks_change(raised: str, due: str) -> None:
    found = due_at(Level.ROUTINE, datetime.fromisoformat(raised), CLINIC)
    assert found == datetime.fromisoformat(due)


def test_four_hours_stay_four_hours_when_the_clocks_change() -> None:
    before = datetime.fromisoformat("2026-11-01T00:30:00-04:00")
    assert due_at(Level.SOON, before, CLINIC) == datetime.fromisoformat("2026-11-01T03:30:00-05:00")


def test_the_working_day_is_the_clinics_own() -> None:
    # Monday 20:12 in New York is Tuesday in Auckland, whose next working day is Wednesday.
    auckland = Clinic(time_zone="Pacific/Auckland", closes=17)
    due = due_at(Level.ROUTINE, MONDAY_EVENING, auckland)
    assert due == datetime.fromisoformat("2026-11-25T17:00:00+13:00")


def test_a_clinic_that_never_closes_ends_its_day_at_midnight() -> None:
    due = due_at(Level.ROUTINE, MONDAY_EVENING, Clinic(time_zone="UTC", closes=24))
    assert due == datetime(2026, 11, 26, tzinfo=UTC)
