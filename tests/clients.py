"""A browser without a screen: signed in, same-origin, and with the token its forms carry."""

from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import httpx2
from sqlmodel import col, select

from portal.accounts.models import Session
from portal.accounts.sessions import COOKIE, actor_from, hash_of, start_session
from portal.db import Database
from portal.people.models import Person
from portal.permissions import Actor
from portal.web.security import csrf_token

if TYPE_CHECKING:
    from portal.app import Portal

OWN_PAGE = {"sec-fetch-site": "same-origin", "accept": "text/html"}


async def sign_in(database: Database, person: Person) -> tuple[str, Actor]:
    """Start a session for the person; the cookie's value, and the actor it stands for."""
    async with database.work() as work:
        cookie = await start_session(work, person)
        rows = await work.session.exec(
            select(Session.id).where(col(Session.token_hash) == hash_of(cookie))
        )
        return cookie, actor_from(person, rows.one())


class Client:
    """Speaks to the app without a socket. Follows no redirect: tests look at them.

    `http` is the bare client underneath, for requests that our own pages would never send.
    """

    def __init__(self, app: "Portal", cookie: str | None = None, actor: Actor | None = None):
        self.actor = actor
        self._secret_key = app.settings.secret_key
        origin = app.settings.public_url
        self.http = httpx2.AsyncClient(
            transport=httpx2.ASGITransport(app=app, raise_app_exceptions=False),
            base_url=origin,
            headers=OWN_PAGE,
        )
        if cookie:
            self.http.cookies.set(COOKIE, cookie, domain=urlsplit(origin).hostname or "")

    @property
    def csrf(self) -> str:
        """The token that every form of this session carries."""
        return csrf_token(self._secret_key, self.actor.session_id) if self.actor else ""

    async def get(self, url: str, /, **headers: str) -> httpx2.Response:
        """`hx_request="true"` sends the header HX-Request."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return await self.http.get(url, headers=named)

    async def post(self, url: str, /, **fields: Any) -> httpx2.Response:
        """Post a form as our own page would; a list is a field that occurs several times."""
        return await self.http.post(url, data={"csrf": self.csrf} | fields)

    async def aclose(self) -> None:
        await self.http.aclose()


async def actor_of(database: Database, person: Person) -> Actor:
    """The person as actions and queries see them, with a session of their own."""
    return (await sign_in(database, person))[1]
