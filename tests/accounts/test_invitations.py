"""Invitation links: one person, one use, seven days, and nothing else links a sign-in."""

import asyncio
from urllib.parse import urlsplit

import pytest
from sqlmodel import select

from portal.accounts.invitations import invite, invite_again
from portal.accounts.models import Identity, Invitation
from portal.accounts.sessions import COOKIE
from portal.db import Database
from portal.errors import Invalid
from portal.people.models import Person
from portal.permissions import Role
from tests.accounts.conftest import go_sign_in, link
from tests.conftest import ClientFor, Clock
from tests.fakes.provider import FakeProvider

PUBLIC_URL = "https://portal.test"


async def link_for(database: Database, person: Person) -> str:
    """The path of a new invitation link."""
    async with database.work() as work:
        return urlsplit(await invite_again(work, PUBLIC_URL, person.id)).path


async def owners(database: Database) -> list[tuple[str, str]]:
    async with database.read() as session:
        found = (await session.exec(select(Identity))).all()
    return [(str(identity.person_id), identity.subject) for identity in found]


async def test_opening_the_link_and_signing_in_makes_the_sign_in_theirs(
    client_for: ClientFor, fake: FakeProvider, database: Database
) -> None:
    async with database.work() as work:
        person, url = await invite(
            work,
            PUBLIC_URL,
            name="Patient C",
            role=Role.PATIENT,
            time_zone="America/New_York",
            care_team="Team North",
        )
    client, path = await client_for(), urlsplit(url).path
    page = await client.get(path)
    assert page.status_code == 200
    assert f"{path}/sign-in" in page.text

    answer = await go_sign_in(client, fake, f"{path}/sign-in")
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    assert await owners(database) == [(str(person.id), "subject-1")]

    again = await client_for()
    assert (await go_sign_in(again, fake)).status_code == 303


async def test_the_link_is_kept_only_as_a_hash_and_the_page_names_nobody(
    client_for: ClientFor, fake: FakeProvider, database: Database, patient: Person
) -> None:
    path = await link_for(database, patient)
    token = path.rsplit("/", 1)[-1]
    async with database.read() as session:
        invitation = (await session.exec(select(Invitation))).one()
    assert token not in str(invitation)
    assert len(token) >= 43
    assert patient.name not in (await (await client_for()).get(path)).text


async def test_a_link_works_once(
    client_for: ClientFor, fake: FakeProvider, database: Database, patient: Person
) -> None:
    path = await link_for(database, patient)
    await go_sign_in(await client_for(), fake, f"{path}/sign-in")
    fake.subject = "somebody-else"
    for address in (path, f"{path}/sign-in"):
        assert (await (await client_for()).get(address)).status_code == 404


async def test_of_many_at_once_one_gets_the_link(
    client_for: ClientFor, fake: FakeProvider, database: Database, patient: Person
) -> None:
    path = await link_for(database, patient)
    clients = [await client_for() for _ in range(5)]
    callbacks = []
    for number, client in enumerate(clients):
        begun = await client.get(f"{path}/sign-in")
        fake.subject = f"subject-{number}"
        callbacks.append(fake.approve(begun.headers["location"]))
    answers = await asyncio.gather(
        *(client.get(callback) for client, callback in zip(clients, callbacks, strict=True))
    )
    assert sorted(answer.status_code for answer in answers) == [303, 403, 403, 403, 403]
    assert len(await owners(database)) == 1


@pytest.mark.parametrize(("days", "status"), [(6.99, 200), (7, 404)])
async def test_a_link_lasts_seven_days(
    client_for: ClientFor,
    fake: FakeProvider,
    database: Database,
    patient: Person,
    clock: Clock,
    days: float,
    status: int,
) -> None:
    path = await link_for(database, patient)
    clock.forward(days=days)
    assert (await (await client_for()).get(path)).status_code == status


async def test_a_link_that_runs_out_on_the_way_links_nothing(
    client_for: ClientFor, fake: FakeProvider, database: Database, patient: Person, clock: Clock
) -> None:
    path = await link_for(database, patient)
    clock.forward(days=6, hours=23, minutes=55)
    client = await client_for()
    callback = fake.approve((await client.get(f"{path}/sign-in")).headers["location"])
    clock.forward(minutes=6)
    answer = await client.get(callback)
    assert answer.status_code == 403
    assert "cannot be used any more" in answer.text
    assert await owners(database) == []


async def test_a_new_link_ends_the_one_before(
    client_for: ClientFor, fake: FakeProvider, database: Database, patient: Person
) -> None:
    first = await link_for(database, patient)
    second = await link_for(database, patient)
    client = await client_for()
    assert (await client.get(first)).status_code == 404
    assert (await client.get(second)).status_code == 200


async def test_used_old_and_invented_links_are_answered_alike(
    client_for: ClientFor, fake: FakeProvider, database: Database, patient: Person, clock: Clock
) -> None:
    used = await link_for(database, patient)
    await go_sign_in(await client_for(), fake, f"{used}/sign-in")
    old = await link_for(database, patient)
    clock.forward(days=8)
    client = await client_for()
    answers = [await client.get(path) for path in (used, old, "/invitations/invented")]
    assert {answer.status_code for answer in answers} == {404}
    assert len({answer.text for answer in answers}) == 1


async def test_somebody_elses_account_does_not_use_up_the_link(
    client_for: ClientFor,
    fake: FakeProvider,
    database: Database,
    patient: Person,
    other_patient: Person,
) -> None:
    await link(database, other_patient)
    path = await link_for(database, patient)
    client = await client_for()
    answer = await go_sign_in(client, fake, f"{path}/sign-in")
    assert answer.status_code == 403
    assert "for somebody else" in answer.text
    assert COOKIE not in client.http.cookies
    assert (await client.get(path)).status_code == 200


async def test_a_person_can_be_given_a_second_sign_in(
    client_for: ClientFor, fake: FakeProvider, database: Database, patient: Person
) -> None:
    await link(database, patient)
    path = await link_for(database, patient)
    fake.subject = "subject-2"
    assert (await go_sign_in(await client_for(), fake, f"{path}/sign-in")).status_code == 303
    assert await owners(database) == [
        (str(patient.id), "subject-1"),
        (str(patient.id), "subject-2"),
    ]


async def test_their_own_used_link_still_signs_in_whom_it_was_for(
    client_for: ClientFor, fake: FakeProvider, database: Database, patient: Person
) -> None:
    path = await link_for(database, patient)
    client = await client_for()
    callback = fake.approve((await client.get(f"{path}/sign-in")).headers["location"])
    await go_sign_in(await client_for(), fake, f"{path}/sign-in")
    assert (await client.get(callback)).status_code == 303


async def test_another_site_cannot_accept_an_invitation(
    client_for: ClientFor, fake: FakeProvider, database: Database, patient: Person
) -> None:
    path = await link_for(database, patient)
    answer = await (await client_for()).get(f"{path}/sign-in", sec_fetch_site="cross-site")
    assert answer.headers["location"] == path


async def test_a_patient_without_a_care_team_cannot_be_invited(database: Database) -> None:
    with pytest.raises(Invalid):
        async with database.work() as work:
            await invite(work, PUBLIC_URL, name="Patient C", role=Role.PATIENT, time_zone="UTC")
