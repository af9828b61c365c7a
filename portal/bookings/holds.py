"""Holds end by themselves when their time has passed."""

from collections.abc import Collection
from uuid import UUID

from sqlmodel import col, select

from portal import clock
from portal.bookings.actions import end_offer, tell
from portal.bookings.models import Offer, OfferOutcome, Slot, SlotState
from portal.db import UnitOfWork


async def lapse_around(work: UnitOfWork, patient_id: UUID, nurse_ids: Collection[UUID]) -> None:
    """Free the holds that have passed and could be in the way of these people."""
    in_the_way = select(Slot.offer_id).where(
        col(Slot.state) == SlotState.HELD,
        (col(Slot.patient_id) == patient_id) | col(Slot.nurse_id).in_(nurse_ids),
    )
    found = await work.session.exec(
        select(Offer)
        .where(
            col(Offer.id).in_(in_the_way),
            col(Offer.outcome).is_(None),
            col(Offer.held_until) <= clock.now(),
        )
        .order_by(col(Offer.id))
        .with_for_update()
    )
    for offer in found.all():
        await _lapse(work, offer)


async def lapse(work: UnitOfWork, offer_id: UUID) -> bool:
    """End the hold if it has passed and nobody ended it first; says whether this call did."""
    offer = await locked(work, offer_id)
    if offer.outcome is not None or offer.held_until > clock.now():
        return False
    await _lapse(work, offer)
    return True


async def _lapse(work: UnitOfWork, offer: Offer) -> None:
    await end_offer(work, offer, OfferOutcome.LAPSED)
    tell(work, "offer:lapse", offer.patient_id, offer.id)


async def locked(work: UnitOfWork, offer_id: UUID) -> Offer:
    """The offer as it is now, ours until commit."""
    query = select(Offer).where(col(Offer.id) == offer_id).with_for_update()
    found = await work.session.exec(query.execution_options(populate_existing=True))
    return found.one()
