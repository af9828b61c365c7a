"""Times as the design language writes them: "8:12 pm", "Mon 23 Nov", "in 6 days", "1 h 32"."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from portal import clock


def clock_time(at: datetime, zone: ZoneInfo) -> str:
    """`8:12 pm`, and `9 pm` on the hour."""
    local = at.astimezone(zone)
    hour = local.hour % 12 or 12
    half = "am" if local.hour < 12 else "pm"
    return f"{hour}:{local.minute:02} {half}" if local.minute else f"{hour} {half}"


def day(at: datetime | date, zone: ZoneInfo) -> str:
    """`Mon 23 Nov`, with the year when it is not this one."""
    on = at.astimezone(zone).date() if isinstance(at, datetime) else at
    text = f"{on:%a} {on.day} {on:%b}"
    return text if on.year == clock.now().astimezone(zone).year else f"{text} {on.year}"


def relative_day(at: datetime, zone: ZoneInfo) -> str:
    """`today`, `tomorrow`, `yesterday`, else the day."""
    days = (at.astimezone(zone).date() - clock.now().astimezone(zone).date()).days
    return {0: "today", 1: "tomorrow", -1: "yesterday"}.get(days) or day(at, zone)


def when(at: datetime, zone: ZoneInfo) -> str:
    """`today, 8:12 pm`; `Mon 23 Nov, 8:12 pm`."""
    return f"{relative_day(at, zone)}, {clock_time(at, zone)}"


def duration(span: timedelta) -> str:
    """`6 min`, `1 h 32`, `2 days`; never negative."""
    minutes = max(0, int(span.total_seconds() // 60))
    if minutes < 60:
        return f"{minutes} min"
    if minutes < 24 * 60:
        return f"{minutes // 60} h {minutes % 60:02}" if minutes % 60 else f"{minutes // 60} h"
    days = minutes // (24 * 60)
    return f"{days} day" if days == 1 else f"{days} days"


def ago(at: datetime) -> str:
    """How long since `at`, as a duration."""
    return duration(clock.now() - at)


def in_days(at: datetime, zone: ZoneInfo) -> str:
    """`today`, `tomorrow`, `in 6 days`."""
    days = (at.astimezone(zone).date() - clock.now().astimezone(zone).date()).days
    if days in {0, 1}:
        return ("today", "tomorrow")[days]
    return f"in {days} days" if days > 0 else f"{-days} days ago"
