"""A statement compiled in one test serves the next ones.

An engine compiles each statement once, a busy page's for 50 ms; every test has an engine of its
own. In the cache a statement is filed under its dialect: those of one kind count as the same here.
"""

from typing import Any

from sqlalchemy.dialects import registry
from sqlalchemy.dialects.postgresql.asyncpg import PGDialect_asyncpg
from sqlalchemy.dialects.sqlite.aiosqlite import SQLiteDialect_aiosqlite
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite
from sqlalchemy.util import LRUCache


class _OneOfItsKind:
    supports_statement_cache = True

    def __eq__(self, other: object) -> bool:
        return type(self) is type(other)

    def __hash__(self) -> int:
        return hash(type(self))


class OnPostgreSQL(_OneOfItsKind, PGDialect_asyncpg):
    supports_statement_cache = True


class OnSQLite(_OneOfItsKind, SQLiteDialect_aiosqlite):
    supports_statement_cache = True


class OnSQLiteFromTheLoop(_OneOfItsKind, SQLiteDialect_pysqlite):
    supports_statement_cache = True


COMPILED: LRUCache[Any, Any] = LRUCache(5000)


def share() -> None:
    """From now on engines are made with these; give them `COMPILED` to share."""
    registry.register("postgresql.asyncpg", __name__, OnPostgreSQL.__name__)
    registry.register("sqlite.aiosqlite", __name__, OnSQLite.__name__)
    registry.register("sqlite", __name__, OnSQLiteFromTheLoop.__name__)
