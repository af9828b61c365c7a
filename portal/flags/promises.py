"""A patient was told by when they hear from us, and that time has passed: the team hears of it.

Whoever has the flag is told, and on call beside them (for a routine flag the nurse on duty): once
a round, whoever runs the clock; and one that rests comes back. While nobody has it, the ladder
does this (`clocks.py`).
"""

from datetime import datetime, timedelta
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from portal.db import Database, UnitOfWork, clinic_of
from portal.flags.care import Did
from portal.flags.holding import add_step, locked, tell
from portal.flags.ladder import GRAVE
from portal.flags.models import Flag, LatePromise
from portal.flags.queries import FlagState, open_flags, state_of_flag, untold_flags
from portal.flags.standing import is_promise_broken, standing_of
from portal.notices.actions import notify_all
from portal.notices.reasons import Reason
from portal.rota.duties import Duty
from portal.rota.queries import on_duty
from portal.rounds import each_alone
from portal.symptoms.levels import Level

# What ended longer ago than this and was never told stands in its own tab of the queue.
NEWS_FOR = timedelta(days=14)


async def tell_of_late_promises(database: Database, now: datetime) -> int:
    """Says of how many flags this worker told somebody."""
    async with database.read() as session:
        clinic = clinic_of(session)
        states = [*await open_flags(session), *await untold_flags(session, now - NEWS_FOR)]
        late = [state for state in states if is_promise_broken(state, now, clinic)]
        known = await _known(session, late)
    new = [state.id for state in late if (state.id, state.flag.round) not in known]
    return await each_alone(_tell, [(flag_id, database, now) for flag_id in new])


async def _known(session: AsyncSession, states: list[FlagState]) -> set[tuple[UUID, int]]:
    query = select(LatePromise.flag_id, LatePromise.round)
    ids = [state.id for state in states]
    found = await session.exec(query.where(col(LatePromise.flag_id).in_(ids))) if ids else ()
    return {(flag_id, round) for flag_id, round in found}


async def _tell(flag_id: UUID, database: Database, now: datetime) -> int:
    async with database.work(origin="worker") as work:
        flag = await locked(work, flag_id)
        state = await state_of_flag(work.session, flag)
        if not is_promise_broken(state, now, clinic_of(work.session)):
            return 0
        if (flag.id, flag.round) in await _known(work.session, [state]):
            return 0
        told = await _tell_people(work, state, now)
        by = standing_of(state, now, clinic_of(work.session)).by
        ids = [str(id) for id in told]
        row = LatePromise(flag_id=flag.id, round=flag.round, promised_at=by, told=ids, at=now)
        work.session.add(row)
        if state.care.is_snoozed(now):
            add_step(work, flag, Did.WAKE)
        tell(work, "flag:late", flag, {"round": flag.round})
        return 1


async def _tell_people(work: UnitOfWork, state: FlagState, now: datetime) -> list[UUID]:
    """What is grave goes past the quiet hours of those on duty, not of an owner who is at home."""
    flag, duty = state.flag, Duty.NURSE if state.level is Level.ROUTINE else Duty.ON_CALL
    here = await on_duty(work.session, flag.patient_id, duty, now)
    owner = [state.owner_id] if state.owner_id and state.owner_id not in here else []
    works = owner and await _is_on_duty(work.session, flag, owner[0], now)
    is_grave = state.level in GRAVE
    await notify_all(work, here, Reason.PROMISE_PASSED, flag.id, urgent=is_grave)
    await notify_all(work, owner, Reason.PROMISE_PASSED, flag.id, urgent=is_grave and bool(works))
    return [*owner, *here]


async def _is_on_duty(session: AsyncSession, flag: Flag, person_id: UUID, now: datetime) -> bool:
    return any([person_id in await on_duty(session, flag.patient_id, one, now) for one in Duty])
