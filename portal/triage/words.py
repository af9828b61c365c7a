"""What a queue row says about time: pure. static/js/triage/clock.js says the same as it passes."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from portal.web.times import clock_time, duration

DAY = timedelta(days=1)
HOURS_IN_WORDS = 48


@dataclass(frozen=True, slots=True)
class Wait:
    """`time` has passed; `limit` is what it is held against, in words."""

    time: str
    limit: str
    is_late: bool = False


def wait_of(
    since: datetime, due: datetime, now: datetime, zone: ZoneInfo, seen: datetime | None = None
) -> Wait:
    """How long a flag has waited. Once somebody has seen it, its limit cannot pass any more."""
    waited = duration(now - since)
    if seen is not None:
        return Wait(waited, seen_words(since, seen))
    if now > due:
        return Wait(waited, late_words(now - due), is_late=True)
    return Wait(waited, limit_words(since, due, zone))


def limit_words(since: datetime, due: datetime, zone: ZoneInfo) -> str:
    """`of 15 min`; a limit on the wall instead of the stopwatch reads `by Tue 6 pm`."""
    if timedelta() < due - since <= DAY / 2:
        return f"of {duration(due - since)}"
    return f"by {limit_on_the_wall(due, zone)}"


def limit_on_the_wall(at: datetime, zone: ZoneInfo) -> str:
    """`Tue 6 pm`"""
    return f"{at.astimezone(zone):%a} {clock_time(at, zone)}"


def late_words(over: timedelta) -> str:
    return f"{duration(max(over, timedelta(minutes=1)))} late"


def seen_words(since: datetime, seen: datetime) -> str:
    return f"seen in {duration(max(seen - since, timedelta(minutes=1)))}"


def since_dose(hours: float | None) -> str:
    """`40 min after`, `31 h after`, then `day 5`."""
    if hours is None:
        return ""
    if hours < 1:
        return f"{int(hours * 60)} min after"
    if hours < HOURS_IN_WORDS:
        return f"{int(hours)} h after"
    return f"day {int(hours // 24)}"
