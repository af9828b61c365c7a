"""The unit of work: all or nothing, announced after the commit, on both databases."""

import asyncio
from datetime import UTC, datetime, timedelta, timezone
from functools import partial
from uuid import uuid4

import pytest
from sqlalchemy.exc import IntegrityError
from sqlmodel import insert, select

from portal.announcements import Announcement
from portal.db import Database, portable_url
from portal.db_lane import Pen
from portal.people.actions import care_team_named
from portal.people.models import CareTeam, Person
from portal.permissions import Role


async def test_what_a_unit_of_work_did_is_there_afterwards(database: Database) -> None:
    async with database.work() as work:
        await care_team_named(work, "North")
    assert await _teams(database) == ["North"]


async def test_a_unit_of_work_that_fails_leaves_nothing_and_announces_nothing(
    database: Database,
) -> None:
    heard: list[Announcement] = []
    database.publish = heard.extend
    with pytest.raises(RuntimeError):
        async with database.work() as work:
            await care_team_named(work, "North")
            work.announce("triage", "changed", uuid4())
            raise RuntimeError
    assert await _teams(database) == []
    assert heard == []


async def test_announcements_come_after_the_commit(database: Database) -> None:
    seen: list[Announcement] = []
    database.publish = seen.extend
    async with database.work() as work:
        await care_team_named(work, "North")
        work.announce("triage", "changed", uuid4())
        assert seen == []
    assert [one.topic for one in seen] == ["triage"]


async def test_times_come_back_aware_and_in_utc(database: Database) -> None:
    evening = datetime(2026, 11, 1, 20, 30, tzinfo=timezone(timedelta(hours=-5)))
    async with database.work() as work:
        work.session.add(
            Person(name="Night nurse", role=Role.NURSE, time_zone="UTC", created_at=evening)
        )
    async with database.read() as session:
        person = (await session.exec(select(Person))).one()
    assert person.created_at == evening
    assert person.created_at.tzinfo is UTC


async def test_a_reading_session_cannot_be_mistaken_for_a_writing_one(database: Database) -> None:
    async with database.read() as session:
        session.add(CareTeam(name="North"))
        await session.flush()
    assert await _teams(database) == []


async def test_what_is_written_together_may_be_said_with_core_and_is_undone_as_a_whole(
    database: Database,
) -> None:
    def write(pen: Pen) -> None:
        pen.connection.execute(insert(CareTeam).values(id=uuid4(), name="North"))
        raise RuntimeError

    with pytest.raises(RuntimeError):
        await database.together(write)
    assert await _teams(database) == []
    await database.together(lambda pen: _add_team(pen, "South"))
    assert await _teams(database) == ["South"]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_a_commit_that_fails_leaves_the_next_write_alone(database: Database) -> None:
    def write(pen: Pen) -> None:
        # Found out at the commit, as a full disk is.
        pen.connection.exec_driver_sql("PRAGMA defer_foreign_keys=ON")
        pen.connection.exec_driver_sql(
            "insert into care_team_member values ('nowhere', 'nobody', '2026-08-24')"
        )

    with pytest.raises(IntegrityError):
        await database.together(write)
    await database.together(lambda pen: _add_team(pen, "South"))
    assert await _teams(database) == ["South"]


async def test_a_write_that_is_cancelled_halfway_leaves_the_next_one_alone(
    database: Database,
) -> None:
    for turns in range(12):
        task = asyncio.create_task(database.together(lambda pen: _add_team(pen, f"Cut {uuid4()}")))
        for _ in range(turns):
            await asyncio.sleep(0)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        await database.together(partial(_add_team, name=f"Whole {turns}"))
    whole = [name for name in await _teams(database) if name.startswith("Whole")]
    assert len(whole) == 12


def _add_team(pen: Pen, name: str) -> None:
    pen.connection.execute(insert(CareTeam).values(id=uuid4(), name=name))


@pytest.mark.parametrize(
    ("given", "meant"),
    [
        ("postgres://u:p@db/portal", "postgresql+asyncpg://u:p@db/portal"),
        ("postgresql://db/portal?sslmode=require", "postgresql+asyncpg://db/portal?ssl=require"),
        ("sqlite:///here.db", "sqlite+aiosqlite:///here.db"),
    ],
)
def test_the_usual_ways_to_write_a_database_address_are_understood(given: str, meant: str) -> None:
    assert portable_url(given).render_as_string(hide_password=False) == meant


def test_another_kind_of_database_is_refused() -> None:
    with pytest.raises(ValueError, match="SQLite or PostgreSQL"):
        portable_url("mysql://db/portal")


async def _teams(database: Database) -> list[str]:
    async with database.read() as session:
        return [team.name for team in (await session.exec(select(CareTeam))).all()]
