"""When check-ins are due after a dose: pure (clinical.md section 5, all times [CJ]).

The clock starts at the end of the infusion, the injection, or when the lozenge is placed in the
mouth. The patient's points are the same for all three routes; what differs (+30 min) is the
nurse's (docs/decisions/0007). The latest dose replaces what is left of the one before.

The points of the first day are hours and so real hours, whatever clocks do: they follow what the
medicine does. Those after it are days, at the hour on the patient's own wall at which the dose
ended, over clock changes and wherever the patient is by then.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from enum import StrEnum

from portal.check_ins.questionnaires import Kind
from portal.languages import N_


class Asks(StrEnum):
    """What a check-in asks: the first day's questions, the later ones, and what comes with them."""

    ACUTE = "acute"
    FOLLOW_UP = "follow_up"
    FOLLOW_UP_AND_GATE = "follow_up_and_gate"
    SCALES = "scales"
    SCALES_AND_GATE = "scales_and_gate"
    BEFORE = "before"

    @property
    def with_gate(self) -> "Asks":
        """The same with the screening gate; the first day's questions stay as short as they are."""
        return {"follow_up": Asks.FOLLOW_UP_AND_GATE, "scales": Asks.SCALES_AND_GATE}.get(
            self, self
        )


class State(StrEnum):
    """Where a scheduled check-in stands."""

    UPCOMING = "upcoming"
    OPEN = "open"  # may be answered, not due yet
    DUE = "due"
    LATE = "late"
    MISSED = "missed"  # the next one has taken its place


@dataclass(frozen=True, slots=True)
class Point:
    """One place in the schedule. `early` before it is due it opens."""

    name: str
    after: timedelta
    asks: Asks
    title: str
    early: timedelta
    remind: timedelta
    late: timedelta

    @property
    def kind(self) -> Kind:
        return Kind.ACUTE if self.asks is Asks.ACUTE else Kind.FOLLOW_UP

    def due_after(self, dose_ended_at: datetime, zone: tzinfo) -> datetime:
        """In UTC. Adding days to a time in a zone moves its wall clock."""
        if self.kind is Kind.ACUTE:
            return dose_ended_at.astimezone(UTC) + self.after
        return (dose_ended_at.astimezone(zone) + self.after).astimezone(UTC)

    @property
    def overdue(self) -> str:
        """What the rules call it when it is not answered: `early`, `first_day` or `later`."""
        if self.kind is Kind.FOLLOW_UP:
            return "later"
        return "early" if self.after <= _hours(4) else "first_day"


def _minutes(number: int) -> timedelta:
    return timedelta(minutes=number)


def _hours(number: int) -> timedelta:
    return timedelta(hours=number)


def _early(name: str, hours: int, title: str) -> Point:
    opens, remind, late = _minutes(15), _minutes(15), _minutes(30)
    return Point(name, _hours(hours), Asks.ACUTE, title, opens, remind, late)


def _first_day(name: str, hours: int, title: str, opens: int) -> Point:
    return Point(name, _hours(hours), Asks.ACUTE, title, _hours(opens), _hours(1), _hours(1))


def _later(name: str, days: int, title: str, asks: Asks) -> Point:
    wait = timedelta(days=days)
    return Point(name, wait, asks, title, _hours(12), _hours(24), _hours(72))


POINTS = (
    _early("+1h", 1, N_("1 hour check-in")),
    _early("+2h", 2, N_("2 hour check-in")),
    _early("+4h", 4, N_("4 hour check-in")),
    _first_day("+8h", 8, N_("8 hour check-in"), opens=1),
    _first_day("+24h", 24, N_("Next day check-in"), opens=4),
    _later("+72h", 3, N_("3 day check-in"), Asks.FOLLOW_UP),
    _later("+7d", 7, N_("1 week check-in"), Asks.SCALES),
    _later("+14d", 14, N_("2 week check-in"), Asks.SCALES),
    _later("+30d", 30, N_("1 month check-in"), Asks.SCALES),
    _later("+90d", 90, N_("3 month check-in"), Asks.SCALES_AND_GATE),
)
UNSCHEDULED = "extra"
# The one before a dose: the gate of section 3 and the baseline. It belongs to the series before.
BEFORE = "before"
BEFORE_TITLE = N_("Check-in before a dose")
# What the rules call a check-in that was not answered in time, and by how much (rule 32).
OVERDUE: dict[str, frozenset[str]] = {
    "overdue": frozenset({"early", "first_day", "later"}),
    "overdue_minutes": frozenset(),
}
LAST_CLOSES = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Due:
    """A point of the schedule with its times after one dose."""

    point: Point
    due_at: datetime
    closes_at: datetime

    @property
    def opens_at(self) -> datetime:
        return self.due_at - self.point.early

    @property
    def remind_at(self) -> datetime:
        return self.due_at + self.point.remind

    @property
    def late_at(self) -> datetime:
        return self.due_at + self.point.late

    def is_open(self, now: datetime) -> bool:
        return self.opens_at <= now < self.closes_at

    def state(self, now: datetime) -> State:
        if now >= self.closes_at:
            return State.MISSED
        if now >= self.late_at:
            return State.LATE
        if now >= self.due_at:
            return State.DUE
        return State.OPEN if now >= self.opens_at else State.UPCOMING


def series(dose_ended_at: datetime, zone: tzinfo = UTC) -> list[Due]:
    """All check-ins of one dose. Each stays open until the next one opens."""
    times = [(point, point.due_after(dose_ended_at, zone)) for point in POINTS]
    closing = [due_at - point.early for point, due_at in times[1:]]
    closing.append(times[-1][1] + LAST_CLOSES)
    return [Due(*pair, closes_at) for pair, closes_at in zip(times, closing, strict=True)]


def coming(
    dose_ended_at: datetime, now: datetime, sent: Collection[str], zone: tzinfo = UTC
) -> Due | None:
    """The check-in to answer now, else the next one, leaving out those sent and missed."""
    left = [due for due in series(dose_ended_at, zone) if due.point.name not in sent]
    return next((due for due in left if now < due.closes_at), None)


def missed(
    dose_ended_at: datetime, now: datetime, sent: Collection[str], zone: tzinfo = UTC
) -> list[Due]:
    """What was never answered and no longer can be."""
    each = [due for due in series(dose_ended_at, zone) if due.point.name not in sent]
    return [due for due in each if due.state(now) is State.MISSED]


def asked_unscheduled(hours_since_dose: float | None) -> Asks:
    """Without a dose the fuller questionnaire: whoever checks in unasked has a reason."""
    if hours_since_dose is None or hours_since_dose <= POINTS[4].after / _hours(1):
        return Asks.ACUTE
    return Asks.FOLLOW_UP
