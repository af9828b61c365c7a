"""The order of the queue: pure, so that it can be read and tested as a rule.

Level, then what nobody has acknowledged, then least time left: what is late comes first inside its
level, because sorting by arrival once hid a flag that was seven minutes over.
"""

from collections.abc import Iterable
from datetime import datetime
from itertools import groupby
from typing import Protocol, TypeVar
from uuid import UUID

from portal.symptoms.levels import Level


class Waiting(Protocol):
    """What the order looks at."""

    @property
    def id(self) -> UUID: ...
    @property
    def level(self) -> Level: ...
    @property
    def is_acknowledged(self) -> bool: ...
    @property
    def due_at(self) -> datetime: ...


Row = TypeVar("Row", bound=Waiting)


def in_order(rows: Iterable[Row]) -> list[Row]:
    return sorted(rows, key=urgency)


def urgency(row: Waiting) -> tuple[int, bool, datetime, UUID]:
    """The sort key; the id keeps two alike in one order for everybody."""
    return (row.level.rank, row.is_acknowledged, row.due_at, row.id)


def by_level(ordered: Iterable[Row]) -> list[tuple[Level | None, list[Row]]]:
    """Ordered rows in groups of one level each."""
    return [(level, list(rows)) for level, rows in groupby(ordered, key=lambda row: row.level)]
