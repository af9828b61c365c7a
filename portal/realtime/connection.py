"""The outgoing side of a live socket: a bounded queue, and a look at permission per frame."""

import asyncio
from collections import deque
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from portal.permissions import Actor
from portal.realtime.closes import Close
from portal.realtime.frames import write_frame

LONGEST_QUEUE = 256
LARGEST_QUEUE = 1024 * 1024
STRIKES = 10


@dataclass(frozen=True, slots=True)
class Rights:
    """What a socket's person may hear of: held in memory, so that no delivery needs a query.

    `until` is when the session ends unless it is used; after that it is read again before anything.
    """

    actor: Actor
    patients: frozenset[UUID]
    until: datetime


class Connection:
    """What goes out on one socket.

    A frame about a patient leaves only while that patient is among the person's own. `rights` is
    None from the moment they may have changed until they were read again: everything waits then.
    """

    def __init__(self, actor: Actor) -> None:
        self.actor = actor
        # Conversation to patient: what this socket follows, and would lose with that patient.
        self.follows: dict[UUID, UUID] = {}
        self.ending: Close | None = None
        self.ended = asyncio.Event()
        self._rights: Rights | None = None
        self._queue: deque[tuple[str, UUID | None]] = deque()
        self._size = 0
        self._strikes = 0
        self._wake = asyncio.Event()
        self._room = asyncio.Event()

    @property
    def rights(self) -> Rights | None:
        return self._rights

    @rights.setter
    def rights(self, rights: Rights | None) -> None:
        self._rights = rights
        if rights is not None:
            self.actor = rights.actor
            self._wake.set()

    def may_hear_of(self, patient_id: UUID | None) -> bool:
        if patient_id is None:
            return True
        return self._rights is not None and patient_id in self._rights.patients

    def offer(self, text: str, patient_id: UUID | None = None) -> None:
        """Queue a frame without waiting; a reader too slow for its queue is dropped."""
        if self.ending is not None:
            return
        if self._is_full:
            self.end(Close.TOO_SLOW)
            return
        self._append(text, patient_id)

    async def put(self, text: str, patient_id: UUID | None = None) -> None:
        """Queue a frame as soon as half the queue is free: for catching up at the reader's pace."""
        while self.ending is None and len(self._queue) >= LONGEST_QUEUE // 2:
            self._room.clear()
            await self._room.wait()
        self.offer(text, patient_id)

    async def next(self) -> str:
        """The next frame this person may have, when there is one."""
        while True:
            while self._queue and self._rights is not None:
                text, patient_id = self._queue.popleft()
                self._size -= len(text)
                self._room.set()
                if self.may_hear_of(patient_id):
                    return text
            self._wake.clear()
            await self._wake.wait()

    def waiting(self) -> list[str]:
        """What is still queued and may go out, for a close that is nobody's fault."""
        return [text for text, patient_id in self._queue if self.may_hear_of(patient_id)]

    def fail(self, code: str, detail: str, **more: object) -> None:
        self.offer(write_frame("error", code=code, detail=detail, **more))

    def strike(self, code: str, detail: str) -> None:
        """Answer a frame that should not have been sent; ten in a row end the socket."""
        self.fail(code, detail)
        self._strikes += 1
        if self._strikes >= STRIKES:
            self.end(Close.MISUSE)

    def forgive(self) -> None:
        self._strikes = 0

    def end(self, code: Close) -> None:
        """Close soon, for this reason; the first reason counts."""
        if self.ending is None:
            self.ending = code
            self.ended.set()
            self._room.set()

    @property
    def _is_full(self) -> bool:
        return len(self._queue) >= LONGEST_QUEUE or self._size > LARGEST_QUEUE

    def _append(self, text: str, patient_id: UUID | None) -> None:
        self._queue.append((text, patient_id))
        self._size += len(text)
        self._wake.set()
