"""One live socket from its acceptance to its close: who writes, who reads, who works.

Reading, working and writing are three tasks. The reader never waits for the database: while it did,
the web server would stop reading too, miss the browser's pong, and close a healthy socket.
"""

import asyncio
import contextlib
from typing import Protocol

import structlog
from starlette.websockets import WebSocket, WebSocketDisconnect

from portal.realtime.closes import Close
from portal.realtime.connection import Connection
from portal.realtime.frames import (
    LARGEST_FRAME,
    BadFrame,
    Follow,
    Frame,
    Ping,
    Send,
    read_frame,
    write_frame,
)
from portal.realtime.rates import Bucket, Rate

log = structlog.get_logger()

FRAMES = Rate(per_second=50, burst=400)
WAITING_FRAMES = 256
LONGEST_WRITE = 30.0
LONGEST_CLOSE = 2.0
LONGEST_FINISH = 5.0


class Desk(Protocol):
    """Where frames are dealt with, one after another, so that a writer's order is kept."""

    async def handle(self, frame: Frame) -> None:
        """Do what the frame asks and answer it; expected refusals are answered, not raised."""

    def refuse(self, frame: Send, code: str, detail: str) -> None: ...

    def open(self, group: asyncio.TaskGroup) -> None: ...

    def leave(self) -> None: ...


class _Over(Exception):
    """The socket ends: the other side left, or we end it."""


async def serve(websocket: WebSocket, connection: Connection, desk: Desk) -> None:
    """Run an accepted socket until either side ends it."""
    inbox: asyncio.Queue[Frame] = asyncio.Queue(WAITING_FRAMES)
    try:
        async with asyncio.TaskGroup() as group:
            desk.open(group)
            group.create_task(_write(websocket, connection))
            group.create_task(_read(websocket, connection, desk, inbox))
            group.create_task(_work(connection, desk, inbox))
            group.create_task(_watch(connection))
    except* _Over:
        pass
    finally:
        desk.leave()
    if connection.ending is not None:
        await _close(websocket, connection, connection.ending)


async def _write(websocket: WebSocket, connection: Connection) -> None:
    loop = asyncio.get_running_loop()
    while True:
        text = await connection.next()
        # Ending the connection ends this write; a timer costs less than a time-out does.
        timer = loop.call_later(LONGEST_WRITE, connection.end, Close.TOO_SLOW)
        try:
            await websocket.send_text(text)
        except (WebSocketDisconnect, RuntimeError) as error:
            raise _Over from error
        finally:
            timer.cancel()


async def _read(
    websocket: WebSocket, connection: Connection, desk: Desk, inbox: asyncio.Queue[Frame]
) -> None:
    frames = Bucket(FRAMES)
    while True:
        event = await websocket.receive()
        if event["type"] == "websocket.disconnect":
            raise _Over
        text = event.get("text")
        if text is None:
            connection.end(Close.BINARY)
        elif len(text) > LARGEST_FRAME:
            connection.end(Close.TOO_BIG)
        elif not frames.take():
            connection.strike("too_fast", "Too many frames. Please slow down.")
        else:
            _take(text, connection, desk, inbox)


def _take(text: str, connection: Connection, desk: Desk, inbox: asyncio.Queue[Frame]) -> None:
    try:
        frame = read_frame(text)
    except BadFrame as bad:
        connection.strike(bad.code, bad.detail)
        return
    connection.forgive()
    if isinstance(frame, Ping):
        # Raw JSON goes back byte for byte, without being understood.
        connection.offer(write_frame("pong", t=frame.t))
        return
    try:
        inbox.put_nowait(frame)
    except asyncio.QueueFull:
        _turn_away(frame, connection, desk)


def _turn_away(frame: Frame, connection: Connection, desk: Desk) -> None:
    detail = "That was very quick. Please wait a moment and try again."
    if isinstance(frame, Send):
        desk.refuse(frame, "too_fast", detail)
    else:
        connection.fail("too_fast", detail)


async def _work(connection: Connection, desk: Desk, inbox: asyncio.Queue[Frame]) -> None:
    while True:
        frame = await inbox.get()
        task = asyncio.ensure_future(desk.handle(frame))
        try:
            await asyncio.shield(task)
        except asyncio.CancelledError:
            # A commit that is cut in half may be stored and never announced: let it finish.
            await asyncio.wait({task}, timeout=LONGEST_FINISH)
            raise
        except Exception as error:
            # The other frames are to have their answers. No words of this one reach the log.
            log.warning("socket.frame_failed", error=type(error).__name__)
            _excuse(frame, connection, desk)


def _excuse(frame: Frame, connection: Connection, desk: Desk) -> None:
    detail = "We cannot reach our records right now. Please try again in a minute."
    if isinstance(frame, Send):
        desk.refuse(frame, "unavailable", detail)
    elif isinstance(frame, Follow):
        # Left open, the page would look live and hear nothing: it is to come back and ask again.
        connection.end(Close.TOO_SLOW)
    else:
        connection.fail("unavailable", detail)


async def _watch(connection: Connection) -> None:
    await connection.ended.wait()
    raise _Over


async def _close(websocket: WebSocket, connection: Connection, code: Close) -> None:
    # A peer that never reads would hold this for ever: what cannot be said in time is not said.
    with contextlib.suppress(TimeoutError, WebSocketDisconnect, RuntimeError):
        async with asyncio.timeout(LONGEST_CLOSE):
            if code is Close.MISUSE:
                for text in connection.waiting():
                    await websocket.send_text(text)
            await websocket.close(int(code), code.words)
