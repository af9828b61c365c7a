"""One live socket from its acceptance to its close: what comes in, one frame after another.

Reading never waits for the database: while it did, the web server would stop reading too, miss the
browser's pong, and close a healthy socket. So frames wait in a bounded queue for their turn; a task
works on it only while there is something in it.
"""

import asyncio
import contextlib
from collections import deque
from typing import Protocol

import structlog
from starlette.websockets import WebSocket, WebSocketDisconnect

from portal.realtime.closes import Close
from portal.realtime.connection import Connection
from portal.realtime.frames import BadFrame, Follow, Frame, Ping, Send, read_frame, write_frame
from portal.realtime.rates import Bucket, Rate
from portal.realtime.wire import Wire

log = structlog.get_logger()

FRAMES = Rate(per_second=50, burst=400)
WAITING_FRAMES = 256
LONGEST_CLOSE = 2.0
LONGEST_FINISH = 5.0


class Desk(Protocol):
    """Where frames are dealt with, one after another, so that a writer's order is kept."""

    async def handle(self, frame: Frame) -> None:
        """Do what the frame asks and answer it; expected refusals are answered, not raised."""

    def refuse(self, frame: Send, code: str, detail: str) -> None: ...

    def leave(self) -> None: ...


async def serve(websocket: WebSocket, connection: Connection, desk: Desk) -> None:
    """Run an accepted socket until either side ends it."""
    wire: Wire = websocket.scope["state"]["wire"]
    inbox = Inbox(connection, desk)
    try:
        wire.open(inbox.take, connection)
        connection.open(wire)
        await _until_over(websocket, connection)
    finally:
        connection.stop_waiting()
        desk.leave()
        if connection.ending is not None:
            await _close(websocket, wire, connection, connection.ending)
        await inbox.finish()


async def _until_over(websocket: WebSocket, connection: Connection) -> None:
    while connection.ending is None:
        event = await websocket.receive()
        if event["type"] == "websocket.disconnect":
            return
        # Text goes to the inbox; what still comes this way is binary.
        connection.end(Close.BINARY)


class Inbox:
    """The frames of one socket that wait for their turn."""

    __slots__ = ("_connection", "_desk", "_frames", "_is_over", "_rate", "_task")

    def __init__(self, connection: Connection, desk: Desk) -> None:
        self._connection = connection
        self._desk = desk
        self._rate: Bucket | None = None
        self._frames: deque[Frame] | None = None
        self._task: asyncio.Task[None] | None = None
        self._is_over = False

    def take(self, text: str) -> None:
        if self._is_over or self._connection.ending is not None:
            return
        if self._rate is None:
            self._rate = Bucket(FRAMES)
        if not self._rate.take():
            self._connection.strike("too_fast", "Too many frames. Please slow down.")
            return
        try:
            frame = read_frame(text)
        except BadFrame as bad:
            self._connection.strike(bad.code, bad.detail)
            return
        self._connection.forgive()
        self._queue(frame)

    def _queue(self, frame: Frame) -> None:
        if isinstance(frame, Ping):
            # Raw JSON goes back byte for byte, without being understood.
            self._connection.offer(write_frame("pong", t=frame.t))
            return
        if self._frames is None:
            self._frames = deque()
        if len(self._frames) >= WAITING_FRAMES:
            detail = "That was very quick. Please wait a moment and try again."
            self._turn_away(frame, "too_fast", detail)
            return
        self._frames.append(frame)
        if self._task is None:
            self._task = asyncio.create_task(self._work(self._frames))

    async def finish(self) -> None:
        """No more frames; the one being dealt with may be a commit, which is not cut in half."""
        self._is_over = True
        if self._task is not None:
            await asyncio.wait({self._task}, timeout=LONGEST_FINISH)

    async def _work(self, frames: deque[Frame]) -> None:
        while frames and not self._is_over:
            frame = frames.popleft()
            try:
                await self._desk.handle(frame)
            except Exception as error:
                # The other frames are to have their answers. No words of this one reach the log.
                log.warning("socket.frame_failed", error=type(error).__name__)
                self._excuse(frame)
        self._task = self._frames = None

    def _excuse(self, frame: Frame) -> None:
        if isinstance(frame, Follow):
            # Left open, the page would look live and hear nothing: it is to come back and ask.
            self._connection.end(Close.TOO_SLOW)
            return
        detail = "We cannot reach our records right now. Please try again in a minute."
        self._turn_away(frame, "unavailable", detail)

    def _turn_away(self, frame: Frame, code: str, detail: str) -> None:
        if isinstance(frame, Send):
            self._desk.refuse(frame, code, detail)
        else:
            self._connection.fail(code, detail)


async def _close(websocket: WebSocket, wire: Wire, connection: Connection, code: Close) -> None:
    if code is Close.MISUSE:
        for frame in connection.waiting():
            wire.write(frame)
    # A peer that never reads would hold this for ever: what cannot be said in time is not said.
    with contextlib.suppress(TimeoutError, WebSocketDisconnect, RuntimeError):
        async with asyncio.timeout(LONGEST_CLOSE):
            await websocket.close(int(code), code.words)
