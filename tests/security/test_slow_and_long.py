"""Connections that bring too little or too much: they end, and nobody else waits for them."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from urllib.parse import urlsplit

import pytest

from portal.cli import heads
from portal.web import body_limit
from tests.security.conftest import one_database
from tests.serving import Served

pytestmark = one_database

SOON = 0.1
HEAD = b"GET /healthz HTTP/1.1\r\nHost: anywhere\r\n"
LONG = b"a" * (heads.LONGEST_HEAD + 1)


@pytest.fixture
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is waited for many seconds is waited for briefly."""
    monkeypatch.setattr(heads, "HEAD_WITHIN", SOON)
    monkeypatch.setattr(body_limit, "BODY_WITHIN", SOON)


@asynccontextmanager
async def line_to(
    server: Served,
) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    place = urlsplit(server.url)
    reader, writer = await asyncio.open_connection(place.hostname, place.port)
    try:
        async with asyncio.timeout(5):
            yield reader, writer
    finally:
        writer.close()


async def answer_to(server: Served, *parts: bytes) -> bytes:
    """All that comes back until the portal ends the connection; its status stands first."""
    async with line_to(server) as (reader, writer):
        for part in parts:
            writer.write(part)
            await writer.drain()
        return await reader.read()


@pytest.mark.usefixtures("soon")
@pytest.mark.parametrize("begun", [b"", b"GET", HEAD], ids=["silent", "a word", "half a head"])
async def test_a_connection_that_never_asks_is_ended(server: Served, begun: bytes) -> None:
    assert await answer_to(server, begun) == b""


@pytest.mark.usefixtures("soon")
async def test_a_connection_that_asks_once_and_then_drips_is_ended(server: Served) -> None:
    async with line_to(server) as (reader, writer):
        writer.write(HEAD + b"\r\n")
        assert (await reader.readuntil(b"\r\n")).endswith(b"200 OK\r\n")
        drips = asyncio.create_task(_drip(writer))
        # A drip that falls after the end is answered with a reset: ended all the same.
        with suppress(ConnectionResetError):
            await reader.read()
        drips.cancel()


async def _drip(writer: asyncio.StreamWriter) -> None:
    for sign in HEAD + b"X-Drip: " + b"a" * 1_000:
        writer.write(bytes([sign]))
        await asyncio.sleep(SOON / 10)


@pytest.mark.usefixtures("soon")
async def test_a_body_that_never_comes_is_answered_and_its_connection_ended(server: Served) -> None:
    host = urlsplit(server.url).netloc.encode()
    head = b"POST /csp-report HTTP/1.1\r\nHost: " + host + b"\r\nContent-Length: 9\r\n\r\n{"
    assert b" 408 " in (await answer_to(server, head)).split(b"\r\n")[0]


@pytest.mark.parametrize(
    "parts",
    [
        (b"GET /" + LONG + b" HTTP/1.1\r\n\r\n",),
        (b"GET /" + LONG,),
        (HEAD + b"X: " + LONG + b"\r\n\r\n",),
        (HEAD + b"X: " + LONG,),
        (HEAD + b"X: a\r\n" * 4000 + b"\r\n",),
        (b"POST /healthz HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n1;", LONG),
    ],
    ids=["address", "half an address", "header", "half a header", "many headers", "chunk's words"],
)
async def test_a_head_that_is_too_long_is_refused_before_it_is_kept(
    server: Served, parts: tuple[bytes, ...]
) -> None:
    assert b" 400 " in (await answer_to(server, *parts)).split(b"\r\n")[0]


async def test_a_long_cookie_and_a_large_form_in_pieces_are_no_long_head(server: Served) -> None:
    host = urlsplit(server.url).netloc.encode()
    head = b"POST /csp-report HTTP/1.1\r\nConnection: close\r\nHost: " + host
    cookie = b"\r\nCookie: a=" + b"b" * (heads.LONGEST_HEAD // 2)
    body = b" " * 100_000
    length = f"\r\nContent-Length: {len(body)}\r\n\r\n".encode()
    answer = await answer_to(server, head + cookie + length, body[:30_000], body[30_000:])
    assert b" 204 " in answer.split(b"\r\n")[0]
