"""A flag is held by somebody who goes, and nobody handed it over: it goes to the nurse on duty.

Their shift ended, or they left the care team with the flag in hand.
"""

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
from portal.rota.queries import able_staff, shifts_of
from portal.rounds import each_alone
from portal.symptoms.levels import Level

# Time to write the last note, or to hand it over oneself. A proposal.
GRACE = timedelta(minutes=15)
OVER = "The shift of who had it has ended."
LEFT = "Who had it is no longer on the care team."


async def hand_on(database: Database, now: datetime) -> int:
    """Hand on what people hold who are gone; says how many flags this worker handed on."""
    async with database.read() as session:
        held = [state for state in await open_flags(session) if state.is_acknowledged]
        # Most are in good hands: they are looked at again and again, so without a lock.
        left = [state.id for state in held if await _why(session, state, now)]
    return await each_alone(_hand_on, [(flag_id, database, now) for flag_id in left])


async def _hand_on(flag_id: UUID, database: Database, now: datetime) -> int:
    async with database.work(origin="worker") as work:
        flag = await locked(work, flag_id)
        state = await state_of_flag(work.session, flag)
        if not state.is_open or not state.is_acknowledged:
            return 0
        why = await _why(work.session, state, now)
        if why is None:
            return 0
        add_step(work, flag, Did.HAND_OVER, words=why, to_duty=Duty.NURSE)
        tell(work, "flag:hand_over", flag, {"duty": Duty.NURSE.value})
        await tell_receiver(work, flag, None, Duty.NURSE)
        return 1


async def _why(session: AsyncSession, state: FlagState, now: datetime) -> str | None:
    """Why the holder cannot go on with it; None while they can.

    A routine flag waits for its owner's next day. Whoever stands in no rota keeps what they took.
    """
    patient = await session.get_one(Patient, state.patient_id)
    able = {person.id for person in await able_staff(session, patient.care_team_id)}
    if state.owner_id not in able:
        return LEFT
    if state.level is not Level.ROUTINE and await _is_over(session, state, patient, now):
        return OVER
    return None


async def _is_over(
    session: AsyncSession, state: FlagState, patient: Patient, now: datetime
) -> bool:
    """Whether the holder took it in a shift that has ended, and is in no other now."""
    taken = state.acknowledgement
    if taken is None or state.owner_id is None:
        return False
    held_since = state.care.taken_over_at or taken.at
    shifts = await shifts_of(session, state.owner_id, patient.care_team_id, held_since, now)
    return bool(shifts) and all(shift.ends_at + GRACE <= now for shift in shifts)
