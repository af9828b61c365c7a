from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from portal.bookings.kinds import Part, Window
from portal.bookings.times import first_fit, instants, is_full

NEW_YORK = ZoneInfo("America/New_York")
DAY = date(2026, 11, 23)
wall = datetime.fromisoformat


def at(hour: int) -> datetime:
    return datetime.combine(DAY, datetime.min.time(), tzinfo=NEW_YORK) + timedelta(hours=hour)


def test_a_usual_wall_time_names_one_instant() -> None:
    found = instants(wall("2026-11-23T10:00"), NEW_YORK)
    assert found == (datetime(2026, 11, 23, 15, tzinfo=UTC),)


def test_a_wall_time_in_the_spring_gap_names_none() -> None:
    assert instants(wall("2027-03-14T02:30"), NEW_YORK) == ()


def test_a_wall_time_in_the_doubled_hour_names_two_the_first_first() -> None:
    first, second = instants(wall("2026-11-01T01:30"), NEW_YORK)
    assert second - first == timedelta(hours=1)


def test_a_window_is_a_part_of_the_patients_own_day() -> None:
    start, end = Window(DAY, Part.EVENING).span(NEW_YORK)
    assert (start.hour, end.hour) == (16, 19)
    assert start.utcoffset() == timedelta(hours=-5)


def test_a_window_survives_its_code() -> None:
    window = Window(DAY, Part.MIDDAY)
    assert Window.from_code(window.code) == window


@pytest.mark.parametrize("code", ["", "2026-11-23", "2026-13-01.morning", "2026-11-23.night"])
def test_what_is_no_window_is_an_error(code: str) -> None:
    with pytest.raises(ValueError, match=r".*"):
        Window.from_code(code)


@pytest.mark.parametrize(
    ("busy", "hours", "start"),
    [
        ([], 4, 8),
        ([], 5, None),
        ([(9, 10)], 2, 10),
        ([(9, 10)], 1, 8),
        ([(9, 10)], 3, None),
        ([(8, 10), (10, 12)], 1, None),
        ([(6, 9), (11, 14)], 2, 9),
        ([(7, 13)], 1, None),
        ([(5, 8), (12, 15)], 4, 8),
    ],
)
def test_the_first_fit_is_a_stretch_that_no_busy_time_touches(
    busy: list[tuple[int, int]], hours: int, start: int | None
) -> None:
    spans = [(at(start), at(end)) for start, end in busy]
    found = first_fit((at(8), at(12)), spans, timedelta(hours=hours))
    assert found == (at(start) if start else None)


def test_a_fit_after_an_odd_end_starts_at_the_next_quarter() -> None:
    busy = [(at(8), at(9) + timedelta(minutes=5))]
    assert first_fit((at(8), at(12)), busy, timedelta(hours=1)) == at(9) + timedelta(minutes=15)


def test_a_window_is_full_when_nobody_has_room() -> None:
    window, length = Window(DAY, Part.MORNING), timedelta(hours=3)
    taken = [(at(9), at(11))]
    assert is_full(window, NEW_YORK, [taken, taken], length)
    assert not is_full(window, NEW_YORK, [taken, []], length)
    assert not is_full(window, NEW_YORK, [], length)
