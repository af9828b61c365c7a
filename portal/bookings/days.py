"""The grid of days and parts of the day a patient picks from."""

from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

from sqlmodel.ext.asyncio.session import AsyncSession

from portal.bookings.diary import busy_between
from portal.bookings.kinds import Kind, Part, Window
from portal.bookings.offering import COMES
from portal.bookings.steps import working_days
from portal.bookings.times import is_full
from portal.db import clinic_of
from portal.people.models import Patient
from portal.people.queries import practitioners_of
from portal.permissions import Actor


@dataclass(frozen=True, slots=True)
class Day:
    """One row of the grid. `full` are the parts in which nobody could come."""

    on: date
    windows: tuple[Window, ...]
    full: frozenset[Window]


async def days_for(
    session: AsyncSession, patient: Patient, actor: Actor, kind: Kind, first: date
) -> list[Day]:
    """Five working days from `first`, in the actor's own clock."""
    zone, days = ZoneInfo(actor.time_zone), working_days(clinic_of(session), first)
    windows = [Window(day, part) for day in days for part in Part]
    team = {p.id for p in await practitioners_of(session, patient) if p.role in COMES}
    start, end = windows[0].span(zone)[0], windows[-1].span(zone)[1]
    busy = await busy_between(session, team, start, end)
    diaries = [[b.span for b in busy if b.nurse_id == nurse_id] for nurse_id in team]
    full = {w for w in windows if is_full(w, zone, diaries, kind.length)}
    return [
        Day(day, own, frozenset(full.intersection(own)))
        for day in days
        for own in [tuple(w for w in windows if w.on == day)]
    ]
