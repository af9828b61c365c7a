"""SQLite rebuilds a table to change it: children must survive that, and orphans must not."""

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest
from alembic import command
from sqlalchemy import text

from portal.cli.migrate import configuration
from portal.db import make_engine, portable_url

MIGRATION = """
import sqlalchemy as sa
from alembic import op

revision, down_revision = {revision!r}, {parent!r}
branch_labels = depends_on = None


def upgrade() -> None:
{body}
"""
FAMILY = """
    op.execute("create table parent (id integer primary key, name text)")
    op.execute("create table child (id integer primary key, parent_id integer not null "
               "references parent (id) on delete cascade)")
    op.execute("insert into parent values (1, 'one')")
    op.execute("insert into child values (10, 1)")
"""
REBUILD = """
    with op.batch_alter_table("parent", recreate="always") as parent:
        parent.add_column(sa.Column("born_on", sa.Date()))
"""
ORPHAN = """
    op.execute("insert into child values (11, 2)")
"""
Migrate = Callable[[str], None]


@pytest.fixture
def migrate(tmp_path: Path) -> Migrate:
    """Runs the real environment on migrations of this test's own."""
    bodies = {"a_family": FAMILY, "b_rebuild": REBUILD, "c_orphan": ORPHAN}
    parent = None
    for revision, body in bodies.items():
        source = MIGRATION.format(revision=revision, parent=parent, body=body)
        (tmp_path / f"{revision}.py").write_text(source)
        parent = revision

    def run(to: str) -> None:
        config = configuration(url_in(tmp_path))
        config.set_main_option("version_locations", str(tmp_path))
        config.set_main_option("path_separator", "newline")
        command.upgrade(config, to)

    return run


def url_in(folder: Path) -> str:
    return f"sqlite:///{folder}/portal.db"


async def children(folder: Path) -> list[int]:
    engine = make_engine(portable_url(url_in(folder)))
    async with engine.connect() as connection:
        rows = (await connection.execute(text("select id from child order by id"))).all()
    await engine.dispose()
    return [row[0] for row in rows]


async def test_rebuilding_a_table_keeps_the_rows_that_point_at_it(
    migrate: Migrate, tmp_path: Path
) -> None:
    await asyncio.to_thread(migrate, "b_rebuild")
    assert await children(tmp_path) == [10]


async def test_a_migration_that_leaves_orphans_is_undone(migrate: Migrate, tmp_path: Path) -> None:
    await asyncio.to_thread(migrate, "b_rebuild")
    with pytest.raises(RuntimeError, match="without their parent in: child"):
        await asyncio.to_thread(migrate, "c_orphan")
    assert await children(tmp_path) == [10]
