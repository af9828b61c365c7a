"""Reading the rota. It holds names and hours, nothing of a patient's."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from portal.errors import NotFound
from portal.people.models import CareTeam, Patient
from portal.people.queries import Named, care_teams, care_teams_of, staff_of_team
from portal.permissions import GRANTS, Actor, Permission, Role
from portal.rota.duties import Duty
from portal.rota.models import Shift


async def teams_for(session: AsyncSession, actor: Actor) -> Sequence[CareTeam]:
    """The care teams whose rota the actor keeps: their own, and all of them for administrators."""
    if actor.role is Role.ADMIN:
        return await care_teams(session)
    return await care_teams_of(session, actor.person_id)


async def team_for(session: AsyncSession, actor: Actor, team_id: UUID) -> CareTeam:
    """One of those; raises NotFound."""
    for team in await teams_for(session, actor):
        if team.id == team_id:
            return team
    raise NotFound


async def shift_for(session: AsyncSession, actor: Actor, shift_id: UUID) -> Shift:
    """A shift of such a team that nobody removed, held until commit; raises NotFound."""
    query = select(Shift).where(col(Shift.id) == shift_id, col(Shift.removed_at).is_(None))
    shift = (await session.exec(query.with_for_update())).first()
    if shift is None:
        raise NotFound
    await team_for(session, actor, shift.care_team_id)
    return shift


async def shifts_between(
    session: AsyncSession, team_id: UUID, start: datetime, end: datetime
) -> list[Shift]:
    """The team's shifts that touch the span, the earliest first, of people who may still do them.

    Whoever was switched off or has left the team stands in nobody's rota.
    """
    able = [person.id for person in await able_staff(session, team_id)]
    rows = await session.exec(
        _shifts()
        .where(
            col(Shift.care_team_id) == team_id,
            col(Shift.person_id).in_(able),
            col(Shift.starts_at) < end,
            col(Shift.ends_at) > start,
        )
        .order_by(col(Shift.starts_at), col(Shift.id))
    )
    return list(rows.all())


async def covered_until(
    session: AsyncSession, team_id: UUID, duty: Duty, now: datetime
) -> datetime | None:
    """When the last shift of this duty ended; None when nobody was ever on."""
    able = [person.id for person in await able_staff(session, team_id)]
    query = (
        _shifts()
        .where(
            col(Shift.care_team_id) == team_id,
            col(Shift.person_id).in_(able),
            col(Shift.duty) == duty,
            col(Shift.ends_at) <= now,
        )
        .order_by(col(Shift.ends_at).desc())
        .limit(1)
    )
    last: Shift | None = (await session.exec(query)).first()
    return last.ends_at if last else None


async def shifts_of(
    session: AsyncSession, person_id: UUID, team_id: UUID, since: datetime, now: datetime
) -> list[Shift]:
    """The person's shifts in this team that have begun by now and went on after `since`."""
    query = _shifts().where(
        col(Shift.person_id) == person_id,
        col(Shift.care_team_id) == team_id,
        col(Shift.starts_at) <= now,
        col(Shift.ends_at) > since,
    )
    return list((await session.exec(query)).all())


async def on_duty(session: AsyncSession, patient_id: UUID, duty: Duty, now: datetime) -> list[UUID]:
    """Who does this duty for this patient's care team now."""
    patient = await session.get_one(Patient, patient_id)
    able = {person.id for person in await able_staff(session, patient.care_team_id)}
    rows = await session.exec(
        _shifts().where(
            col(Shift.care_team_id) == patient.care_team_id,
            col(Shift.duty) == duty,
            col(Shift.starts_at) <= now,
            col(Shift.ends_at) > now,
        )
    )
    found = [shift.person_id for shift in rows.all() if shift.person_id in able]
    return list(dict.fromkeys(found))


async def own_shift(session: AsyncSession, person_id: UUID, now: datetime) -> Shift | None:
    """The shift in which this person is now; of several, the one that ends last."""
    rows = await session.exec(
        _shifts()
        .where(
            col(Shift.person_id) == person_id,
            col(Shift.starts_at) <= now,
            col(Shift.ends_at) > now,
        )
        .order_by(col(Shift.ends_at).desc())
        .limit(1)
    )
    shift: Shift | None = rows.first()
    return shift


async def able_staff(session: AsyncSession, team_id: UUID) -> list[Named]:
    """The team's people who may act on a flag, by name."""
    staff = await staff_of_team(session, team_id)
    return [person for person in staff if Permission.FLAG_ACT in GRANTS[person.role]]


def _shifts() -> Any:
    return select(Shift).where(col(Shift.removed_at).is_(None))
