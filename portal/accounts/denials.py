"""Denials in the trail: who asked for what is not theirs, or may be nobody's."""

import contextlib
from uuid import UUID

from starlette.requests import Request
from starlette.responses import Response

from portal.audit.actions import record
from portal.db import Database
from portal.errors import NotAllowed, NotFound, PortalError
from portal.permissions import Actor
from portal.realtime.rates import Buckets, Rate
from portal.web.problems import NO_DATABASE, on_portal_error
from portal.web.requests import actor_or_none, origin_of
from portal.web.state import AppState, state_of

_KEY = "denials"
# Whoever tries thousands is to fill no trail: of one person these many at once say enough.
NOTED = Rate(per_second=0.2, burst=60)


class Denials:
    """One per process."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._paces = Buckets(NOTED)

    async def note(
        self, actor: Actor, origin: str | None, asked: str, error: PortalError, subject: UUID | None
    ) -> None:
        """Where the trail cannot be written, nothing was shown either: the answer stays the same.

        `asked` names the way, never its words: a route's pattern, or a frame's type.
        """
        is_denial = isinstance(error, NotAllowed) or (isinstance(error, NotFound) and subject)
        if not is_denial or not self._paces.take(actor.person_id):
            return
        detail = {"asked": asked, "code": error.code}
        with contextlib.suppress(*NO_DATABASE):
            async with self._database.work(actor, origin) as work:
                record(work, "access:deny", subject=subject, detail=detail)


def denials_of(state: AppState) -> Denials:
    held: Denials | None = state.extras.get(_KEY)
    if held is None:
        held = state.extras[_KEY] = Denials(state.database)
    return held


async def on_denial(request: Request, error: Exception) -> Response:
    """Answers as every refusal is answered."""
    actor = actor_or_none(request)
    if actor is not None and isinstance(error, PortalError):
        asked = f"{request.method} {request.scope['route'].path}"
        origin = origin_of(request)
        await denials_of(state_of(request)).note(actor, origin, asked, error, _subject(request))
    return await on_portal_error(request, error)


def _subject(request: Request) -> UUID | None:
    """What the address is about: the last id in it."""
    ids = []
    for value in request.path_params.values():
        with contextlib.suppress(ValueError):
            ids.append(UUID(str(value)))
    return ids[-1] if ids else None
