"""The words of the patient's home, from plain facts."""

from datetime import UTC, date, datetime

import pytest

from portal.dashboard.rules import (
    NextStep,
    Waiting,
    after_dose,
    course_line,
    dose_line,
    greeting,
    next_step,
)


@pytest.mark.parametrize(
    ("waiting", "step"),
    [
        (Waiting(care=True, check_in=True, message=True), NextStep.CARE),
        (Waiting(care=True, before=True), NextStep.CARE),
        (Waiting(before=True, check_in=True, visit=True), NextStep.BEFORE),
        (Waiting(check_in=True, offer=True, message=True, visit=True), NextStep.CHECK_IN),
        (Waiting(check_in=True, begun=True), NextStep.CHECK_IN),
        (Waiting(begun=True, offer=True, message=True, visit=True), NextStep.GO_ON),
        (Waiting(offer=True, message=True, visit=True), NextStep.OFFER),
        (Waiting(message=True, visit=True), NextStep.MESSAGE),
        (Waiting(visit=True), NextStep.VISIT),
        (Waiting(), NextStep.NOTHING),
    ],
)
def test_there_is_one_thing_to_do_next(waiting: Waiting, step: NextStep) -> None:
    assert next_step(waiting) is step


@pytest.mark.parametrize(
    ("hour", "words"),
    [
        (4, "Hello"),
        (5, "Good morning"),
        (12, "Good afternoon"),
        (17, "Good evening"),
        (22, "Hello"),
    ],
)
def test_the_greeting_follows_the_clock(hour: int, words: str) -> None:
    assert greeting(datetime(2026, 11, 17, hour, tzinfo=UTC)) == words


@pytest.mark.parametrize(
    ("day", "words"),
    [
        (17, "Today you had infusion 4"),
        (18, "Day 1 after infusion 4"),
        (30, "Day 13 after infusion 4"),
    ],
)
def test_the_day_is_counted_from_the_last_dose(day: int, words: str) -> None:
    assert dose_line(4, "infusion", date(2026, 11, 17), date(2026, 11, day)) == words


def test_long_after_a_dose_weeks_are_counted() -> None:
    assert dose_line(6, "lozenge", date(2026, 10, 1), date(2026, 11, 17)) == (
        "6 weeks after lozenge 6"
    )


def test_the_course_is_said_in_doses_done() -> None:
    assert course_line(4, 6, "infusions") == "4 of 6 infusions done"
    assert course_line(6, 6, "infusions") == "All 6 infusions done"


def test_a_dose_says_what_it_did() -> None:
    assert after_dose((7, 6), 14, [], []) == "Pain went from 7 to 6. No problems."
    assert after_dose((6, 6), 14, ["sick"], []) == "Pain stayed at 6. Felt sick."
    assert after_dose((6, 5), 14, [], ["Threw up."]) == "Pain went from 6 to 5. Threw up."
    assert after_dose((6, 5), 14, ["sick", "foggy", "anxious"], ["Threw up."]) == (
        "Pain went from 6 to 5. Felt sick, foggy and anxious. Threw up."
    )


def test_a_fresh_dose_promises_a_look_and_a_silent_week_says_so() -> None:
    assert after_dose((7, 6), 1, [], []) == "We look at your pain in one week."
    assert after_dose(None, 14, [], []) == "No pain score that week."
