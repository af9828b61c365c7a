"""Things to be handed out once, soon: the demo provider keeps its authorization codes here."""

import secrets
from datetime import datetime, timedelta
from typing import Generic, TypeVar

from portal import clock

Thing = TypeVar("Thing")
MOST = 1000


class Shelf(Generic[Thing]):
    """`put` answers with an unguessable ticket; `take` gives the thing to who shows it first."""

    def __init__(self, seconds: int) -> None:
        self._life = timedelta(seconds=seconds)
        self._things: dict[str, tuple[datetime, Thing]] = {}

    def put(self, thing: Thing) -> str:
        if len(self._things) >= MOST:
            del self._things[next(iter(self._things))]  # the oldest
        ticket = secrets.token_urlsafe(32)
        self._things[ticket] = (clock.now() + self._life, thing)
        return ticket

    def take(self, ticket: str) -> Thing | None:
        until, thing = self._things.pop(ticket, (None, None))
        return thing if until is not None and clock.now() < until else None
