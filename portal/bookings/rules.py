"""What must be in order before a visit is offered or booked. Pure."""

from collections.abc import Collection
from datetime import date

from portal.bookings.kinds import Health, Kind
from portal.people.models import Caution, Patient
from portal.treatments.models import TreatmentPlan
from portal.treatments.rules import prescription_refusal

ADULT = 18


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
