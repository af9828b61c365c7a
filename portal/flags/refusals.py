"""The sentences a second clinician reads: who was first, and when."""

from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlmodel.ext.asyncio.session import AsyncSession

from portal.errors import Conflict
from portal.flags.models import Acknowledgement, Disposition
from portal.people.queries import name_of
from portal.permissions import Actor
from portal.web.times import clock_time


async def already_acknowledged(
    session: AsyncSession, first: Acknowledgement, actor: Actor
) -> Conflict:
    who = (await name_of(session, first.by_id)).name
    return Conflict(f"{who} acknowledged this first, at {_clock(first.at, actor)}.")


async def already_resolved(session: AsyncSession, first: Disposition, actor: Actor) -> Conflict:
    who = "You" if first.by_id == actor.person_id else (await name_of(session, first.by_id)).name
    return Conflict(f"{who} resolved this already, at {_clock(first.at, actor)}.")


async def taken_over(session: AsyncSession, holder_id: UUID | None) -> Conflict:
    who = (await name_of(session, holder_id)).name if holder_id else "Somebody"
    return Conflict(f"{who} has this now.")


def page_is_old() -> Conflict:
    return Conflict("This flag was reopened after your page was loaded. Look at it again, please.")


def still_open() -> Conflict:
    return Conflict("This flag is open already.")


def not_resolved() -> Conflict:
    return Conflict("This flag is still open. Resolve it first.")


def nobody_has_it() -> Conflict:
    return Conflict("Acknowledge it first: nobody has this yet.")


def too_late_to_undo() -> Conflict:
    return Conflict("It is too late to undo that. Nothing was changed.")


def _clock(moment: datetime, actor: Actor) -> str:
    return clock_time(moment, ZoneInfo(actor.time_zone))
