"""A clinic without demo data: from an invitation to the first check-in, by forms alone."""

import re
from datetime import timedelta
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from sqlmodel import col, select

from portal import clock
from portal.db import Database
from portal.people.models import Person
from tests.accounts.conftest import fake as fake  # the provider of these tests
from tests.accounts.conftest import go_sign_in
from tests.clients import Client
from tests.conftest import ClientFor
from tests.fakes.provider import FakeProvider
from tests.people import Clinic


async def test_an_invited_patient_gets_details_a_plan_a_dose_and_a_check_in(
    client_for: ClientFor, clinic: Clinic, database: Database, fake: FakeProvider
) -> None:
    invited = await (await client_for(clinic.admin)).post(
        "/people", name="Patient N", role="patient", care_team="Team North", email=""
    )
    link = re.search(r"https://portal\.test(/invitations/[\w-]{20,})", invited.text)
    assert link
    person = await _named(database, "Patient N")
    record = f"/patients/{person.id}"
    outsider = await client_for(clinic.nurse_elsewhere)
    assert (await outsider.get(record)).status_code == 404

    await _details(await client_for(clinic.coordinator_on_team), record)
    await _nurse_waits(await client_for(clinic.nurse_on_team), record)
    await _plan(await client_for(clinic.clinician_on_team), record)
    await _dose(await client_for(clinic.nurse_on_team), record)

    patient = await client_for()
    begun = await go_sign_in(patient, fake, f"{urlsplit(link[1]).path}/sign-in")
    assert begun.headers["location"] == "/"
    home = (await patient.get("/")).text
    assert "Start check-in" in home
    assert "/check-ins/now" in home


async def _named(database: Database, name: str) -> Person:
    async with database.read() as session:
        return (await session.exec(select(Person).where(col(Person.name) == name))).one()


async def _form(client: Client, page: str) -> str:
    """The page's form, led to from wherever the person is."""
    shown = await client.get(page)
    assert shown.status_code == 200, page
    seen = re.search(r'name="(?:seen|number)" value="(\w+)"', shown.text)
    assert seen
    return seen[1]


async def _details(coordinator: Client, record: str) -> None:
    opened = (await coordinator.get(record)).text
    assert "Details are missing." in opened
    assert 'No plan yet.</b> <span class="second">A clinician signs one.' in opened
    assert f'href="{record}/details"' in opened
    assert f'href="{record}/plan"' not in opened
    saved = await coordinator.post(
        f"{record}/details",
        seen=await _form(coordinator, f"{record}/details"),
        born_on="1979-03-04",
        condition="Nerve pain in both feet",
        phone="555 010 0142",
        address="7 Sample Street",
        companion_name="Brother",
        companion_phone="555 010 0143",
    )
    assert saved.headers["location"] == record
    assert "Details are filled in." in (await coordinator.get(record)).text


async def _nurse_waits(nurse: Client, record: str) -> None:
    page = (await nurse.get(f"{record}/doses/new")).text
    assert "There is no treatment plan. A clinician signs one first." in page


async def _plan(clinician: Client, record: str) -> None:
    assert f'href="{record}/plan"' in (await clinician.get(record)).text
    signed = await clinician.post(
        f"{record}/plan",
        seen=await _form(clinician, f"{record}/plan"),
        route="infusion",
        condition="Nerve pain in both feet",
        goal="Stand long enough to cook a meal",
        steps_total="4",
        doses_planned="6",
        valid_until=(clock.now().date() + timedelta(days=80)).isoformat(),
        state="active",
    )
    assert signed.headers["location"] == record


async def _dose(nurse: Client, record: str) -> None:
    ended = clock.now().astimezone(ZoneInfo("America/New_York")) - timedelta(minutes=55)
    given = await nurse.post(
        f"{record}/doses",
        number=await _form(nurse, f"{record}/doses/new"),
        step="1",
        on=f"{ended:%Y-%m-%d}",
        at=f"{ended:%H:%M}",
        adult="yes",
        note="",
    )
    assert given.headers["location"] == record
    assert "What comes next" not in (await nurse.get(record)).text
