"""The migrations, on both databases: up from nothing, no drift, down again, several at once."""

import asyncio

from alembic import command
from sqlalchemy import inspect
from sqlmodel import SQLModel

from portal import models
from portal.cli.migrate import configuration, upgrade
from portal.db import Database, make_engine, portable_url
from portal.web.schema import known_revisions, schema_problem
from tests.cli.commands import portal, settings_for


async def tables_of(url: str) -> set[str]:
    engine = make_engine(portable_url(url))
    try:
        async with engine.connect() as connection:
            names = await connection.run_sync(lambda sync: inspect(sync).get_table_names())
    finally:
        await engine.dispose()
    return set(names) - {"alembic_version"}


async def test_the_migrations_make_exactly_the_tables_of_the_models(database_url: str) -> None:
    assert models.metadata is SQLModel.metadata
    assert await tables_of(database_url) == set(SQLModel.metadata.tables)


async def test_a_new_migration_would_be_empty(database_url: str) -> None:
    await asyncio.to_thread(command.check, configuration(database_url))


async def test_the_migrations_go_down_to_nothing_and_up_again(database_url: str) -> None:
    await asyncio.to_thread(command.downgrade, configuration(database_url), "base")
    assert await tables_of(database_url) == set()
    await upgrade(database_url)
    assert await tables_of(database_url) == set(SQLModel.metadata.tables)


async def test_several_may_migrate_at_once(empty_url: str) -> None:
    settings = settings_for(empty_url)
    done = await asyncio.gather(*(portal("migrate", settings=settings) for _ in range(2)))
    assert [each.code for each in done] == [0, 0], done
    assert await tables_of(empty_url) == set(SQLModel.metadata.tables)


async def test_the_last_migration_is_the_schema_we_ask_for(database: Database) -> None:
    async with database.read() as session:
        assert await schema_problem(session) is None
    assert known_revisions()
