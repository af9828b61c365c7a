"""A request's head comes soon and is short, or its connection ends.

uvicorn waits for ever and keeps whatever comes: sixty megabytes of one header took all of a core
for seven seconds, from somebody who had not signed in. What follows the head has limits of its own
(`portal.web.body_limit`).
"""

from asyncio import TimerHandle
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

# The address and all headers together, cookies too.
LONGEST_HEAD = 16 * 1024
# Seconds, from the connection or the last answer on. Between requests uvicorn waits for less.
HEAD_WITHIN = 15.0


class HeadTooLong(Exception):
    """The parser turns it into one of its own errors, and uvicorn answers those with 400."""


class BoundedHeads(HttpToolsProtocol):
    """uvicorn's protocol, for peers that may mean harm."""

    _deadline: TimerHandle | None = None
    # Bytes of the present head that the parser gave out, and those it may be keeping back.
    _head = _kept_back = 0

    def connection_made(self, transport: Any) -> None:
        super().connection_made(transport)
        self._expect_head()

    def connection_lost(self, exc: Exception | None) -> None:
        self._head_came()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        self._kept_back += len(data)
        super().data_received(data)
        if self._kept_back > LONGEST_HEAD and not self.transport.is_closing():
            self.send_400_response("The head of this request is too long.")

    def on_message_begin(self) -> None:
        self._head = 0
        super().on_message_begin()

    def on_url(self, url: bytes) -> None:
        self._measure(len(url))
        super().on_url(url)

    def on_header(self, name: bytes, value: bytes) -> None:
        self._measure(len(name) + len(value) + len(b": \r\n"))
        super().on_header(name, value)

    def on_headers_complete(self) -> None:
        self._head_came()
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        self._kept_back = 0
        super().on_body(body)

    def on_message_complete(self) -> None:
        self._kept_back = 0
        super().on_message_complete()

    def on_response_complete(self) -> None:
        super().on_response_complete()
        # Else the next request's head is here already, and its answer on the way.
        if self.cycle.response_complete and not self.transport.is_closing():
            self._expect_head()

    def _measure(self, length: int) -> None:
        self._head += length
        if self._head > LONGEST_HEAD:
            raise HeadTooLong

    def _expect_head(self) -> None:
        self._head_came()
        self._deadline = self.loop.call_later(HEAD_WITHIN, self.transport.close)

    def _head_came(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None
