"""What the running application holds, reached from a request or a socket in one typed step."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from sqlmodel.ext.asyncio.session import AsyncSession
from starlette.requests import HTTPConnection

from portal.db import Database
from portal.permissions import Actor
from portal.realtime.hub import Hub
from portal.settings import Settings


@dataclass(frozen=True, slots=True)
class Counts:
    """The numbers in the navigation. What does not concern the actor stays 0."""

    triage: int = 0
    inbox: int = 0
    requests: int = 0
    unread: int = 0
    notices: int = 0


CountFor = Callable[[AsyncSession, Actor], Awaitable[Counts]]


async def _no_counts(session: AsyncSession, actor: Actor) -> Counts:
    return Counts()


@dataclass
class AppState:
    """Set once by `portal.app`; `counts` is a page's query, handed down because pages lie above."""

    settings: Settings
    database: Database
    hub: Hub
    counts: CountFor = _no_counts
    extras: dict[str, Any] = field(default_factory=dict)


def state_of(connection: HTTPConnection) -> AppState:
    state: AppState = connection.app.state.portal
    return state
