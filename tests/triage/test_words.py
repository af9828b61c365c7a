"""What a row says about time."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from portal.triage.words import Wait, limit_words, since_dose, wait_of

ZONE = ZoneInfo("America/New_York")
SINCE = datetime(2026, 11, 24, 1, 12, tzinfo=UTC)
QUARTER = SINCE + timedelta(minutes=15)


def after(**amount: float) -> datetime:
    return SINCE + timedelta(**amount)


@pytest.mark.parametrize(
    ("now", "wait"),
    [
        (after(seconds=20), Wait("0 min", "of 15 min")),
        (after(minutes=6), Wait("6 min", "of 15 min")),
        (after(minutes=15), Wait("15 min", "of 15 min")),
        (after(minutes=15, seconds=5), Wait("15 min", "1 min late", is_late=True)),
        (after(minutes=22), Wait("22 min", "7 min late", is_late=True)),
        (after(hours=2), Wait("2 h", "1 h 45 late", is_late=True)),
    ],
)
def test_waiting_is_said_against_its_limit(now: datetime, wait: Wait) -> None:
    assert wait_of(SINCE, QUARTER, now, ZONE) == wait


def test_once_somebody_has_seen_it_a_flag_cannot_become_late() -> None:
    wait = wait_of(SINCE, QUARTER, after(hours=3), ZONE, seen=after(minutes=4))
    assert wait == Wait("3 h", "seen in 4 min")


def test_a_limit_on_the_wall_is_said_as_a_time() -> None:
    due = datetime.fromisoformat("2026-11-24T18:00:00-05:00")
    assert limit_words(SINCE, due, ZONE) == "by Tue 6 pm"


@pytest.mark.parametrize(
    ("hours", "words"),
    [(0.5, "30 min after"), (3.9, "3 h after"), (31.2, "31 h after"), (121, "day 5"), (None, "")],
)
def test_the_time_since_the_dose_is_hours_first_and_days_later(
    hours: float | None, words: str
) -> None:
    assert since_dose(hours) == words
