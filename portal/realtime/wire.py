"""The web server's socket, with a short way in and out for the live protocol's frames.

uvicorn carries each frame through a queue, a task and ASGI's dictionaries. Here text goes straight
to who listens, and a frame that was framed once is written as it is: a third of the CPU at 2,000
messages a second, and one task for each socket instead of five.
"""

from collections.abc import Callable, Coroutine
from typing import Any, Protocol

from uvicorn._types import ASGISendEvent
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

from portal.realtime.closes import Close


class Flow(Protocol):
    """Hears when the other side reads too slowly, and when it has caught up."""

    def pause(self) -> None: ...

    def resume(self) -> None: ...


class Wire(Protocol):
    """The way out of an accepted socket."""

    is_full: bool

    def open(self, take: Callable[[str], None], flow: Flow) -> None:
        """From now on every text goes to `take`, in the order of arrival."""

    def write(self, frame: bytes) -> None:
        """Write a whole frame, without waiting. What is written while `is_full` is only kept."""

    def wake(self) -> None:
        """Make whoever waits for the end of this socket look up."""


class WireProtocol(WebSocketsSansIOProtocol):
    """Speaks WebSocket as uvicorn does; accepted sockets of ours may take the short way."""

    take: Callable[[str], None] | None = None
    flow: Flow | None = None
    is_full = False

    def run_asgi(self) -> Coroutine[Any, Any, None]:
        self.scope["state"]["wire"] = self
        return super().run_asgi()

    def open(self, take: Callable[[str], None], flow: Flow) -> None:
        self.take, self.flow = take, flow
        # Only the handshake needed them: 1 to 3 KiB a socket.
        del self.request, self.response

    def write(self, frame: bytes) -> None:
        # Whoever vanished is still listed for a moment; that is nobody else's affair.
        if not self.transport.is_closing():
            self.transport.write(frame)

    def wake(self) -> None:
        self.queue.put_nowait({"type": "websocket.disconnect", "code": 1000})

    async def send(self, message: ASGISendEvent) -> None:
        await super().send(message)
        # A refusal is an answer too: uvicorn would log that there was none.
        self.handshake_complete |= self.close_sent

    def send_receive_event_to_app(self) -> None:
        if self.curr_msg_data_type != "text" or self.close_sent:
            super().send_receive_event_to_app()
            return
        try:
            text = b"".join(self.frames).decode()
        except UnicodeDecodeError:
            # uvicorn would write an error into the log, and what is wrong is not here.
            self.frames = []
            self.conn.send_close(Close.BROKEN_TEXT, Close.BROKEN_TEXT.words)
            self.handle_parser_exception()
            return
        if self.take is None:
            super().send_receive_event_to_app()
            return
        self.frames = []
        self.take(text)

    def pause_writing(self) -> None:
        super().pause_writing()
        self.is_full = True
        if self.flow is not None:
            self.flow.pause()

    def resume_writing(self) -> None:
        super().resume_writing()
        self.is_full = False
        if self.flow is not None:
            self.flow.resume()
