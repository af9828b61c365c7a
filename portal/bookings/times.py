"""Wall time and instants, and which wishes nobody has time for. Pure."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from portal.bookings.kinds import Window

Span = tuple[datetime, datetime]


def instants(wall: datetime, zone: ZoneInfo) -> tuple[datetime, ...]:
    """The UTC instants a wall time names: none in a spring gap, two in the doubled autumn hour."""
    found = []
    for fold in (0, 1):
        instant = wall.replace(tzinfo=zone, fold=fold).astimezone(UTC)
        says = instant.astimezone(zone).replace(tzinfo=None)
        if says == wall and instant not in found:
            found.append(instant)
    return tuple(found)


def has_room(span: Span, busy: Iterable[Span], length: timedelta) -> bool:
    """Is there a stretch of `length` within `span` that none of the busy spans touches?"""
    free_from, end = span
    for starts_at, ends_at in sorted(busy):
        if min(starts_at, end) - free_from >= length:
            return True
        free_from = max(free_from, ends_at)
    return end - free_from >= length


def is_full(
    window: Window, zone: ZoneInfo, diaries: Sequence[Sequence[Span]], length: timedelta
) -> bool:
    """Nobody has room: `diaries` holds the busy spans of each nurse who could come."""
    span = window.span(zone)
    return not any(has_room(span, busy, length) for busy in diaries)
