"""What the patient's home says, decided from plain facts: no database, no clock."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

MORNING, AFTERNOON, EVENING, NIGHT = 5, 12, 17, 22
LONG_AFTER = 21


class NextStep(StrEnum):
    """The one thing to do next, the most pressing first."""

    CARE = "care"
    CHECK_IN = "check_in"
    GO_ON = "go_on"
    OFFER = "offer"
    MESSAGE = "message"
    VISIT = "visit"
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class Waiting:
    """What waits for the patient. `care`: they told of something grave and nobody took it yet."""

    care: bool = False
    check_in: bool = False
    begun: bool = False
    offer: bool = False
    message: bool = False
    visit: bool = False


def next_step(waiting: Waiting) -> NextStep:
    """Advice that cannot wait, then a check-in: it is the one thing that can show danger."""
    if waiting.care:
        return NextStep.CARE
    if waiting.check_in:
        return NextStep.CHECK_IN
    if waiting.begun:
        return NextStep.GO_ON
    if waiting.offer:
        return NextStep.OFFER
    if waiting.message:
        return NextStep.MESSAGE
    return NextStep.VISIT if waiting.visit else NextStep.NOTHING


def greeting(local: datetime) -> str:
    """By the patient's own clock. At night nobody needs to be told that it is night."""
    if MORNING <= local.hour < AFTERNOON:
        return "Good morning"
    if AFTERNOON <= local.hour < EVENING:
        return "Good afternoon"
    return "Good evening" if EVENING <= local.hour < NIGHT else "Hello"


def dose_line(number: int, route: str, ended_on: date, today: date) -> str:
    """Where the patient stands: "Day 1 after infusion 4"."""
    days = (today - ended_on).days
    if days <= 0:
        return f"Today you had {route} {number}"
    if days < LONG_AFTER:
        return f"Day {days} after {route} {number}"
    return f"{days // 7} weeks after {route} {number}"


def course_line(given: int, planned: int, plural: str) -> str:
    """How far the treatment is: "4 of 6 infusions done"."""
    if given >= planned:
        return f"All {planned} {plural} done"
    return f"{given} of {planned} {plural} done"


def after_dose(
    change: tuple[int, int] | None, days_since: int, feelings: list[str], happened: list[str]
) -> str:
    """One dose in the patient's words: what it did to the pain, and what else was felt."""
    if days_since < 7:
        return "We look at your pain in one week."
    if change is None:
        return "No pain score that week."
    before, after = change
    pain = f"Pain stayed at {after}." if before == after else f"Pain went from {before} to {after}."
    felt = [*_felt(feelings), *happened]
    return " ".join([pain, *(felt or ["No problems."])])


def _felt(feelings: list[str]) -> list[str]:
    if not feelings:
        return []
    most, last = ", ".join(feelings[:-1]), feelings[-1]
    return [f"Felt {most} and {last}." if most else f"Felt {last}."]
