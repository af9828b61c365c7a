"""How much one request may bring; what is more is answered with a sentence, like any mistake."""

from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from portal.errors import PortalError
from portal.languages import N_

_KEY = "body_limit"


class TooBig(PortalError):
    status = 413
    code = "too_big"
    sentence = N_("That was too big. Send something smaller.")


class BodyLimit:
    """Raises TooBig where more is read, or said to come. One further in lifts the limit.

    Starlette's own puts bare words in English in the place of our page.
    """

    def __init__(self, app: ASGIApp, most: int) -> None:
        self.app = app
        self.most = most

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            body: Body | None = scope.get(_KEY)
            if body is None:
                scope[_KEY] = body = Body(receive, declared(HTTPConnection(scope)) or 0)
                receive = body.receive
            body.most = self.most
        await self.app(scope, receive, send)


class Body:
    """What has come of one request so far."""

    def __init__(self, receive: Receive, declared: int) -> None:
        self.most = 0
        self._receive = receive
        self._declared = declared
        self._come = 0

    async def receive(self) -> Message:
        if self._declared <= self.most:
            message = await self._receive()
            self._come += len(message.get("body", b""))
        if max(self._declared, self._come) > self.most:
            raise TooBig
        return message


def declared(connection: HTTPConnection) -> int | None:
    """The bytes that are said to come, where that is said."""
    given = connection.headers.get("content-length", "")
    return int(given[:12]) if given.isascii() and given.isdigit() else None
