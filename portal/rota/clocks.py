"""The administrators hear of a hole in a rota a day before it opens: once for each hole."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from portal.audit.actions import record
from portal.db import Database, UnitOfWork
from portal.ids import new_id
from portal.notices.actions import notify_all
from portal.notices.reasons import Reason
from portal.people.queries import administrators, care_teams
from portal.rota.coverage import Gap, began, gaps
from portal.rota.duties import Duty
from portal.rota.models import GapWarning
from portal.rota.queries import ended_before, shifts_between
from portal.rounds import each_alone

AHEAD = timedelta(days=1)


async def warn_of_gaps(database: Database, now: datetime) -> int:
    """Says of how many holes this worker warned."""
    async with database.read() as session:
        found = [
            (team.id, gap)
            for team in await care_teams(session)
            for gap in await gaps_ahead(session, team.id, now)
        ]
    return await each_alone(_warn, [(team_id, gap, database, now) for team_id, gap in found])


async def gaps_ahead(session: AsyncSession, team_id: UUID, now: datetime) -> list[Gap]:
    shifts = await shifts_between(session, team_id, now, now + AHEAD)
    return [gap for duty in Duty for gap in gaps(shifts, duty, now, now + AHEAD)]


async def _warn(team_id: UUID, gap: Gap, database: Database, now: datetime) -> bool:
    async with database.read() as session:
        since = began(await ended_before(session, team_id, gap.starts_at), gap)
        if await _is_known(session, team_id, gap, since):
            return False
    async with database.work(origin="worker") as work:
        return await _add(work, team_id, gap, since, now)


async def _is_known(session: AsyncSession, team_id: UUID, gap: Gap, since: datetime) -> bool:
    query = select(GapWarning.id).where(
        col(GapWarning.care_team_id) == team_id,
        col(GapWarning.duty) == gap.duty,
        col(GapWarning.starts_at) == since,
    )
    return (await session.exec(query)).first() is not None


async def _add(work: UnitOfWork, team_id: UUID, gap: Gap, since: datetime, now: datetime) -> bool:
    dialect = postgresql if work.session.get_bind().dialect.name == "postgresql" else sqlite
    row = {
        "id": new_id(),
        "care_team_id": team_id,
        "duty": gap.duty,
        "starts_at": since,
        "at": now,
    }
    insert = dialect.insert(GapWarning).values(**row).on_conflict_do_nothing()
    if not (await work.session.exec(insert)).rowcount:
        return False
    detail = {"duty": gap.duty.value, "from": gap.starts_at.isoformat()}
    record(work, "rota:gap", subject=team_id, detail=detail)
    await notify_all(work, await administrators(work.session), Reason.ROTA_GAP, team_id)
    return True
