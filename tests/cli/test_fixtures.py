"""The tests' own ground: if this fails, look here first."""

from sqlmodel import select

from portal.db import Database
from portal.people.models import Person
from tests.conftest import Clock


async def test_each_test_begins_with_an_empty_migrated_database(database: Database) -> None:
    async with database.read() as session:
        assert (await session.exec(select(Person))).all() == []


async def test_the_clinic_has_eight_people(database: Database, clinic: object) -> None:
    async with database.read() as session:
        assert len((await session.exec(select(Person))).all()) == 8


def test_the_clock_moves_only_when_told(clock: Clock) -> None:
    before = clock.now()
    assert clock.now() == before
    assert (clock.forward(minutes=5) - before).total_seconds() == 300
