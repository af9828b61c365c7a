"""The one place that answers: whose patients?

A patient sees themself. Staff see the patients of the care teams they are on now. Administrators
see no patient. What is not the actor's is answered exactly like what is not there.
"""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from sqlalchemy import Connection
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession
from sqlmodel.sql.expression import SelectOfScalar

from portal.errors import NotFound
from portal.people.membership import CareTeamMember
from portal.people.models import Patient
from portal.permissions import Actor, Role


def patients_visible_to(actor: Actor) -> SelectOfScalar[UUID]:
    """A query of patient ids, for use as `col(X.patient_id).in_(patients_visible_to(actor))`."""
    if actor.role is Role.PATIENT:
        return select(Patient.id).where(col(Patient.id) == actor.person_id)
    if actor.role is Role.ADMIN:
        return select(Patient.id).where(col(Patient.id).is_(None))
    teams = select(CareTeamMember.care_team_id).where(
        col(CareTeamMember.practitioner_id) == actor.person_id
    )
    return select(Patient.id).where(col(Patient.care_team_id).in_(teams))


async def visible_patient_ids(session: AsyncSession, actor: Actor) -> frozenset[UUID]:
    """The same answer as a set, for an open socket to hold in memory."""
    if actor.role is Role.PATIENT:
        return frozenset({actor.person_id})
    return frozenset((await session.exec(patients_visible_to(actor))).all())


def visible_pairs(
    connection: Connection, actors: Iterable[Actor], patient_ids: Iterable[UUID]
) -> set[tuple[UUID, UUID]]:
    """Which of these people see which of these patients, as (person, patient): for many at once."""
    people = {actor.person_id: actor.role for actor in actors}
    patients = set(patient_ids)
    pairs = {(id, id) for id, role in people.items() if role is Role.PATIENT and id in patients}
    staff = [id for id, role in people.items() if role not in {Role.PATIENT, Role.ADMIN}]
    if staff and patients:
        members = (
            select(CareTeamMember.practitioner_id, Patient.id)
            .join(Patient, col(Patient.care_team_id) == col(CareTeamMember.care_team_id))
            .where(col(CareTeamMember.practitioner_id).in_(staff), col(Patient.id).in_(patients))
        )
        pairs.update((row[0], row[1]) for row in connection.execute(members))
    return pairs


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
