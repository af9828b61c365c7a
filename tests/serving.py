"""The application on a real port, in the tests' own loop, for sockets and real browsers."""

import asyncio
import dataclasses
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

import uvicorn
from websockets.asyncio.client import ClientConnection, connect
from websockets.typing import Origin

from portal.accounts.sessions import COOKIE
from portal.cli.serving import config_for, listener_for
from portal.db import Database
from portal.people.models import Person
from portal.settings import Settings
from tests.clients import sign_in

if TYPE_CHECKING:
    from playwright.async_api import BrowserContext

    from portal.app import Portal


@dataclass
class Served:
    """Where it is, and how people reach it."""

    app: "Portal"
    database: Database

    @property
    def url(self) -> str:
        return self.app.settings.public_url

    async def headers_for(self, person: Person | None) -> dict[str, str]:
        """What a browser signed in as this person sends; None is nobody."""
        headers = {"Origin": self.url}
        if person is not None:
            cookie, _ = await sign_in(self.database, person)
            headers["Cookie"] = f"{COOKIE}={cookie}"
        return headers

    @asynccontextmanager
    async def socket_of(self, person: Person | None) -> AsyncIterator[ClientConnection]:
        """The live socket of a page that this person has open."""
        url = f"{self.url.replace('http', 'ws', 1)}/live"
        headers = await self.headers_for(person)
        origin = Origin(headers.pop("Origin"))
        # A page that leaves with frames unread must not wait for room in its own queue to close.
        async with connect(
            url, origin=origin, additional_headers=headers, max_queue=None
        ) as connection:
            yield connection

    async def sign_in(self, context: "BrowserContext", person: Person) -> None:
        """Give a real browser the session cookie of this person."""
        cookie, _ = await sign_in(self.database, person)
        await context.add_cookies(
            [
                {
                    "name": COOKIE,
                    "value": cookie,
                    "url": self.url.replace("http:", "https:"),  # else a Secure cookie is refused
                    "secure": True,
                    "httpOnly": True,
                    "sameSite": "Lax",
                }
            ]
        )


@asynccontextmanager
async def serving(
    settings: Settings,
    database: Database,
    on: "Callable[[Database, Portal], Portal]",
) -> AsyncIterator[Served]:
    from portal.app import create_app

    # The portal's own listener: what it sets, accepted sockets inherit.
    with listener_for(dataclasses.replace(settings, host="127.0.0.1", port=0)) as listener:
        address = f"http://127.0.0.1:{listener.getsockname()[1]}"
        app = on(database, create_app(dataclasses.replace(settings, public_url=address)))
        server = uvicorn.Server(_config(app))
        task = asyncio.create_task(server.serve(sockets=[listener]))
        while not server.started and not task.done():
            await asyncio.sleep(0.005)
        try:
            yield Served(app, database)
        finally:
            server.should_exit = True
            await task


def _config(app: "Portal") -> uvicorn.Config:
    config = config_for(app)
    config.timeout_graceful_shutdown = 2
    return config
