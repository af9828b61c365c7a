"""Who never chose a language is written to in the one they last read in."""

import pytest

from portal.check_ins.clocks import follow_silence
from portal.db import Database
from portal.people.models import Person
from tests.check_ins.doses import give_dose
from tests.clients import Client
from tests.conftest import ClientFor, Clock
from tests.notices.posts import NOON, Posts, give_address, send
from tests.people import Clinic

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
async def own(client_for: ClientFor, clinic: Clinic, clock: Clock) -> Client:
    clock.set(NOON)
    return await client_for(clinic.patient)


async def title_of_the_next_mail(database: Database, clinic: Clinic, clock: Clock) -> str:
    """The first check-in after a dose is due, and nobody looks."""
    await give_address(database, clinic.patient)
    await give_dose(database, clinic, hours_ago=0)
    clock.forward(hours=1)
    await follow_silence(database, clock.now())
    posts = Posts()
    await send(database, posts, clock.now())
    (letter,) = posts.mail.sent
    return letter.words.title


async def read_in(database: Database, person: Person) -> str:
    async with database.read() as session:
        return (await session.get_one(Person, person.id)).read_in


async def test_a_mail_is_in_the_language_that_was_read_last(
    own: Client, database: Database, clinic: Clinic, clock: Clock
) -> None:
    await own.get("/", accept_language="es-MX")
    assert await title_of_the_next_mail(database, clinic, clock) == "Esperamos saber de usted"


async def test_a_choice_counts_more(
    own: Client, database: Database, clinic: Clinic, clock: Clock
) -> None:
    await own.get("/", accept_language="es-MX")
    await own.post("/account/language", language="en")
    assert (
        await title_of_the_next_mail(database, clinic, clock) == "We are waiting to hear from you"
    )


async def test_a_page_that_fetches_itself_and_a_nurse_are_not_remembered(
    own: Client, client_for: ClientFor, database: Database, clinic: Clinic
) -> None:
    await own.get("/", accept_language="es", x_background="yes")
    assert await read_in(database, clinic.patient) == ""
    nurse = await client_for(clinic.nurse_on_team)
    await nurse.get("/triage", accept_language="es")
    assert await read_in(database, clinic.nurse_on_team) == ""
