"""Reading plans and doses. The caller found the patient through the actor first."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from portal.sealing import unseal_words
from portal.treatments.models import Dose, TreatmentPlan


async def plan_of(session: AsyncSession, patient_id: UUID) -> TreatmentPlan | None:
    """The newest version of the patient's plan, ended or not."""
    found = await session.exec(
        select(TreatmentPlan)
        .where(col(TreatmentPlan.patient_id) == patient_id)
        .order_by(col(TreatmentPlan.version).desc())
        .limit(1)
    )
    return found.first()


async def plans_of(session: AsyncSession, patient_id: UUID) -> Sequence[TreatmentPlan]:
    """Every version, newest first."""
    found = await session.exec(
        select(TreatmentPlan)
        .where(col(TreatmentPlan.patient_id) == patient_id)
        .order_by(col(TreatmentPlan.version).desc())
    )
    return found.all()


async def doses_of(session: AsyncSession, patient_id: UUID) -> Sequence[Dose]:
    """All doses of the patient, first to last."""
    found = await session.exec(
        select(Dose).where(col(Dose.patient_id) == patient_id).order_by(col(Dose.number))
    )
    return found.all()


async def latest_dose(
    session: AsyncSession, patient_id: UUID, before: datetime | None = None
) -> Dose | None:
    """The last dose that had ended by `before` (exclusive), or the last of all."""
    query = select(Dose).where(col(Dose.patient_id) == patient_id)
    if before is not None:
        query = query.where(col(Dose.ended_at) < before)
    return (await session.exec(query.order_by(col(Dose.number).desc()).limit(1))).first()


def goal_of(session: AsyncSession, plan: TreatmentPlan) -> str:
    """The goal in the prescriber's words."""
    return unseal_words(session, plan.goal, "treatment_plan", plan.id, plan.patient_id)


def note_of(session: AsyncSession, dose: Dose) -> str | None:
    if dose.note is None:
        return None
    return unseal_words(session, dose.note, "dose", dose.id, dose.patient_id)
