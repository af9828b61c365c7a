"""Who is busy when. The database's constraint decides; these reads only help people choose."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from portal.bookings.models import Slot, SlotState
from portal.bookings.times import Span
from portal.db import UnitOfWork
from portal.people.models import Patient, Practitioner

LIVE = (SlotState.HELD, SlotState.BOOKED)


@dataclass(frozen=True, slots=True)
class Busy:
    """A taken stretch of somebody's day, without whose visit it is."""

    nurse_id: UUID
    starts_at: datetime
    ends_at: datetime
    state: SlotState

    @property
    def span(self) -> Span:
        return self.starts_at, self.ends_at


async def busy_between(
    session: AsyncSession, nurse_ids: Collection[UUID], start: datetime, end: datetime
) -> list[Busy]:
    """The held and booked times of these nurses that touch the stretch, in order."""
    rows = await session.exec(
        select(Slot)
        .where(
            col(Slot.nurse_id).in_(nurse_ids),
            col(Slot.state).in_(LIVE),
            col(Slot.starts_at) < end,
            col(Slot.ends_at) > start,
        )
        .order_by(col(Slot.starts_at))
    )
    return [Busy(s.nurse_id, s.starts_at, s.ends_at, s.state) for s in rows.all()]


async def lock_diaries(work: UnitOfWork, patient_id: UUID, nurse_ids: Collection[UUID]) -> None:
    """Take turns on these people's time until commit; SQLite has one writer anyway.

    The constraint alone would be safe, but on PostgreSQL two rivals checking it at once may each
    wait for the other, and one would be told of a deadlock instead of a taken time. Always the
    patient first, then nurses by id, so that turns cannot cross.
    """
    await work.session.exec(
        select(Patient.id).where(col(Patient.id) == patient_id).with_for_update(key_share=True)
    )
    await work.session.exec(
        select(Practitioner.id)
        .where(col(Practitioner.id).in_(nurse_ids))
        .order_by(col(Practitioner.id))
        .with_for_update(key_share=True)
    )
