"""A SQLite database for a rehearsal: nobody else uses it, and nobody will miss it.

Tables, statements and transactions are production's. Two things are not: no commit waits for the
disk, and a statement runs here instead of in a thread of its own, whose turns would take more time
than everything else together.
"""

import sqlite3
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from pathlib import Path
from secrets import token_urlsafe
from typing import Any, ClassVar

from sqlalchemy import event

from portal.check_ins.rules import RuleSet
from portal.db import Database
from portal.sealing import Vault
from portal.settings import Clinic


@asynccontextmanager
async def throwaway(path: Path, clinic: Clinic, rules: RuleSet) -> AsyncIterator[Database]:
    """The database in this file, sealed with keys that nobody keeps."""

    async def connect() -> Connection:
        return Connection(path)

    vault = Vault([token_urlsafe(32)], token_urlsafe(32))
    database = Database(
        f"sqlite:///{path}", vault, clinic=clinic, rules=rules, async_creator=connect
    )
    event.listen(database.engine.sync_engine, "connect", _never_wait_for_the_disk)
    try:
        yield database
    finally:
        await database.dispose()


def _never_wait_for_the_disk(connection: Any, record: Any) -> None:
    cursor = connection.cursor()
    cursor.execute("PRAGMA synchronous=OFF")
    cursor.close()


class Cursor:
    def __init__(self, cursor: sqlite3.Cursor) -> None:
        self._cursor = cursor

    async def __aenter__(self) -> "Cursor":
        return self

    @property
    def description(self) -> Any:
        return self._cursor.description

    @property
    def rowcount(self) -> int:
        return self._cursor.rowcount

    @property
    def lastrowid(self) -> int | None:
        return self._cursor.lastrowid

    async def execute(self, statement: str, values: Any = ()) -> None:
        self._cursor.execute(statement, values)

    async def executemany(self, statement: str, rows: Iterable[Any]) -> None:
        self._cursor.executemany(statement, rows)

    async def fetchmany(self, size: int) -> list[Any]:
        return self._cursor.fetchmany(size)

    async def fetchall(self) -> list[Any]:
        return self._cursor.fetchall()

    async def close(self) -> None:
        self._cursor.close()


class Connection:
    """What SQLAlchemy awaits of an asynchronous driver, done at once."""

    isolation_level = None
    kind: ClassVar[type[Cursor]] = Cursor

    def __init__(self, path: Path) -> None:
        self._connection = sqlite3.connect(path, isolation_level=None, cached_statements=1000)

    def cursor(self) -> Cursor:
        return self.kind(self._connection.cursor())

    async def commit(self) -> None:
        self._connection.commit()

    async def rollback(self) -> None:
        self._connection.rollback()

    async def create_function(self, *arguments: Any, **named: Any) -> None:
        self._connection.create_function(*arguments, **named)

    async def close(self) -> None:
        self._connection.close()

    def stop(self) -> None:
        self._connection.close()
