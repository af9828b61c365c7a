import asyncio
from datetime import timedelta

import pytest
from sqlmodel import col, select

from portal import clock
from portal.audit.models import AuditEvent
from portal.db import Database
from portal.errors import NotAllowed, NotFound
from portal.people.models import Person
from portal.treatments.actions import DoseRefused
from portal.treatments.models import Dose, PlanState, TreatmentPlan
from portal.treatments.queries import doses_of, goal_of, latest_dose, note_of, plan_of
from tests.treatments.plans import GOAL, given_dose, signed_plan


async def test_a_clinician_signs_a_plan_and_a_change_is_a_new_version(
    database: Database, patient: Person, clinician_on_team: Person
) -> None:
    first = await signed_plan(database, patient, clinician_on_team)
    second = await signed_plan(database, patient, clinician_on_team, steps_total=4)
    async with database.read() as session:
        plan = await plan_of(session, patient.id)
        before = await session.get_one(TreatmentPlan, first.id)
        assert plan is not None
        assert (plan.id, plan.version, plan.steps_total) == (second.id, 2, 4)
        assert before.state is PlanState.ENDED
        assert goal_of(session, plan) == GOAL


async def test_a_nurse_cannot_sign_a_plan(
    database: Database, patient: Person, nurse_on_team: Person
) -> None:
    with pytest.raises(NotAllowed):
        await signed_plan(database, patient, nurse_on_team)


async def test_the_goal_and_the_note_are_sealed_in_the_database(
    database: Database, patient: Person, clinician_on_team: Person, nurse_on_team: Person
) -> None:
    plan = await signed_plan(database, patient, clinician_on_team)
    dose = await given_dose(database, patient, nurse_on_team, note="Felt calm")
    assert GOAL.encode() not in plan.goal
    assert dose.note is not None
    assert b"calm" not in dose.note
    async with database.read() as session:
        assert note_of(session, dose) == "Felt calm"


async def test_a_dose_is_recorded_with_its_step_route_giver_and_an_audit_entry(
    database: Database, patient: Person, clinician_on_team: Person, nurse_on_team: Person
) -> None:
    plan = await signed_plan(database, patient, clinician_on_team)
    dose = await given_dose(database, patient, nurse_on_team)
    async with database.read() as session:
        stored = await latest_dose(session, patient.id)
        events = await session.exec(
            select(AuditEvent.patient_id).where(col(AuditEvent.tag) == "dose:record")
        )
        assert events.all() == [patient.id]
    assert stored is not None
    assert (stored.id, stored.plan_id, stored.route) == (dose.id, plan.id, plan.route)
    assert (stored.number, stored.step, stored.given_by) == (1, 1, nurse_on_team.id)


async def test_the_latest_dose_can_be_asked_for_a_moment_in_the_past(
    database: Database, patient: Person, clinician_on_team: Person, nurse_on_team: Person
) -> None:
    await signed_plan(database, patient, clinician_on_team)
    week_ago = clock.now() - timedelta(days=7)
    first = await given_dose(database, patient, nurse_on_team, ended_at=week_ago)
    second = await given_dose(database, patient, nurse_on_team, number=2, step=2)
    async with database.read() as session:
        before = await latest_dose(session, patient.id, before=second.ended_at)
        assert before is not None
        assert before.id == first.id
        assert await latest_dose(session, patient.id, before=week_ago) is None
        assert [dose.number for dose in await doses_of(session, patient.id)] == [1, 2]


@pytest.mark.parametrize(
    "changes",
    [
        {"state": PlanState.PAUSED},
        {"state": PlanState.ENDED},
        {"valid_until": clock.now().date() - timedelta(days=3)},
    ],
)
async def test_a_dose_is_refused_without_an_active_and_valid_prescription(
    database: Database,
    patient: Person,
    clinician_on_team: Person,
    nurse_on_team: Person,
    changes: dict[str, object],
) -> None:
    await signed_plan(database, patient, clinician_on_team, **changes)
    with pytest.raises(DoseRefused):
        await given_dose(database, patient, nurse_on_team)


async def test_a_step_does_not_rise_while_a_safety_flag_is_open(
    database: Database, patient: Person, clinician_on_team: Person, nurse_on_team: Person
) -> None:
    await signed_plan(database, patient, clinician_on_team)
    with pytest.raises(DoseRefused, match="flag is open"):
        await given_dose(database, patient, nurse_on_team, safety_flag_open=True)


async def test_only_a_nurse_or_clinician_records_a_dose(
    database: Database, patient: Person, clinician_on_team: Person, coordinator_on_team: Person
) -> None:
    await signed_plan(database, patient, clinician_on_team)
    with pytest.raises(NotAllowed):
        await given_dose(database, patient, coordinator_on_team)


async def test_a_nurse_of_another_team_cannot_record_a_dose(
    database: Database, patient: Person, clinician_on_team: Person, nurse_elsewhere: Person
) -> None:
    await signed_plan(database, patient, clinician_on_team)
    with pytest.raises(NotFound):
        await given_dose(database, patient, nurse_elsewhere)


async def test_two_people_recording_the_same_dose_record_one(
    database: Database,
    patient: Person,
    clinician_on_team: Person,
    nurse_on_team: Person,
    second_nurse: Person,
) -> None:
    await signed_plan(database, patient, clinician_on_team)
    results = await asyncio.gather(
        *(given_dose(database, patient, who) for who in (nurse_on_team, second_nurse) * 2),
        return_exceptions=True,
    )
    assert sum(isinstance(result, Dose) for result in results) == 1
    assert all(isinstance(result, Dose | DoseRefused) for result in results)
