"""What happens to a flag by itself: nobody takes it, so it climbs; a snooze ends.

Any number of workers may run. Each flag is dealt with in a transaction of its own that holds the
flag, as taking it does; and no flag can climb one rung twice, because the rung's row is unique. So
an escalation, its audit entry and the requests to tell people are there together, once, or not at
all, wherever a process dies.
"""

from datetime import datetime
from uuid import UUID

from portal.db import Database, UnitOfWork, clinic_of, insert_into
from portal.flags.care import Did
from portal.flags.holding import add_step, locked, tell
from portal.flags.ladder import Rung, rungs_due
from portal.flags.models import Escalation
from portal.flags.queries import FlagState, climbed, open_flags, rungs_of, state_of_flag
from portal.flags.telling import Listeners, listeners, tell_people
from portal.ids import new_id
from portal.rounds import each_alone
from portal.symptoms.levels import Level


async def escalate(database: Database, now: datetime) -> int:
    """Climb every rung that is due; says how many this worker climbed."""
    async with database.read() as session:
        waiting = [state for state in await open_flags(session) if not state.is_acknowledged]
        done, clinic = await rungs_of(session, waiting), clinic_of(session)
    # Most wait within their limit: they are looked at again and again, so without being held.
    due = [state.id for state in waiting if rungs_due(*_wait(state), done[state.id], now, clinic)]
    return await each_alone(_climb_due, [(flag_id, database, now) for flag_id in due])


def _wait(state: FlagState) -> tuple[Level, datetime]:
    return state.level, state.waiting_since


async def _climb_due(flag_id: UUID, database: Database, now: datetime) -> int:
    async with database.work(origin="worker") as work:
        flag = await locked(work, flag_id)
        state = await state_of_flag(work.session, flag)
        if not state.is_open or state.is_acknowledged:
            return 0
        done = {row.rung for row in await climbed(work.session, flag, state.care.handovers)}
        due = rungs_due(flag.level, state.waiting_since, done, now, clinic_of(work.session))
        return sum([await climb(work, state, rung, now) for rung in due])


async def climb(work: UnitOfWork, state: FlagState, rung: Rung, now: datetime) -> bool:
    """Tell those who stand at this rung. The caller holds the flag; False when it was done already.

    A flag that rests comes back with it.
    """
    flag = state.flag
    heard = await listeners(work.session, flag, rung, now, await _told(work, state))
    if not await _add(work, state, rung, heard, now):
        return False
    if state.care.is_snoozed(now):
        add_step(work, flag, Did.WAKE, by_id=None)
    detail: dict[str, object] = {"rung": rung.value, "uncovered": heard.is_uncovered}
    tell(work, "flag:escalate", flag, detail)
    await tell_people(work, flag, rung, heard)
    return True


async def _told(work: UnitOfWork, state: FlagState) -> set[UUID]:
    rows = await climbed(work.session, state.flag, state.care.handovers)
    return {UUID(id) for row in rows for id in row.told}


async def _add(
    work: UnitOfWork, state: FlagState, rung: Rung, heard: Listeners, now: datetime
) -> bool:
    row = {
        "id": new_id(),
        "flag_id": state.id,
        "round": state.flag.round,
        "lap": state.care.handovers,
        "rung": rung,
        "told": [str(id) for id in heard.people],
        "is_uncovered": heard.is_uncovered,
        "by_id": work.actor.person_id if work.actor else None,
        "at": now,
    }
    made = await work.session.exec(
        insert_into(work.session, Escalation).values(**row).on_conflict_do_nothing()
    )
    return bool(made.rowcount)


async def wake_flags(database: Database, now: datetime) -> int:
    """End the snoozes whose time has come, so that open pages hear of it."""
    async with database.read() as session:
        over = [state.id for state in await open_flags(session) if _is_over(state, now)]
    return await each_alone(_wake, [(flag_id, database, now) for flag_id in over])


def _is_over(state: FlagState, now: datetime) -> bool:
    until = state.care.snoozed_until
    return until is not None and until <= now


async def _wake(flag_id: UUID, database: Database, now: datetime) -> int:
    async with database.work(origin="worker") as work:
        flag = await locked(work, flag_id)
        state = await state_of_flag(work.session, flag)
        if not state.is_open or not _is_over(state, now):
            return 0
        add_step(work, flag, Did.WAKE)
        tell(work, "flag:wake", flag, {})
        return 1
