"""A shift ends with a flag in hand, and nobody handed it over: it goes to the nurse on duty."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from portal.db import Database
from portal.flags.care import Did
from portal.flags.holding import add_step, locked, tell
from portal.flags.queries import FlagState, open_flags, state_of_flag
from portal.flags.telling import tell_receiver
from portal.people.models import Patient
from portal.rota.duties import Duty
from portal.rota.queries import shifts_of
from portal.symptoms.levels import Level

# Time to write the last note, or to hand it over oneself. A proposal.
GRACE = timedelta(minutes=15)


async def hand_on(database: Database, now: datetime) -> int:
    """Hand on what people hold whose shift is over; says how many flags this worker handed on.

    A routine flag waits for its owner's next day. Whoever stands in no rota keeps what they took.
    """
    async with database.read() as session:
        held = [
            state.id
            for state in await open_flags(session)
            if _may_pass(state) and await _is_over(session, state, now)
        ]
    return sum([await _hand_on(database, flag_id, now) for flag_id in held])


def _may_pass(state: FlagState) -> bool:
    return state.is_acknowledged and state.level is not Level.ROUTINE


async def _hand_on(database: Database, flag_id: UUID, now: datetime) -> int:
    async with database.work(origin="worker") as work:
        flag = await locked(work, flag_id)
        state = await state_of_flag(work.session, flag)
        if not state.is_open or not _may_pass(state):
            return 0
        if not await _is_over(work.session, state, now):
            return 0
        add_step(work, flag, Did.HAND_OVER, to_duty=Duty.NURSE)
        tell(work, "flag:hand_over", flag, {"duty": Duty.NURSE.value})
        await tell_receiver(work, flag, None, Duty.NURSE)
        return 1


async def _is_over(session: AsyncSession, state: FlagState, now: datetime) -> bool:
    """Whether the holder took it in a shift that has ended, and is in no other now."""
    taken = state.acknowledgement
    if taken is None or state.owner_id is None:
        return False
    held_since = state.care.taken_over_at or taken.at
    patient = await session.get_one(Patient, state.patient_id)
    shifts = await shifts_of(session, state.owner_id, patient.care_team_id, held_since, now)
    return bool(shifts) and all(shift.ends_at + GRACE <= now for shift in shifts)
