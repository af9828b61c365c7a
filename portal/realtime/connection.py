"""The outgoing side of a live socket: a bounded queue, and a look at permission per frame."""

import asyncio
from collections import deque
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from portal.permissions import Actor
from portal.realtime.closes import Close
from portal.realtime.frames import write_frame
from portal.realtime.wire import Wire

LONGEST_QUEUE = 256
LARGEST_QUEUE = 1024 * 1024
LONGEST_PAUSE = 30.0
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
    """What goes out on one socket: at once where nothing stands in the way, else from a queue.

    A frame about a patient leaves only while that patient is among the person's own. `rights` is
    None from the moment they may have changed until they were read again: everything waits then.
    """

    __slots__ = (
        *("actor", "ending", "follows"),
        *("_pause", "_queue", "_rights", "_room", "_size", "_strikes", "_wire"),
    )

    def __init__(self, actor: Actor) -> None:
        self.actor = actor
        # Conversation to patient: what this socket follows, and would lose with that patient.
        self.follows: dict[UUID, UUID] = {}
        self.ending: Close | None = None
        self._rights: Rights | None = None
        self._wire: Wire | None = None
        # Made when first needed: most sockets are idle and read as fast as we write.
        self._queue: deque[tuple[bytes, UUID | None]] | None = None
        self._size = 0
        self._strikes = 0
        self._room: asyncio.Event | None = None
        self._pause: asyncio.TimerHandle | None = None

    def open(self, wire: Wire) -> None:
        """The socket is accepted: what waits may leave."""
        self._wire = wire
        self._drain()

    @property
    def rights(self) -> Rights | None:
        return self._rights

    @rights.setter
    def rights(self, rights: Rights | None) -> None:
        self._rights = rights
        if rights is not None:
            self.actor = rights.actor
            self._drain()

    def may_hear_of(self, patient_id: UUID | None) -> bool:
        if patient_id is None:
            return True
        return self._rights is not None and patient_id in self._rights.patients

    def offer(self, frame: bytes, patient_id: UUID | None = None) -> None:
        """Send a frame without waiting; a reader too slow for its queue is dropped."""
        if self.ending is not None:
            return
        if not self._queue and (wire := self._open_wire) is not None:
            if self.may_hear_of(patient_id):
                wire.write(frame)
        elif self._is_full:
            self.end(Close.TOO_SLOW)
        else:
            self._append(frame, patient_id)

    async def put(self, frame: bytes, patient_id: UUID | None = None) -> None:
        """Send a frame as soon as half the queue is free: for catching up at the reader's pace."""
        while self.ending is None and self._queue and len(self._queue) >= LONGEST_QUEUE // 2:
            self._room = self._room or asyncio.Event()
            self._room.clear()
            await self._room.wait()
        self.offer(frame, patient_id)

    def waiting(self) -> list[bytes]:
        """What is still queued and may go out, for a close that is nobody's fault."""
        return [frame for frame, patient_id in self._queue or () if self.may_hear_of(patient_id)]

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
            self._make_room()
            if self._wire is not None:
                self._wire.wake()

    def pause(self) -> None:
        """The other side does not read; it has a while to go on."""
        loop = asyncio.get_running_loop()
        self._pause = loop.call_later(LONGEST_PAUSE, self.end, Close.TOO_SLOW)

    def resume(self) -> None:
        self.stop_waiting()
        self._drain()

    def stop_waiting(self) -> None:
        if self._pause is not None:
            self._pause.cancel()
            self._pause = None

    @property
    def _open_wire(self) -> Wire | None:
        wire = self._wire
        return None if wire is None or wire.is_full or self._rights is None else wire

    @property
    def _is_full(self) -> bool:
        return self._size > LARGEST_QUEUE or len(self._queue or ()) >= LONGEST_QUEUE

    def _append(self, frame: bytes, patient_id: UUID | None) -> None:
        if self._queue is None:
            self._queue = deque()
        self._queue.append((frame, patient_id))
        self._size += len(frame)

    def _drain(self) -> None:
        """Let go what waits, for as long as it may and the other side reads."""
        if self.ending is not None:
            return
        while self._queue and (wire := self._open_wire) is not None:
            frame, patient_id = self._queue.popleft()
            self._size -= len(frame)
            if self.may_hear_of(patient_id):
                wire.write(frame)
        self._make_room()

    def _make_room(self) -> None:
        if self._room is not None:
            self._room.set()
