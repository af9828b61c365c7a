"""The rota's page: who is on, until when, and where nobody is."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlmodel.ext.asyncio.session import AsyncSession

from portal import clock
from portal.db import clinic_of
from portal.duty.alarms import Alarm, alarms_of
from portal.people.models import CareTeam
from portal.people.queries import Named, named
from portal.rota.coverage import Gap, gaps, is_on
from portal.rota.duties import Duty
from portal.rota.models import Shift
from portal.rota.queries import able_staff, shifts_between

AHEAD = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Week:
    """One care team's rota for the next seven days. `now_on`: by duty, whoever does it now."""

    team: CareTeam
    shifts: Sequence[Shift]
    people: Mapping[UUID, Named]
    staff: Sequence[Named]
    gaps: Sequence[Gap]
    alarms: Sequence[Alarm]
    now: datetime
    zone: ZoneInfo

    @property
    def now_on(self) -> list[tuple[Duty, list[Shift]]]:
        on = [shift for shift in self.shifts if is_on(shift, self.now)]
        return [(duty, [shift for shift in on if shift.duty is duty]) for duty in Duty]

    @property
    def days(self) -> list[tuple[date, list[Shift]]]:
        """The shifts by the day on which they begin, in the clinic's zone."""
        days: dict[date, list[Shift]] = {}
        for shift in self.shifts:
            days.setdefault(shift.starts_at.astimezone(self.zone).date(), []).append(shift)
        return sorted(days.items())

    @property
    def has_phones(self) -> bool:
        return any(shift.phone for _, shifts in self.now_on for shift in shifts)

    def gap_words(self, gap: Gap) -> str:
        return gap.words(self.zone)


async def week_of(session: AsyncSession, team: CareTeam) -> Week:
    now = clock.now()
    clinic = clinic_of(session)
    shifts = await shifts_between(session, team.id, now, now + AHEAD)
    found = [gap for duty in Duty for gap in gaps(shifts, duty, now, now + AHEAD)]
    return Week(
        team=team,
        shifts=shifts,
        people=await named(session, [shift.person_id for shift in shifts]),
        staff=await able_staff(session, team.id),
        gaps=sorted(found, key=lambda gap: gap.starts_at),
        alarms=await alarms_of(session, team.id),
        now=now,
        zone=clinic.zone,
    )
