"""The audit trail cannot be altered without it showing, on both databases."""

import asyncio
from uuid import uuid4

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from portal.audit.actions import record
from portal.audit.queries import Verdict, verify
from portal.db import Database


async def test_a_trail_nobody_touched_is_whole(database: Database) -> None:
    await _write(database, 5)
    assert (await _verdict(database)).broken_at is None


async def test_an_entry_is_written_with_the_act_or_not_at_all(database: Database) -> None:
    with pytest.raises(RuntimeError):
        async with database.work() as work:
            record(work, "flag:acknowledge", patient_id=uuid4())
            raise RuntimeError
    assert (await _verdict(database)).entries == 0


@pytest.mark.parametrize("statement", ["update audit_event set tag='x'", "delete from audit_event"])
async def test_the_database_itself_refuses_a_change(database: Database, statement: str) -> None:
    await _write(database, 2)
    with pytest.raises(DBAPIError):
        await run(database, statement)


@pytest.mark.parametrize(
    ("statement", "broken_at"),
    [
        ("update audit_event set tag='x' where seq=1", 1),
        ("update audit_event set patient_id=null where seq=3", 3),
        ("delete from audit_event where seq=1", 1),
        ("delete from audit_event where seq=3", 3),
        ("delete from audit_event where seq=5", 5),
        ("delete from audit_event", 1),
        ("update audit_event set seq=-seq; update audit_event set seq=seq+6", 1),
    ],
)
async def test_whoever_gets_round_that_is_found_out(
    database: Database, statement: str, broken_at: int
) -> None:
    await _write(database, 5)
    await disarm(database)
    for one in statement.split(";"):
        await run(database, one)
    assert (await _verdict(database)).broken_at == broken_at


async def test_cutting_off_the_end_and_mending_the_head_is_found_with_a_note_kept_elsewhere(
    database: Database,
) -> None:
    await _write(database, 5)
    whole = await _verdict(database)
    await disarm(database)
    await run(database, "delete from audit_event where seq=5")
    await run(
        database,
        "update audit_head set seq=4, mac=(select mac from audit_event where seq=4)",
    )
    async with database.read() as session:
        assert (await verify(session)).broken_at is None
        assert (await verify(session, known=(5, whole.head))).broken_at == 5


async def test_writers_at_the_same_moment_never_fork_the_chain(database: Database) -> None:
    await asyncio.gather(*(_write(database, 2) for _ in range(12)))
    verdict = await _verdict(database)
    assert (verdict.entries, verdict.broken_at) == (24, None)


async def _write(database: Database, number: int) -> None:
    async with database.work() as work:
        for _ in range(number):
            record(work, "record:read", patient_id=uuid4(), detail={"page": "triage"})


async def _verdict(database: Database) -> Verdict:
    async with database.read() as session:
        return await verify(session)


async def run(database: Database, statement: str) -> None:
    async with database.engine.begin() as connection:
        await connection.execute(text(statement))


async def disarm(database: Database) -> None:
    """Take the guards off, as somebody with rights over the database could."""
    if database.is_sqlite:
        await run(database, "drop trigger audit_event_no_update")
        await run(database, "drop trigger audit_event_no_delete")
    else:
        await run(database, "drop trigger audit_event_append_only on audit_event")
