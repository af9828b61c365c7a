"""A request, an offer and an appointment, as a patient and a coordinator would make them."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlmodel import col, select

from portal import clock
from portal.bookings.actions import ask
from portal.bookings.details import Details
from portal.bookings.kinds import Health, Kind, Part, Window
from portal.bookings.models import Appointment, BookingRequest, Offer, Slot
from portal.bookings.offering import Proposed, accept, offer_times
from portal.bookings.queries import request_for
from portal.db import Database
from portal.ids import new_id
from portal.people.access import patient_for
from portal.people.actions import add_person
from portal.people.models import Person
from portal.permissions import Role
from portal.settings import Clinic as Site
from tests.clients import actor_of
from tests.people import ZONE, Clinic

HOUR = timedelta(hours=1)


def days_ahead(days: int, hour: int = 10) -> datetime:
    """A wall time in the patient's zone, so many working days from today, as an instant."""
    local = clock.now().astimezone(ZoneInfo(ZONE))
    for _ in range(days):
        local += timedelta(days=1)
        while not Site().works_on(local.date()):
            local += timedelta(days=1)
    return local.replace(hour=hour, minute=0, second=0, microsecond=0)


def close(database: Database, *days: datetime) -> None:
    """The clinic is closed on those days, which is said after what is there was made."""
    closed = frozenset(day.date().isoformat() for day in days)
    database.info["clinic"] = Site(closed_days=closed)


def proposed(nurse: Person | UUID, starts_at: datetime, hours: float = 1) -> Proposed:
    nurse_id = nurse if isinstance(nurse, UUID) else nurse.id
    local = starts_at.astimezone(ZoneInfo(ZONE))
    return Proposed(nurse_id, starts_at, starts_at + HOUR * hours, f"{local:%Y-%m-%dT%H:%M}")


async def more_patients(database: Database, clinic: Clinic, count: int) -> list[Person]:
    """Patients of the same care team as `clinic.patient`."""
    async with database.work() as work:
        return [
            await add_person(
                work,
                name=f"Patient {chr(ord('K') + n)}",
                role=Role.PATIENT,
                time_zone=ZONE,
                care_team=clinic.team,
            )
            for n in range(count)
        ]


async def asked(
    database: Database,
    patient: Person,
    kind: Kind = Kind.FOLLOW_UP,
    words: str = "",
    health: Sequence[Health] = (),
    request_id: UUID | None = None,
) -> BookingRequest:
    actor = await actor_of(database, patient)
    window = Window(days_ahead(2).date(), Part.MORNING)
    details = Details(words=words, phone="555 010 0199", health=tuple(health))
    async with database.work(actor) as work:
        found = await patient_for(work.session, actor, patient.id)
        return await ask(work, found, request_id or new_id(), kind, [window], details)


async def offered(
    database: Database, staff: Person, request: BookingRequest, *times: Proposed
) -> tuple[Offer, Sequence[Slot]]:
    actor = await actor_of(database, staff)
    async with database.work(actor) as work:
        state = await request_for(work.session, actor, request.id)
        offer = await offer_times(work, state, times)
        query = select(Slot).where(col(Slot.offer_id) == offer.id).order_by(col(Slot.starts_at))
        return offer, (await work.session.exec(query)).all()


async def accepted(
    database: Database, patient: Person, request: BookingRequest, slot: Slot
) -> Appointment:
    actor = await actor_of(database, patient)
    async with database.work(actor) as work:
        state = await request_for(work.session, actor, request.id)
        return await accept(work, state, slot.id)


async def booked(
    database: Database, patient: Person, staff: Person, nurse: Person, starts_at: datetime
) -> Appointment:
    request = await asked(database, patient)
    _, slots = await offered(database, staff, request, proposed(nurse, starts_at))
    return await accepted(database, patient, request, slots[0])
