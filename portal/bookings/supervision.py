"""Naming the clinician who answers for an infusion that needs supervision."""

from uuid import UUID

from portal.audit.actions import record
from portal.db import UnitOfWork
from portal.people.actions import set_cautions
from portal.people.models import Patient


async def name_supervisor(work: UnitOfWork, patient: Patient, clinician_id: UUID) -> None:
    """The caller has checked that the clinician is of the patient's care team."""
    await set_cautions(work, patient, set(patient.caution_set()), clinician_id)
    work.session.add(patient)
    detail = {"supervisor": str(clinician_id)}
    record(work, "patient:supervisor", patient_id=patient.id, subject=patient.id, detail=detail)
    work.announce("triage", "patient.supervisor", patient.id, patient.id)
