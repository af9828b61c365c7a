"""What the latest dose asks for next, and what nobody answered."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from portal.check_ins import schedule
from portal.check_ins.queries import check_ins_of
from portal.languages import N_
from portal.people.queries import zone_of
from portal.treatments.queries import latest_dose

LONG = {schedule.Asks.SCALES, schedule.Asks.SCALES_AND_GATE}


@dataclass(frozen=True, slots=True)
class NextCheckIn:
    """The check-in to answer now, or the next one."""

    due: schedule.Due
    state: schedule.State
    is_started: bool
    link: str = "/check-ins/now"

    @property
    def due_at(self) -> datetime:
        return self.due.due_at

    @property
    def is_open(self) -> bool:
        return self.state is not schedule.State.UPCOMING

    @property
    def is_due(self) -> bool:
        return self.state in {schedule.State.DUE, schedule.State.LATE}

    @property
    def is_late(self) -> bool:
        return self.state is schedule.State.LATE

    @property
    def title(self) -> str:
        return self.due.point.title

    @property
    def length(self) -> str:
        if self.due.point.asks in LONG:
            return N_("10 short questions, and 19 more if you like. About 4 minutes.")
        return N_("9 questions. About 1 minute.")


async def next_check_in(
    session: AsyncSession, patient_id: UUID, now: datetime
) -> NextCheckIn | None:
    """What the latest dose asks for next; None without a dose, or when its series is over."""
    dose = await latest_dose(session, patient_id)
    if dose is None:
        return None
    rows = await check_ins_of(session, patient_id, str(dose.id))
    sent = {row.point for row in rows if row.submitted_at}
    due = schedule.coming(dose.ended_at, now, sent, await zone_of(session, patient_id))
    if due is None:
        return None
    unsent = [row for row in rows if row.point == due.point.name and not row.submitted_at]
    is_started = any(not row.is_too_old(now) for row in unsent)
    return NextCheckIn(due, due.state(now), is_started)


async def missed_check_ins(
    session: AsyncSession, patient_id: UUID, now: datetime
) -> list[schedule.Due]:
    """What the latest dose asked for and nobody answered while it could be."""
    dose = await latest_dose(session, patient_id)
    if dose is None:
        return []
    rows = await check_ins_of(session, patient_id, str(dose.id))
    sent = {row.point for row in rows if row.submitted_at}
    return schedule.missed(dose.ended_at, now, sent, await zone_of(session, patient_id))
