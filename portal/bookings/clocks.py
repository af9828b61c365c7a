"""What happens by itself: holds end."""

from datetime import datetime
from uuid import UUID

from sqlmodel import col, select

from portal.bookings.holds import lapse
from portal.bookings.models import Offer
from portal.db import Database
from portal.rounds import each_alone


async def lapse_holds(database: Database, now: datetime) -> int:
    """Free the holds that had ended by `now`; says how many this worker freed.

    Each offer is ended in a transaction of its own under its row's lock, so any number of workers
    may run and each hold lapses, is audited and is announced once.
    """
    async with database.read() as session:
        passed = await session.exec(
            select(Offer.id)
            .where(col(Offer.outcome).is_(None), col(Offer.held_until) <= now)
            .order_by(col(Offer.held_until))
        )
        ids = passed.all()
    return await each_alone(_lapse, [(id, database) for id in ids])


async def _lapse(id: UUID, database: Database) -> int:
    async with database.work(origin="worker") as work:
        return await lapse(work, id)
