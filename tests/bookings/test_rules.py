from datetime import date
from uuid import uuid4

import pytest

from portal.bookings.kinds import Health, Kind
from portal.bookings.rules import look_refusal, offer_refusal, supervision_reasons
from portal.people.models import Caution, Patient
from portal.treatments.models import PlanState
from tests.treatments.test_rules import DAY, plan


def patient(*cautions: Caution, supervised: bool = False, born_on: date | None = None) -> Patient:
    return Patient(
        id=uuid4(),
        care_team_id=uuid4(),
        cautions=[caution.value for caution in cautions],
        supervisor_id=uuid4() if supervised else None,
        born_on=born_on,
    )


def test_an_infusion_visit_needs_a_valid_prescription() -> None:
    visit = Kind.INFUSION_VISIT
    assert offer_refusal(visit, patient(), plan(), [], DAY) is None
    assert offer_refusal(visit, patient(), None, [], DAY)
    assert offer_refusal(visit, patient(), plan(PlanState.PAUSED), [], DAY)


@pytest.mark.parametrize("kind", [Kind.FOLLOW_UP, Kind.CALL_BACK, Kind.DOSE_QUESTION])
def test_other_visits_need_none(kind: Kind) -> None:
    assert offer_refusal(kind, patient(Caution.PREGNANCY), None, [], DAY) is None


@pytest.mark.parametrize(
    "caution",
    [Caution.UNDER_18, Caution.PREGNANCY, Caution.DEMENTIA, Caution.PAST_ADDICTION],
)
def test_with_a_caution_an_infusion_needs_a_named_supervisor(caution: Caution) -> None:
    visit = Kind.INFUSION_VISIT
    refusal = offer_refusal(visit, patient(caution), plan(), [], DAY)
    assert refusal
    assert "Name a supervising clinician" in refusal
    assert caution.words.lower() in refusal
    assert offer_refusal(visit, patient(caution, supervised=True), plan(), [], DAY) is None


def test_a_new_maybe_pregnant_counts_at_once() -> None:
    assert offer_refusal(Kind.INFUSION_VISIT, patient(), plan(), [Health.PREGNANT], DAY)


def test_a_birth_date_counts_even_when_nobody_ticked_under_18() -> None:
    child = patient(born_on=date(DAY.year - 18, DAY.month, DAY.day + 1))
    adult = patient(born_on=date(DAY.year - 18, DAY.month, DAY.day))
    assert supervision_reasons(child, [], DAY) == [Caution.UNDER_18]
    assert supervision_reasons(adult, [], DAY) == []


@pytest.mark.parametrize("asked", [Health.BLOOD_PRESSURE, Health.PREGNANT, Health.URINE])
def test_a_worrying_answer_needs_a_clinical_eye_before_an_infusion(asked: Health) -> None:
    refusal = look_refusal(Kind.INFUSION_VISIT, [asked], may_judge=False)
    assert refusal
    assert asked.words.lower() in refusal
    assert look_refusal(Kind.INFUSION_VISIT, [asked], may_judge=True) is None
    assert look_refusal(Kind.FOLLOW_UP, [asked], may_judge=False) is None


def test_a_new_medicine_is_shown_and_holds_nothing_back() -> None:
    assert look_refusal(Kind.INFUSION_VISIT, [Health.NEW_MEDICINE], may_judge=False) is None
