"""Signing plans and recording doses. Nothing here works out a dose: people enter what was given."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy.exc import IntegrityError
from sqlmodel.ext.asyncio.session import AsyncSession

from portal import clock
from portal.audit.actions import record
from portal.db import UnitOfWork
from portal.errors import Conflict, NotAllowed
from portal.ids import new_id
from portal.notices.actions import seen
from portal.notices.reasons import CHECK_IN_REASONS
from portal.people.models import Patient
from portal.people.queries import name_of
from portal.permissions import Permission
from portal.sealing import seal
from portal.treatments.models import Dose, PlanState, Route, TreatmentPlan
from portal.treatments.queries import latest_dose, plan_of
from portal.treatments.rules import (
    prescription_refusal,
    step_refusal,
    supervision_words,
    time_refusal,
)


class DoseRefused(Conflict):
    """The dose does not fit the plan; the sentence names what to do."""


class PlanChanged(Conflict):
    """Another version was signed since the signer looked."""

    sentence = "Another version of this plan was signed first. Nothing was changed."


@dataclass(frozen=True, slots=True)
class Prescribed:
    """What a prescriber signs."""

    route: Route
    condition: str
    goal: str
    steps_total: int
    doses_planned: int
    valid_until: date
    state: PlanState = PlanState.ACTIVE


@dataclass(frozen=True, slots=True)
class Given:
    """What was given. `number` is what the person recording saw as the next one."""

    number: int
    step: int
    ended_at: datetime
    adult_present: bool
    note: str = ""


async def sign_plan(
    work: UnitOfWork, patient: Patient, signed: Prescribed, *, seen: int
) -> TreatmentPlan:
    """A new version of the plan in force; the one before it ends.

    `seen` is the version the signer looked at, 0 for none. Raises PlanChanged when it is not the
    newest any more, and Conflict for what must be supervised and is not.
    """
    actor = work.actor
    if actor is None or not actor.may(Permission.PLAN_SIGN):
        raise NotAllowed("Only a clinician can sign a plan.")
    before = await plan_of(work.session, patient.id)
    if seen != (before.version if before else 0):
        raise PlanChanged
    await _refuse_unsupervised(work, patient, signed)
    plan = _plan(work.session, patient, signed, actor.person_id, before)
    await _replace(work.session, before, plan)
    detail = {"version": plan.version, "state": plan.state.value}
    record(work, "plan:sign", patient_id=patient.id, subject=plan.id, detail=detail)
    work.announce("home", "plan", plan.id, patient.id)
    return plan


async def _refuse_unsupervised(work: UnitOfWork, patient: Patient, signed: Prescribed) -> None:
    zone = ZoneInfo((await name_of(work.session, patient.id)).time_zone)
    reasons = patient.supervised_for(clock.now().astimezone(zone).date())
    if reasons and signed.state.allows_doses and patient.supervisor_id is None:
        raise Conflict(f"{supervision_words(reasons)} Name a supervising clinician first.")


async def _replace(
    session: AsyncSession, before: TreatmentPlan | None, plan: TreatmentPlan
) -> None:
    """End the one and write the other; of two at once, the database lets only one through."""
    try:
        if before is not None:
            before.state = PlanState.ENDED
            session.add(before)
            await session.flush()
        session.add(plan)
        await session.flush()
    except IntegrityError as error:
        raise PlanChanged from error


def _plan(
    session: AsyncSession,
    patient: Patient,
    signed: Prescribed,
    prescriber_id: UUID,
    before: TreatmentPlan | None,
) -> TreatmentPlan:
    id = new_id()
    return TreatmentPlan(
        id=id,
        patient_id=patient.id,
        route=signed.route,
        condition=signed.condition,
        goal=seal(session, signed.goal, "treatment_plan", id, patient.id),
        steps_total=signed.steps_total,
        doses_planned=signed.doses_planned,
        prescribed_by=prescriber_id,
        prescription_valid_until=signed.valid_until,
        version=before.version + 1 if before else 1,
        state=signed.state,
        signed_at=clock.now(),
    )


async def record_dose(
    work: UnitOfWork, patient: Patient, given: Given, *, safety_flag_open: bool
) -> Dose:
    """The dose that was given now, by a nurse or clinician; it starts the check-in clock.

    `safety_flag_open` says whether an emergency or urgent flag of the patient is open: flags are
    not known here, so whoever records must look. Raises DoseRefused.
    """
    actor = work.actor
    if actor is None or not actor.may(Permission.DOSE_RECORD):
        raise NotAllowed("Only a nurse or clinician can record a dose.")
    before = await latest_dose(work.session, patient.id)
    plan = await _plan_allowing(work, patient, before, given, safety_flag_open)
    dose = _dose(work.session, plan, given, actor.person_id)
    work.session.add(dose)
    try:
        await work.session.flush()
    except IntegrityError as error:
        raise _recorded_before(given) from error
    if before is not None:
        # Its check-ins are replaced: nobody is reminded of them any more.
        await seen(work, patient.id, CHECK_IN_REASONS, before.id)
    record(work, "dose:record", patient_id=patient.id, subject=dose.id, detail={"step": dose.step})
    work.announce("home", "dose", dose.id, patient.id)
    work.announce("triage", "dose", dose.id, patient.id)
    return dose


async def _plan_allowing(
    work: UnitOfWork, patient: Patient, before: Dose | None, given: Given, safety_flag_open: bool
) -> TreatmentPlan:
    plan = await plan_of(work.session, patient.id)
    if given.number != (before.number if before else 0) + 1:
        raise _recorded_before(given)
    zone = ZoneInfo((await name_of(work.session, patient.id)).time_zone)
    refusal = prescription_refusal(plan, given.ended_at.astimezone(zone).date())
    if plan is None or refusal:
        raise DoseRefused(refusal)
    refusal = time_refusal(given.ended_at, before, clock.now()) or step_refusal(
        plan, before, given.step, safety_flag_open=safety_flag_open
    )
    if refusal:
        raise DoseRefused(refusal)
    return plan


def _recorded_before(given: Given) -> DoseRefused:
    return DoseRefused(f"Dose {given.number} is already recorded. Look at the record first.")


def _dose(session: AsyncSession, plan: TreatmentPlan, given: Given, giver_id: UUID) -> Dose:
    id = new_id()
    note = seal(session, given.note, "dose", id, plan.patient_id) if given.note else None
    return Dose(
        id=id,
        patient_id=plan.patient_id,
        plan_id=plan.id,
        number=given.number,
        step=given.step,
        route=plan.route,
        ended_at=given.ended_at,
        given_by=giver_id,
        adult_present=given.adult_present,
        note=note,
        recorded_at=clock.now(),
    )
