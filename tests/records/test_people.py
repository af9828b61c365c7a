"""The administrator's page: inviting, switching off, and care teams."""

import re

import pytest
from sqlmodel import col, select

from portal.audit.models import AuditEvent
from portal.db import Database
from portal.people.access import visible_to_all
from portal.people.models import Person
from portal.people.queries import care_teams, everybody
from portal.permissions import Actor
from tests.conftest import ClientFor
from tests.people import Clinic

"""For what never touches a query of its own: one kind of database is enough."""


async def tags(database: Database) -> list[str]:
    async with database.read() as session:
        rows = await session.exec(select(AuditEvent.tag).order_by(col(AuditEvent.seq)))
        return list(rows.all())


async def patients_of(database: Database, actor: Actor | None) -> frozenset[object]:
    assert actor
    async with database.read() as session:
        return (await visible_to_all(session, [actor]))[actor.person_id]


@pytest.mark.parametrize("who", ["patient", "nurse_on_team", "coordinator_on_team"])
async def test_only_an_administrator_manages_people(
    client_for: ClientFor, clinic: Clinic, who: str
) -> None:
    client = await client_for(getattr(clinic, who))
    assert (await client.get("/people")).status_code == 403
    refused = await client.post(f"/people/{clinic.second_nurse.id}/disable")
    assert refused.status_code == 403


async def test_the_page_lists_everybody_with_role_and_care_team(
    client_for: ClientFor, admin: Person
) -> None:
    page = (await (await client_for(admin)).get("/people")).text
    for words in ("Night nurse", "Day doctor", "Patient A", "Team North", "Administrator"):
        assert words in page


async def test_an_invitation_shows_its_link_once(
    client_for: ClientFor, admin: Person, database: Database
) -> None:
    client = await client_for(admin)
    shown = await client.post(
        "/people", name="Evening nurse", role="nurse", care_team="Team North", email=""
    )
    link = re.search(r"https://portal\.test/invitations/[\w-]{20,}", shown.text)
    assert link
    assert link[0] not in (await client.get("/people")).text
    assert (await tags(database))[-2:] == ["person:add", "invitation:make"]


async def test_an_invitation_says_what_is_missing_and_keeps_what_was_typed(
    client_for: ClientFor, admin: Person
) -> None:
    client = await client_for(admin)
    answer = await client.post("/people", name="", role="nurse", care_team="", email="nobody")
    assert answer.status_code == 422
    assert "Enter the name others will see." in answer.text
    assert "Name the care team." in answer.text
    assert 'value="nobody"' in answer.text


async def test_a_new_team_name_makes_a_new_team(
    client_for: ClientFor, admin: Person, database: Database
) -> None:
    client = await client_for(admin)
    await client.post("/people", name="Nurse", role="nurse", care_team="Team West", email="")
    async with database.read() as session:
        assert "Team West" in [team.name for team in await care_teams(session)]


async def test_a_person_switched_off_is_signed_out_and_comes_back_when_switched_on(
    client_for: ClientFor, clinic: Clinic, database: Database
) -> None:
    admin, nurse = await client_for(clinic.admin), await client_for(clinic.nurse_on_team)
    await admin.post(f"/people/{clinic.nurse_on_team.id}/disable")
    assert (await nurse.get("/people")).status_code in {303, 401}
    await admin.post(f"/people/{clinic.nurse_on_team.id}/enable")
    async with database.read() as session:
        people = {person.id: person for person in await everybody(session)}
    assert people[clinic.nurse_on_team.id].disabled_at is None
    assert "person:enable" in await tags(database)


async def test_an_administrator_cannot_lock_themself_out(
    client_for: ClientFor, admin: Person
) -> None:
    client = await client_for(admin)
    answer = await client.post(f"/people/{admin.id}/disable")
    assert answer.status_code == 409
    assert "You cannot switch off your own account." in answer.text


async def test_joining_and_leaving_a_team_changes_whose_patients_are_seen(
    client_for: ClientFor, clinic: Clinic, database: Database
) -> None:
    admin, outsider = await client_for(clinic.admin), await client_for(clinic.nurse_elsewhere)
    team, person = clinic.team.id, clinic.nurse_elsewhere.id
    await admin.post(f"/people/{person}/teams", care_team=str(team))
    assert clinic.patient.id in await patients_of(database, outsider.actor)
    await admin.post(f"/people/{person}/teams/{team}/leave")
    assert clinic.patient.id not in await patients_of(database, outsider.actor)
    assert (await tags(database))[-2:] == ["care_team:join", "care_team:leave"]


async def test_a_patient_is_put_on_no_care_team(client_for: ClientFor, clinic: Clinic) -> None:
    admin = await client_for(clinic.admin)
    answer = await admin.post(
        f"/people/{clinic.patient.id}/teams", care_team=str(clinic.other_team.id)
    )
    assert answer.status_code == 422


async def test_unknown_people_and_teams_are_not_there(
    client_for: ClientFor, clinic: Clinic
) -> None:
    admin = await client_for(clinic.admin)
    assert (await admin.post("/people/no-uuid/disable")).status_code == 404
    assert (await admin.post(f"/people/{clinic.team.id}/disable")).status_code == 404
    nurse = clinic.nurse_on_team.id
    assert (await admin.post(f"/people/{nurse}/teams", care_team="x")).status_code == 404


async def test_an_administrator_is_put_on_no_care_team(
    client_for: ClientFor, admin: Person, database: Database
) -> None:
    client = await client_for(admin)
    answer = await client.post("/people", name="Second", role="admin", care_team="Team X", email="")
    assert "Link for Second" in answer.text
    async with database.read() as session:
        assert "Team X" not in [team.name for team in await care_teams(session)]
