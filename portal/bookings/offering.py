"""Times offered and held, and what the patient answers."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy.exc import IntegrityError
from sqlmodel import col, select

from portal import clock
from portal.bookings.actions import actor_of, end_of, end_offer, tell
from portal.bookings.diary import lock_diaries
from portal.bookings.holds import lapse_around, locked
from portal.bookings.kinds import WINDOWS_AT_MOST
from portal.bookings.models import (
    Appointment,
    Ending,
    Offer,
    OfferOutcome,
    RequestEnd,
    Slot,
)
from portal.bookings.queries import RequestState
from portal.bookings.refusals import (
    already_chosen,
    already_ended,
    already_offered,
    no_longer_allowed,
    no_longer_held,
    nurse_taken,
    patient_taken,
)
from portal.bookings.rules import look_refusal, offer_refusal
from portal.db import UnitOfWork, clinic_of
from portal.errors import Conflict, Invalid, NotFound
from portal.notices.actions import notify, seen
from portal.notices.reasons import Reason
from portal.people.access import patient_for
from portal.people.models import Patient
from portal.people.queries import Named, name_of, practitioners_of
from portal.permissions import Permission, Role
from portal.treatments.models import TreatmentPlan
from portal.treatments.queries import plan_of
from portal.web.times import day

HOLD = timedelta(minutes=10)  # proposal (workflow.md, "Slot hold")
COMES = (Role.NURSE, Role.CLINICIAN)


@dataclass(frozen=True, slots=True)
class Proposed:
    """One time to offer. `local_start` is the wall time that was meant, as `2026-11-23T10:00`."""

    nurse_id: UUID
    starts_at: datetime
    ends_at: datetime
    local_start: str


async def offer_times(
    work: UnitOfWork, request: RequestState, proposed: Sequence[Proposed]
) -> Offer:
    """Hold up to three times for the patient. Raises TimeTaken, Conflict or Invalid."""
    if not 1 <= len(proposed) <= WINDOWS_AT_MOST:
        raise Invalid(f"Offer 1 to {WINDOWS_AT_MOST} times.")
    patient = await patient_for(work.session, actor_of(work), request.patient_id)
    nurses = await _nurses(work, patient, proposed)
    await lock_diaries(work, patient.id, nurses.keys())
    await _refuse_answered(work, request.id)
    await lapse_around(work, patient.id, nurses.keys())
    await _refuse_offered(work, request.id)
    _refuse_unseen(work, request)
    plan = await plan_of(work.session, patient.id)
    for time in proposed:
        if refusal := _start_refusal(work, request, patient, plan, time.starts_at):
            raise Conflict(refusal)
    offer = _offer(work, request)
    work.session.add(offer)
    await work.session.flush()
    for position, time in enumerate(proposed):
        slot = _slot(offer, time, request.patient.time_zone)
        await _hold(work, slot, position, nurses[time.nurse_id], request.patient)
    tell(work, "offer:make", patient.id, offer.id, {"times": len(proposed)})
    await notify(work, patient.id, Reason.VISIT_OFFERED, subject_id=request.id)
    return offer


async def _nurses(
    work: UnitOfWork, patient: Patient, proposed: Sequence[Proposed]
) -> dict[UUID, Named]:
    team = {p.id: p for p in await practitioners_of(work.session, patient) if p.role in COMES}
    wanted = {time.nurse_id for time in proposed}
    if not wanted <= team.keys():
        raise Invalid("Choose a nurse or clinician of this patient's care team.")
    return {id: team[id] for id in wanted}


async def _refuse_answered(work: UnitOfWork, request_id: UUID) -> None:
    end = await work.session.get(RequestEnd, request_id, populate_existing=True)
    if end is not None:
        raise already_ended(end.ending)


async def _refuse_offered(work: UnitOfWork, request_id: UUID) -> None:
    found = await work.session.exec(
        select(Offer).where(col(Offer.request_id) == request_id, col(Offer.outcome).is_(None))
    )
    offer = found.first()
    if offer is not None:
        name = (await name_of(work.session, offer.offered_by)).name
        raise already_offered(name, offer.held_until, ZoneInfo(actor_of(work).time_zone))


def _refuse_unseen(work: UnitOfWork, request: RequestState) -> None:
    may_judge = actor_of(work).may(Permission.RECORD_WRITE)
    refusal = look_refusal(request.kind, request.details.health, may_judge=may_judge)
    if refusal:
        raise Conflict(refusal)


def _start_refusal(
    work: UnitOfWork,
    request: RequestState,
    patient: Patient,
    plan: TreatmentPlan | None,
    starts_at: datetime,
) -> str | None:
    if starts_at <= clock.now():
        return "This time is already past. Choose a later one."
    zone = ZoneInfo(request.patient.time_zone)
    on = starts_at.astimezone(zone).date()
    if not clinic_of(work.session).works_on(on):
        return f"The clinic is closed on {day(on, zone)}. Choose another day."
    return offer_refusal(request.kind, patient, plan, request.details.health, on)


def _offer(work: UnitOfWork, request: RequestState) -> Offer:
    now = clock.now()
    return Offer(
        request_id=request.id,
        patient_id=request.patient_id,
        offered_by=actor_of(work).person_id,
        offered_at=now,
        held_until=now + HOLD,
    )


def _slot(offer: Offer, time: Proposed, zone: str) -> Slot:
    return Slot(
        offer_id=offer.id,
        nurse_id=time.nurse_id,
        patient_id=offer.patient_id,
        starts_at=time.starts_at,
        ends_at=time.ends_at,
        zone=zone,
        local_start=time.local_start,
    )


async def _hold(work: UnitOfWork, slot: Slot, position: int, nurse: Named, patient: Named) -> None:
    """The database decides whether the time is free, not a look beforehand."""
    work.session.add(slot)
    try:
        await work.session.flush()
    except IntegrityError as error:
        if "ex_slot_nurse" in str(error.orig):
            raise nurse_taken(position, nurse.name, slot) from error
        if "ex_slot_patient" in str(error.orig):
            raise patient_taken(position, patient.name, slot) from error
        raise


async def accept(work: UnitOfWork, request: RequestState, slot_id: UUID) -> Appointment:
    """The patient takes one of the held times: the appointment is made in this transaction.

    Taking the same time twice is taking it once. Raises Conflict when it is no longer held.
    """
    slot = await _slot_of(work, request, slot_id)
    await lock_diaries(work, slot.patient_id, [slot.nurse_id])
    offer = await locked(work, slot.offer_id)
    if offer.outcome is OfferOutcome.ACCEPTED:
        return await _accepted_before(work, request, slot)
    if offer.outcome is not None or offer.held_until <= clock.now():
        raise no_longer_held()
    patient = await patient_for(work.session, actor_of(work), request.patient_id)
    plan = await plan_of(work.session, patient.id)
    if _start_refusal(work, request, patient, plan, slot.starts_at):
        raise no_longer_allowed()
    await end_offer(work, offer, OfferOutcome.ACCEPTED, keep=slot.id)
    appointment = Appointment(
        request_id=request.id, slot_id=slot.id, patient_id=slot.patient_id, made_at=clock.now()
    )
    work.session.add_all([appointment, end_of(work, request.id, Ending.ACCEPTED)])
    await work.session.flush()
    tell(work, "offer:accept", slot.patient_id, appointment.id)
    await seen(work, slot.patient_id, [Reason.VISIT_OFFERED], request.id)
    await notify(work, slot.nurse_id, Reason.VISIT_CHANGED, subject_id=request.id)
    return appointment


async def _slot_of(work: UnitOfWork, request: RequestState, slot_id: UUID) -> Slot:
    found = await work.session.exec(
        select(Slot)
        .join(Offer, col(Offer.id) == col(Slot.offer_id))
        .where(col(Slot.id) == slot_id, col(Offer.request_id) == request.id)
    )
    slot = found.first()
    if slot is None:
        raise NotFound
    return slot


async def _accepted_before(work: UnitOfWork, request: RequestState, slot: Slot) -> Appointment:
    found = await work.session.exec(
        select(Appointment, Slot)
        .join(Slot, col(Slot.id) == col(Appointment.slot_id))
        .where(col(Appointment.request_id) == request.id)
    )
    appointment, chosen = found.one()
    if chosen.id != slot.id:
        raise already_chosen(chosen.starts_at, ZoneInfo(chosen.zone))
    return appointment


async def hold_longer(work: UnitOfWork, request: RequestState, offer_id: UUID) -> None:
    """Ten minutes more, once: who needs longer to decide must be able to (WCAG 2.2.1).

    Asking twice is asking once. Raises Conflict when the hold has passed.
    """
    offer = await _offer_of(work, request, offer_id)
    if offer.outcome is not None or offer.held_until <= clock.now():
        raise no_longer_held()
    if offer.was_prolonged:
        return
    offer.held_until += HOLD
    offer.was_prolonged = True
    work.session.add(offer)
    tell(work, "offer:prolong", offer.patient_id, offer.id)


async def _offer_of(work: UnitOfWork, request: RequestState, offer_id: UUID) -> Offer:
    """One of the request's offers, held for us; raises NotFound."""
    if offer_id not in {offer.id for offer in request.offers}:
        raise NotFound
    await lock_diaries(work, request.patient_id, [])
    return await locked(work, offer_id)


async def decline(work: UnitOfWork, request: RequestState, offer_id: UUID) -> None:
    """None of these times: the request waits again, as old as it is."""
    offer = await _offer_of(work, request, offer_id)
    if offer.outcome is OfferOutcome.DECLINED:
        return
    if offer.outcome is not None:
        raise no_longer_held()
    await end_offer(work, offer, OfferOutcome.DECLINED)
    tell(work, "offer:decline", offer.patient_id, offer.id)
