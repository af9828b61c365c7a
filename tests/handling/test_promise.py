"""The promise counts hours in which somebody is there: nights, weekends and clock changes."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from portal.handling.promise import next_morning, promised_by, working_time
from portal.inbox.waiting import wait_of
from portal.settings import Clinic

CLINIC = Clinic(opens=8, closes=18, time_zone="America/New_York")


def at(text: str) -> datetime:
    """A time on the clinic's wall."""
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo("America/New_York"))


@pytest.mark.parametrize(
    ("since", "due"),
    [
        ("2026-11-23 09:00", "2026-11-23 13:00"),  # a Monday morning
        ("2026-11-23 16:30", "2026-11-24 10:30"),  # over a night
        ("2026-11-23 06:00", "2026-11-23 12:00"),  # before anybody is there
        ("2026-11-20 17:00", "2026-11-23 11:00"),  # over a weekend
        ("2026-11-21 12:00", "2026-11-23 12:00"),  # on a Saturday
        ("2026-11-23 14:00", "2026-11-23 18:00"),  # to the minute of closing
        ("2026-10-30 17:00", "2026-11-02 11:00"),  # the clock goes back that Sunday
        ("2026-03-06 17:00", "2026-03-09 11:00"),  # and forward that one
    ],
)
def test_the_promise_is_kept_in_working_hours(since: str, due: str) -> None:
    assert promised_by(at(since), CLINIC) == at(due)


def test_the_promise_skips_the_days_on_which_the_clinic_is_closed() -> None:
    # Thanksgiving and the Friday after it, then a weekend.
    clinic = Clinic(closed_days=frozenset({"2026-11-26", "2026-11-27"}))
    since, due = at("2026-11-25 17:00"), at("2026-11-30 11:00")
    assert promised_by(since, clinic) == due
    assert working_time(since, due, clinic) == timedelta(hours=4)
    assert wait_of(since, at("2026-11-28 12:00"), clinic).words == "answer by Mon 11 am"
    assert wait_of(since, at("2026-11-30 12:00"), clinic).words == "1 h late"


def test_a_clock_that_changes_while_the_clinic_is_open_adds_no_minute() -> None:
    # In Cairo the clock goes from midnight to 1 am, between a Thursday and a Friday.
    clinic = Clinic(opens=1, closes=24, time_zone="Africa/Cairo")
    since = datetime(2026, 4, 23, 23, tzinfo=clinic.zone)
    due = promised_by(since, clinic)
    assert due == datetime(2026, 4, 24, 4, tzinfo=clinic.zone)
    assert due - since.astimezone(UTC) == timedelta(hours=4)
    assert working_time(since, due, clinic) == timedelta(hours=4)


def test_a_longer_promise_goes_on_for_days() -> None:
    clinic = Clinic(answer_hours=25)
    assert promised_by(at("2026-11-26 17:00"), clinic) == at("2026-12-01 12:00")


@pytest.mark.parametrize(
    ("since", "until", "minutes"),
    [
        ("2026-11-23 09:00", "2026-11-23 09:20", 20),
        ("2026-11-23 17:50", "2026-11-24 08:10", 20),
        ("2026-11-20 17:50", "2026-11-23 08:10", 20),
        ("2026-11-21 09:00", "2026-11-22 17:00", 0),
        ("2026-11-23 05:00", "2026-11-23 06:00", 0),
    ],
)
def test_only_working_time_is_counted(since: str, until: str, minutes: int) -> None:
    assert working_time(at(since), at(until), CLINIC) == timedelta(minutes=minutes)


@pytest.mark.parametrize(
    ("now", "words", "is_late"),
    [
        ("2026-11-23 09:30", "answer by 1 pm", False),
        ("2026-11-23 13:20", "20 min late", True),
        ("2026-11-23 13:00", "answer by 1 pm", False),
        ("2026-11-24 08:05", "5 h 05 late", True),
        ("2026-11-24 13:10", "1 working day late", True),
        ("2026-11-30 13:10", "5 working days late", True),
    ],
)
def test_the_wait_is_said_beside_the_promise(now: str, words: str, is_late: bool) -> None:
    wait = wait_of(at("2026-11-23 09:00"), at(now), CLINIC)
    assert (wait.words, wait.is_late) == (words, is_late)


def test_what_is_due_on_another_day_names_it() -> None:
    wait = wait_of(at("2026-11-20 17:00"), at("2026-11-20 17:30"), CLINIC)
    assert (wait.waited, wait.words) == ("30 min", "answer by Mon 11 am")


def test_what_is_late_while_nobody_works_is_late_all_the_same() -> None:
    wait = wait_of(at("2026-11-23 14:00"), at("2026-11-23 19:00"), CLINIC)
    assert (wait.words, wait.is_late) == ("late", True)


@pytest.mark.parametrize(
    ("now", "morning"),
    [
        ("2026-11-23 20:00", "2026-11-24 08:00"),
        ("2026-11-24 03:00", "2026-11-24 08:00"),
        ("2026-11-20 20:00", "2026-11-21 08:00"),
        ("2026-11-24 08:00", "2026-11-25 08:00"),
    ],
)
def test_until_morning_is_when_the_clinics_day_begins_next(now: str, morning: str) -> None:
    assert next_morning(at(now), CLINIC) == at(morning)
