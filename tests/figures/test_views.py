"""The lead's page and its files, on real databases."""

from datetime import timedelta

from sqlmodel import select

from portal import clock
from portal.audit.models import AuditEvent
from portal.db import Database
from portal.figures.tables import Table
from portal.figures.views import _csv
from portal.flags.actions import acknowledge_flag
from portal.people.models import Person
from tests.clients import actor_of
from tests.conftest import ClientFor
from tests.flags.raising import raised
from tests.treatments.plans import given_dose, signed_plan


async def test_a_clinician_sees_what_happened_to_their_patients_flags(
    database: Database,
    client_for: ClientFor,
    patient: Person,
    clinician_on_team: Person,
    nurse_on_team: Person,
) -> None:
    await signed_plan(database, patient, clinician_on_team)
    await given_dose(database, patient, nurse_on_team, ended_at=clock.now() - timedelta(hours=2))
    flag = await raised(database, patient)
    async with database.work(await actor_of(database, nurse_on_team)) as work:
        await acknowledge_flag(work, flag.id)
    client = await client_for(clinician_on_team)
    page = (await client.get("/figures")).text
    assert "Flags by effect" in page
    assert patient.name not in page
    effects = (await client.get("/figures/effects.csv")).text.splitlines()
    assert "Vomiting,0,1,0,0,1" in effects
    routes = (await client.get("/figures/routes.csv")).text.splitlines()
    assert "Infusion,0,1,0,0,1" in routes
    taken = (await client.get("/figures/acknowledged.csv")).text.splitlines()
    assert any(line.startswith("Urgent,1,0,0,100") for line in taken)
    due = (await client.get("/figures/check-ins.csv")).text.splitlines()
    assert "1 hour check-in,0,0,1,100" in due


async def test_another_teams_patients_are_not_counted(
    database: Database, client_for: ClientFor, other_patient: Person, clinician_on_team: Person
) -> None:
    await raised(database, other_patient)
    client = await client_for(clinician_on_team)
    assert "Urgent,0,0" in (await client.get("/figures/endings.csv")).text


async def test_an_administrator_sees_counts_of_the_whole_clinic_and_no_name(
    database: Database,
    client_for: ClientFor,
    patient: Person,
    other_patient: Person,
    admin: Person,
) -> None:
    await raised(database, patient)
    await raised(database, other_patient)
    client = await client_for(admin)
    assert "Urgent,2,0,0,2,0," in (await client.get("/figures/endings.csv")).text
    page = (await client.get("/figures")).text
    assert patient.name not in page
    assert str(patient.id) not in page


async def test_a_table_that_is_none_is_not_found_and_an_odd_span_is_the_usual_one(
    client_for: ClientFor, admin: Person
) -> None:
    client = await client_for(admin)
    assert (await client.get("/figures/names.csv")).status_code == 404
    assert (await client.get("/figures?weeks=1000000")).status_code == 200


async def test_a_file_taken_away_is_recorded_and_holds_no_formula(
    database: Database, client_for: ClientFor, admin: Person
) -> None:
    client = await client_for(admin)
    assert (await client.get("/figures/weeks-effects.csv?weeks=4")).status_code == 200
    async with database.read() as session:
        rows = (await session.exec(select(AuditEvent))).all()
    taken = [row.detail for row in rows if row.tag == "figures:download"]
    assert taken == [{"weeks": "4", "table": "weeks-effects"}]
    odd = Table("odd", "Odd", "", ("=A1", "B"), (("+cmd", 1), ("@x", -2), ("Rule 9", None)))
    assert _csv(odd).splitlines() == ["'=A1,B", "'+cmd,1", "'@x,-2", "Rule 9,"]
