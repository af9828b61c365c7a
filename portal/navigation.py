"""The numbers beside the links: what waits for this person, counted only where it concerns them."""

from datetime import datetime

from sqlmodel.ext.asyncio.session import AsyncSession

from portal import clock
from portal.bookings.queries import count_open_requests_for
from portal.conversations.queries import unread_for
from portal.flags.queries import count_open_for
from portal.inbox.queries import count_waiting_for
from portal.notices.queries import count_unseen
from portal.permissions import Actor, Permission
from portal.rota.queries import own_shift
from portal.web.state import Counts


async def counts_for(session: AsyncSession, actor: Actor) -> Counts:
    notices = await count_unseen(session, actor)
    if actor.is_patient:
        return Counts(unread=await unread_for(session, actor), notices=notices)
    flags = await count_open_for(session, actor) if actor.may(Permission.FLAG_READ) else (0, ())
    return Counts(
        notices=notices,
        triage=flags[0],
        emergencies=flags[1],
        inbox=await count_waiting_for(session, actor) if actor.may(Permission.INBOX_READ) else 0,
        requests=(
            await count_open_requests_for(session, actor)
            if actor.may(Permission.BOOKING_READ)
            else 0
        ),
        on_duty_until=await _until(session, actor) if actor.may(Permission.FLAG_ACT) else None,
    )


async def _until(session: AsyncSession, actor: Actor) -> datetime | None:
    shift = await own_shift(session, actor.person_id, clock.now())
    return shift.ends_at if shift else None
