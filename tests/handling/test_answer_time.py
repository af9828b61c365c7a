"""The honest time of the first answer: never more hopeful than the last days were."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from portal.handling.answer_time import Turn, expect, expected_span, moment, return_time
from portal.handling.promise import after, working_time
from portal.settings import Clinic

CLINIC = Clinic()
ZONE = ZoneInfo("America/New_York")
# A Monday, 11 am at the clinic.
NOW = datetime(2026, 11, 23, 16, 0, tzinfo=UTC)


def answered(*minutes: int) -> list[Turn]:
    """Turns of last week, an hour apart, each answered after so many minutes."""
    start = NOW - timedelta(days=7) - timedelta(hours=2)
    return [
        Turn(asked, asked + timedelta(minutes=each))
        for index, each in enumerate(minutes)
        for asked in [start + timedelta(days=index % 4, hours=index // 4)]
    ]


def test_with_too_few_answers_it_is_the_promise() -> None:
    assert expected_span(answered(*[5] * 7), NOW, NOW, CLINIC) == timedelta(hours=4)


def test_nine_in_ten_of_the_last_days_came_within_it() -> None:
    turns = answered(*range(5, 15), 40, 300)
    assert expected_span(turns, NOW, NOW, CLINIC) == timedelta(minutes=40)


def test_it_is_rounded_up_and_never_shorter_than_five_minutes() -> None:
    assert expected_span(answered(*[1] * 9), NOW, NOW, CLINIC) == timedelta(minutes=5)
    assert expected_span(answered(*[61] * 9), NOW, NOW, CLINIC) == timedelta(minutes=75)


def test_who_waits_longer_than_usual_makes_it_longer_and_who_just_came_does_not() -> None:
    usual = answered(*[10] * 9)
    fresh = [Turn(NOW - timedelta(minutes=2))]
    assert expected_span([*usual, *fresh], NOW - timedelta(minutes=3), NOW, CLINIC) == timedelta(
        minutes=10
    )
    slow = [Turn(NOW - timedelta(minutes=90))] * 2
    since = NOW - timedelta(minutes=100)
    assert expected_span([*usual, *slow], since, NOW, CLINIC) == timedelta(minutes=90)


def test_each_one_more_than_usual_before_them_adds_what_an_answer_usually_takes() -> None:
    queue = [Turn(NOW - timedelta(minutes=minute)) for minute in (1, 2, 3)]
    assert expected_span([*answered(*[10] * 9), *queue], NOW, NOW, CLINIC) == timedelta(minutes=40)
    one_slow_day = answered(*[10] * 9, 290, 300)
    assert expected_span([*one_slow_day, *queue], NOW, NOW, CLINIC) == timedelta(minutes=330)


@given(st.lists(st.integers(0, 2000), min_size=8, max_size=30), st.integers(0, 12))
def test_it_is_never_more_hopeful_than_three_in_four(minutes: list[int], queue: int) -> None:
    turns = answered(*minutes)
    waits = sorted(working_time(turn.asked, turn.answered or NOW, CLINIC) for turn in turns)
    more = [Turn(NOW - timedelta(minutes=1))] * queue
    span = expected_span([*turns, *more], NOW, NOW, CLINIC)
    assert span >= waits[(3 * len(waits) - 1) // 4]


def test_by_night_it_counts_from_the_morning_on() -> None:
    night = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)  # Monday, 9 pm
    expected = expect(answered(*[20] * 9), None, night, CLINIC)
    assert not expected.is_open
    assert moment(expected.opens_at, night, ZONE) == "Tuesday at 8 am"
    assert moment(expected.by, night, ZONE) == "Tuesday at 8:20 am"
    friday = datetime(2026, 11, 27, 23, 30, tzinfo=UTC)
    assert moment(expect([], None, friday, CLINIC).opens_at, friday, ZONE) == "Monday at 8 am"


def test_early_in_the_morning_the_team_is_back_today() -> None:
    early = datetime(2026, 11, 24, 10, 0, tzinfo=UTC)  # Tuesday, 5 am
    opens_at = expect([], None, early, CLINIC).opens_at
    assert return_time(opens_at, early, ZONE) == "today at 8 am"
    in_tokyo = return_time(opens_at, early, ZoneInfo("Asia/Tokyo"))
    assert in_tokyo == "today at 10 pm"
    evening = early - timedelta(hours=9)
    assert return_time(opens_at, evening, ZONE) == "Tuesday at 8 am"


def test_on_a_closed_day_the_team_is_back_after_it() -> None:
    clinic = Clinic(closed_days=frozenset({"2026-11-24"}))
    night = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)
    assert moment(expect([], None, night, clinic).opens_at, night, ZONE) == "Wednesday at 8 am"


def test_for_who_waits_it_counts_from_their_first_words_and_says_when_it_is_late() -> None:
    turns = answered(*[20] * 9)
    since = NOW - timedelta(minutes=10)
    soon = expect([*turns, Turn(since)], since, NOW, CLINIC)
    assert (soon.by, soon.is_late) == (NOW + timedelta(minutes=10), False)
    late = expect(
        [*turns, Turn(since)], since, NOW + timedelta(minutes=200), Clinic(answer_hours=1)
    )
    assert late.waits
    few = expect([], since, NOW + timedelta(hours=4, minutes=1), CLINIC)
    assert few.is_late


def test_the_moment_is_a_round_one_and_never_sooner() -> None:
    since = NOW + timedelta(minutes=31, seconds=7)
    quick = expect(answered(*[12] * 9), since, since, CLINIC)
    assert moment(quick.by, since, ZONE) == "11:50 am"
    slow = expect([], since, since, CLINIC)
    assert moment(slow.by, since, ZONE) == "3:45 pm"
    assert not expect([], since, slow.by, CLINIC).is_late
    at_the_minute = expect([], NOW, NOW, CLINIC)
    assert at_the_minute.by == NOW + timedelta(hours=4)


def test_towards_closing_time_the_answer_comes_on_the_next_working_day() -> None:
    evening = datetime(2026, 11, 23, 22, 50, tzinfo=UTC)  # 5:50 pm
    expected = expect(answered(*[20] * 9), None, evening, CLINIC)
    assert expected.is_open
    assert moment(expected.by, evening, ZONE) == "Tuesday at 8:10 am"
    assert after(evening, timedelta(minutes=10), CLINIC) == evening + timedelta(minutes=10)
