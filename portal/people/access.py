"""The one place that answers: whose patients?

A patient sees themself. Staff see the patients of the care teams they are on now. Administrators
see no patient. What is not the actor's is answered exactly like what is not there.
"""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession
from sqlmodel.sql.expression import SelectOfScalar

from portal.errors import NotFound
from portal.people.membership import CareTeamMember
from portal.people.models import Patient
from portal.permissions import Actor, Role


@lru_cache(1024)
def patients_visible_to(actor: Actor) -> SelectOfScalar[UUID]:
    """A query of patient ids, for use as `col(X.patient_id).in_(patients_visible_to(actor))`.

    Kept: the question, never its answer. Each page asks it several times, and building it takes
    longer than many an answer.
    """
    if actor.role is Role.PATIENT:
        return select(Patient.id).where(col(Patient.id) == actor.person_id)
    if actor.role is Role.ADMIN:
        return select(Patient.id).where(col(Patient.id).is_(None))
    teams = select(CareTeamMember.care_team_id).where(
        col(CareTeamMember.practitioner_id) == actor.person_id
    )
    return select(Patient.id).where(col(Patient.care_team_id).in_(teams))


async def visible_to_all(
    session: AsyncSession, actors: Sequence[Actor]
) -> dict[UUID, frozenset[UUID]]:
    """The same answer as sets, by person, for open sockets to hold in memory.

    Two queries for any number of people; whoever is on the same teams shares one set.
    """
    seen = {actor.person_id: frozenset[UUID]() for actor in actors}
    seen |= {one.person_id: frozenset({one.person_id}) for one in actors if one.is_patient}
    staff = [actor.person_id for actor in actors if actor.role in _ON_TEAMS]
    if not staff:
        return seen
    connection = await session.connection()
    teams: dict[UUID, set[UUID]] = {}
    for person_id, team_id in await connection.execute(_TEAMS, {"staff": staff}):
        teams.setdefault(person_id, set()).add(team_id)
    members: dict[UUID, set[UUID]] = {team: set() for held in teams.values() for team in held}
    for patient_id, team_id in await connection.execute(_MEMBERS, {"teams": list(members)}):
        members[team_id].add(patient_id)
    shared: dict[frozenset[UUID], frozenset[UUID]] = {}
    for person_id, held in teams.items():
        key = frozenset(held)
        if key not in shared:
            shared[key] = frozenset().union(*(members[team] for team in held))
        seen[person_id] = shared[key]
    return seen


def is_on_team(patient: str, actor: str) -> str:
    """The condition, in SQL, that a member of staff is on the patient's team; for `reaches`.

    Both are names of columns, never anything that somebody wrote.
    """
    return _IS_ON_TEAM.replace("PATIENT", patient).replace("ACTOR", actor)


def reaches(actor: Actor, patient_id: UUID, is_on_team: bool) -> bool:
    """The same answer for one patient, where `is_on_team` was looked up with something else."""
    if actor.role is Role.PATIENT:
        return actor.person_id == patient_id
    return is_on_team and actor.role in _ON_TEAMS


_IS_ON_TEAM = """exists (
    select 1 from patient cared_for
    join care_team_member member on member.care_team_id = cared_for.care_team_id
    where cared_for.id = PATIENT and member.practitioner_id = ACTOR)"""
_ON_TEAMS = frozenset(Role) - {Role.PATIENT, Role.ADMIN}
_TEAMS = select(CareTeamMember.practitioner_id, CareTeamMember.care_team_id).where(
    col(CareTeamMember.practitioner_id).in_(bindparam("staff", expanding=True))
)
_MEMBERS = select(Patient.id, Patient.care_team_id).where(
    col(Patient.care_team_id).in_(bindparam("teams", expanding=True))
)


async def patient_for(session: AsyncSession, actor: Actor, patient_id: UUID) -> Patient:
    """The patient, found through the actor; raises NotFound."""
    found = await session.exec(
        select(Patient).where(
            col(Patient.id) == patient_id, col(Patient.id).in_(patients_visible_to(actor))
        )
    )
    patient = found.first()
    if patient is None:
        raise NotFound
    return patient


async def may_see(session: AsyncSession, actor: Actor, patient_id: UUID) -> bool:
    found = await session.exec(patients_visible_to(actor).where(col(Patient.id) == patient_id))
    return found.first() is not None


def is_visible(actor: Actor, patient_id_column: Any) -> Any:
    """The condition for a query of somebody else's table: this row is about one of my patients."""
    return col(patient_id_column).in_(patients_visible_to(actor))
