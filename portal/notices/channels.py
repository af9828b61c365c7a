"""The ways out of the portal, and how sending fails. A way sends one letter to one person."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from portal.notices.words import Words


class CannotSend(Exception):
    """`code` says why, for the record. `for_good`: trying the same again will not help."""

    def __init__(self, code: str, for_good: bool = False) -> None:
        super().__init__(code)
        self.code = code[:40]
        self.for_good = for_good


@dataclass(frozen=True, slots=True)
class Device:
    """A browser that may be pushed to, with its address opened."""

    id: UUID
    endpoint: str
    p256dh: str
    auth: str


@dataclass(frozen=True, slots=True)
class Letter:
    """One attempt: what goes to whom. `id` is the envelope's, the same at every attempt.

    `ways` are all channels by which the person can be reached now, the first choice first.
    `link_is_lost`: it was to carry a link, whose key is gone.
    """

    id: UUID
    attempt_id: UUID
    channel: str
    words: Words
    urgent: bool
    address: str | None = None
    devices: Sequence[Device] = ()
    link: str | None = None
    link_is_lost: bool = False
    ways: Sequence[str] = ()


class Way(Protocol):
    """Raises CannotSend. Returns the ids of devices that are gone for good."""

    async def send(self, letter: Letter) -> Sequence[UUID]: ...
