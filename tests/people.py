"""The same people in every test: two care teams, named by what they are to each other.

`nurse_elsewhere` and `other_patient` belong to the other team: every test of access asks them too.
"""

from dataclasses import dataclass
from datetime import date

import pytest

from portal.conversations.actions import open_conversations
from portal.db import Database, UnitOfWork
from portal.people.actions import add_person, care_team_named
from portal.people.models import CareTeam, Patient, Person
from portal.permissions import Role

ZONE = "America/New_York"


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
    async with database.work() as work:
        return await _found(work)


async def _found(work: UnitOfWork) -> Clinic:
    team = await care_team_named(work, "Team North")
    other_team = await care_team_named(work, "Team South")

    async def add(name: str, role: Role, care_team: CareTeam | None = team) -> Person:
        return await add_person(work, name=name, role=role, time_zone=ZONE, care_team=care_team)

    clinic = Clinic(
        team=team,
        other_team=other_team,
        patient=await add("Patient A", Role.PATIENT),
        other_patient=await add("Patient B", Role.PATIENT, other_team),
        nurse_on_team=await add("Night nurse", Role.NURSE),
        second_nurse=await add("Day nurse", Role.NURSE),
        clinician_on_team=await add("Day doctor", Role.CLINICIAN),
        coordinator_on_team=await add("Coordinator", Role.COORDINATOR),
        nurse_elsewhere=await add("Nurse elsewhere", Role.NURSE, other_team),
        admin=await add("Administrator", Role.ADMIN, None),
    )
    for person in (clinic.patient, clinic.other_patient):
        await open_conversations(work, person.id)
        patient = await work.session.get_one(Patient, person.id)
        patient.born_on = date(1984, 5, 17)
        patient.condition = "Depression"
    return clinic


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
