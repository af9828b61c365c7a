"""A dose that ended so long ago, as a nurse would have recorded it."""

from datetime import timedelta

from portal import clock
from portal.db import Database
from portal.treatments.models import Dose
from tests.people import Clinic
from tests.treatments.plans import given_dose, signed_plan


async def give_dose(
    database: Database, clinic: Clinic, *, hours_ago: float, number: int = 1
) -> Dose:
    """The patient's next dose; the first one also makes the plan."""
    if number == 1:
        await signed_plan(database, clinic.patient, clinic.clinician_on_team)
    ended_at = clock.now() - timedelta(hours=hours_ago)
    return await given_dose(
        database, clinic.patient, clinic.nurse_on_team, number, ended_at=ended_at
    )
