"""The same people in every test: two care teams, named by what they are to each other.

`nurse_elsewhere` and `other_patient` belong to the other team: every test of access asks them too.
"""

from dataclasses import dataclass
from datetime import date

import pytest
from sqlmodel import select

from portal.conversations.actions import open_conversations
from portal.db import Database, UnitOfWork
from portal.people.actions import add_person, care_team_named
from portal.people.models import CareTeam, Patient, Person
from portal.permissions import Role
from portal.sealing import Vault
from tests.keys import ENCRYPTION_KEY, SECRET_KEY

ZONE = "America/New_York"
NAMES = {
    "patient": "Patient A",
    "other_patient": "Patient B",
    "nurse_on_team": "Night nurse",
    "second_nurse": "Day nurse",
    "clinician_on_team": "Day doctor",
    "coordinator_on_team": "Coordinator",
    "nurse_elsewhere": "Nurse elsewhere",
    "admin": "Administrator",
}


@dataclass(frozen=True)
class Clinic:
    team: CareTeam
    other_team: CareTeam
    patient: Person
    other_patient: Person
    nurse_on_team: Person
    second_nurse: Person
    clinician_on_team: Person
    coordinator_on_team: Person
    nurse_elsewhere: Person
    admin: Person


@pytest.fixture
async def clinic(database: Database) -> Clinic:
    async with database.read() as session:
        people = {person.name: person for person in (await session.exec(select(Person))).all()}
        teams = {team.name: team for team in (await session.exec(select(CareTeam))).all()}
    return Clinic(
        team=teams["Team North"],
        other_team=teams["Team South"],
        **{field: people[name] for field, name in NAMES.items()},
    )


async def clinic_of(url: str) -> None:
    """Found the clinic in the database at `url`: once, as the template that tests get copies of."""
    database = Database(url, Vault([ENCRYPTION_KEY], SECRET_KEY))
    async with database.work() as work:
        await _found(work)
    await database.dispose()


async def _found(work: UnitOfWork) -> None:
    team = await care_team_named(work, "Team North")
    other_team = await care_team_named(work, "Team South")

    async def add(name: str, role: Role, care_team: CareTeam | None = team) -> Person:
        return await add_person(work, name=name, role=role, time_zone=ZONE, care_team=care_team)

    patients = (
        await add("Patient A", Role.PATIENT),
        await add("Patient B", Role.PATIENT, other_team),
    )
    await add("Night nurse", Role.NURSE)
    await add("Day nurse", Role.NURSE)
    await add("Day doctor", Role.CLINICIAN)
    await add("Coordinator", Role.COORDINATOR)
    await add("Nurse elsewhere", Role.NURSE, other_team)
    await add("Administrator", Role.ADMIN, None)
    for person in patients:
        await open_conversations(work, person.id)
        patient = await work.session.get_one(Patient, person.id)
        patient.born_on = date(1984, 5, 17)
        patient.condition = "Depression"


@pytest.fixture
def patient(clinic: Clinic) -> Person:
    return clinic.patient


@pytest.fixture
def other_patient(clinic: Clinic) -> Person:
    """A patient of the other care team."""
    return clinic.other_patient


@pytest.fixture
def nurse_on_team(clinic: Clinic) -> Person:
    return clinic.nurse_on_team


@pytest.fixture
def second_nurse(clinic: Clinic) -> Person:
    """Another nurse of the same care team."""
    return clinic.second_nurse


@pytest.fixture
def clinician_on_team(clinic: Clinic) -> Person:
    return clinic.clinician_on_team


@pytest.fixture
def coordinator_on_team(clinic: Clinic) -> Person:
    return clinic.coordinator_on_team


@pytest.fixture
def nurse_elsewhere(clinic: Clinic) -> Person:
    """The outsider: a nurse who is not on the patient's care team."""
    return clinic.nurse_elsewhere


@pytest.fixture
def admin(clinic: Clinic) -> Person:
    return clinic.admin
