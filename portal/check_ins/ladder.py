"""What silence leads to, rung by rung: pure (clinical.md section 5 "Overdue"; workflow.md; [CJ]).

A check-in that is due and not answered is asked for, then asked for again, then by the second
channel; the adult with the patient hears of it where the patient agreed; then a human must look.
From there the flag climbs by its own clocks: second clinician, on call, administrator.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from portal.check_ins.questionnaires import Kind
from portal.check_ins.schedule import Due, Point


class Rung(StrEnum):
    DUE = "due"
    AGAIN = "again"  # because the patient asked to be reminded later
    REMIND = "remind"
    SECOND = "second"  # by the other channel
    ADULT = "adult"
    TASK = "task"  # a flag: a human must look

    @property
    def words(self) -> str:
        return _WORDS[self]


_WORDS = {
    Rung.DUE: "asked for the check-in",
    Rung.AGAIN: "reminded, as the patient asked",
    Rung.REMIND: "reminded",
    Rung.SECOND: "reminded by the second channel",
    Rung.ADULT: "asked the adult with the patient",
    Rung.TASK: "told the care team",
}
# Looked at again after an outage of this length at most; older silence is history, and is shown.
KEPT_FOR = timedelta(days=3)
LATER_CHOICES = (15, 30, 60)
EARLY = timedelta(hours=4)


@dataclass(frozen=True, slots=True)
class Step:
    """One rung to take now. `number` counts the reminders that were asked for, else it is 0."""

    rung: Rung
    due_at: datetime
    number: int = 0

    @property
    def key(self) -> tuple[str, int]:
        return (self.rung.value, self.number)


def _minutes(*numbers: int) -> tuple[timedelta, ...]:
    return tuple(timedelta(minutes=number) for number in numbers)


_RUNGS = (Rung.DUE, Rung.REMIND, Rung.SECOND, Rung.ADULT, Rung.TASK)
_EARLY = dict(zip(_RUNGS, _minutes(0, 15, 20, 30, 30), strict=True))
_FIRST_DAY = dict(zip(_RUNGS, _minutes(0, 30, 45, 60, 60), strict=True))
_LATER = {
    Rung.DUE: timedelta(),
    Rung.REMIND: timedelta(hours=24),
    Rung.SECOND: timedelta(hours=48),
    Rung.TASK: timedelta(hours=72),
}


def rungs_of(point: Point) -> dict[Rung, timedelta]:
    """The rungs and how long after the check-in was due each is reached."""
    if point.kind is not Kind.ACUTE:
        return _LATER
    return _EARLY if point.after <= EARLY else _FIRST_DAY


def goes_past_quiet_hours(point: Point) -> bool:
    """On the first day somebody who was asked at night is asked at night."""
    return point.kind is Kind.ACUTE


def steps(
    due: Due,
    now: datetime,
    done: Collection[tuple[str, int]],
    later: Sequence[datetime],
    busy_until: datetime | None = None,
) -> list[Step]:
    """The rungs to take now for one unanswered check-in, in order.

    `done` are the keys of those taken, `later` when the patient asked to be reminded, in the order
    of asking, `busy_until` until when somebody who began to answer counts as busy with it. Nothing
    but the last rung outlives the check-in itself, and nothing the patient asks for delays that.
    """
    found = [step for step in _all(due, later) if step.due_at <= now and step.key not in done]
    if now >= due.closes_at or (later and now < later[-1]):
        found = [step for step in found if step.rung is Rung.TASK]
    if busy_until is not None and now < busy_until:
        return []
    last = max(rungs_of(due.point).values())
    return found if now < due.due_at + last + KEPT_FOR else []


def _all(due: Due, later: Sequence[datetime]) -> list[Step]:
    usual = [Step(rung, due.due_at + after) for rung, after in rungs_of(due.point).items()]
    asked = [Step(Rung.AGAIN, at, number) for number, at in enumerate(later, 1)]
    order = list(Rung)
    return sorted([*usual, *asked], key=lambda step: (step.due_at, order.index(step.rung)))


def is_live(due: Due, now: datetime) -> bool:
    """Whether any rung of it can be due now."""
    last = max(rungs_of(due.point).values())
    return due.due_at <= now < due.due_at + last + KEPT_FOR


def later_choices(due: Due, now: datetime) -> list[int]:
    """In how many minutes the patient may be reminded: never past the time we would look."""
    end = min(due.late_at, due.closes_at)
    return [number for number in LATER_CHOICES if now + timedelta(minutes=number) <= end]
