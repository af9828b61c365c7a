"""Calls that reach nobody: after two in a row on call has it (workflow.md, "Call")."""

from portal import clock
from portal.db import UnitOfWork
from portal.flags.care import Did
from portal.flags.clocks import climb
from portal.flags.holding import actor_of, add_step, tell
from portal.flags.ladder import Rung
from portal.flags.models import Flag
from portal.flags.queries import state_of_flag
from portal.rota.duties import Duty
from portal.rota.queries import on_duty
from portal.symptoms.levels import Level

MOST_CALLS = 2
WHY = "Two calls reached nobody."


async def pass_on_unreached(work: UnitOfWork, flag: Flag) -> None:
    """After a call was recorded; the caller holds the flag.

    On call is told at once, or the administrators where nobody is, and it climbs from there. A
    routine flag waits for another try, and whoever is on call goes on with it themself.
    """
    await work.session.flush()
    state, now = await state_of_flag(work.session, flag), clock.now()
    if not state.is_open or state.level is Level.ROUTINE or state.care.missed_calls < MOST_CALLS:
        return
    if actor_of(work).person_id in await on_duty(work.session, flag.patient_id, Duty.ON_CALL, now):
        return
    if state.is_acknowledged:
        add_step(work, flag, Did.HAND_OVER, words=WHY, to_duty=Duty.ON_CALL)
        tell(work, "flag:hand_over", flag, {"duty": Duty.ON_CALL.value})
        await work.session.flush()
        state = await state_of_flag(work.session, flag)
    await climb(work, state, Rung.ON_CALL, now)
