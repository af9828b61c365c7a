"""The administrators hear of a hole in a rota a day before it opens: once for each hole."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from portal.audit.actions import record
from portal.db import Database, UnitOfWork, insert_into
from portal.ids import new_id
from portal.notices.actions import notify_all
from portal.notices.reasons import Reason
from portal.people.queries import administrators, care_teams
from portal.rota.coverage import ALWAYS, Gap, gaps
from portal.rota.duties import Duty
from portal.rota.models import GapWarning
from portal.rota.queries import covered_until, shifts_between
from portal.rounds import each_alone

AHEAD = timedelta(days=1)


async def warn_of_gaps(database: Database, now: datetime) -> int:
    """Says of how many holes this worker warned."""
    async with database.read() as session:
        teams = await care_teams(session)
        found = [
            (team.id, each) for team in teams for each in await _unknown(session, team.id, now)
        ]
    return await each_alone(_warn, [(team_id, *each, database, now) for team_id, each in found])


async def gaps_ahead(session: AsyncSession, team_id: UUID, now: datetime) -> list[Gap]:
    shifts = await shifts_between(session, team_id, now, now + AHEAD)
    return [gap for duty in Duty for gap in gaps(shifts, duty, now, now + AHEAD)]


async def _unknown(
    session: AsyncSession, team_id: UUID, now: datetime
) -> list[tuple[Gap, datetime]]:
    """The gaps of which nobody was warned, each with when it really begins."""
    found = [
        (gap, await _begins(session, team_id, gap, now))
        for gap in await gaps_ahead(session, team_id, now)
    ]
    query = select(GapWarning.duty, GapWarning.starts_at).where(
        col(GapWarning.care_team_id) == team_id,
        col(GapWarning.starts_at).in_([since for _, since in found]),
    )
    known = set((await session.exec(query)).all()) if found else set()
    return [(gap, since) for gap, since in found if (gap.duty, since) not in known]


async def _begins(session: AsyncSession, team_id: UUID, gap: Gap, now: datetime) -> datetime:
    """One that is open already began with the end of the last shift before it, or ALWAYS was."""
    if gap.starts_at > now:
        return gap.starts_at
    return await covered_until(session, team_id, gap.duty, now) or ALWAYS


async def _warn(
    team_id: UUID, gap: Gap, since: datetime, database: Database, now: datetime
) -> bool:
    async with database.work(origin="worker") as work:
        return await _add(work, team_id, gap, since, now)


async def _add(work: UnitOfWork, team_id: UUID, gap: Gap, since: datetime, now: datetime) -> bool:
    row = {
        "id": new_id(),
        "care_team_id": team_id,
        "duty": gap.duty,
        "starts_at": since,
        "at": now,
    }
    insert = insert_into(work.session, GapWarning).values(**row).on_conflict_do_nothing()
    if not (await work.session.exec(insert)).rowcount:
        return False
    detail = {"duty": gap.duty.value, "from": gap.starts_at.isoformat()}
    record(work, "rota:gap", subject=team_id, detail=detail)
    await notify_all(work, await administrators(work.session), Reason.ROTA_GAP, team_id)
    return True
