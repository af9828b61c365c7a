"""What stands between the messages of a page at its time, and the days. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Protocol
from zoneinfo import ZoneInfo

from portal.conversations.models import Kind
from portal.conversations.queries import Line
from portal.conversations.reading import Reading


class Timed(Protocol):
    """Something with a time; `kind` says how it is shown, `seq` orders what has the same time."""

    @property
    def kind(self) -> str: ...
    @property
    def seq(self) -> int: ...
    @property
    def sent_at(self) -> datetime: ...


@dataclass(frozen=True, slots=True)
class Happened:
    """An event in the patient's words, such as a check-in that was sent."""

    sent_at: datetime
    words: str
    kind: str = "happened"
    seq: int = 0


@dataclass(frozen=True, slots=True)
class DayBreak:
    """The day on which what follows was said, noted or raised."""

    sent_at: datetime
    zone: ZoneInfo
    kind: str = "day"
    seq: int = 0


def between(reading: Reading, others: Sequence[Timed], zone: ZoneInfo) -> list[Timed]:
    """The lines with what else belongs to the same stretch of time, by days."""
    first = reading.lines[0].sent_at if reading.has_earlier else None
    last = None if reading.is_latest or not reading.lines else reading.lines[-1].sent_at
    kept = [other for other in others if _within(other.sent_at, first, last)]
    return by_days(
        sorted([*reading.lines, *kept], key=lambda line: (line.sent_at, line.kind, line.seq)), zone
    )


def by_days(lines: Sequence[Timed], zone: ZoneInfo) -> list[Timed]:
    """Each day is named once, before the first thing of that day: a message names its own."""
    shown: list[Timed] = []
    before: date | None = None
    for line in lines:
        on = line.sent_at.astimezone(zone).date()
        names_it = isinstance(line, Line) and line.kind is Kind.CARE
        if on != before and not names_it:
            shown.append(DayBreak(line.sent_at, zone))
        if isinstance(line, Line):
            shown.append(replace(line, begins_day=on != before and names_it))
        else:
            shown.append(line)
        before = on
    return shown


def _within(at: datetime, first: datetime | None, last: datetime | None) -> bool:
    return (first is None or at >= first) and (last is None or at <= last)
