"""Real `portal` processes, with settings of their own."""

import asyncio
import contextlib
import io
import os
import socket
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import httpx2
import pytest

from portal.cli import main
from tests.keys import SECRET_KEY
from tests.warm import Process, Start, Warm

GOOD = {
    "SECRET_KEY": SECRET_KEY,
    "ENCRYPTION_KEYS": "zyxwvutsrqponmlkjihgfedcba9876543210",
    "OIDC_ISSUER": "https://provider.test",
    "OIDC_CLIENT_ID": "portal",
    "LOG_FORMAT": "json",
}


@dataclass(frozen=True)
class Done:
    code: int
    out: str
    err: str


def settings_for(database_url: str, **more: str) -> dict[str, str]:
    """The least that `portal serve` asks for."""
    return GOOD | {"DATABASE_URL": database_url} | more


class Running:
    """A command that goes on; what it says is in files."""

    def __init__(self, process: Process, out: Path, err: Path) -> None:
        self.process = process
        self.out = out
        self.err = err

    def send_signal(self, number: int) -> None:
        self.process.send_signal(number)

    async def ended(self, within: float) -> Done:
        code = await asyncio.to_thread(self.process.wait, within)
        return Done(code, self.out.read_text(), self.err.read_text())


async def portal(*words: str, settings: dict[str, str], start: Start = Warm) -> Done:
    """Run one command to its end, with these settings and no others."""
    with started(words, settings, start) as process:
        return await process.ended(60)


async def command(*words: str, **settings: str) -> Done:
    """The same in this process: much faster, for commands that end before they touch signals."""
    with (
        pytest.MonkeyPatch.context() as patch,
        contextlib.redirect_stdout(io.StringIO()) as out,
        contextlib.redirect_stderr(io.StringIO()) as err,
    ):
        for name, value in settings.items():
            patch.setenv(name, value)
        code = await asyncio.to_thread(main, words)
    return Done(code, out.getvalue(), err.getvalue())


@asynccontextmanager
async def running(
    *words: str, until: str, settings: dict[str, str], start: Start = Warm
) -> AsyncIterator[Running]:
    """A command that goes on, from when it says `until`; it is killed if it is still there."""
    with started(words, settings, start) as process:
        async with asyncio.timeout(60):
            while until not in process.out.read_text() + process.err.read_text():
                assert process.process.poll() is None, f"it ended early: {process.err.read_text()}"
                await asyncio.sleep(0.01)
        yield process


@asynccontextmanager
async def serving(
    settings: dict[str, str], start: Start = Warm
) -> AsyncIterator[tuple[Running, str]]:
    """`portal serve` on a free port, and its address."""
    port = free_port()
    settings = {"PORT": port} | settings
    async with running("serve", until="serve.started", settings=settings, start=start) as process:
        yield process, f"http://127.0.0.1:{port}"


def free_port() -> str:
    with socket.create_server(("127.0.0.1", 0)) as free:
        return str(free.getsockname()[1])


@contextmanager
def started(words: Sequence[str], settings: dict[str, str], start: Start) -> Iterator[Running]:
    kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    with TemporaryDirectory() as folder:
        said = Path(folder, "out"), Path(folder, "err")
        with said[0].open("wb") as out, said[1].open("wb") as err:
            process = start(words, kept | settings, out.fileno(), err.fileno())
        try:
            yield Running(process, *said)
        finally:
            process.kill()
            process.wait()


async def fetch(url: str) -> httpx2.Response:
    async with httpx2.AsyncClient() as client:
        return await client.get(url)
