from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

import pytest

from portal.treatments.models import Dose, PlanState, Route, TreatmentPlan
from portal.treatments.rules import (
    last_step,
    prescription_refusal,
    step_refusal,
    step_words,
    time_refusal,
)

DAY = date(2026, 11, 23)
NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


def plan(state: PlanState = PlanState.ACTIVE, valid_until: date = DAY) -> TreatmentPlan:
    return TreatmentPlan(
        patient_id=uuid4(),
        route=Route.INFUSION,
        condition="Chronic pain",
        goal=b"",
        steps_total=6,
        doses_planned=6,
        prescribed_by=uuid4(),
        prescription_valid_until=valid_until,
        version=1,
        state=state,
        signed_at=NOON,
    )


def dose(step: int, ended_at: datetime = NOON - timedelta(days=7)) -> Dose:
    return Dose(
        patient_id=uuid4(),
        plan_id=uuid4(),
        number=step,
        step=step,
        route=Route.INFUSION,
        ended_at=ended_at,
        given_by=uuid4(),
        adult_present=True,
        recorded_at=ended_at,
    )


@pytest.mark.parametrize("state", [PlanState.ACTIVE, PlanState.MAINTENANCE])
def test_a_valid_prescription_allows_a_dose_up_to_its_last_day(state: PlanState) -> None:
    assert prescription_refusal(plan(state), DAY) is None


@pytest.mark.parametrize("state", [PlanState.PAUSED, PlanState.ENDED])
def test_a_plan_that_is_paused_or_ended_allows_none(state: PlanState) -> None:
    assert prescription_refusal(plan(state), DAY)


def test_without_a_plan_there_is_no_dose() -> None:
    assert prescription_refusal(None, DAY)


def test_a_prescription_ends_with_its_last_day() -> None:
    assert prescription_refusal(plan(), DAY + timedelta(days=1))


def test_the_first_dose_is_at_the_lowest_step() -> None:
    assert step_refusal(plan(), None, 1, safety_flag_open=False) is None
    assert step_refusal(plan(), None, 2, safety_flag_open=False)


def test_a_step_rises_by_one_at_most() -> None:
    assert step_refusal(plan(), dose(2), 3, safety_flag_open=False) is None
    assert step_refusal(plan(), dose(2), 4, safety_flag_open=False)


@pytest.mark.parametrize("step", [0, -1, 7])
def test_a_step_outside_the_plan_is_refused(step: int) -> None:
    assert step_refusal(plan(), dose(6), step, safety_flag_open=False)


def test_a_step_does_not_rise_while_a_safety_flag_is_open_but_may_stay_or_fall() -> None:
    assert step_refusal(plan(), dose(2), 3, safety_flag_open=True)
    assert step_refusal(plan(), None, 1, safety_flag_open=True)
    assert step_refusal(plan(), dose(2), 2, safety_flag_open=True) is None
    assert step_refusal(plan(), dose(2), 1, safety_flag_open=True) is None


def test_a_dose_ended_in_the_past_and_after_the_one_before() -> None:
    assert time_refusal(NOON, dose(1), NOON) is None
    assert time_refusal(NOON + timedelta(minutes=1), None, NOON)
    assert time_refusal(NOON - timedelta(days=15), None, NOON)
    assert time_refusal(NOON, dose(1, NOON), NOON)


def test_steps_are_told_in_plain_words() -> None:
    assert step_words(2, 6) == "Step 2 of 6"


def test_another_route_starts_at_its_own_first_step() -> None:
    lozenges = plan()
    lozenges.route = Route.LOZENGE
    assert last_step(plan(), dose(4)) == 4
    assert last_step(lozenges, dose(4)) == 0
    assert step_refusal(lozenges, dose(4), 1, safety_flag_open=False) is None
    refusal = step_refusal(lozenges, dose(4), 2, safety_flag_open=False)
    assert refusal == "A step rises by one at most. The next step is 1."


def test_a_step_above_a_shortened_plan_is_said_without_the_plans_last() -> None:
    assert step_words(5, 4) == "Step 5"
