"""What must be in order before a visit is offered or booked. Pure."""

from collections.abc import Collection
from datetime import date

from portal.bookings.kinds import Health, Kind
from portal.people.models import Caution, Patient
from portal.treatments.models import TreatmentPlan
from portal.treatments.rules import prescription_refusal

ADULT = 18
NEEDS_A_LOOK = frozenset({Health.BLOOD_PRESSURE, Health.PREGNANT, Health.URINE})


def offer_refusal(
    kind: Kind,
    patient: Patient,
    plan: TreatmentPlan | None,
    health: Collection[Health],
    on: date,
) -> str | None:
    """Why this visit may not be offered for that day, with what to do; None when it may."""
    if kind is not Kind.INFUSION_VISIT:
        return None
    refusal = prescription_refusal(plan, on)
    if refusal:
        return refusal
    cautions = supervision_reasons(patient, health, on)
    if cautions and patient.supervisor_id is None:
        words = " and ".join(caution.words.lower() for caution in cautions)
        return f"This needs medical supervision ({words}). Name a supervising clinician first."
    return None


def look_refusal(kind: Kind, health: Collection[Health], *, may_judge: bool) -> str | None:
    """Why this person may not offer the visit: some answers need a clinical eye first.

    Source: clinical.md section 3 (blood pressure: decided before booking) and rule 30 (bladder: no
    further doses until we speak).
    """
    worrying = sorted(NEEDS_A_LOOK.intersection(health)) if kind is Kind.INFUSION_VISIT else []
    if not worrying or may_judge:
        return None
    words = " and ".join(asked.words.lower() for asked in worrying)
    return f"A nurse or clinician must look first ({words}), and offers this visit."


def supervision_reasons(patient: Patient, health: Collection[Health], on: date) -> list[Caution]:
    """Under 18, pregnancy, dementia symptoms, past addiction: never without supervision.

    Source: clinical.md section 3 (project rule). A new "pregnant, or might be" counts at once, and
    a birth date counts even where nobody ticked "under 18".
    """
    cautions = {caution for caution in patient.caution_set() if caution.needs_supervision}
    if Health.PREGNANT in health:
        cautions.add(Caution.PREGNANCY)
    if patient.born_on is not None and _age(patient.born_on, on) < ADULT:
        cautions.add(Caution.UNDER_18)
    return sorted(cautions)


def _age(born_on: date, on: date) -> int:
    return on.year - born_on.year - ((on.month, on.day) < (born_on.month, born_on.day))
