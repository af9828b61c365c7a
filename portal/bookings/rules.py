"""What must be in order before a visit is offered or booked. Pure."""

from collections.abc import Collection
from datetime import date

from portal.bookings.kinds import Health, Kind
from portal.people.models import Caution, Patient
from portal.treatments.models import TreatmentPlan
from portal.treatments.rules import prescription_refusal, supervision_words

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
        return f"{supervision_words(cautions)} Name a supervising clinician first."
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

    Source: clinical.md section 3 (project rule). A new "pregnant, or might be" counts at once.
    """
    asked = {Caution.PREGNANCY} if Health.PREGNANT in health else set()
    return sorted(patient.supervised_for(on) | asked)
