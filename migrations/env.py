"""How Alembic reaches the database: the same engines as the portal, one migrator at a time."""

import asyncio
import os
from typing import Any, Literal

from alembic import context
from alembic.autogenerate.api import AutogenContext
from sqlalchemy import Connection, event
from sqlmodel.sql.sqltypes import AutoString

from portal import models
from portal.db import PortableJSON, UTCDateTime, make_engine, portable_url

# Any number that nobody else uses; all migrators of one database must share it.
ADVISORY_LOCK = 726_417_303
OWN_TYPES = (UTCDateTime, PortableJSON)


def render_item(kind: str, item: Any, autogen: AutogenContext) -> str | Literal[False]:
    """Write our own column types into new migrations in a form that can be imported."""
    if kind == "type" and isinstance(item, OWN_TYPES):
        name = type(item).__name__
        autogen.imports.add(f"from portal.db import {name}")
        return f"{name}()"
    if kind == "type" and isinstance(item, AutoString):
        return f"sa.String(length={item.length})" if item.length else "sa.String()"
    return False


def migrate(connection: Connection) -> None:
    is_sqlite = connection.dialect.name == "sqlite"
    if not is_sqlite:
        _take_turn(connection)
    context.configure(
        connection=connection,
        target_metadata=models.metadata,
        render_item=render_item,
        render_as_batch=is_sqlite,
        # Alembic does not trust SQLite with this, for old drivers' sake; ours begins by itself.
        # There the whole chain is one transaction, which is also how several take turns.
        transactional_ddl=True,
        transaction_per_migration=not is_sqlite,
        compare_server_default=True,
    )
    with context.begin_transaction():
        context.run_migrations()
        if is_sqlite:
            _refuse_orphans(connection)


def _take_turn(connection: Connection) -> None:
    """Wait for other migrators; then never queue the whole clinic behind a lock we wait for."""
    connection.exec_driver_sql("SET lock_timeout = '120s'")
    connection.exec_driver_sql(f"SELECT pg_advisory_lock({ADVISORY_LOCK})")
    connection.exec_driver_sql("SET lock_timeout = '5s'")
    connection.commit()


def _refuse_orphans(connection: Connection) -> None:
    orphans = connection.exec_driver_sql("PRAGMA foreign_key_check").all()
    if orphans:
        tables = ", ".join(sorted({row[0] for row in orphans}))
        raise RuntimeError(f"the migration left rows without their parent in: {tables}")


def _foreign_keys_off(connection: Any, _record: Any) -> None:
    # A batch migration rebuilds the table, and with foreign keys on that deletes its children.
    connection.execute("PRAGMA foreign_keys=OFF")


async def main() -> None:
    url = context.config.attributes.get("url") or os.environ["DATABASE_URL"]
    engine = make_engine(portable_url(url), may_take_long=True)
    if engine.dialect.name == "sqlite":
        event.listen(engine.sync_engine, "connect", _foreign_keys_off)
    try:
        async with engine.connect() as connection:
            await connection.run_sync(migrate)
    finally:
        await engine.dispose()


asyncio.run(main())
