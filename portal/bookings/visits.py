"""Reading appointments."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from portal import clock
from portal.bookings.details import Details, details_of
from portal.bookings.kinds import Kind
from portal.bookings.models import Appointment, BookingRequest, Cancellation, Slot
from portal.errors import NotFound
from portal.people.access import is_visible
from portal.people.queries import Named, named
from portal.permissions import Actor
from portal.sealing import unseal_words


@dataclass(frozen=True, slots=True)
class Visit:
    """An appointment as people see it: what, when, with whom, where."""

    id: UUID
    request_id: UUID
    slot_id: UUID
    patient_id: UUID
    kind: Kind
    starts_at: datetime
    ends_at: datetime
    zone: ZoneInfo
    nurse: Named
    patient: Named
    details: Details
    cancellation: Cancellation | None
    cancelled_by: Named | None
    reason: str | None

    @property
    def is_cancelled(self) -> bool:
        return self.cancellation is not None

    @property
    def is_over(self) -> bool:
        return self.ends_at <= clock.now()


async def next_appointment(session: AsyncSession, patient_id: UUID) -> Visit | None:
    """The first appointment of the patient that is neither over nor cancelled."""
    query = (
        _appointments()
        .where(
            col(Appointment.patient_id) == patient_id,
            col(Slot.ends_at) > clock.now(),
            col(Cancellation.appointment_id).is_(None),
        )
        .order_by(col(Slot.starts_at))
        .limit(1)
    )
    found = await _read(session, query)
    return found[0] if found else None


async def appointments_of(session: AsyncSession, patient_id: UUID) -> list[Visit]:
    """All appointments of a patient, cancelled ones too, the earliest first."""
    query = _appointments().where(col(Appointment.patient_id) == patient_id)
    return await _read(session, query.order_by(col(Slot.starts_at)))


async def coming_for(session: AsyncSession, actor: Actor) -> list[Visit]:
    """The appointments of the actor's patients that are neither over nor cancelled, in order."""
    query = _appointments().where(
        is_visible(actor, Appointment.patient_id),
        col(Slot.ends_at) > clock.now(),
        col(Cancellation.appointment_id).is_(None),
    )
    return await _read(session, query.order_by(col(Slot.starts_at)))


async def visit_for(session: AsyncSession, actor: Actor, appointment_id: UUID) -> Visit:
    """The appointment, found through the actor; raises NotFound."""
    found = await _read(
        session,
        _appointments().where(
            col(Appointment.id) == appointment_id, is_visible(actor, Appointment.patient_id)
        ),
    )
    if not found:
        raise NotFound
    return found[0]


async def appointment_of_request(session: AsyncSession, request_id: UUID) -> Visit | None:
    found = await _read(session, _appointments().where(col(BookingRequest.id) == request_id))
    return found[0] if found else None


def _appointments() -> Any:
    return (
        select(Appointment, Slot, BookingRequest, Cancellation)
        .join(Slot, col(Slot.id) == col(Appointment.slot_id))
        .join(BookingRequest, col(BookingRequest.id) == col(Appointment.request_id))
        .outerjoin(Cancellation, col(Cancellation.appointment_id) == col(Appointment.id))
    )


async def _read(session: AsyncSession, query: Any) -> list[Visit]:
    rows: Sequence[Any] = (await session.exec(query)).all()
    people = await named(
        session,
        [id for _, slot, _, gone in rows for id in _people_in(slot, gone)],
    )
    return [_visit(session, people, *row) for row in rows]


def _people_in(slot: Slot, gone: Cancellation | None) -> list[UUID]:
    return [slot.nurse_id, slot.patient_id, *([gone.by_id] if gone else [])]


def _visit(
    session: AsyncSession,
    people: dict[UUID, Named],
    appointment: Appointment,
    slot: Slot,
    request: BookingRequest,
    gone: Cancellation | None,
) -> Visit:
    return Visit(
        id=appointment.id,
        request_id=request.id,
        slot_id=slot.id,
        patient_id=appointment.patient_id,
        kind=request.kind,
        starts_at=slot.starts_at,
        ends_at=slot.ends_at,
        zone=ZoneInfo(slot.zone),
        nurse=people[slot.nurse_id],
        patient=people[slot.patient_id],
        details=details_of(session, request),
        cancellation=gone,
        cancelled_by=people[gone.by_id] if gone else None,
        reason=_reason(session, appointment, gone),
    )


def _reason(
    session: AsyncSession, appointment: Appointment, gone: Cancellation | None
) -> str | None:
    if gone is None or gone.reason is None:
        return None
    bound = ("appointment_cancellation", appointment.id, appointment.patient_id)
    return unseal_words(session, gone.reason, *bound)
