"""The load: many sockets in one process, speaking just enough WebSocket to cost little itself."""

import asyncio
import base64
import os
import random
import socket
import struct
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from time import perf_counter
from typing import NamedTuple, cast

ANSWER = b'{"type":"sent","client_id":"'
MESSAGE = b'{"type":"message","conversation":"'
ERROR = b'{"type":"error"'
FOLLOWED = b'{"type":"followed"'
AT_NAME = len(MESSAGE) + 36 + len(b'","id":"') + 36 + len(b'","client_id":"')
AT_SEQ = AT_NAME + 36 + len(b'","seq":')
WORDS = "Slept better, felt calmer, and the headache was gone by noon. "
# How a line to a port is opened.
Dial = Callable[[int], Awaitable[socket.socket]]
# Seconds until a server that does not answer counts as stuck.
PATIENCE = 20.0
BODY = (WORDS * 2)[:120]


class Stuck(Exception):
    """Something that was waited for did not come; in one line."""


class Lost(Stuck):
    """The server refused a socket, or closed it."""


@asynccontextmanager
async def within(seconds: float, what: str) -> AsyncIterator[None]:
    try:
        async with asyncio.timeout(seconds):
            yield
    except TimeoutError as error:
        raise Stuck(f"{what}: not within {seconds:g} s") from error


class Socket(asyncio.Protocol):
    """One open page."""

    def __init__(self, host: str, cookie: str, hear: Callable[["Socket", bytes], None]) -> None:
        self.host, self.cookie, self.hear = host, cookie, hear
        self.opened: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.followed: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.messages = self.last_seq = 0
        self.why_lost, self.is_lost = "the line was cut", False
        self.transport: asyncio.WriteTransport
        self._held = b""
        self._is_open = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # uvloop's own transports do not say that they are asyncio's.
        self.transport = cast(asyncio.WriteTransport, transport)
        key = base64.b64encode(os.urandom(16)).decode()
        lines = [
            "GET /live HTTP/1.1",
            f"Host: {self.host}",
            f"Origin: http://{self.host}",
            "Upgrade: websocket",
            "Connection: Upgrade",
            f"Sec-WebSocket-Key: {key}",
            "Sec-WebSocket-Version: 13",
            f"Cookie: __Host-session={self.cookie}",
        ]
        self.transport.write(("\r\n".join(lines) + "\r\n\r\n").encode())

    def data_received(self, data: bytes) -> None:
        data = self._held + data if self._held else data
        if not self._is_open:
            head, end, data = data.partition(b"\r\n\r\n")
            if not end:
                self._held = head
                return
            if b" 101 " not in head[:20]:
                self._give_up(f"refused with {head[9:12].decode()}")
                return
            self._is_open = True
            if not self.opened.done():
                self.opened.set_result(None)
        at, size = 0, len(data)
        while size - at >= 2:
            kind, length, start = data[at], data[at + 1], at + 2
            if length == 126:
                if size - at < 4:
                    break
                length, start = int.from_bytes(data[at + 2 : at + 4]), at + 4
            if size - start < length:
                break
            at = start + length
            if kind == 0x81:
                self._take(data[start:at])
            elif kind == 0x88:
                self._give_up(f"closed with {int.from_bytes(data[start : start + 2])}")
                return
            elif kind == 0x89:
                self._write(0x8A, data[start:at])
        self._held = data[at:]

    def connection_lost(self, error: Exception | None) -> None:
        self.is_lost = True
        for waited in (self.opened, self.followed):
            if not waited.done():
                waited.set_exception(Lost(f"a socket was lost: {self.why_lost}"))
                waited.exception()  # whoever does not wait for it has not overlooked it

    def _give_up(self, why: str) -> None:
        self.why_lost = why
        self.transport.abort()

    def _take(self, text: bytes) -> None:
        if text.startswith(FOLLOWED):
            if not self.followed.done():
                self.followed.set_result(None)
            return
        if text.startswith(ERROR):
            self._give_up(text.decode())
            return
        if text.startswith(MESSAGE):
            self.messages += 1
            self.last_seq = int(text[AT_SEQ : text.index(b",", AT_SEQ)])
        self.hear(self, text)

    def say(self, text: str) -> None:
        self._write(0x81, text.encode())

    def _write(self, kind: int, body: bytes) -> None:
        # A mask of zeros is a mask: nothing has to be computed.
        length = len(body)
        head = (
            struct.pack("!BB", kind, 0x80 | length)
            if length < 126
            else struct.pack("!BBH", kind, 0xFE, length)
        )
        self.transport.write(head + b"\0\0\0\0" + body)


class Page(NamedTuple):
    """Who opens it, which conversation it shows, and which process it reaches."""

    cookie: str
    place: str
    port: int


class Load:
    """Sockets that follow conversations, and messages that are timed on their way."""

    def __init__(self, ports: Sequence[int], origin: str, dial: Dial | None = None) -> None:
        self.ports = ports
        self.host = origin.removeprefix("http://")
        self._dial = dial or _dial_here
        self.number = 0
        self.sent_at: dict[int, float] = {}
        self.answered: dict[int, float] = {}
        self.arrived: dict[int, float] = {}
        self.arrivals: dict[int, int] = {}
        self.refused = self.turned_away = 0

    def hear(self, socket: Socket, text: bytes) -> None:
        now = perf_counter()
        if text.startswith(MESSAGE):
            number = int(text[AT_NAME + 24 : AT_NAME + 36], 16)
            self.arrived[number] = now
            self.arrivals[number] = self.arrivals.get(number, 0) + 1
        elif text.startswith(ANSWER):
            self.answered[int(text[len(ANSWER) + 24 : len(ANSWER) + 36], 16)] = now
        elif text.startswith(b'{"type":"refused"'):
            self.refused += 1

    async def open(self, cookie: str, port: int) -> Socket:
        loop = asyncio.get_running_loop()
        async with within(PATIENCE, "a socket opens"):
            _, opened = await loop.create_connection(
                lambda: Socket(self.host, cookie, self.hear), sock=await self._dial(port)
            )
            await opened.opened
        return opened

    async def follow(self, cookie: str, place: str, port: int, after: int | None = None) -> Socket:
        opened = await self.open(cookie, port)
        more = "" if after is None else f',"after":{after}'
        opened.say(f'{{"type":"follow","conversation":"{place}"{more}}}')
        async with within(PATIENCE, "a socket is caught up"):
            await opened.followed
        return opened

    async def return_all(self, pages: Sequence["Page"], heads: dict[str, int]) -> list[Socket]:
        """Everybody back at once, as often as it takes: whoever is turned away tries again."""

        async def one(page: Page) -> Socket:
            while True:
                try:
                    return await self.follow(page.cookie, page.place, page.port, heads[page.place])
                except Lost:
                    self.turned_away += 1
                    await asyncio.sleep(0.1 + 0.2 * random.random())

        async with within(PATIENCE * 2, "everybody is back"):
            return await asyncio.gather(*(one(page) for page in pages))

    async def follow_all(self, pages: Sequence["Page"], at_once: int) -> list[Socket]:
        gate = asyncio.Semaphore(at_once)

        async def one(page: Page) -> Socket:
            async with gate:
                return await self.follow(page.cookie, page.place, page.port)

        return await asyncio.gather(*(one(page) for page in pages))

    def send(self, socket: Socket, place: str) -> int:
        self.number += 1
        name = f"00000000-0000-4000-8000-{self.number:012x}"
        self.sent_at[self.number] = perf_counter()
        socket.say(
            f'{{"type":"send","conversation":"{place}","client_id":"{name}","body":"{BODY}"}}'
        )
        return self.number

    async def poisson(
        self, pages: list[tuple[Socket, str]], rate: float, seconds: float
    ) -> tuple[list[int], float]:
        """Messages at random moments; their numbers, and how late the last of them was sent."""
        chance, numbers = random.Random(7), []
        begun = due = perf_counter()
        while due < begun + seconds:
            now = perf_counter()
            while due <= now and due < begun + seconds:
                numbers.append(self.send(*chance.choice(pages)))
                due += chance.expovariate(rate)
            await asyncio.sleep(min(0.001, max(0.0, due - perf_counter())))
        return numbers, perf_counter() - due

    async def settle(self, numbers: list[int], receivers: int, within: float) -> bool:
        """Whether everything was answered and arrived everywhere, once."""
        end = perf_counter() + within
        while perf_counter() < end:
            if all(self.arrivals.get(number, 0) >= receivers for number in numbers) and all(
                number in self.answered for number in numbers
            ):
                return all(self.arrivals[number] == receivers for number in numbers)
            await asyncio.sleep(0.02)
        return False

    def times(self, numbers: list[int], ends: dict[int, float]) -> list[float]:
        return sorted(ends[number] - self.sent_at[number] for number in numbers if number in ends)


async def _dial_here(port: int) -> socket.socket:
    line = socket.socket()
    line.setblocking(False)
    await asyncio.get_running_loop().sock_connect(line, ("127.0.0.1", port))
    return line


def quantile(times: list[float], part: float) -> float:
    """In milliseconds."""
    return round(times[min(len(times) - 1, int(len(times) * part))] * 1000, 2) if times else -1.0
