"""Times read the way people say them."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from portal.web import times
from tests.conftest import Clock

NEW_YORK = ZoneInfo("America/New_York")
EVENING = datetime(2026, 11, 18, 1, 12, tzinfo=UTC)  # 17 November, 8:12 pm there


@pytest.fixture(autouse=True)
def _evening(clock: Clock) -> None:
    clock.set(EVENING)


@pytest.mark.parametrize(
    ("hours", "words"),
    [(0, "8:12 pm"), (-12, "8:12 am"), (4, "12:12 am"), (16, "12:12 pm")],
)
def test_the_clock_has_twelve_hours(hours: int, words: str) -> None:
    assert times.clock_time(EVENING + timedelta(hours=hours), NEW_YORK) == words


def test_a_full_hour_has_no_minutes() -> None:
    assert times.clock_time(EVENING + timedelta(minutes=48), NEW_YORK) == "9 pm"


def test_a_day_is_never_only_numbers() -> None:
    assert times.day(EVENING, NEW_YORK) == "Tue 17 Nov"


def test_another_year_is_named() -> None:
    assert times.day(EVENING - timedelta(days=365), NEW_YORK) == "Mon 17 Nov 2025"


@pytest.mark.parametrize(
    ("hours", "words"), [(0, "today"), (5, "tomorrow"), (-24, "yesterday"), (72, "Fri 20 Nov")]
)
def test_near_days_have_names_in_the_readers_zone(hours: int, words: str) -> None:
    assert times.relative_day(EVENING + timedelta(hours=hours), NEW_YORK) == words


@pytest.mark.parametrize(
    ("span", "words"),
    [
        (timedelta(seconds=-5), "0 min"),
        (timedelta(minutes=6), "6 min"),
        (timedelta(minutes=60), "1 h"),
        (timedelta(minutes=92), "1 h 32"),
        (timedelta(minutes=125), "2 h 05"),
        (timedelta(days=1), "1 day"),
        (timedelta(days=3, hours=5), "3 days"),
    ],
)
def test_a_duration_is_short(span: timedelta, words: str) -> None:
    assert times.duration(span) == words
