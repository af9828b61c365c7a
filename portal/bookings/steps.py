"""The pages of a request: each kind skips what it does not need."""

from collections.abc import Iterable
from datetime import date, timedelta
from enum import StrEnum

from portal.bookings.kinds import Kind
from portal.languages import N_
from portal.settings import Clinic

DAYS_ON_A_PAGE = 5
FURTHEST = timedelta(days=60)


class Step(StrEnum):
    TIMES = "times"
    PLACE = "place"
    PHONE = "phone"
    HEALTH = "health"
    WORDS = "words"

    @property
    def words(self) -> str:
        return _STEP_WORDS[self]


_STEP_WORDS = {
    Step.TIMES: N_("Time"),
    Step.PLACE: N_("Address"),
    Step.PHONE: N_("Phone"),
    Step.HEALTH: N_("Health"),
    Step.WORDS: N_("Send"),
}
_AT_HOME = (Step.TIMES, Step.PLACE, Step.HEALTH, Step.WORDS)
STEPS = {
    Kind.INFUSION_VISIT: _AT_HOME,
    Kind.FOLLOW_UP: _AT_HOME,
    Kind.CALL_BACK: (Step.TIMES, Step.PHONE, Step.WORDS),
    Kind.DOSE_QUESTION: (Step.PHONE, Step.WORDS),
}


def before(kind: Kind, step: Step) -> Step | None:
    steps = STEPS[kind]
    position = steps.index(step)
    return steps[position - 1] if position else None


def after(kind: Kind, step: Step) -> Step | None:
    steps = STEPS[kind]
    position = steps.index(step) + 1
    return steps[position] if position < len(steps) else None


def working_days(clinic: Clinic, first: date, count: int = DAYS_ON_A_PAGE) -> list[date]:
    """Those from `first` on."""
    days: list[date] = []
    while len(days) < count:
        if clinic.works_on(first):
            days.append(first)
        first += timedelta(days=1)
    return days


def page_from(asked: str, today: date) -> date:
    """The first day of the page asked for; what is no day, past or too far is the first page."""
    tomorrow = today + timedelta(days=1)
    try:
        day = date.fromisoformat(asked)
    except ValueError:
        return tomorrow
    return day if tomorrow <= day <= today + FURTHEST else tomorrow


def other_days(picked: Iterable[str], shown: Iterable[str]) -> list[str]:
    """The window codes that were picked on another page of days."""
    on_page = set(shown)
    return [code for code in picked if code not in on_page]
