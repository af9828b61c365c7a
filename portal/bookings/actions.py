"""Asking, refusing, taking back and cancelling. Offers and their answers are in `offering`."""

from uuid import UUID
from zoneinfo import ZoneInfo

from sqlmodel import col, func, select

from portal import clock
from portal.audit.actions import record
from portal.bookings.details import Details, seal_details
from portal.bookings.diary import lock_diaries
from portal.bookings.drafts import drop_draft
from portal.bookings.kinds import Kind, Window
from portal.bookings.models import (
    Appointment,
    BookingRequest,
    Cancellation,
    Ending,
    Offer,
    OfferOutcome,
    RequestEnd,
    Slot,
    SlotState,
)
from portal.bookings.refusals import already_cancelled, already_ended
from portal.bookings.visits import Visit
from portal.db import UnitOfWork
from portal.errors import Conflict, Invalid
from portal.languages import _
from portal.notices.actions import notify, notify_all
from portal.notices.reasons import Reason
from portal.people.models import Patient
from portal.people.queries import name_of
from portal.permissions import Actor
from portal.sealing import seal

OPEN_AT_MOST = 5


async def ask(
    work: UnitOfWork,
    patient: Patient,
    request_id: UUID,
    kind: Kind,
    windows: list[Window],
    details: Details,
) -> BookingRequest:
    """A request with an id chosen beforehand: asking again with the same id is the same request.

    The patient's draft is gone afterwards.
    """
    await lock_diaries(work, patient.id, [])
    before = await work.session.get(BookingRequest, request_id)
    if before is not None and before.patient_id == patient.id:
        return before
    await _refuse_too_many(work, patient)
    await drop_draft(work, patient)
    request = BookingRequest(
        id=request_id,
        patient_id=patient.id,
        kind=kind,
        windows=[window.code for window in windows],
        details=seal_details(work.session, details, request_id, patient.id),
        requested_at=clock.now(),
    )
    work.session.add(request)
    await work.session.flush()
    tell(work, "request:ask", patient.id, request.id, {"kind": kind.value})
    return request


async def _refuse_too_many(work: UnitOfWork, patient: Patient) -> None:
    ended = select(RequestEnd.request_id)
    count = await work.session.exec(
        select(func.count(col(BookingRequest.id))).where(
            col(BookingRequest.patient_id) == patient.id,
            col(BookingRequest.id).not_in(ended),
        )
    )
    if count.one() >= OPEN_AT_MOST:
        raise Conflict(
            _(
                "You have %(n)s requests waiting. Take one back first, or call the nurse.",
                n=OPEN_AT_MOST,
            )
        )


async def refuse(work: UnitOfWork, request_id: UUID, patient_id: UUID, reason: str) -> RequestEnd:
    """No visit comes of this request; the patient reads the reason."""
    if not reason:
        raise Invalid("Write why, in words for the patient.")
    return await _end(work, request_id, patient_id, Ending.REFUSED, reason)


async def withdraw(work: UnitOfWork, request_id: UUID, patient_id: UUID) -> RequestEnd:
    """The patient no longer wants it."""
    return await _end(work, request_id, patient_id, Ending.WITHDRAWN)


async def _end(
    work: UnitOfWork, request_id: UUID, patient_id: UUID, ending: Ending, reason: str = ""
) -> RequestEnd:
    await lock_diaries(work, patient_id, [])
    before = await work.session.get(RequestEnd, request_id)
    if before is not None:
        if before.ending is ending and before.by_id == actor_of(work).person_id:
            return before
        raise already_ended(before.ending)
    await _close_offer(work, request_id)
    end = end_of(work, request_id, ending)
    if reason:
        bound = ("booking_request_end", request_id, patient_id)
        end.reason = seal(work.session, reason, *bound)
    work.session.add(end)
    tell(work, f"request:{ending.value}", patient_id, request_id)
    if ending is Ending.REFUSED:
        await notify(work, patient_id, Reason.VISIT_CHANGED, subject_id=request_id)
    return end


def end_of(work: UnitOfWork, request_id: UUID, ending: Ending) -> RequestEnd:
    by = actor_of(work).person_id
    return RequestEnd(request_id=request_id, ending=ending, by_id=by, at=clock.now())


async def _close_offer(work: UnitOfWork, request_id: UUID) -> None:
    found = await work.session.exec(
        select(Offer)
        .where(col(Offer.request_id) == request_id, col(Offer.outcome).is_(None))
        .with_for_update()
    )
    offer = found.first()
    if offer is not None:
        await end_offer(work, offer, OfferOutcome.CLOSED)


async def end_offer(
    work: UnitOfWork, offer: Offer, outcome: OfferOutcome, keep: UUID | None = None
) -> None:
    """The caller holds the offer's row. All its times are free again, except the one kept."""
    offer.outcome = outcome
    offer.ended_at = clock.now()
    offer.ended_by = work.actor.person_id if work.actor else None
    work.session.add(offer)
    slots = await work.session.exec(select(Slot).where(col(Slot.offer_id) == offer.id))
    for slot in slots.all():
        slot.state = SlotState.BOOKED if slot.id == keep else SlotState.FREE
        work.session.add(slot)
    await work.session.flush()


async def cancel(work: UnitOfWork, visit: Visit, reason: str) -> Cancellation:
    """The visit does not take place and its time is free again. Staff say why."""
    actor = actor_of(work)
    if actor.is_staff and not reason:
        raise Invalid("Write why, in words for the patient.")
    await lock_diaries(work, visit.patient_id, [])
    before = await work.session.get(Cancellation, visit.id)
    if before is not None:
        if before.by_id == actor.person_id:
            return before
        name = (await name_of(work.session, before.by_id)).name
        raise already_cancelled(name, before.at, ZoneInfo(actor.time_zone))
    if visit.is_over:
        raise Conflict("This visit is already over, so it cannot be cancelled.")
    return await _cancel(work, visit, reason)


async def _cancel(work: UnitOfWork, visit: Visit, reason: str) -> Cancellation:
    gone = Cancellation(appointment_id=visit.id, by_id=actor_of(work).person_id, at=clock.now())
    if reason:
        bound = ("appointment_cancellation", visit.id, visit.patient_id)
        gone.reason = seal(work.session, reason, *bound)
    slot = await work.session.get_one(Slot, visit.slot_id)
    slot.state = SlotState.FREE
    work.session.add_all([gone, slot])
    tell(work, "visit:cancel", visit.patient_id, visit.id)
    both = [visit.patient_id, slot.nurse_id]
    await notify_all(work, both, Reason.VISIT_CHANGED, await _request_of(work, visit))
    return gone


async def _request_of(work: UnitOfWork, visit: Visit) -> UUID:
    appointment = await work.session.get_one(Appointment, visit.id)
    return appointment.request_id


def actor_of(work: UnitOfWork) -> Actor:
    if work.actor is None:
        raise ValueError("only a person asks, offers or cancels")
    return work.actor


def tell(
    work: UnitOfWork,
    tag: str,
    patient_id: UUID,
    subject: UUID,
    detail: dict[str, object] | None = None,
) -> None:
    """One audit entry, and word to the patient's page and the staff's."""
    record(work, tag, patient_id=patient_id, subject=subject, detail=detail)
    kind = tag.replace(":", ".")
    work.announce("home", kind, subject, patient_id)
    work.announce("triage", kind, subject, patient_id)
