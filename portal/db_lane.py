"""The lane that messages are written on: one connection, kept, spoken to in the driver's own words.

A statement of Core costs 30 to 100 µs, the same words said to the driver 6; with this, 1,000
messages at 2,000 a second cost 0.28 CPU seconds instead of 0.36. Everything else in the portal
writes with sessions, where it does not matter; `Pen` is how both say the same few statements.
"""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from time import monotonic
from typing import Any, Protocol, TypeVar
from uuid import UUID

import asyncpg
from sqlalchemy import Connection, create_engine, event
from sqlalchemy.engine import URL
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine
from sqlalchemy.pool import NullPool
from sqlalchemy.util import await_only

T = TypeVar("T")
Rows = Sequence[Sequence[Any]]
# How long another process may hold SQLite's lock.
LONGEST_WAIT = 5.0
ASK_AGAIN_AFTER = 0.002
# PostgreSQL would plan the statements of these connections anew each time, for 1 to 2 ms of its
# CPU each: they take lists, which it thinks worth another look. And of a table it has not counted
# yet, or that was small when it planned, it would read all: every pair of patient and team, for
# another 1.7 ms. All of them look up keys, so rows are made dear, and indexes are what is left.
PLANNED_ONCE = """
    set plan_cache_mode = force_generic_plan; set jit = off; set cpu_tuple_cost = 1;
    set enable_seqscan = off; set enable_hashjoin = off; set enable_mergejoin = off"""
# The database is away, and would be for the next statement too.
AWAY = (
    *(OSError, TimeoutError, InterfaceError, OperationalError, sqlite3.OperationalError),
    *(asyncpg.InterfaceError, asyncpg.PostgresConnectionError),
    asyncpg.exceptions.OperatorInterventionError,
)


class Pen(Protocol):
    """Says statements inside one transaction. Each is written for one kind of database."""

    is_sqlite: bool

    @property
    def connection(self) -> Connection:
        """Says everything else in the same transaction, with Core."""

    def fetch(self, statement: str, *values: Any) -> Rows: ...

    def each(self, statement: str, rows: Rows) -> None:
        """The statement once for each row."""


class CorePen:
    """Writes inside somebody's unit of work."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self.is_sqlite = connection.dialect.name == "sqlite"

    def fetch(self, statement: str, *values: Any) -> Rows:
        result = self.connection.exec_driver_sql(statement, values)
        return result.all() if result.returns_rows else ()

    def each(self, statement: str, rows: Rows) -> None:
        self.connection.exec_driver_sql(statement, [tuple(row) for row in rows])


class _DriverPen:
    """Speaks to the driver; Core joins its transaction only when somebody asks for it."""

    def __init__(self, core: Connection, driver: Any) -> None:
        self._core = core
        self._driver = driver

    @property
    def connection(self) -> Connection:
        if not self._core.in_transaction():
            self._core.begin()
        return self._core


class SQLitePen(_DriverPen):
    is_sqlite = True

    def fetch(self, statement: str, *values: Any) -> Rows:
        rows: Rows = self._driver.execute(statement, values).fetchall()
        return rows

    def each(self, statement: str, rows: Rows) -> None:
        self._driver.executemany(statement, rows)


class PostgreSQLPen(_DriverPen):
    is_sqlite = False

    def fetch(self, statement: str, *values: Any) -> Rows:
        rows: Rows = await_only(self._driver.fetch(statement, *values))
        return rows

    def each(self, statement: str, rows: Rows) -> None:
        await_only(self._driver.executemany(statement, rows))


class Lane(Protocol):
    async def run(self, write: Callable[[Pen], T]) -> T:
        """One transaction; one at a time. What `write` raises undoes it."""

    async def look(self, read: Callable[[Pen], T]) -> T:
        """What `read` fetches, on a connection of its own: nobody who writes is waited for."""

    async def dispose(self) -> None: ...


class SQLiteLane:
    """Used from the event loop itself: a statement here takes less than a thread's turn does.

    Only what may wait is waited for: the lock is asked for again, the flush is a thread's.
    """

    def __init__(self, url: URL, prepare: Callable[[Any, Any], None]) -> None:
        self._engine = create_engine(
            url.set(drivername="sqlite"),
            connect_args={"isolation_level": None, "timeout": 0, "check_same_thread": False},
            hide_parameters=True,
            poolclass=NullPool,
        )
        event.listen(self._engine, "connect", prepare)
        event.listen(self._engine, "connect", _never_wait)
        self._writing: Connection | None = None
        self._looking: Connection | None = None
        self._flusher = ThreadPoolExecutor(1, "flush")

    async def run(self, write: Callable[[Pen], T]) -> T:
        if self._writing is None:
            self._writing = self._engine.connect()
        core, driver = self._writing, _driver_of(self._writing)
        await self._begin(driver)
        try:
            result = write(SQLitePen(core, driver))
            await self._flush(core.commit if core.in_transaction() else driver.commit)
        except BaseException:
            if driver.in_transaction:  # else it was committed, and only its caller is gone
                driver.rollback()
            raise
        finally:
            core.rollback()  # one that could not be committed is still there, though not active
        return result

    async def look(self, read: Callable[[Pen], T]) -> T:
        if self._looking is None:
            self._looking = self._engine.connect()
        return read(SQLitePen(self._looking, _driver_of(self._looking)))

    async def _begin(self, driver: sqlite3.Connection) -> None:
        end = monotonic() + LONGEST_WAIT
        while True:
            try:
                driver.execute("BEGIN IMMEDIATE")
            except sqlite3.OperationalError:
                if monotonic() > end:
                    raise
            else:
                return
            await asyncio.sleep(ASK_AGAIN_AFTER)

    async def _flush(self, commit: Callable[[], None]) -> None:
        flush = asyncio.get_running_loop().run_in_executor(self._flusher, commit)
        try:
            await asyncio.shield(flush)
        except asyncio.CancelledError:
            # The thread is at it: nobody else may touch the connection until it has finished.
            await asyncio.wait({flush})
            raise

    async def dispose(self) -> None:
        for connection in (self._writing, self._looking):
            if connection is not None:
                connection.close()
        self._writing = self._looking = None
        self._engine.dispose()
        self._flusher.shutdown(wait=False)


class PostgreSQLLane:
    def __init__(self, engine: AsyncEngine) -> None:
        self._writing = _Kept(engine)
        self._looking = _Kept(engine)

    async def run(self, write: Callable[[Pen], T]) -> T:
        async with self._writing.turn() as (connection, driver), driver.transaction():
            return await connection.run_sync(_whole, driver, write)

    async def look(self, read: Callable[[Pen], T]) -> T:
        async with self._looking.turn() as (connection, driver):
            return await connection.run_sync(lambda core: read(PostgreSQLPen(core, driver)))

    async def dispose(self) -> None:
        await self._writing.dispose()
        await self._looking.dispose()


class _Kept:
    """A connection that is kept, so that none has to be asked for and tried first."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine
        self._connection: AsyncConnection | None = None
        self._turn = asyncio.Lock()

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[tuple[AsyncConnection, asyncpg.Connection]]:
        """The connection, for one at a time."""
        async with self._turn:
            opened = await self._open()
            try:
                yield opened
            except asyncpg.PostgresError:
                raise
            except BaseException:
                # Cut off in the middle: what it would answer next is not known.
                await self._drop()
                raise

    async def _open(self) -> tuple[AsyncConnection, asyncpg.Connection]:
        if self._connection is not None:
            driver = await _driver_behind(self._connection)
            if not driver.is_closed():
                return self._connection, driver
            await self._drop()
        self._connection = await self._engine.connect()
        driver = await _driver_behind(self._connection)
        await driver.execute(PLANNED_ONCE)
        return self._connection, driver

    async def _drop(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            await connection.invalidate()
            await connection.close()

    async def dispose(self) -> None:
        if self._connection is not None:
            await self._connection.close()
            self._connection = None


async def _driver_behind(connection: AsyncConnection) -> Any:
    return (await connection.get_raw_connection()).driver_connection


def _whole(core: Connection, driver: asyncpg.Connection, write: Callable[[Pen], T]) -> T:
    """Core, where it is used inside, has a savepoint in the driver's transaction."""
    try:
        result = write(PostgreSQLPen(core, driver))
        if core.in_transaction():
            core.commit()
    finally:
        core.rollback()
    return result


def id_for(pen: Pen, id: UUID) -> Any:
    """As our columns keep it: SQLite has no type for it."""
    return id.hex if pen.is_sqlite else id


def id_from(pen: Pen, kept: Any) -> UUID:
    return UUID(kept) if pen.is_sqlite else kept


def time_for(pen: Pen, at: datetime) -> Any:
    if not pen.is_sqlite:
        return at
    return at.astimezone(UTC).replace(tzinfo=None).isoformat(" ", "microseconds")


def time_from(pen: Pen, kept: Any) -> datetime:
    at: datetime = datetime.fromisoformat(kept) if pen.is_sqlite else kept
    return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)


def _driver_of(connection: Connection) -> Any:
    return connection.connection.driver_connection


def _never_wait(connection: Any, record: Any) -> None:
    connection.execute("PRAGMA busy_timeout=0")
