"""The lane that messages are written on: one connection, kept, spoken to in the driver's own words.

A statement of Core costs 30 to 100 µs, the same words said to the driver 6; with this, 1,000
messages at 2,000 a second cost 0.28 CPU seconds instead of 0.36. Everything else in the portal
writes with sessions, where it does not matter; `Pen` is how both say the same few statements.
"""

import asyncio
import sqlite3
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from time import monotonic
from typing import Any, Protocol, TypeVar
from uuid import UUID

import asyncpg
from sqlalchemy import Connection, RootTransaction, create_engine, event
from sqlalchemy.engine import URL
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine
from sqlalchemy.pool import StaticPool
from sqlalchemy.util import await_only

T = TypeVar("T")
Rows = Sequence[Sequence[Any]]
# How long another process may hold SQLite's lock.
LONGEST_WAIT = 5.0
ASK_AGAIN_AFTER = 0.002
# The database is away, and would be for the next statement too.
AWAY = (
    *(OSError, TimeoutError, InterfaceError, OperationalError, sqlite3.OperationalError),
    *(asyncpg.InterfaceError, asyncpg.PostgresConnectionError),
    asyncpg.exceptions.OperatorInterventionError,
)


class Pen(Protocol):
    """Says statements inside one transaction. Each is written for one kind of database.

    `connection` says everything else in the same transaction, with Core.
    """

    connection: Connection
    is_sqlite: bool

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


class SQLitePen:
    is_sqlite = True

    def __init__(self, connection: Connection, driver: sqlite3.Connection) -> None:
        self.connection = connection
        self._driver = driver

    def fetch(self, statement: str, *values: Any) -> Rows:
        return self._driver.execute(statement, values).fetchall()

    def each(self, statement: str, rows: Rows) -> None:
        self._driver.executemany(statement, rows)


class PostgreSQLPen:
    is_sqlite = False

    def __init__(self, connection: Connection, driver: asyncpg.Connection) -> None:
        self.connection = connection
        self._driver = driver

    def fetch(self, statement: str, *values: Any) -> Rows:
        rows: Rows = await_only(self._driver.fetch(statement, *values))
        return rows

    def each(self, statement: str, rows: Rows) -> None:
        await_only(self._driver.executemany(statement, rows))


class Lane(Protocol):
    async def run(self, write: Callable[[Pen], T]) -> T:
        """One transaction; one at a time. What `write` raises undoes it."""

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
            poolclass=StaticPool,
        )
        event.listen(self._engine, "connect", prepare)
        event.listen(self._engine, "connect", _never_wait)
        event.listen(self._engine, "begin", _take_the_lock)
        self._connection: Connection | None = None
        self._flusher = ThreadPoolExecutor(1, "flush")

    async def run(self, write: Callable[[Pen], T]) -> T:
        if self._connection is None:
            self._connection = self._engine.connect()
        connection = self._connection
        transaction = await self._begin(connection)
        try:
            result = write(SQLitePen(connection, _driver_of(connection)))
            await self._flush(transaction)
        except BaseException:
            if transaction.is_active:  # else it was committed, and only its caller is gone
                transaction.rollback()
            raise
        return result

    async def _begin(self, connection: Connection) -> RootTransaction:
        end = monotonic() + LONGEST_WAIT
        while True:
            try:
                return connection.begin()
            except sqlite3.OperationalError:
                connection.rollback()
                if monotonic() > end:
                    raise
            await asyncio.sleep(ASK_AGAIN_AFTER)

    async def _flush(self, transaction: RootTransaction) -> None:
        flush = asyncio.get_running_loop().run_in_executor(self._flusher, transaction.commit)
        try:
            await asyncio.shield(flush)
        except asyncio.CancelledError:
            # The thread is at it: nobody else may touch the connection until it has finished.
            await asyncio.wait({flush})
            raise

    async def dispose(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None
        self._engine.dispose()
        self._flusher.shutdown(wait=False)


class PostgreSQLLane:
    """A connection of its own, so that none has to be asked for and tried first."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine
        self._connection: AsyncConnection | None = None
        self._turn = asyncio.Lock()

    async def run(self, write: Callable[[Pen], T]) -> T:
        async with self._turn:
            connection, driver = await self._open()
            try:
                return await self._run(connection, driver, write)
            except asyncpg.PostgresError:
                raise
            except BaseException:
                # Cut off in the middle: what it would answer next is not known.
                await self._drop()
                raise

    async def _run(
        self, connection: AsyncConnection, driver: asyncpg.Connection, write: Callable[[Pen], T]
    ) -> T:
        # Core, where it is used inside, begins a savepoint in the driver's transaction.
        async with driver.transaction(), connection.begin():
            return await connection.run_sync(lambda sync: write(PostgreSQLPen(sync, driver)))

    async def _open(self) -> tuple[AsyncConnection, asyncpg.Connection]:
        if self._connection is not None:
            driver = (await self._connection.get_raw_connection()).driver_connection
            if driver is not None and not driver.is_closed():
                return self._connection, driver
            await self._drop()
        self._connection = await self._engine.connect()
        return self._connection, (await self._connection.get_raw_connection()).driver_connection

    async def _drop(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            await connection.invalidate()
            await connection.close()

    async def dispose(self) -> None:
        if self._connection is not None:
            await self._connection.close()
            self._connection = None


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


def _take_the_lock(connection: Connection) -> None:
    _driver_of(connection).execute("BEGIN IMMEDIATE")
