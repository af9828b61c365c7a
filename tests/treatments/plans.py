"""A signed plan and recorded doses, as a clinician and a nurse would make them."""

from datetime import datetime, timedelta
from typing import Any

from portal import clock
from portal.db import Database
from portal.people.access import patient_for
from portal.people.models import Person
from portal.treatments.actions import Given, Prescribed, record_dose, sign_plan
from portal.treatments.models import Dose, Route, TreatmentPlan
from portal.treatments.queries import plan_of
from tests.clients import actor_of

GOAL = "Pain 4 or lower on most days"


def prescribed(**changes: Any) -> Prescribed:
    usual: dict[str, Any] = {
        "route": Route.INFUSION,
        "condition": "Chronic pain",
        "goal": GOAL,
        "steps_total": 6,
        "doses_planned": 6,
        "valid_until": clock.now().date() + timedelta(days=60),
    }
    return Prescribed(**(usual | changes))


async def signed_plan(
    database: Database, patient: Person, clinician: Person, **changes: Any
) -> TreatmentPlan:
    """Any field of Prescribed may be changed."""
    actor = await actor_of(database, clinician)
    async with database.work(actor) as work:
        found = await patient_for(work.session, actor, patient.id)
        before = await plan_of(work.session, patient.id)
        seen = before.version if before else 0
        return await sign_plan(work, found, prescribed(**changes), seen=seen)


async def given_dose(
    database: Database,
    patient: Person,
    nurse: Person,
    number: int = 1,
    step: int = 1,
    ended_at: datetime | None = None,
    note: str = "",
    safety_flag_open: bool = False,
) -> Dose:
    actor = await actor_of(database, nurse)
    given = Given(
        number=number,
        step=step,
        ended_at=ended_at or clock.now() - timedelta(minutes=5),
        adult_present=True,
        note=note,
    )
    async with database.work(actor) as work:
        found = await patient_for(work.session, actor, patient.id)
        return await record_dose(work, found, given, safety_flag_open=safety_flag_open)
