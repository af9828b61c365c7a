"""Forms that carry files: read within limits of their own, and never onto a disk.

All other forms keep the portal's small limit. What is read here is held in memory until its
handler is done, so a process takes only so much at a time, and of one person only so many.
"""

from collections import Counter
from collections.abc import Iterator
from contextlib import aclosing, contextmanager
from uuid import UUID

from starlette.datastructures import FormData, UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.requests import HTTPConnection, Request
from starlette.types import ASGIApp, Receive, Scope, Send

from portal.errors import Invalid, TooFast, Unavailable
from portal.languages import N_
from portal.web.body_limit import BodyLimit, declared
from portal.web.requests import actor_or_none
from portal.web.state import state_of

# What stands beside the files: words, names, and the lines between the parts.
BESIDE = 256 * 1024
MOST_FILES = 20
MOST_FIELDS = 20
LONGEST_FIELD = 64 * 1024
# A slow line may take its time, but not for ever.
LONGEST_SECONDS = 900
MOST_HELD = 256 << 20
MOST_OF_ONE_PERSON = 2
_KEY, _FORM, _ROOM = "uploads", "uploads.form", "uploads.room"


class TakesFiles:
    """Around a route: lifts the limit on the body, for people who are signed in."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        connection = HTTPConnection(scope)
        actor = actor_or_none(connection)
        if actor is None:
            await self.app(scope, receive, send)
            return
        state = state_of(connection)
        most = state.settings.files.most_bytes * state.settings.files.most_at_once + BESIDE
        room: Room = state.extras.setdefault(_ROOM, Room())
        size = declared(connection)
        with room.held(actor.person_id, most if size is None else min(size, most)):
            scope[_KEY] = True
            await BodyLimit(self.app, most, LONGEST_SECONDS)(scope, receive, send)


class Room:
    """How much of uploads one process holds at a time."""

    def __init__(self) -> None:
        self._bytes = 0
        self._of: Counter[UUID] = Counter()

    @contextmanager
    def held(self, person_id: UUID, size: int) -> Iterator[None]:
        """Raises TooFast or Unavailable."""
        if self._of[person_id] >= MOST_OF_ONE_PERSON:
            raise TooFast(N_("Your other files are still on their way. Wait, then try again."))
        if self._bytes + size > MOST_HELD:
            raise Unavailable(N_("Many files are coming in right now. Try again in a minute."))
        self._bytes += size
        self._of[person_id] += 1
        try:
            yield
        finally:
            self._bytes -= size
            self._of[person_id] -= 1
            self._of += Counter()  # forgets who holds none


class _InMemory(MultiPartParser):
    # What was not looked at yet must not lie on a disk: photos tell where they were taken.
    spool_max_size = MOST_HELD


def takes_files(request: Request) -> bool:
    return _KEY in request.scope and "multipart/form-data" in request.headers.get(
        "content-type", ""
    )


async def upload_data(request: Request) -> FormData:
    """The parsed form with its files, read once per request. Raises Invalid."""
    held: FormData | None = request.scope.get(_FORM)
    if held is None:
        held = request.scope[_FORM] = await _parsed(request)
    return held


async def _parsed(request: Request) -> FormData:
    try:
        async with aclosing(request.stream()) as stream:
            parser = _InMemory(
                request.headers,
                stream,
                max_files=MOST_FILES,
                max_fields=MOST_FIELDS,
                max_part_size=LONGEST_FIELD,
            )
            return await parser.parse()
    except (MultiPartException, KeyError) as error:
        raise Invalid(N_("This form could not be read. Go back and try again.")) from error


async def files_in(data: FormData, name: str) -> list[tuple[str, bytes]]:
    """The files given in this field: the name their sender knows them by, and what is in them."""
    given = [item for item in data.getlist(name) if isinstance(item, UploadFile)]
    # A file field that nobody used is sent as an empty file without a name.
    return [
        (item.filename or "", await item.read()) for item in given if item.filename or item.size
    ]
