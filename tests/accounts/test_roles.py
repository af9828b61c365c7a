"""Roles from the provider's claim: who gets one, who loses one, and what ends then."""

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from portal.accounts.oidc import Provider
from portal.accounts.provider import use_provider
from portal.db import Database
from portal.people.models import Person
from portal.permissions import Role
from tests.accounts.conftest import go_sign_in, link
from tests.conftest import ClientFor
from tests.fakes.provider import FakeProvider

if TYPE_CHECKING:
    from portal.app import Portal


@pytest.fixture
def with_roles(app: "Portal", fake: FakeProvider) -> FakeProvider:
    roles = {"doctors": "clinician", "ward-3": "nurse"}
    oidc = replace(app.settings.oidc, role_claim="groups", roles=roles)
    use_provider(app.state.portal, Provider(oidc, fake.transport))
    return fake


async def role_of(database: Database, person: Person) -> Role:
    async with database.read() as session:
        return (await session.get_one(Person, person.id)).role


async def test_the_providers_claim_sets_the_role_of_staff(
    client_for: ClientFor, with_roles: FakeProvider, database: Database, nurse_on_team: Person
) -> None:
    await link(database, nurse_on_team)
    with_roles.claims = {"groups": ["ward-3", "doctors"]}
    assert (await go_sign_in(await client_for(), with_roles)).status_code == 303
    assert await role_of(database, nurse_on_team) is Role.CLINICIAN


async def test_a_claim_never_makes_staff_of_a_patient(
    client_for: ClientFor, with_roles: FakeProvider, database: Database, patient: Person
) -> None:
    await link(database, patient)
    with_roles.claims = {"groups": ["doctors"]}
    assert (await go_sign_in(await client_for(), with_roles)).status_code == 303
    assert await role_of(database, patient) is Role.PATIENT


async def test_without_a_claim_the_portals_own_role_stands(
    client_for: ClientFor, with_roles: FakeProvider, database: Database, nurse_on_team: Person
) -> None:
    await link(database, nurse_on_team)
    assert (await go_sign_in(await client_for(), with_roles)).status_code == 303
    assert await role_of(database, nurse_on_team) is Role.NURSE


async def test_a_role_lost_at_the_provider_ends_every_session(
    client_for: ClientFor, with_roles: FakeProvider, database: Database, nurse_on_team: Person
) -> None:
    await link(database, nurse_on_team)
    with_roles.claims = {"groups": ["doctors"]}
    at_work, at_home = await client_for(), await client_for()
    await go_sign_in(at_work, with_roles)
    assert (await at_work.get("/account")).status_code == 200

    with_roles.claims = {"groups": "doctors"}
    answer = await go_sign_in(at_home, with_roles)
    assert answer.status_code == 403
    assert "no longer has a role here" in answer.text
    assert (await at_work.get("/account")).status_code == 303


async def test_a_changed_role_ends_the_sessions_of_the_old_one(
    client_for: ClientFor, with_roles: FakeProvider, database: Database, nurse_on_team: Person
) -> None:
    await link(database, nurse_on_team)
    with_roles.claims = {"groups": ["doctors"]}
    at_work, at_home = await client_for(), await client_for()
    await go_sign_in(at_work, with_roles)
    with_roles.claims = {"groups": ["ward-3"]}
    await go_sign_in(at_home, with_roles)
    assert (await at_work.get("/account")).status_code == 303
    assert (await at_home.get("/account")).status_code == 200
