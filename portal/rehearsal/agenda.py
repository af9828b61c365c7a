"""What happens when: a queue of things to do at simulated moments, always in one order."""

import asyncio
import heapq
from collections.abc import Awaitable, Callable
from datetime import datetime
from itertools import count

Doing = Callable[[], Awaitable[None]]
Act = Callable[..., Awaitable[None]]


class Agenda:
    """Things to do, the earliest first; two at the same moment in the order they were noted."""

    def __init__(self, begins: datetime) -> None:
        self.now = begins
        self._left: list[tuple[datetime, int, Doing]] = []
        self._number = count()

    def at(self, when: datetime, do: Doing) -> None:
        """Note it; what should have been done before now is done next."""
        heapq.heappush(self._left, (max(when, self.now), next(self._number), do))

    def note(self, when: datetime, act: Act, *what: object) -> None:
        self.at(when, lambda: act(*what))

    async def run(self, until: datetime) -> None:
        while self._left and self._left[0][0] <= until:
            self.now, _, do = heapq.heappop(self._left)
            await do()
            await asyncio.sleep(0)  # so that whoever presses Ctrl-C is heard
        self.now = until
