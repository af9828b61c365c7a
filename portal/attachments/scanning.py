"""Asks a scanner whether a file does harm. Whatever cannot be asked is answered with a refusal.

Two ways, by setting: a command that gets the file on standard input and ends with 0 (clean) or 1
(harmful), or clamd's address, to which the file is sent as it defines (INSTREAM).
"""

import asyncio
import shlex
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import urlsplit

import structlog

from portal.attachments.refusals import CannotCheck, Harmful

log = structlog.get_logger()

LONGEST_WAIT = 30.0
AT_ONCE = 4
PIECE = 1 << 16
CLEAN, FOUND = 0, 1
LONGEST_ANSWER = 4096


class Scanner:
    """One per process. Without a setting nothing is asked, and every file counts as clean."""

    def __init__(self, how: str | None) -> None:
        self._how = how
        self._turns = asyncio.Semaphore(AT_ONCE)

    async def scan(self, data: bytes) -> None:
        """Raises Harmful or CannotCheck."""
        if self._how is None:
            return
        try:
            async with self._turns, asyncio.timeout(LONGEST_WAIT):
                harmful = await self._ask(self._how, data)
        except (OSError, TimeoutError, ValueError, EOFError) as error:
            log.exception("attachments.cannot_scan")
            raise CannotCheck from error
        if harmful:
            log.warning("attachments.harmful")
            raise Harmful

    async def _ask(self, how: str, data: bytes) -> bool:
        kind, _, rest = how.partition(":")
        return await (_by_command(rest, data) if kind == "command" else _by_clamd(how, data))


async def _by_command(command: str, data: bytes) -> bool:
    pipe, nothing = asyncio.subprocess.PIPE, asyncio.subprocess.DEVNULL
    program = await asyncio.create_subprocess_exec(
        *shlex.split(command), stdin=pipe, stdout=nothing, stderr=nothing, env={}
    )
    try:
        await program.communicate(data)
    finally:
        if program.returncode is None:
            program.kill()
            await program.wait()
    if program.returncode not in {CLEAN, FOUND}:
        raise ValueError("the scanner's command did not say")
    return program.returncode == FOUND


async def _by_clamd(address: str, data: bytes) -> bool:
    async with _connected(address) as (reader, writer):
        writer.write(b"zINSTREAM\0")
        for start in range(0, len(data), PIECE):
            piece = data[start : start + PIECE]
            writer.write(len(piece).to_bytes(4, "big") + piece)
            await writer.drain()
        writer.write(bytes(4))
        await writer.drain()
        answer = await reader.readuntil(b"\0")
    if answer.endswith(b" FOUND\0"):
        return True
    if answer != b"stream: OK\0":
        raise ValueError("clamd did not say")
    return False


@asynccontextmanager
async def _connected(
    address: str,
) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    """`clamd://host:3310`, or `clamd:/the/socket`."""
    parts = urlsplit(address)
    if parts.hostname:
        opening = asyncio.open_connection(parts.hostname, parts.port or 3310, limit=LONGEST_ANSWER)
    else:
        opening = asyncio.open_unix_connection(parts.path, limit=LONGEST_ANSWER)
    reader, writer = await opening
    try:
        yield reader, writer
    finally:
        writer.close()
