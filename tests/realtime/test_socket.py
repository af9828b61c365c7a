"""Serving one socket whose other side behaves badly, without a network in between."""

import asyncio
from collections.abc import Callable
from typing import Any, cast
from uuid import uuid4

import pytest
from starlette.websockets import WebSocket

from portal.realtime import connection as connections
from portal.realtime import socket as sockets
from portal.realtime.closes import Close
from portal.realtime.connection import Connection
from portal.realtime.frames import Frame, Send
from portal.realtime.wire import Flow
from tests.realtime.test_parts import FakeWire, welcome


class FakeSocket(FakeWire):
    """Takes what is sent unless it is stuck, and gives what a test says."""

    def __init__(self, is_stuck: bool = False) -> None:
        super().__init__()
        self.scope = {"state": {"wire": self}}
        self.closed: int | None = None
        self.events: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self.is_full = is_stuck

    def open(self, take: Callable[[str], None], flow: Flow) -> None:
        super().open(take, flow)
        if self.is_full:
            flow.pause()

    def wake(self) -> None:
        self.leave()

    async def close(self, code: int, reason: str) -> None:
        if self.is_full:
            await asyncio.Event().wait()
        self.closed = code

    async def receive(self) -> dict[str, Any]:
        return await self.events.get()

    async def say(self, text: str) -> None:
        # Accepted sockets only: the task that serves it has its first turn.
        await asyncio.sleep(0)
        self.take(text)

    def leave(self) -> None:
        self.events.put_nowait({"type": "websocket.disconnect", "code": 1006})


class FakeDesk:
    """Writes down what it is asked to do; fails or takes its time when told."""

    def __init__(self) -> None:
        self.handled: list[Frame] = []
        self.refused: list[str] = []
        self.has_left = False
        self.error: Exception | None = None
        self.gate = asyncio.Event()
        self.gate.set()

    async def handle(self, frame: Frame) -> None:
        await self.gate.wait()
        if self.error is not None:
            raise self.error
        self.handled.append(frame)

    def refuse(self, frame: Send, code: str, detail: str) -> None:
        self.refused.append(code)

    def leave(self) -> None:
        self.has_left = True


def served(socket: FakeSocket, connection: Connection, desk: FakeDesk) -> "asyncio.Task[None]":
    return asyncio.create_task(sockets.serve(cast(WebSocket, socket), connection, desk))


def a_message() -> str:
    ids = f'"conversation":"{uuid4()}","client_id":"{uuid4()}"'
    return f'{{"type":"send",{ids},"body":"x"}}'


async def test_a_stuck_reader_is_given_up_soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sockets, "LONGEST_CLOSE", 0.05)
    socket, connection, desk = FakeSocket(is_stuck=True), welcome(), FakeDesk()
    task = served(socket, connection, desk)
    for _ in range(300):
        connection.offer(b"x")
    async with asyncio.timeout(2):
        await task
    assert connection.ending is Close.TOO_SLOW
    assert desk.has_left


async def test_a_write_that_never_ends_counts_as_too_slow(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sockets, "LONGEST_CLOSE", 0.05)
    monkeypatch.setattr(connections, "LONGEST_PAUSE", 0.05)
    connection = welcome()
    task = served(FakeSocket(is_stuck=True), connection, FakeDesk())
    connection.offer(b"x")
    async with asyncio.timeout(2):
        await task
    assert connection.ending is Close.TOO_SLOW


async def test_whoever_may_no_longer_read_is_closed_without_what_still_waited() -> None:
    socket, connection = FakeSocket(), welcome()
    connection.rights = None
    connection.offer(b"x")
    task = served(socket, connection, FakeDesk())
    connection.end(Close.NOT_ALLOWED)
    await task
    assert (socket.sent, socket.closed) == ([], 4403)


async def test_pings_are_answered_while_the_database_is_slow() -> None:
    socket, connection, desk = FakeSocket(), welcome(), FakeDesk()
    desk.gate.clear()
    task = served(socket, connection, desk)
    await socket.say(a_message())
    await socket.say('{"type":"ping","t":1}')
    while not socket.sent:
        await asyncio.sleep(0.001)
    assert socket.sent == ['{"type":"pong","t":1}']
    desk.gate.set()
    socket.leave()
    await task


async def test_more_frames_than_can_wait_are_refused_by_name() -> None:
    socket, connection, desk = FakeSocket(), welcome(), FakeDesk()
    desk.gate.clear()
    task = served(socket, connection, desk)
    for _ in range(sockets.WAITING_FRAMES + 5):
        await socket.say(a_message())
    while len(desk.refused) < 3:
        await asyncio.sleep(0.001)
    assert set(desk.refused) == {"too_fast"}
    desk.gate.set()
    socket.leave()
    await task


async def test_a_frame_being_dealt_with_is_finished_when_the_other_side_leaves() -> None:
    socket, desk = FakeSocket(), FakeDesk()
    desk.gate.clear()
    task = served(socket, welcome(), desk)
    await socket.say(a_message())
    await asyncio.sleep(0.01)
    socket.leave()
    await asyncio.sleep(0.01)
    assert not task.done()
    desk.gate.set()
    await task
    assert len(desk.handled) == 1


async def test_what_goes_wrong_with_one_frame_is_answered_and_the_next_one_works() -> None:
    socket, desk = FakeSocket(), FakeDesk()
    task = served(socket, welcome(), desk)
    desk.error = RuntimeError("words that must not leave")
    await socket.say(a_message())
    while not desk.refused:
        await asyncio.sleep(0.001)
    assert desk.refused == ["unavailable"]
    desk.error = None
    await socket.say(a_message())
    socket.leave()
    await task
    assert len(desk.handled) == 1
    assert not any("words" in text for text in socket.sent)


async def test_a_follow_that_fails_ends_the_socket_so_that_the_page_comes_back() -> None:
    """Answered and left open, the page would look live and hear nothing."""
    socket, connection, desk = FakeSocket(), welcome(), FakeDesk()
    task = served(socket, connection, desk)
    desk.error = RuntimeError("the database is away")
    await socket.say(f'{{"type":"follow","conversation":"{uuid4()}"}}')
    async with asyncio.timeout(2):
        await task
    assert socket.closed == Close.TOO_SLOW
