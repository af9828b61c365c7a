"""Where a rota has holes, and what its wall-clock times mean. Pure: no clock, no database.

A span is two instants in UTC, so an hour that a clock change adds or takes away needs no care
here; only reading and writing the wall's time does.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

from portal.rota.duties import Duty
from portal.web.times import clock_time

ALWAYS = datetime(1970, 1, 1, tzinfo=UTC)
"""Stands for the beginning of a gap before which nobody was ever on duty."""


class Spans(Protocol):
    """What coverage looks at in a shift."""

    @property
    def duty(self) -> Duty: ...
    @property
    def starts_at(self) -> datetime: ...
    @property
    def ends_at(self) -> datetime: ...


@dataclass(frozen=True, slots=True)
class Gap:
    """Nobody does this duty from then until then."""

    duty: Duty
    starts_at: datetime
    ends_at: datetime

    def words(self, zone: ZoneInfo) -> str:
        """`Nobody is on call Tue 10 pm to Wed 6 am`."""
        return f"{self.duty.nobody} {span_words(self.starts_at, self.ends_at, zone)}"


def gaps(shifts: Iterable[Spans], duty: Duty, start: datetime, end: datetime) -> list[Gap]:
    """The spans between `start` and `end` that no shift of this duty covers, in order."""
    found, covered_to = [], start
    for shift in sorted(_of(shifts, duty), key=lambda shift: shift.starts_at):
        if shift.starts_at >= end:
            break
        if shift.starts_at > covered_to:
            found.append(Gap(duty, covered_to, shift.starts_at))
        covered_to = max(covered_to, shift.ends_at)
    if covered_to < end:
        found.append(Gap(duty, covered_to, end))
    return found


def is_on(shift: Spans, now: datetime) -> bool:
    return shift.starts_at <= now < shift.ends_at


def _of(shifts: Iterable[Spans], duty: Duty) -> list[Spans]:
    return [shift for shift in shifts if shift.duty is duty]


def span_words(starts: datetime, ends: datetime, zone: ZoneInfo) -> str:
    """`Tue 10 pm to Wed 6 am`, and `Tue 8 am to 4 pm` within a day."""
    first, last = starts.astimezone(zone), ends.astimezone(zone)
    until = clock_time(ends, zone)
    if first.date() != last.date():
        until = f"{last:%a} {until}"
    return f"{first:%a} {clock_time(starts, zone)} to {until}"


def instants(day: date, begins: time, ends: time, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """The span from one time on the wall to the next; an end not after the beginning is tomorrow's.

    Of an hour that comes twice, a shift covers both: it begins with the first and ends with the
    second. A time that the clock change leaves out raises ValueError.
    """
    last = day if ends > begins else day + timedelta(days=1)
    return _instant(day, begins, zone, fold=0), _instant(last, ends, zone, fold=1)


def _instant(day: date, at: time, zone: ZoneInfo, fold: int) -> datetime:
    local = datetime.combine(day, at.replace(fold=fold), tzinfo=zone)
    utc = local.astimezone(UTC)
    if utc.astimezone(zone).replace(tzinfo=None) != local.replace(tzinfo=None, fold=0):
        raise ValueError("the clocks go forward over this time")
    return utc
