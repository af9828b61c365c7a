"""How long a patient has waited, beside what was promised. Pure."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from portal.handling.promise import promised_by, working_time
from portal.settings import Clinic
from portal.web.times import clock_time, duration

DAYS_OF_A_WEEK = 7


@dataclass(frozen=True, slots=True)
class Wait:
    """`since`: the first words not answered. `due`: by the promise. `words`: what that means."""

    since: datetime
    due: datetime
    is_late: bool
    waited: str
    words: str

    @property
    def mark(self) -> str:
        """Changes when the row must show something else before anybody does anything."""
        return self.words if self.is_late else ""


def wait_of(since: datetime, now: datetime, clinic: Clinic) -> Wait:
    due = promised_by(since, clinic)
    words = _late_words(due, now, clinic) if now > due else _due_words(due, now, clinic)
    return Wait(since, due, now > due, duration(now - since), words)


def _late_words(due: datetime, now: datetime, clinic: Clinic) -> str:
    """`20 min late`, `2 working days late`, counted while the clinic was open."""
    late = working_time(due, now, clinic)
    days = late // timedelta(hours=clinic.closes - clinic.opens)
    if days:
        return f"{days} working day{'s' if days > 1 else ''} late"
    return f"{duration(late)} late" if late >= timedelta(minutes=1) else "late"


def _due_words(due: datetime, now: datetime, clinic: Clinic) -> str:
    """`answer by 4 pm`; `answer by Mon 9 am`; `answer by Mon 30 Nov, 9 am`."""
    local, at = due.astimezone(clinic.zone), clock_time(due, clinic.zone)
    days = (local.date() - now.astimezone(clinic.zone).date()).days
    if days < DAYS_OF_A_WEEK:
        return f"answer by {local:%a} {at}" if days else f"answer by {at}"
    return f"answer by {local:%a} {local.day} {local:%b}, {at}"
