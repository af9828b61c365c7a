"""What a patient has in the portal: one of everything that an address can name."""

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from portal import clock
from portal.bookings.kinds import Kind
from portal.db import Database
from portal.people.actions import add_person
from portal.people.models import CareTeam, Person
from portal.permissions import Role
from portal.rota.actions import add_shift
from portal.rota.duties import Duty
from tests.bookings.asking import asked, booked, days_ahead
from tests.check_ins.sending import send
from tests.conversations.people import opened, said
from tests.flags.raising import actor_for, raised
from tests.handling.laters import a_reply_for_later
from tests.people import ZONE
from tests.treatments.plans import given_dose, signed_plan

Ids = dict[str, UUID | str]


@dataclass(frozen=True)
class Staff:
    nurse: Person
    clinician: Person


async def belongings(database: Database, patient: Person, staff: Staff, leaver: Person) -> Ids:
    """Ids by the name they have in an address."""
    await signed_plan(database, patient, staff.clinician)
    await given_dose(database, patient, staff.nurse)
    sent = await send(database, patient, effects=("nausea",), nausea=2)
    visit = await booked(database, patient, staff.nurse, staff.nurse, days_ahead(3))
    request = await asked(database, patient, Kind.CALL_BACK)
    care, _ = await opened(database, patient)
    [message_id] = await said(database, care, patient, "Hello")
    flag = await raised(database, patient)
    later = await a_reply_for_later(database, care, staff.nurse)
    return {
        "patient_id": patient.id,
        "check_in_id": sent.check_in.id,
        "page": "awake",
        "step": "times",
        "visit_id": visit.id,
        "request_id": request.id,
        "conversation_id": care.id,
        "message_id": message_id,
        "flag_id": flag.id,
        "later_id": later.id,
        "person_id": leaver.id,
    }


async def one_more(database: Database, name: str, role: Role, team: CareTeam) -> Person:
    async with database.work() as work:
        return await add_person(work, name=name, role=role, time_zone=ZONE, care_team=team)


async def on_duty(database: Database, team: CareTeam, nurse: Person) -> UUID:
    now = clock.now()
    async with database.work(actor_for(nurse)) as work:
        span = (now, now + timedelta(hours=8))
        return (await add_shift(work, team.id, nurse.id, Duty.NURSE, span)).id
