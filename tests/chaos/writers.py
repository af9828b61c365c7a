"""A page in bad weather: comes back with jitter, resends, and keeps count of everything."""

import asyncio
import json
import random
import time
from collections.abc import Callable, Sequence
from typing import Any
from uuid import UUID, uuid4

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidMessage
from websockets.typing import Origin

from portal.accounts.sessions import COOKIE

# A line on which nothing was heard for so long is given up, as static/js/live.js does it.
SILENCE = 2.0
PING_EVERY = 0.4
RESEND_AFTER = 1.0
# How many pings a page lives.
PINGS = (4, 25)
LOST = (OSError, TimeoutError, ConnectionClosed, InvalidHandshake, InvalidMessage, EOFError)
# What a page may be told when it is not its own fault: it comes back.
PASSING = {1006, 1011, 1012, 1013}
TRY_AGAIN = {"unavailable", "too_fast"}
Frame = dict[str, Any]


class Writer:
    """Writes numbered messages and follows its conversation.

    `width`: how many may wait for an answer. With one, its messages keep their order.
    """

    def __init__(
        self, cookie: str, place: UUID, ports: Callable[[], Sequence[int]], *, width: int, seed: int
    ) -> None:
        self.place, self.width = place, width
        self.waiting: dict[UUID, str] = {}
        self.acknowledged: dict[UUID, tuple[UUID, int]] = {}
        self.seen: list[tuple[int, UUID, UUID]] = []
        self.wrong: list[str] = []
        self.closes: list[int] = []
        self.pause = 0.05
        self.is_writing = True
        self._cookie, self._ports = cookie, ports
        self._chance = random.Random(seed)
        self._number = 0
        self._resent_at: dict[UUID, float] = {}

    @property
    def last(self) -> int:
        return self.seen[-1][0] if self.seen else 0

    async def live(self, origin: str) -> None:
        """Until it is cancelled: one page after another."""
        while True:
            try:
                await self._page(origin)
            except* LOST as lost:
                self._note_close(lost)
            await asyncio.sleep(0.05 + 0.25 * self._chance.random())

    def _note_close(self, lost: BaseExceptionGroup[BaseException]) -> None:
        for error in lost.exceptions:
            if isinstance(error, ConnectionClosed) and error.rcvd is not None:
                self.closes.append(error.rcvd.code)
                if error.rcvd.code not in PASSING:
                    self.wrong.append(f"closed with {error.rcvd.code}")

    async def _page(self, origin: str) -> None:
        ports = self._ports()
        if not ports:
            return
        async with connect(
            f"{origin.replace('http', 'ws', 1)}/live",
            host="127.0.0.1",
            port=self._chance.choice(ports),
            origin=Origin(origin),
            additional_headers={"Cookie": f"{COOKIE}={self._cookie}"},
            open_timeout=SILENCE,
            close_timeout=0.1,
            ping_interval=None,
            max_queue=None,
        ) as socket:
            self._resent_at.clear()
            await self._say(socket, "follow", conversation=self.place, after=self.last)
            async with asyncio.TaskGroup() as group:
                group.create_task(self._hear_all(socket))
                group.create_task(self._write(socket))
                group.create_task(self._ping(socket))

    async def _write(self, socket: ClientConnection) -> None:
        while True:
            for client_id in list(self.waiting):
                await self._send(socket, client_id)
            if self.is_writing and len(self.waiting) < self.width:
                self._number += 1
                client_id = uuid4()
                self.waiting[client_id] = f"Message {self._number}"
                await self._send(socket, client_id)
            await asyncio.sleep(self.pause * (0.5 + self._chance.random()))

    async def _send(self, socket: ClientConnection, client_id: UUID) -> None:
        """Again when the answer is late: a resend beside the first send is one message."""
        now = time.monotonic()
        if now - self._resent_at.get(client_id, 0.0) > RESEND_AFTER:
            self._resent_at[client_id] = now
            body = self.waiting[client_id]
            await self._say(socket, "send", conversation=self.place, client_id=client_id, body=body)

    async def _ping(self, socket: ClientConnection) -> None:
        """Until the person goes elsewhere: the next page may reach another process."""
        for _ in range(self._chance.randint(*PINGS)):
            await self._say(socket, "ping", t=1)
            await asyncio.sleep(PING_EVERY)
        raise TimeoutError

    async def _say(self, socket: ClientConnection, type: str, **fields: object) -> None:
        async with asyncio.timeout(SILENCE):
            await socket.send(json.dumps({"type": type, **fields}, default=str))

    async def _hear_all(self, socket: ClientConnection) -> None:
        while True:
            async with asyncio.timeout(SILENCE):
                text = await socket.recv()
            self.hear(json.loads(text))

    def hear(self, frame: Frame) -> None:
        if frame["type"] == "message":
            self._take(frame)
        elif frame["type"] == "sent":
            self._note(UUID(frame["client_id"]), UUID(frame["id"]), frame["seq"])
        elif frame["type"] == "followed" and frame["head"] != self.last:
            self.wrong.append(f"told to be caught up to {frame['head']} at {self.last}")
        elif frame["type"] in {"refused", "error"} and frame["code"] not in TRY_AGAIN:
            self.wrong.append(f"{frame['type']}: {frame['code']}")

    def _take(self, frame: Frame) -> None:
        if frame["seq"] != self.last + 1:
            self.wrong.append(f"number {frame['seq']} after {self.last}")
        self.seen.append((frame["seq"], UUID(frame["id"]), UUID(frame["client_id"])))

    def _note(self, client_id: UUID, id: UUID, seq: int) -> None:
        self.waiting.pop(client_id, None)
        if self.acknowledged.setdefault(client_id, (id, seq)) != (id, seq):
            self.wrong.append(f"acknowledged twice, as {self.acknowledged[client_id][1]} and {seq}")
