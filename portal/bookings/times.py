"""Wall time and instants, and which wishes nobody has time for. Pure."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from portal.bookings.kinds import Window

Span = tuple[datetime, datetime]
QUARTER = timedelta(minutes=15)


def instants(wall: datetime, zone: ZoneInfo) -> tuple[datetime, ...]:
    """The UTC instants a wall time names: none in a spring gap, two in the doubled autumn hour."""
    found = []
    for fold in (0, 1):
        instant = wall.replace(tzinfo=zone, fold=fold).astimezone(UTC)
        says = instant.astimezone(zone).replace(tzinfo=None)
        if says == wall and instant not in found:
            found.append(instant)
    return tuple(found)


def first_fit(span: Span, busy: Iterable[Span], length: timedelta) -> datetime | None:
    """The start of the first stretch of `length` within `span` that no busy span touches."""
    free_from, end = span
    for starts_at, ends_at in sorted(busy):
        if min(starts_at, end) - free_from >= length:
            return free_from
        free_from = max(free_from, _next_quarter(ends_at))
    return free_from if end - free_from >= length else None


def _next_quarter(moment: datetime) -> datetime:
    past = timedelta(minutes=moment.minute % 15, seconds=moment.second)
    return moment + QUARTER - past if past else moment


def is_full(
    window: Window, zone: ZoneInfo, diaries: Sequence[Sequence[Span]], length: timedelta
) -> bool:
    """Nobody has room: `diaries` holds the busy spans of each nurse who could come.

    Without any nurse nothing is full: somebody must look at the wish all the same.
    """
    span = window.span(zone)
    return bool(diaries) and all(first_fit(span, busy, length) is None for busy in diaries)
