"""From cookie to actor, for requests and sockets alike."""

from datetime import datetime, timedelta

import structlog
from sqlalchemy.exc import DBAPIError
from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Receive, Scope, Send

from portal import clock, languages
from portal.accounts.sessions import (
    COOKIE,
    NOTE_USE_EVERY,
    Limits,
    find_actor,
    note_language,
    note_use,
)
from portal.db import Database
from portal.permissions import Actor
from portal.settings import Settings
from portal.web.requests import is_background
from portal.web.state import state_of

log = structlog.get_logger()


def limits_of(settings: Settings) -> Limits:
    return Limits(
        idle_patient=timedelta(seconds=settings.idle_patient),
        idle_staff=timedelta(seconds=settings.idle_staff),
        in_all=timedelta(seconds=settings.session_length),
    )


class SignedIn:
    """Puts the actor into the scope. Looking at a page prolongs the session; a refresh does not."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        # The live socket is judged at its own door, many at a time.
        if scope["type"] == "http":
            connection = HTTPConnection(scope)
            scope["actor"] = actor = await self._actor(connection)
            if actor is not None:
                languages.read_in(language_of(actor, connection))
        await self.app(scope, receive, send)

    async def _actor(self, connection: HTTPConnection) -> Actor | None:
        token = token_of(connection)
        if token is None:
            return None
        state = state_of(connection)
        async with state.database.read() as session:
            found = await find_actor(session, token, limits_of(state.settings))
        if found is None:
            return None
        actor, used_at = found
        if _is_use(connection):
            await _note(state.database, actor, used_at, language_of(actor, connection))
        return actor


async def _note(database: Database, actor: Actor, used_at: datetime, language: str) -> None:
    """Writes only what has changed: most requests write nothing."""
    is_new = actor.is_patient and language != (actor.read_in or languages.ENGLISH)
    if not is_new and not is_worth_noting(used_at):
        return
    try:
        async with database.work(actor) as work:
            await note_use(work, actor.session_id)
            if is_new:
                await note_language(work, actor.person_id, language)
    except DBAPIError as error:
        # A full disk: the page with the numbers to call still opens. The session only ends sooner.
        log.warning("session.cannot_note", error=type(error).__name__)


def language_of(actor: Actor, connection: HTTPConnection) -> str:
    """What they chose, else what their browser asks for. The team's pages are English so far."""
    if actor.is_staff:
        return languages.ENGLISH
    return actor.language or languages.accepted(connection.headers.get("accept-language"))


def token_of(connection: HTTPConnection) -> str | None:
    """The cookie's value, where it can be one of ours."""
    token = connection.cookies.get(COOKIE)
    return token if token and len(token) <= 100 else None


def _is_use(connection: HTTPConnection) -> bool:
    """Browsers also come by themselves: for the service worker, with a report, for an image."""
    wanted = connection.headers.get("sec-fetch-dest", "document")
    return wanted in {"document", "empty"} and not is_background(connection)


def is_worth_noting(used_at: datetime) -> bool:
    return clock.now() - used_at >= NOTE_USE_EVERY
