"""What the running application holds, reached from a request or a socket in one typed step."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession
from starlette.requests import HTTPConnection

from portal.db import Database
from portal.permissions import Actor
from portal.realtime.hub import Hub
from portal.settings import Settings


@dataclass(frozen=True, slots=True)
class Counts:
    """The numbers in the navigation. What does not concern the actor stays 0.

    `emergencies`: which of those in triage nobody took yet; `on_duty_until`: the end of the shift
    in which this person is now.
    """

    triage: int = 0
    emergencies: tuple[str, ...] = ()
    inbox: int = 0
    requests: int = 0
    unread: int = 0
    on_duty_until: datetime | None = None
    notices: int = 0


CountFor = Callable[[AsyncSession, Actor], Awaitable[Counts]]
# What a patient is told about who answers and when; the template knows its shape.
AnsweringFor = Callable[[AsyncSession, UUID], Awaitable[object]]


# What was understood from the newest of these messages, by message; the template knows its shape.
UnderstoodIn = Callable[[AsyncSession, Sequence[Any]], Awaitable[Mapping[UUID, object]]]


async def _nothing_understood(session: AsyncSession, lines: Sequence[Any]) -> dict[UUID, object]:
    return {}


async def _nobody_answers(session: AsyncSession, patient_id: UUID) -> None:
    return None


# What a patient did elsewhere since then, in words with its time: it stands between the messages.
HappenedTo = Callable[[AsyncSession, UUID, datetime], Awaitable[Sequence[tuple[datetime, str]]]]


async def _nothing_happened(
    session: AsyncSession, patient_id: UUID, since: datetime
) -> Sequence[tuple[datetime, str]]:
    return []


async def _no_counts(session: AsyncSession, actor: Actor) -> Counts:
    return Counts()


@dataclass
class AppState:
    """Set once by `portal.app`; `counts`, `answering`, `happened` and `understood` are queries of
    other slices, handed to the pages that show them."""

    settings: Settings
    database: Database
    hub: Hub
    counts: CountFor = _no_counts
    answering: AnsweringFor = _nobody_answers
    happened: HappenedTo = _nothing_happened
    understood: UnderstoodIn = _nothing_understood
    extras: dict[str, Any] = field(default_factory=dict)


def state_of(connection: HTTPConnection) -> AppState:
    state: AppState = connection.app.state.portal
    return state
