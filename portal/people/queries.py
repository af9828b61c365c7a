"""Names, roles and rosters."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import Connection
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from portal.people.access import patients_visible_to
from portal.people.membership import CareTeamMember
from portal.people.models import CareTeam, Patient, Person, Practitioner
from portal.permissions import Actor, Role


@dataclass(frozen=True, slots=True)
class Named:
    """A person as others see them."""

    id: UUID
    name: str
    role: Role
    time_zone: str

    @property
    def initials(self) -> str:
        words = self.name.split()
        return "".join(word[0] for word in words[:2]).upper()


async def named(session: AsyncSession, ids: Iterable[UUID | None]) -> dict[UUID, Named]:
    """Names and roles by id, in one query; unknown ids are left out."""
    wanted = {id for id in ids if id is not None}
    if not wanted:
        return {}
    rows = await session.exec(
        select(Person.id, Person.name, Person.role, Person.time_zone).where(
            col(Person.id).in_(wanted)
        )
    )
    return {id: Named(id, name, Role(role), zone) for id, name, role, zone in rows.all()}


async def name_of(session: AsyncSession, person_id: UUID) -> Named:
    return (await named(session, [person_id]))[person_id]


async def zone_of(session: AsyncSession, person_id: UUID) -> ZoneInfo:
    """The zone on whose wall the person reads the time now."""
    return ZoneInfo((await session.get_one(Person, person_id)).time_zone)


async def roster(session: AsyncSession, actor: Actor) -> Sequence[tuple[Patient, Person]]:
    """The actor's patients with their person, by name."""
    rows = await session.exec(
        select(Patient, Person)
        .join(Person, col(Person.id) == col(Patient.id))
        .where(col(Patient.id).in_(patients_visible_to(actor)), col(Person.disabled_at).is_(None))
        .order_by(col(Person.name))
    )
    return rows.all()


async def practitioners_of(session: AsyncSession, patient: Patient) -> list[Named]:
    """The staff on the patient's care team who can sign in, by name."""
    return await staff_of_team(session, patient.care_team_id)


async def staff_of_team(session: AsyncSession, team_id: UUID) -> list[Named]:
    """The staff on a care team who can sign in, by name."""
    rows = await session.exec(
        select(Person.id, Person.name, Person.role, Person.time_zone)
        .join(Practitioner, col(Practitioner.id) == col(Person.id))
        .join(CareTeamMember, col(CareTeamMember.practitioner_id) == col(Practitioner.id))
        .where(col(CareTeamMember.care_team_id) == team_id, col(Person.disabled_at).is_(None))
        .order_by(col(Person.name))
    )
    return [Named(id, name, Role(role), zone) for id, name, role, zone in rows.all()]


async def administrators(session: AsyncSession) -> list[UUID]:
    """The administrators who can sign in."""
    query = select(Person.id).where(
        col(Person.role) == Role.ADMIN, col(Person.disabled_at).is_(None)
    )
    return list((await session.exec(query.order_by(col(Person.name)))).all())


async def care_teams_of(session: AsyncSession, practitioner_id: UUID) -> Sequence[CareTeam]:
    """The teams that this member of staff is on, by name."""
    rows = await session.exec(
        select(CareTeam)
        .join(CareTeamMember, col(CareTeamMember.care_team_id) == col(CareTeam.id))
        .where(col(CareTeamMember.practitioner_id) == practitioner_id)
        .order_by(col(CareTeam.name))
    )
    return rows.all()


def team_names(connection: Connection, patient_id: UUID) -> list[tuple[UUID, str]]:
    """Id and name of each on the patient's care team who can sign in, within a transaction of
    Core statements."""
    rows = connection.execute(
        select(Person.id, Person.name)
        .join(CareTeamMember, col(CareTeamMember.practitioner_id) == col(Person.id))
        .join(Patient, col(Patient.care_team_id) == col(CareTeamMember.care_team_id))
        .where(col(Patient.id) == patient_id, col(Person.disabled_at).is_(None))
    )
    return [(row[0], row[1]) for row in rows]


async def colleagues_of(session: AsyncSession, practitioner_id: UUID) -> list[Named]:
    """Everybody else on this person's teams who can sign in, by name."""
    teams = await care_teams_of(session, practitioner_id)
    found = [one for team in teams for one in await staff_of_team(session, team.id)]
    others = {one.id: one for one in found if one.id != practitioner_id}
    return sorted(others.values(), key=lambda one: one.name)


async def care_teams(session: AsyncSession) -> Sequence[CareTeam]:
    return (await session.exec(select(CareTeam).order_by(col(CareTeam.name)))).all()


async def teams_of_staff(session: AsyncSession) -> dict[UUID, list[CareTeam]]:
    """Care teams by practitioner id, for the administrator's page."""
    rows = await session.exec(
        select(CareTeamMember.practitioner_id, CareTeam)
        .join(CareTeam, col(CareTeam.id) == col(CareTeamMember.care_team_id))
        .order_by(col(CareTeam.name))
    )
    teams: dict[UUID, list[CareTeam]] = {}
    for practitioner_id, team in rows.all():
        teams.setdefault(practitioner_id, []).append(team)
    return teams


async def everybody(session: AsyncSession) -> Sequence[Person]:
    return (await session.exec(select(Person).order_by(col(Person.role), col(Person.name)))).all()
