"""The tests' own ground: if this fails, look here first."""

from sqlmodel import select

from portal.db import Database
from portal.people.models import Person
from tests.conftest import Browse, ClientFor, Clock
from tests.serving import Served


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


async def test_a_client_is_signed_in_as_the_person(
    client_for: ClientFor, nurse_on_team: Person
) -> None:
    nobody, nurse = await client_for(None), await client_for(nurse_on_team)
    assert (await nobody.get("/healthz")).status_code == 200
    assert (await nurse.get("/account")).status_code == 200


async def test_a_real_browser_reaches_the_real_server(browse: Browse) -> None:
    page = await browse(None, "phone")
    response = await page.goto("/healthz")
    assert response
    assert response.status == 200


async def test_an_open_socket_hears_hello(server: Served, nurse_on_team: Person) -> None:
    async with server.socket_of(nurse_on_team) as live:
        assert "hello" in str(await live.recv())
