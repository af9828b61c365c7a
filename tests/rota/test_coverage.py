"""Where a rota has holes, and what the wall's times mean: pure."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.rota.coverage import gaps, instants, is_on, span_words
from portal.rota.duties import Duty

NEW_YORK = ZoneInfo("America/New_York")
MONDAY = datetime(2026, 11, 23, 13, tzinfo=UTC)  # 8 am in New York


@dataclass(frozen=True)
class Span:
    starts_at: datetime
    ends_at: datetime
    duty: Duty = Duty.ON_CALL


def hours(begin: float, end: float, duty: Duty = Duty.ON_CALL) -> Span:
    return Span(MONDAY + timedelta(hours=begin), MONDAY + timedelta(hours=end), duty)


def found(spans: list[Span], until: float = 48) -> list[tuple[float, float]]:
    holes = gaps(spans, Duty.ON_CALL, MONDAY, MONDAY + timedelta(hours=until))
    hour = timedelta(hours=1)
    return [((gap.starts_at - MONDAY) / hour, (gap.ends_at - MONDAY) / hour) for gap in holes]


@pytest.mark.parametrize(
    ("spans", "holes"),
    [
        ([], [(0, 48)]),
        ([hours(-5, 60)], []),
        ([hours(0, 12), hours(12, 48)], []),
        ([hours(0, 12), hours(13, 48)], [(12, 13)]),
        ([hours(0, 20), hours(5, 9), hours(20, 48)], []),
        ([hours(4, 40)], [(0, 4), (40, 48)]),
        ([hours(0, 48, Duty.NURSE)], [(0, 48)]),
    ],
)
def test_gaps_are_what_no_shift_of_the_duty_covers(
    spans: list[Span], holes: list[tuple[float, float]]
) -> None:
    assert found(spans) == holes


@given(st.lists(st.tuples(st.integers(-30, 60), st.integers(1, 30)), max_size=8))
def test_every_hour_is_either_covered_or_in_a_gap(shifts: list[tuple[int, int]]) -> None:
    spans = [hours(begin, begin + length) for begin, length in shifts]
    holes = gaps(spans, Duty.ON_CALL, MONDAY, MONDAY + timedelta(hours=48))
    for hour in range(48):
        at = MONDAY + timedelta(hours=hour, minutes=30)
        in_gap = any(gap.starts_at <= at < gap.ends_at for gap in holes)
        assert in_gap != any(is_on(span, at) for span in spans)


def test_a_gap_is_said_on_the_clinics_wall() -> None:
    (gap,) = gaps([hours(-1, 38), hours(46, 60)], Duty.ON_CALL, MONDAY, MONDAY + timedelta(days=2))
    assert gap.words(NEW_YORK) == "Nobody is on call Tue 10 pm to Wed 6 am"
    assert span_words(MONDAY, MONDAY + timedelta(hours=8), NEW_YORK) == "Mon 8 am to 4 pm"


@pytest.mark.parametrize(
    ("day", "begins", "ends", "length"),
    [
        (date(2026, 11, 23), time(8), time(16), 8),
        (date(2026, 11, 23), time(19), time(7), 12),
        (date(2026, 11, 23), time(7), time(7), 24),
        (date(2026, 10, 31), time(19), time(7), 13),  # the night the clocks go back
        (date(2026, 3, 7), time(19), time(7), 11),  # the night they go forward
        (date(2026, 11, 1), time(1, 30), time(1, 45), 1.25),  # both of the hour that comes twice
    ],
)
def test_a_shift_is_as_long_as_the_wall_says(
    day: date, begins: time, ends: time, length: float
) -> None:
    starts_at, ends_at = instants(day, begins, ends, NEW_YORK)
    assert (ends_at - starts_at) / timedelta(hours=1) == length


def test_a_time_that_the_clock_change_leaves_out_is_refused() -> None:
    with pytest.raises(ValueError, match="clocks go forward"):
        instants(date(2026, 3, 8), time(2, 30), time(8), NEW_YORK)


def test_a_night_over_the_clock_change_leaves_no_gap_to_the_next_day() -> None:
    night = Span(*instants(date(2026, 10, 31), time(19), time(7), NEW_YORK))
    day = Span(*instants(date(2026, 11, 1), time(7), time(19), NEW_YORK))
    assert gaps([night, day], Duty.ON_CALL, night.starts_at, day.ends_at) == []
