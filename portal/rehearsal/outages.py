"""What fails: the portal, its worker, the database under both, and people's telephones."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

EVERY_DAYS = 9
PORTAL_MINUTES = (3, 45)
WORKER_MINUTES = (10, 240)
DATABASE_MINUTES = (2, 30)
OFFLINE_MINUTES = (20, 150)

Span = tuple[datetime, datetime]


@dataclass(frozen=True, slots=True)
class Outages:
    """`offline`: when somebody of the staff, by name, could not be reached by anything."""

    portal: tuple[Span, ...] = ()
    worker: tuple[Span, ...] = ()
    database: tuple[Span, ...] = ()
    offline: tuple[tuple[str, Span], ...] = ()

    def portal_back_at(self, now: datetime) -> datetime | None:
        """When the portal, down now, answers again; None while it does."""
        return _end_of((*self.portal, *self.database), now)

    def worker_back_at(self, now: datetime) -> datetime | None:
        return _end_of((*self.worker, *self.database), now)

    def online_at(self, name: str, now: datetime) -> datetime | None:
        """When this person, offline now, is there again; None while they are."""
        return _end_of([span for who, span in self.offline if who == name], now)


def _end_of(spans: tuple[Span, ...] | list[Span], now: datetime) -> datetime | None:
    return max((end for start, end in spans if start <= now < end), default=None)


def outages_of(begins: datetime, ends: datetime, seed: int, staff: list[str]) -> Outages:
    random = Random(f"{seed}:outages")
    portal, worker, database, offline = (
        tuple(_spans(begins, ends, minutes, random))
        for minutes in (PORTAL_MINUTES, WORKER_MINUTES, DATABASE_MINUTES, OFFLINE_MINUTES)
    )
    named = tuple((random.choice(staff), span) for span in offline)
    return Outages(portal, worker, database, named)


def _spans(
    begins: datetime, ends: datetime, minutes: tuple[int, int], random: Random
) -> Iterator[Span]:
    at = begins
    while True:
        at += timedelta(days=random.expovariate(1 / EVERY_DAYS))
        if at >= ends:
            return
        yield at, at + timedelta(minutes=random.uniform(*minutes))
