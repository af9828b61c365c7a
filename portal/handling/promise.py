"""Working time, and by when somebody must have answered. Pure: no clock, no database.

The promise (4 working hours) is a proposal (workflow.md, "Clocks"); a site can change it.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from portal.settings import Clinic

# A span longer than this is not counted to the minute: nobody reads it.
MOST_DAYS = 400


def working_time(since: datetime, until: datetime, clinic: Clinic) -> timedelta:
    """How much of the span the clinic was open, in real time (a clock change adds nothing)."""
    since, until = since.astimezone(UTC), until.astimezone(UTC)
    spent = timedelta()
    for opens, closes in _open_spans(since, clinic):
        if opens >= until:
            break
        spent += max(timedelta(), min(closes, until) - max(opens, since))
    return spent


def promised_by(since: datetime, clinic: Clinic) -> datetime:
    """The instant, in UTC, at which the promised working hours are over."""
    return after(since, timedelta(hours=clinic.answer_hours), clinic)


def after(since: datetime, span: timedelta, clinic: Clinic) -> datetime:
    """The instant, in UTC, at which so much working time has passed."""
    left = span
    due = since = since.astimezone(UTC)
    for opens, closes in _open_spans(since, clinic):
        start = max(opens, since)
        if closes <= start:
            continue
        due = min(closes, start + left)
        left -= due - start
        if not left:
            break
    return due


def is_open_at(now: datetime, clinic: Clinic) -> datetime | None:
    """When the clinic closes, if it is open at that instant."""
    opens, closes = next(_open_spans(now, clinic))
    return closes if opens <= now < closes else None


def next_opening(now: datetime, clinic: Clinic) -> datetime:
    """When the clinic's next working day begins."""
    return next(opens for opens, _ in _open_spans(now, clinic) if opens > now)


def next_morning(now: datetime, clinic: Clinic) -> datetime:
    """When the clinic's day begins next, on any day of the week: what "until morning" means."""
    day = now.astimezone(clinic.zone).date()
    morning = _wall(day, clinic.opens, clinic.zone)
    return morning if morning > now else _wall(day + timedelta(days=1), clinic.opens, clinic.zone)


def _open_spans(since: datetime, clinic: Clinic) -> Iterator[tuple[datetime, datetime]]:
    """The clinic's working days from that one on, in UTC."""
    first = since.astimezone(clinic.zone).date()
    for later in range(MOST_DAYS):
        day = first + timedelta(days=later)
        if clinic.works_on(day):
            yield (
                _wall(day, clinic.opens, clinic.zone),
                _wall(day, clinic.closes, clinic.zone),
            )


def _wall(day: date, hour: int, zone: ZoneInfo) -> datetime:
    midnight = datetime(day.year, day.month, day.day, tzinfo=zone)
    # Adding to an aware time in a zone moves the wall clock, which is what opening hours mean.
    return (midnight + timedelta(hours=hour)).astimezone(UTC)
