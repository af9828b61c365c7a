"""After an attempt: it was sent, or is tried again, or goes by the next channel, or is given up.

What cannot reach a patient is told to their coordinators, what cannot reach staff to the
administrators; and each person sees on their own page that something did not arrive.
"""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlmodel import col, delete, select
from sqlmodel.ext.asyncio.session import AsyncSession

from portal.db import Database, UnitOfWork
from portal.notices.actions import notify_all
from portal.notices.channels import CannotSend, Letter
from portal.notices.claiming import locked
from portal.notices.models import (
    Attempt,
    Envelope,
    Notice,
    Outcome,
    PushSubscription,
    State,
)
from portal.notices.reasons import Pace, Reason
from portal.notices.timing import next_try
from portal.people.models import Patient, Person
from portal.people.queries import practitioners_of
from portal.permissions import Role


async def recorded(
    database: Database,
    letter: Letter,
    problem: CannotSend | None,
    gone: Sequence[UUID],
    now: datetime,
) -> None:
    """Write down how it went. An attempt that another worker took for lost changes nothing."""
    async with database.work(origin="worker") as work:
        row = await locked(work, letter.id)
        attempt = await work.session.get_one(Attempt, letter.attempt_id)
        await _forget(work, gone)
        if attempt.outcome is not None or row.state is not State.SENDING:
            return
        attempt.ended_at = now
        attempt.outcome = Outcome.FAILED if problem else Outcome.SENT
        attempt.problem = problem.code if problem else None
        work.session.add(attempt)
        if problem is None:
            row.state, row.ended_at, row.link = State.SENT, now, None
        else:
            await _go_on(work, row, letter, problem, now)
        work.session.add(row)


async def _forget(work: UnitOfWork, gone: Sequence[UUID]) -> None:
    if gone:
        await work.session.exec(delete(PushSubscription).where(col(PushSubscription.id).in_(gone)))


async def _go_on(
    work: UnitOfWork, row: Envelope, letter: Letter, problem: CannotSend, now: datetime
) -> None:
    again = None if problem.for_good else next_try(row.pace, row.tries, now)
    if again is not None:
        row.state, row.due_at = State.AGAIN, again
        return
    following = await _next_channel(work.session, row, letter)
    if following is not None:
        row.state, row.due_at, row.channel, row.tries = State.AGAIN, now, following, 0
        return
    row.state, row.ended_at, row.link = State.FAILED, now, None
    await _tell_unreached(work, row)


async def _next_channel(session: AsyncSession, row: Envelope, letter: Letter) -> str | None:
    """The first of the person's channels that was not tried for this envelope."""
    query = select(Attempt.channel).where(col(Attempt.envelope_id) == row.id)
    tried = set((await session.exec(query)).all())
    return next((channel for channel in letter.ways if channel not in tried), None)


async def _tell_unreached(work: UnitOfWork, row: Envelope) -> None:
    if await _is_about_others(work.session, row):
        told = await _who_can_help(work.session, row.person_id)
        await notify_all(work, told, Reason.UNREACHED, row.person_id)


async def _is_about_others(session: AsyncSession, row: Envelope) -> bool:
    """False where it only said that somebody was not reached: that would go round for ever."""
    if row.pace in {Pace.COMPANION, Pace.INVITATION}:
        return True
    others = select(Notice.id).where(
        col(Notice.envelope_id) == row.id, col(Notice.reason) != Reason.UNREACHED
    )
    return (await session.exec(others.limit(1))).first() is not None


async def _who_can_help(session: AsyncSession, person_id: UUID) -> list[UUID]:
    patient = await session.get(Patient, person_id)
    if patient is None:
        admins = select(Person.id).where(
            col(Person.role) == Role.ADMIN, col(Person.disabled_at).is_(None)
        )
        return list((await session.exec(admins)).all())
    team = await practitioners_of(session, patient)
    coordinators = [one.id for one in team if one.role is Role.COORDINATOR]
    return coordinators or [one.id for one in team]
