"""The rehearsed clinic: a database of its own, its staff, its virtual patients and their plans."""

from dataclasses import dataclass, field
from datetime import timedelta
from uuid import UUID

from portal import clock
from portal.conversations.actions import open_conversations
from portal.db import Database, UnitOfWork
from portal.demo.cast import TEAM
from portal.ids import new_id
from portal.people.access import patient_for
from portal.people.actions import add_person, care_team_named
from portal.people.models import Patient, Person
from portal.permissions import Actor, Role
from portal.rehearsal.patients import VirtualPatient
from portal.settings import Clinic
from portal.treatments.actions import Prescribed, sign_plan

STAFF = {
    "Day nurse": Role.NURSE,
    "Evening nurse": Role.NURSE,
    "Night nurse": Role.NURSE,
    "Day doctor": Role.CLINICIAN,
    "Night doctor": Role.CLINICIAN,
    "Administrator": Role.ADMIN,
}


@dataclass
class RehearsedClinic:
    """`staff` by name; `patients`, `actors` and `conversations` by the patient's id."""

    database: Database
    settings: Clinic
    team_id: UUID
    staff: dict[str, Actor] = field(default_factory=dict)
    patients: dict[UUID, VirtualPatient] = field(default_factory=dict)
    actors: dict[UUID, Actor] = field(default_factory=dict)
    conversations: dict[UUID, UUID] = field(default_factory=dict)


async def found_clinic(
    database: Database, settings: Clinic, patients: list[VirtualPatient]
) -> RehearsedClinic:
    """People, teams and signed plans, as they would be on the first day."""
    async with database.work() as work:
        team = await care_team_named(work, TEAM)
        clinic = RehearsedClinic(database, settings, team.id)
        for name, role in STAFF.items():
            own = team if role is not Role.ADMIN else None
            person = await add_person(
                work, name=name, role=role, time_zone=settings.time_zone, care_team=own
            )
            clinic.staff[name] = actor_of(person)
        for virtual in patients:
            person = await add_person(
                work,
                name=virtual.name,
                role=Role.PATIENT,
                time_zone=settings.time_zone,
                care_team=team,
            )
            clinic.patients[person.id] = virtual
            clinic.actors[person.id] = actor_of(person)
            care, _ = await open_conversations(work, person.id)
            clinic.conversations[person.id] = care.id
            patient = await work.session.get_one(Patient, person.id)
            await _describe(work, patient, virtual, clinic.staff["Day doctor"])
    for patient_id in clinic.patients:
        await _sign(clinic, patient_id)
    return clinic


def actor_of(person: Person) -> Actor:
    return Actor(person.id, person.name, person.role, new_id(), person.time_zone)


async def _describe(
    work: UnitOfWork, patient: Patient, virtual: VirtualPatient, doctor: Actor
) -> None:
    story = virtual.story
    patient.born_on = (clock.now() - timedelta(days=365.25 * story.age + 100)).date()
    patient.condition = story.condition
    patient.companion_name = story.companion
    patient.cautions = sorted(caution.value for caution in story.cautions)
    if any(caution.needs_supervision for caution in story.cautions):
        patient.supervisor_id = doctor.person_id
    work.session.add(patient)


async def _sign(clinic: RehearsedClinic, patient_id: UUID) -> None:
    doctor, story = clinic.staff["Day doctor"], clinic.patients[patient_id].story
    prescribed = Prescribed(
        route=story.route,
        condition=story.condition,
        goal=story.goal,
        steps_total=4,
        doses_planned=max(1, story.planned),
        valid_until=(clock.now() + timedelta(days=story.started_days_ago + 30)).date(),
    )
    async with clinic.database.work(doctor, origin="rehearsal") as work:
        patient = await patient_for(work.session, doctor, patient_id)
        await sign_plan(work, patient, prescribed, seen=0)
