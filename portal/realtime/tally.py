"""What people use in all web processes together: open pages and sent messages.

Each process counts for itself and tells the others a few times a second. Nobody waits for Valkey,
and while it is lost or frozen each process holds people to what it has counted itself.
"""

from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from math import inf
from time import monotonic
from uuid import UUID, uuid4

import msgspec

# Told again even when nothing changed: a process that is silent for longer is gone.
REPEAT_EVERY = 5.0
FORGET_AFTER = 15.0


class _Told(msgspec.Struct, array_like=True):
    """`open`: pages by person and by session, all there are. `spent`: messages since last told."""

    sender: UUID
    open: dict[UUID, int]
    spent: dict[UUID, int]


_encoder = msgspec.json.Encoder()
_decoder = msgspec.json.Decoder(_Told)


class Tally:
    """One per process. `on_spent` hears what a person sent through another process."""

    def __init__(self, is_shared: bool = False, now: Callable[[], float] = monotonic) -> None:
        self.on_spent: Callable[[UUID, int], None] = lambda person_id, count: None
        self._is_shared = is_shared
        self._now = now
        self._name = uuid4()
        self._open: Counter[UUID] = Counter()
        self._spent: Counter[UUID] = Counter()
        self._others: dict[UUID, tuple[float, dict[UUID, int]]] = {}
        self._told_at = -inf
        self._is_new = False

    def open_for(self, id: UUID) -> int:
        """How many pages this person or session has open, everywhere."""
        since = self._now() - FORGET_AFTER
        others = (held.get(id, 0) for at, held in self._others.values() if at >= since)
        return self._open[id] + sum(others)

    def sit(self, *ids: UUID) -> None:
        self._open.update(ids)
        self._is_new = True

    def rise(self, *ids: UUID) -> None:
        self._open.subtract(ids)
        for id in ids:
            if not self._open[id]:
                del self._open[id]
        self._is_new = True

    def spend(self, person_id: UUID) -> None:
        if self._is_shared:
            self._spent[person_id] += 1
            self._is_new = True

    def news(self) -> bytes | None:
        """What the others are to hear now, if anything."""
        now = self._now()
        if not self._is_new and now - self._told_at < REPEAT_EVERY:
            return None
        told = _Told(self._name, self._open, self._spent)
        self._spent, self._is_new, self._told_at = Counter(), False, now
        return _encoder.encode(told)

    def hear(self, data: bytes) -> None:
        with suppress(msgspec.DecodeError):
            told = _decoder.decode(data)
            if told.sender == self._name:
                return
            self._others[told.sender] = (self._now(), told.open)
            self._forget()
            for person_id, count in told.spent.items():
                self.on_spent(person_id, count)

    def _forget(self) -> None:
        since = self._now() - FORGET_AFTER
        for sender in [sender for sender, (at, _) in self._others.items() if at < since]:
            del self._others[sender]
