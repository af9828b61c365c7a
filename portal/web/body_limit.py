"""How much one request may bring, and how slowly; beyond that stands a sentence, as for any
mistake."""

import asyncio

from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from portal.errors import PortalError
from portal.languages import N_

_KEY = "body_limit"
# Seconds for a whole body. Forms that carry files have a limit of their own.
BODY_WITHIN = 40.0


class TooBig(PortalError):
    status = 413
    code = "too_big"
    sentence = N_("That was too big. Send something smaller.")


class TooSlow(PortalError):
    """Whoever holds a request open for nothing ends here; so does a phone that lost its line."""

    status = 408
    code = "too_slow"
    sentence = N_("This form could not be read. Go back and try again.")


class BodyLimit:
    """Raises TooBig where more is read, or said to come, and TooSlow where it does not come
    `within` so many seconds. One further in lifts the limits.

    Starlette's own puts bare words in English in the place of our page.
    """

    def __init__(self, app: ASGIApp, most: int, within: float | None = None) -> None:
        self.app = app
        self.most = most
        self.within = within

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            body: Body | None = scope.get(_KEY)
            if body is None:
                scope[_KEY] = body = Body(receive, declared(HTTPConnection(scope)) or 0)
                receive = body.receive
            body.most, body.within = self.most, self.within or BODY_WITHIN
        await self.app(scope, receive, send)


class Body:
    """What has come of one request so far."""

    def __init__(self, receive: Receive, declared: int) -> None:
        self.most = 0
        self.within = 0.0
        self._begun = asyncio.get_running_loop().time()
        self._is_whole = False
        self._receive = receive
        self._declared = declared
        self._come = 0

    async def receive(self) -> Message:
        if self._declared <= self.most:
            message = await self._next()
            self._come += len(message.get("body", b""))
        if max(self._declared, self._come) > self.most:
            raise TooBig
        return message

    async def _next(self) -> Message:
        if self._is_whole:  # what is waited for now is that the other side leaves
            return await self._receive()
        try:
            async with asyncio.timeout_at(self._begun + self.within):
                message = await self._receive()
        except TimeoutError as error:
            raise TooSlow from error
        self._is_whole = not message.get("more_body", False)
        return message


def declared(connection: HTTPConnection) -> int | None:
    """The bytes that are said to come, where that is said."""
    given = connection.headers.get("content-length", "")
    return int(given[:12]) if given.isascii() and given.isdigit() else None
