"""Open pages without a network: the application's own live socket, spoken to in this process."""

import asyncio
import contextlib
import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit
from uuid import UUID

from portal.accounts.sessions import COOKIE
from portal.realtime.wire import Flow
from tests.realtime.test_parts import texts_of

if TYPE_CHECKING:
    from portal.app import Portal

# Only a page that never hears what it should waits for so long.
PATIENCE = 10.0
Frame = dict[str, Any]


class InsidePage:
    """One socket: `frames` is what it heard, `closed` the code it was closed with.

    It is its own `portal.realtime.wire.Wire`.
    """

    is_full = False

    def __init__(self, app: "Portal", cookie: str) -> None:
        self.frames: list[Frame] = []
        self.closed: int | None = None
        self._events: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self._task = asyncio.create_task(
            app(self._scope(app, cookie), self._events.get, self._hear)
        )
        self._events.put_nowait({"type": "websocket.connect"})

    def _scope(self, app: "Portal", cookie: str) -> dict[str, Any]:
        origin = app.settings.public_url
        headers = {
            "host": urlsplit(origin).netloc,
            "origin": origin,
            "cookie": f"{COOKIE}={cookie}",
        }
        return {
            "type": "websocket",
            "asgi": {"version": "3.0", "spec_version": "2.4"},
            "http_version": "1.1",
            "scheme": "wss",
            "path": "/live",
            "raw_path": b"/live",
            "root_path": "",
            "query_string": b"",
            "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
            "client": ("127.0.0.1", 1),
            "server": ("127.0.0.1", 1),
            "subprotocols": [],
            "state": {"wire": self},
            "extensions": {"websocket.http.response": {}},
        }

    async def _hear(self, event: Any) -> None:
        if event["type"] == "websocket.close":
            self.closed = event.get("code", 1000)
        elif event["type"] == "websocket.http.response.start":
            self.closed = event["status"]

    def open(self, take: Callable[[str], None], flow: Flow) -> None:
        self._take = take

    def write(self, frame: bytes) -> None:
        self.frames += [json.loads(text) for text in texts_of(frame)]

    def wake(self) -> None:
        self._events.put_nowait({"type": "websocket.disconnect", "code": 1000})

    def say(self, type: str, **fields: object) -> None:
        """After the greeting: only then somebody listens."""
        self._take(json.dumps({"type": type, **fields}, default=str))

    async def answer(self, *types: str, **named: UUID) -> Frame:
        """The first frame of these types with these ids; it is taken away."""
        found: list[Frame] = []

        def is_there() -> bool:
            for frame in self.frames:
                if frame["type"] in types and all(
                    frame.get(name) == str(id) for name, id in named.items()
                ):
                    found.append(frame)
                    return True
            return self.closed is not None

        await until(is_there)
        assert found, f"closed with {self.closed} instead of {types}"
        self.frames.remove(found[0])
        return found[0]

    async def leave(self) -> None:
        self._events.put_nowait({"type": "websocket.disconnect", "code": 1006})
        with contextlib.suppress(asyncio.CancelledError):
            await self._task


async def until(condition: Any) -> None:
    async with asyncio.timeout(PATIENCE):
        while not condition():
            await asyncio.sleep(0.0005)
