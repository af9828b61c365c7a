"""When the portal or its worker is down: a full disk, a deploy gone wrong, a bad hour."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

EVERY_DAYS = 9
WEB_MINUTES = (3, 45)
WORKER_MINUTES = (10, 240)

Span = tuple[datetime, datetime]


@dataclass(frozen=True, slots=True)
class Outages:
    web: tuple[Span, ...]
    worker: tuple[Span, ...]

    def web_is_down(self, now: datetime) -> bool:
        return any(start <= now < end for start, end in self.web)

    def worker_back_at(self, now: datetime) -> datetime | None:
        """When the worker that is down now runs again; None while it runs."""
        return next((end for start, end in self.worker if start <= now < end), None)


def outages_of(begins: datetime, ends: datetime, seed: int) -> Outages:
    random = Random(f"{seed}:outages")
    return Outages(
        tuple(_spans(begins, ends, WEB_MINUTES, random)),
        tuple(_spans(begins, ends, WORKER_MINUTES, random)),
    )


def _spans(
    begins: datetime, ends: datetime, minutes: tuple[int, int], random: Random
) -> Iterator[Span]:
    at = begins
    while True:
        at += timedelta(days=random.expovariate(1 / EVERY_DAYS))
        if at >= ends:
            return
        yield at, at + timedelta(minutes=random.uniform(*minutes))
