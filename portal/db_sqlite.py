"""SQLite with one trip to the connection's thread for each statement.

aiosqlite makes four: for a cursor, for the statement, for its rows, and to close the cursor. A trip
costs 70 µs of CPU, the statement itself often two.
"""

import asyncio
import sqlite3
from collections import deque
from collections.abc import Callable, Iterable
from functools import partial
from typing import Any

import aiosqlite
from aiosqlite.context import contextmanager

# Rows fetched in the statement's own trip; a longer answer is fetched in parts as it is read.
AT_ONCE = 1000


class Cursor(aiosqlite.Cursor):
    """Made in the thread, by its statement; closed there only while rows are left."""

    _conn: "Connection"
    _cursor: sqlite3.Cursor

    def __init__(self, conn: "Connection") -> None:
        self._conn = conn
        self.iter_chunk_size = AT_ONCE
        self._held: deque[Any] = deque()
        self._has_more = False

    async def execute(self, sql: str, parameters: Iterable[Any] | None = None) -> "Cursor":
        await self._conn.trip(self._run, sql, parameters or ())
        return self

    async def executemany(self, sql: str, parameters: Iterable[Iterable[Any]]) -> "Cursor":
        await self._conn.trip(self._run_many, sql, parameters)
        return self

    async def fetchone(self) -> Any:
        return next(iter(await self.fetchmany(1)), None)

    async def fetchmany(self, size: int | None = None) -> list[Any]:
        if not self._held and self._has_more:
            await self._conn.trip(self._fetch)
        return [self._held.popleft() for _ in range(min(size or AT_ONCE, len(self._held)))]

    async def fetchall(self) -> list[Any]:
        rows = await self.fetchmany()
        while self._has_more or self._held:
            rows += await self.fetchmany()
        return rows

    async def close(self) -> None:
        self._held.clear()
        if self._has_more:
            self._has_more = False
            await self._conn.trip(self._cursor.close)

    def _run(self, sql: str, parameters: Any) -> None:
        self._cursor = self._conn._conn.execute(sql, parameters)
        self._fetch()

    def _run_many(self, sql: str, parameters: Any) -> None:
        self._cursor = self._conn._conn.executemany(sql, parameters)

    def _fetch(self) -> None:
        rows = self._cursor.fetchmany(AT_ONCE)
        self._held.extend(rows)
        self._has_more = len(rows) == AT_ONCE


class Connection(aiosqlite.Connection):
    @contextmanager
    async def cursor(self) -> aiosqlite.Cursor:
        return Cursor(self)

    async def trip(self, call: Callable[..., object], *values: object) -> None:
        """Do it in the thread."""
        if not self._running or not self._connection:
            raise ValueError("Connection closed")
        done: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self._tx.put_nowait((done, partial(call, *values)))
        await done


def connect(database: str, **options: Any) -> Connection:
    """To be awaited, as `aiosqlite.connect` is; for `async_creator_fn` of an engine."""
    made = Connection(partial(sqlite3.connect, database, **options), AT_ONCE)
    made._thread.daemon = True
    return made
