"""The database: engines, column types, and the unit of work: one commit, then announcements."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext
from datetime import UTC, datetime
from enum import Enum
from pathlib import Path
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import (
    JSON,
    Connection,
    DateTime,
    Dialect,
    MetaData,
    event,
)
from sqlalchemy import Enum as SAEnum
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import InvalidatePoolError
from sqlalchemy.ext.asyncio import AsyncEngine, async_sessionmaker, create_async_engine
from sqlalchemy.types import TypeDecorator, TypeEngine
from sqlmodel import SQLModel
from sqlmodel.ext.asyncio.session import AsyncSession

from portal.announcements import Announcement
from portal.db_lane import Lane, Pen, PostgreSQLLane, SQLiteLane
from portal.permissions import Actor
from portal.sealing import Vault
from portal.settings import Clinic

SQLModel.metadata.naming_convention = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
).naming_convention

# A database that does not answer costs a page seconds, not minutes: it then says so.
POSTGRESQL: dict[str, Any] = {
    "pool_size": 10,
    "pool_timeout": 3,
    "connect_args": {"timeout": 3, "command_timeout": 4},
}
T = TypeVar("T")

Publish = Callable[[Sequence[Announcement]], None]
Post = Callable[[AsyncSession, Sequence[Announcement]], Awaitable[None]]


class UTCDateTime(TypeDecorator[datetime]):
    """Aware in, aware UTC out, on both databases."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a time without a zone cannot be stored")
        value = value.astimezone(UTC)
        return value if dialect.name == "postgresql" else value.replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class PortableJSON(TypeDecorator[Any]):
    """JSONB on PostgreSQL, JSON elsewhere."""

    impl = JSON
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return dialect.type_descriptor(JSONB() if dialect.name == "postgresql" else JSON())


def enum_type(kind: type[Enum], name: str) -> SAEnum:
    """A checked text column holding the values of `kind`."""
    return SAEnum(
        kind,
        native_enum=False,
        length=32,
        create_constraint=True,
        name=name,
        values_callable=lambda members: [member.value for member in members],
    )


def insert_into(where: AsyncSession | Connection, table: type[SQLModel]) -> Any:
    """An insert that can say what becomes of a row that is there already."""
    bind = where.get_bind() if isinstance(where, AsyncSession) else where
    dialect: Any = postgresql if bind.dialect.name == "postgresql" else sqlite
    return dialect.insert(table)


def clinic_of(session: AsyncSession) -> Clinic:
    clinic: Clinic = session.info["clinic"]
    return clinic


class UnitOfWork:
    """One transaction on behalf of one actor. Actions add rows and announcements, never commit."""

    def __init__(self, session: AsyncSession, actor: Actor | None, origin: str | None) -> None:
        self.session = session
        self.actor = actor
        self.origin = origin
        self.announcements: list[Announcement] = []
        self.before_commit: list[Callable[[], Awaitable[None]]] = []

    def announce(self, topic: str, kind: str, id: UUID, patient_id: UUID | None = None) -> None:
        self.announcements.append(Announcement(topic, kind, id, patient_id))


class Database:
    """Hands out units of work and read-only sessions. `publish` hears of what was committed.

    `post`, where there is one, stores what is announced in the same transaction.

    `rules` are the clinic's own, for those who judge; None for those that ship.
    """

    def __init__(
        self,
        url: str,
        vault: Vault,
        publish: Publish | None = None,
        clinic: Clinic | None = None,
        *,
        rules: object = None,
        **options: Any,
    ):
        self.url = portable_url(url)
        self.engine = make_engine(self.url, **options)
        self.publish: Publish = publish or (lambda announcements: None)
        self.post: Post | None = None
        self.vault = vault
        self.info = info = {"vault": vault, "clinic": clinic or Clinic(), "rules": rules}
        self._writers = async_sessionmaker(
            self.engine, class_=AsyncSession, expire_on_commit=False, info=info
        )
        self._readers = async_sessionmaker(
            self.engine.execution_options(readonly=True) if self.is_sqlite else self.engine,
            class_=AsyncSession,
            expire_on_commit=False,
            info=info,
        )
        self._lane: Lane = (
            SQLiteLane(self.url, _prepare_sqlite) if self.is_sqlite else PostgreSQLLane(self.engine)
        )
        # SQLite has one writer anyway; queueing here is fair, its own busy polling is not.
        self._turn: AbstractAsyncContextManager[Any] = (
            asyncio.Lock() if self.is_sqlite else nullcontext()
        )

    @property
    def is_sqlite(self) -> bool:
        return self.url.get_backend_name() == "sqlite"

    @asynccontextmanager
    async def work(
        self, actor: Actor | None = None, origin: str | None = None
    ) -> AsyncIterator[UnitOfWork]:
        """One transaction: commits on clean exit and announces after that, else rolls back."""
        async with self._turn, self._writers() as session:
            unit = UnitOfWork(session, actor, origin)
            async with session.begin():
                yield unit
                if self.post and unit.announcements:
                    await self.post(session, unit.announcements)
                for hook in unit.before_commit:
                    await hook()
        if unit.announcements:
            self.publish(unit.announcements)

    async def together(self, write: Callable[[Pen], T]) -> T:
        """One transaction that never waits in between; announces nothing."""
        async with self._turn:
            return await self._lane.run(write)

    async def glance(self, read: Callable[[Pen], T]) -> T:
        """What a few statements fetch at once, without a session: for what every message needs."""
        return await self._lane.look(read)

    @asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncSession]:
        async with self._readers() as session:
            yield session

    async def dispose(self) -> None:
        await self._lane.dispose()
        await self.engine.dispose()


def portable_url(text: str) -> URL:
    """Understands `postgres://`, `postgresql://`, `sqlite:///` and libpq's `sslmode=`."""
    url = make_url(text)
    backend = url.drivername.split("+")[0]
    if backend in {"postgres", "postgresql"}:
        url = url.set(drivername="postgresql+asyncpg")
        if "sslmode" in url.query:
            mode = url.query["sslmode"]
            url = url.difference_update_query(["sslmode"]).update_query_dict({"ssl": mode})
        return url
    if backend == "sqlite":
        return url.set(drivername="sqlite+aiosqlite")
    raise ValueError("DATABASE_URL must name SQLite or PostgreSQL")


def make_engine(url: URL, *, may_take_long: bool = False, **options: Any) -> AsyncEngine:
    """`may_take_long` is for migrations; everything else gives up after seconds."""
    # An error's text would otherwise carry the row's values into logs.
    options.setdefault("hide_parameters", True)
    if url.get_backend_name() != "sqlite":
        limits = {} if may_take_long else POSTGRESQL
        engine = create_async_engine(url, **(limits | options))
        event.listen(engine.sync_engine, "checkout", _refuse_closed)
        return engine
    if url.database and url.database != ":memory:":
        Path(url.database).parent.mkdir(parents=True, exist_ok=True)
    arguments = {"isolation_level": None, "timeout": 5}
    engine = create_async_engine(url, connect_args=arguments, **options)
    event.listen(engine.sync_engine, "connect", _prepare_sqlite)
    event.listen(engine.sync_engine, "begin", _begin_sqlite)
    return engine


def _refuse_closed(connection: Any, record: Any, fairy: Any) -> None:
    # A database that went away has closed its connections, and the driver knows: no need to ask.
    if connection.driver_connection.is_closed():
        raise InvalidatePoolError


def _prepare_sqlite(connection: Any, record: Any) -> None:
    cursor = connection.cursor()
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",  # what we acknowledge must survive a power cut
        "busy_timeout=5000",
        "foreign_keys=ON",
        # A commit that also empties the log takes ten times as long: every 80th message did.
        "wal_autocheckpoint=4000",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_sqlite(connection: Any) -> None:
    # Writers take the lock at once: a SELECT that later writes would fail halfway otherwise.
    readonly = connection.get_execution_options().get("readonly")
    connection.exec_driver_sql("BEGIN" if readonly else "BEGIN IMMEDIATE")
