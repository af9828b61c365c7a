"""What a test leaves behind in its database, the next one does not find."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from portal.audit.actions import record
from portal.db import Database
from portal.sealing import Vault
from tests.databases import Databases
from tests.keys import ENCRYPTION_KEY, SECRET_KEY
from tests.people import clinic_of

both = pytest.mark.parametrize("kind", ["sqlite", "postgresql"])


@both
async def test_rows_are_as_at_first(databases: Databases, kind: str) -> None:
    found = []
    for _ in range(2):
        async with databases.copy(kind, clinic_of) as url:
            database = _at(url)
            found.append(await _contents(database))
            async with database.work() as work:
                record(work, "flag:acknowledge")
            await _run(database, "update person set name = 'Nobody'")
            await _run(database, "delete from care_team_member")
            await database.dispose()
    assert found[0] == found[1]
    assert "Night nurse" in found[0]


@both
async def test_a_changed_schema_is_not_handed_on(databases: Databases, kind: str) -> None:
    for _ in range(2):
        async with databases.copy(kind) as url:
            database = _at(url)
            await _run(database, "create table left_behind (id integer)")
            await database.dispose()


async def test_whoever_is_still_connected_is_cut_off(databases: Databases) -> None:
    async with databases.copy("postgresql", clinic_of) as url:
        left = _at(url)
        connection = await left.engine.connect()
        await connection.execute(text("update person set name = 'Nobody'"))
    with pytest.raises(DBAPIError):
        await connection.execute(text("select 1"))
    await connection.invalidate()
    await left.dispose()


def _at(url: str) -> Database:
    return Database(url, Vault([ENCRYPTION_KEY], SECRET_KEY))


async def _run(database: Database, statement: str) -> None:
    async with database.engine.begin() as connection:
        await connection.execute(text(statement))


async def _contents(database: Database) -> list[str]:
    everything = """
        select name from person union all select cast(count(*) as text) from care_team_member
        union all select cast(count(*) as text) from audit_event
        union all select cast(seq as text) from audit_head
    """
    async with database.engine.connect() as connection:
        return sorted((await connection.execute(text(everything))).scalars())
