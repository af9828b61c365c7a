"""The web server as the portal wants it: every default that uvicorn leaves open is set here."""

import gc
import signal
import socket
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import uvicorn
from uvicorn.supervisors import Multiprocess

from portal.cli.heads import BoundedHeads
from portal.cli.refusal import Refusal
from portal.realtime.wire import WireProtocol
from portal.settings import Settings

if TYPE_CHECKING:
    from portal.app import Portal

LARGEST_FRAME = 65_536
# All of it stays below the fifteen seconds that platforms grant between SIGTERM and SIGKILL.
FINISH_WITHIN = 12
START_WITHIN = 60.0
# A peer that stops reading is given up after this: nothing else ever frees its socket.
UNACKNOWLEDGED_MS = 15_000


class Server(uvicorn.Server):
    """Says when it listens."""

    def __init__(self, config: uvicorn.Config, on_started: Callable[[], None]) -> None:
        super().__init__(config)
        self._on_started = on_started

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            self._on_started()


def listener_for(settings: Settings) -> socket.socket:
    """A bound socket; connections it accepts inherit what is set here."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            settings.host, settings.port, type=socket.SOCK_STREAM
        )[0]
        listener = socket.socket(family, kind, protocol)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if hasattr(socket, "TCP_USER_TIMEOUT"):
            listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, UNACKNOWLEDGED_MS)
        listener.bind(address)
    except OSError as error:
        place = f"{settings.host}:{settings.port}"
        reason = error.strerror or type(error).__name__
        raise Refusal(f"cannot listen on {place}: {reason}; see HOST and PORT") from error
    return listener


class Supervisor(Multiprocess):
    """Keeps several processes serving one socket, and says when all of them do."""

    def __init__(
        self, config: uvicorn.Config, listener: socket.socket, on_started: Callable[[], None]
    ) -> None:
        super().__init__(config, [listener])
        self._on_started = on_started

    def init_processes(self) -> None:
        super().init_processes()
        if all(process.wait_until_ready(START_WITHIN) for process in self.processes):
            self._on_started()


def serve_in_processes(
    factory: str, settings: Settings, listener: socket.socket, on_started: Callable[[], None]
) -> None:
    """Serve what `factory` makes, in as many processes as the settings say, until SIGTERM."""
    config = uvicorn.Config(
        factory, factory=True, workers=settings.processes, **options_for(settings)
    )
    Supervisor(config, listener, on_started).run()


def spare_the_collector() -> None:
    """What is there when serving begins stays there: it need not be looked at again and again.

    It took 8 % of the CPU at 2,000 messages a second, in pauses that everybody waited for.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)


async def serve(app: "Portal", listener: socket.socket, on_started: Callable[[], None]) -> None:
    """Serve until SIGTERM or SIGINT; open sockets are closed with 1012, requests are finished."""
    server = Server(config_for(app), on_started)
    spare_the_collector()
    for sign in (signal.SIGTERM, signal.SIGINT):
        # uvicorn raises the signal once more at the end; this makes that a clean exit.
        signal.signal(sign, signal.SIG_IGN)
    await server.serve(sockets=[listener])
    if not server.started:
        raise Refusal("the portal could not start")


def config_for(app: "Portal") -> uvicorn.Config:
    # The number is given, because uvicorn would read WEB_CONCURRENCY by itself.
    return uvicorn.Config(app, workers=1, **options_for(app.settings))


def options_for(settings: Settings) -> dict[str, Any]:
    return {
        "http": BoundedHeads,
        "ws": WireProtocol,
        "ws_max_size": LARGEST_FRAME,
        # Deflate would cost three times the memory of an idle socket.
        "ws_per_message_deflate": False,
        "server_header": False,
        # uvicorn would log query strings.
        "access_log": False,
        "log_config": None,
        # Unless an operator names the proxy, nobody's word counts for another's address.
        "proxy_headers": bool(settings.forwarded_allow_ips),
        "forwarded_allow_ips": settings.forwarded_allow_ips,
        "timeout_graceful_shutdown": FINISH_WITHIN,
    }
