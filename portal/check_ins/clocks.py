"""What happens by itself: a check-in that was left with something to tell is sent, and silence
climbs its ladder."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from functools import cache
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import and_, bindparam, or_
from sqlalchemy.orm import aliased
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from portal.check_ins import ladder, schedule
from portal.check_ins.actions import locked
from portal.check_ins.early import send_left
from portal.check_ins.models import CheckIn
from portal.check_ins.reminding import standings_of
from portal.check_ins.silence import climb
from portal.db import Database, UnitOfWork
from portal.people.models import Person
from portal.rounds import each_alone
from portal.treatments.models import Dose


async def send_unfinished(database: Database, now: datetime) -> int:
    """Send what was begun and not touched for half an hour, when any rule fires on it.

    Says how many this worker sent. Each is sent in a transaction of its own under its row's lock,
    so any number of workers may run and each is sent, flagged and audited once.
    """
    async with database.read() as session:
        left = await session.exec(
            select(CheckIn.id)
            .where(col(CheckIn.submitted_at).is_(None), col(CheckIn.left_at) <= now)
            .order_by(col(CheckIn.left_at))
        )
        ids = left.all()
    return await each_alone(_send, [(id, database, now) for id in ids])


async def _send(id: UUID, database: Database, now: datetime) -> int:
    async with database.work(origin="worker") as work:
        return await send_if_left(work, id, now)


async def send_if_left(work: UnitOfWork, id: UUID, now: datetime) -> int:
    """1 when this call sent it; 0 when somebody went on with it, sent it, or nothing fires."""
    row = await locked(work, id)
    if row.submitted_at is not None or row.left_at is None or row.left_at > now:
        return 0
    return int(await send_left(work, row))


# A patient who travels moves the points that are days by this much at most.
SLACK = timedelta(hours=26)
AT_A_TIME = 500


async def follow_silence(database: Database, now: datetime) -> int:
    """Remind of what is due, and climb where nobody answers; says how many rungs were taken.

    Looked for without a lock; each series is then looked at again in a transaction of its own.
    """
    async with database.read() as session:
        query = _doses_with_a_live_point()
        found = (await session.exec(query, params=_windows(now))).all()
        ids = [id for some in _chunks(found) for id in await _with_a_step_due(session, some, now)]
    return await each_alone(_climb, [(id, database, now) for id in ids])


def _chunks(found: Sequence[Any]) -> Iterator[Sequence[Any]]:
    """Neither database takes any number of values in one statement."""
    return (found[start : start + AT_A_TIME] for start in range(0, len(found), AT_A_TIME))


async def _with_a_step_due(
    session: AsyncSession, found: Sequence[Any], now: datetime
) -> list[UUID]:
    standings = await standings_of(session, found)
    return [
        dose.id
        for dose, standing in zip(found, standings, strict=True)
        if any(
            standing.steps(due, now) for due in standing.unanswered(now, ZoneInfo(dose.time_zone))
        )
    ]


@cache
def _doses_with_a_live_point() -> Any:
    """The latest dose of each patient who can sign in, where any rung can be due. Put together
    once: a worker asks every few seconds, only the times change."""
    newer = aliased(Dose)
    is_latest = (
        ~select(newer.id)
        .where(newer.patient_id == col(Dose.patient_id), newer.number > col(Dose.number))
        .exists()
    )
    windows = [
        and_(
            col(Dose.ended_at) > bindparam(f"after_{point.name}"),
            col(Dose.ended_at) <= bindparam(f"until_{point.name}"),
        )
        for point in schedule.POINTS
    ]
    return (
        select(Dose.id, Dose.ended_at, Person.time_zone)
        .join(Person, col(Person.id) == col(Dose.patient_id))
        .where(is_latest, col(Person.disabled_at).is_(None), or_(*windows))
        .order_by(col(Dose.ended_at), col(Dose.id))
    )


def _windows(now: datetime) -> dict[str, datetime]:
    """When a dose must have ended for each point to be live now."""
    windows = {}
    for point in schedule.POINTS:
        last = max(ladder.rungs_of(point).values()) + ladder.KEPT_FOR + SLACK
        windows[f"after_{point.name}"] = now - point.after - last
        windows[f"until_{point.name}"] = now - point.after + SLACK
    return windows


async def _climb(id: UUID, database: Database, now: datetime) -> int:
    async with database.work(origin="worker") as work:
        return await climb(work, id, now)
