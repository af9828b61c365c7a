"""What a handler starts with: who asks, a unit of work, an id from the path, a way back."""

import base64
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession
from starlette.requests import HTTPConnection, Request
from starlette.responses import RedirectResponse, Response

from portal.db import UnitOfWork
from portal.errors import NotFound, NotSignedIn
from portal.languages import gettext
from portal.permissions import Actor
from portal.web.state import state_of

SAID_COOKIE = "__Host-said"
# What browsers call a page that they fetch before anybody asks for it.
AHEAD = ("sec-purpose", "purpose", "x-purpose", "x-moz")


def actor_of(connection: HTTPConnection) -> Actor:
    """The person signed in; raises NotSignedIn."""
    actor = actor_or_none(connection)
    if actor is None:
        raise NotSignedIn
    return actor


def actor_or_none(connection: HTTPConnection) -> Actor | None:
    actor: Actor | None = connection.scope.get("actor")
    return actor


def work(request: Request) -> AbstractAsyncContextManager[UnitOfWork]:
    """One transaction on behalf of the person asking. Answer after it ends, not inside it."""
    return state_of(request).database.work(actor_or_none(request), origin_of(request))


@asynccontextmanager
async def reading(request: Request) -> AsyncIterator[AsyncSession]:
    """A read-only session, for what is not a patient's record."""
    async with state_of(request).database.read() as session:
        yield session


def origin_of(connection: HTTPConnection) -> str | None:
    return connection.client.host[:64] if connection.client else None


def path_id(request: Request, name: str) -> UUID:
    """A UUID from the path. Anything else is simply not there."""
    try:
        return UUID(str(request.path_params[name]))
    except ValueError as error:
        raise NotFound from error


def is_htmx(connection: HTTPConnection) -> bool:
    return connection.headers.get("hx-request") == "true"


def is_background(connection: HTTPConnection) -> bool:
    """A page refreshing itself: nobody did anything, so the session is not prolonged."""
    return connection.headers.get("x-background") == "yes"


def is_sent_from_elsewhere(connection: HTTPConnection) -> bool:
    """A page of another site began this navigation; nobody here asked for it."""
    return connection.headers.get("sec-fetch-site") in {"cross-site", "same-site"}


def is_fetched_ahead(connection: HTTPConnection) -> bool:
    """A browser guesses that this page will be wanted; nobody may ever see it."""
    named = (connection.headers.get(name, "") for name in AHEAD)
    return any("prefetch" in purpose or "preview" in purpose for purpose in named)


def is_opened_here(request: Request) -> bool:
    """A person opened this page, from a page of ours or by its address: what it shows is read."""
    return request.method != "HEAD" and not is_sent_from_elsewhere(request)


def see_other(url: str, said: str | None = None) -> Response:
    """Go on to `url` with GET; `said` is shown there once, as a status line."""
    response = RedirectResponse(url, status_code=303)
    if said is not None:
        value = base64.urlsafe_b64encode(gettext(said).encode()).decode()
        response.set_cookie(
            SAID_COOKIE, value, max_age=60, secure=True, httponly=True, samesite="lax"
        )
    return response


def said_to(request: Request) -> str | None:
    """The sentence the last action left for this page."""
    value = request.cookies.get(SAID_COOKIE)
    if not value:
        return None
    try:
        return base64.urlsafe_b64decode(value.encode()).decode()[:200]
    except ValueError:
        return None
