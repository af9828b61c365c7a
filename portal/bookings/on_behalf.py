"""A request that staff make for a patient, from a message in which they asked for it."""

from uuid import UUID

from sqlmodel import col, func, select

from portal import clock
from portal.bookings.actions import OPEN_AT_MOST, tell
from portal.bookings.details import Details, seal_details
from portal.bookings.diary import lock_diaries
from portal.bookings.kinds import Kind
from portal.bookings.models import BookingRequest, RequestEnd
from portal.db import UnitOfWork
from portal.errors import Conflict
from portal.ids import new_id
from portal.people.models import Patient

# A visit with an infusion needs the patient's own answers about their health first.
ASKED_FOR = (Kind.CALL_BACK, Kind.DOSE_QUESTION, Kind.FOLLOW_UP)


async def ask_for(
    work: UnitOfWork, patient: Patient, kind: Kind, words: str, message_id: UUID
) -> BookingRequest:
    """Once for a message: a second time is answered with the first. `words` are the message's.

    What the patient is typing themself stays as it is. The caller has found the patient.
    """
    await lock_diaries(work, patient.id, [])
    query = select(BookingRequest).where(col(BookingRequest.message_id) == message_id)
    before = (await work.session.exec(query)).first()
    if before is not None:
        return before
    if await _count_open(work, patient) >= OPEN_AT_MOST:
        raise Conflict(f"This patient has {OPEN_AT_MOST} requests waiting. Deal with one first.")
    request = BookingRequest(
        id=new_id(),
        patient_id=patient.id,
        kind=kind,
        details=b"",
        requested_at=clock.now(),
        message_id=message_id,
    )
    details = Details(words=words, phone=patient.phone)
    request.details = seal_details(work.session, details, request.id, patient.id)
    work.session.add(request)
    await work.session.flush()
    about: dict[str, object] = {"kind": kind.value, "message": str(message_id)}
    tell(work, "request:ask", patient.id, request.id, about)
    return request


async def _count_open(work: UnitOfWork, patient: Patient) -> int:
    ended = select(RequestEnd.request_id)
    query = select(func.count(col(BookingRequest.id))).where(
        col(BookingRequest.patient_id) == patient.id, col(BookingRequest.id).not_in(ended)
    )
    return (await work.session.exec(query)).one()
