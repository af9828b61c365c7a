"""Quiet hours, spacing and trying again: pure."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.notices.reasons import Pace
from portal.notices.timing import (
    SPACE,
    SPACE_UNSEEN,
    Quiet,
    first_due,
    next_try,
    postponed,
)

NEW_YORK = ZoneInfo("America/New_York")
NIGHT = Quiet(21 * 60, 8 * 60, NEW_YORK)
ALWAYS = Quiet(0, 0, NEW_YORK)
NOON = datetime(2026, 11, 23, 17, tzinfo=UTC)


def at(year: int, month: int, day: int, hour: int, minute: int = 0, fold: int = 0) -> datetime:
    wall = datetime(year, month, day, hour, minute, tzinfo=NEW_YORK, fold=fold)
    return wall.astimezone(UTC)


@pytest.mark.parametrize(
    ("now", "ends"),
    [
        (at(2026, 11, 23, 20, 59), None),
        (at(2026, 11, 23, 21, 0), at(2026, 11, 24, 8)),
        (at(2026, 11, 24, 7, 59), at(2026, 11, 24, 8)),
        (at(2026, 11, 24, 8, 0), None),
        # The night with an hour more, and the one with an hour less.
        (at(2026, 10, 31, 22, 0), at(2026, 11, 1, 8)),
        (at(2026, 3, 7, 22, 0), at(2026, 3, 8, 8)),
    ],
)
def test_quiet_hours_end_on_the_wall_where_the_person_lives(
    now: datetime, ends: datetime | None
) -> None:
    assert NIGHT.ends_after(now) == ends


def test_an_end_in_the_hour_that_comes_twice_is_never_past() -> None:
    quiet = Quiet(22 * 60, 90, NEW_YORK)
    assert quiet.ends_after(at(2026, 11, 1, 1, 10, fold=1)) == at(2026, 11, 1, 1, 30, fold=1)


def test_an_end_in_the_hour_that_does_not_come_is_the_next_minute_there_is() -> None:
    quiet = Quiet(22 * 60, 150, NEW_YORK)
    assert quiet.ends_after(at(2026, 3, 8, 1, 0)) == at(2026, 3, 8, 3, 30)


@given(
    minutes=st.integers(0, 730 * 24 * 60),
    start=st.integers(0, 24 * 60 - 1),
    end=st.integers(0, 24 * 60 - 1),
    zone=st.sampled_from(
        ["America/New_York", "Europe/Berlin", "Australia/Lord_Howe", "Asia/Tokyo"]
    ),
)
def test_quiet_hours_always_end_and_within_a_day(
    minutes: int, start: int, end: int, zone: str
) -> None:
    now = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
    ends = Quiet(start, end, ZoneInfo(zone)).ends_after(now)
    if start == end:
        assert ends is None
    if ends is not None:
        assert now < ends <= now + timedelta(hours=25)


def test_a_calm_notice_waits_a_minute_for_an_open_page_and_an_urgent_one_does_not() -> None:
    assert first_due(Pace.CALM, NOON) == NOON + timedelta(minutes=1)
    assert first_due(Pace.URGENT, NOON) == NOON


@pytest.mark.parametrize(("seen", "space"), [(True, SPACE), (False, SPACE_UNSEEN)])
def test_the_next_calm_one_waits_longer_while_the_last_was_not_looked_at(
    seen: bool, space: timedelta
) -> None:
    assert postponed(Pace.CALM, NOON, ALWAYS, NOON - timedelta(seconds=1), seen) == (
        NOON - timedelta(seconds=1) + space
    )
    assert postponed(Pace.CALM, NOON, ALWAYS, NOON - space, seen) is None


@pytest.mark.parametrize("pace", [Pace.URGENT, Pace.OTHER_WAY, Pace.COMPANION, Pace.INVITATION])
def test_what_cannot_wait_goes_past_quiet_hours(pace: Pace) -> None:
    night = at(2026, 11, 24, 3)
    assert postponed(pace, night, NIGHT, None, True) is None
    assert postponed(Pace.CALM, night, NIGHT, None, True) == at(2026, 11, 24, 8)
    assert postponed(Pace.PROMPT, night, NIGHT, None, True) == at(2026, 11, 24, 8)


def test_one_channel_is_tried_three_times_and_urgent_ones_within_a_minute() -> None:
    assert next_try(Pace.CALM, 1, NOON) == NOON + timedelta(minutes=1)
    assert next_try(Pace.CALM, 2, NOON) == NOON + timedelta(minutes=5)
    assert next_try(Pace.CALM, 3, NOON) is None
    assert next_try(Pace.URGENT, 2, NOON) == NOON + timedelta(seconds=30)
