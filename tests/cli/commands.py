"""Real `portal` processes, with settings of their own."""

import asyncio
import contextlib
import io
import os
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import httpx2
import pytest

from portal.cli import main

GOOD = {
    "SECRET_KEY": "0123456789abcdefghijklmnopqrstuvwxyz",
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


async def portal(*words: str, **settings: str) -> Done:
    """Run one command to its end, with these settings and no others."""
    process = await _start(words, settings)
    out, err = await asyncio.wait_for(process.communicate(), 60)
    return Done(process.returncode or 0, out.decode(), err.decode())


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
    *words: str, until: bytes, settings: dict[str, str]
) -> AsyncIterator[asyncio.subprocess.Process]:
    """A command that goes on, from when it says `until`; it is killed if it is still there."""
    process = await _start(words, settings)
    try:
        await asyncio.wait_for(_said(process, until), 60)
        yield process
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


@asynccontextmanager
async def serving(**settings: str) -> AsyncIterator[tuple[asyncio.subprocess.Process, str]]:
    """`portal serve` on a free port, and its address."""
    port = free_port()
    settings = {"PORT": port} | settings
    async with running("serve", until=b"serve.started", settings=settings) as process:
        yield process, f"http://127.0.0.1:{port}"


def free_port() -> str:
    with socket.create_server(("127.0.0.1", 0)) as free:
        return str(free.getsockname()[1])


async def _said(process: asyncio.subprocess.Process, until: bytes) -> None:
    """The demo speaks to people on standard output, everything else logs to standard error."""
    assert process.stdout
    assert process.stderr
    stream = process.stdout if until.startswith(b"The demo") else process.stderr
    while until not in (line := await stream.readline()):
        assert line, f"the command ended early: {(await process.stderr.read()).decode()}"


async def _start(words: tuple[str, ...], settings: dict[str, str]) -> asyncio.subprocess.Process:
    kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    return await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "portal",
        *words,
        env=kept | settings,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )


async def fetch(url: str) -> httpx2.Response:
    async with httpx2.AsyncClient() as client:
        return await client.get(url)
