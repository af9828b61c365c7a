"""Builds the whole demo clinic in one transaction, the same for the same seed and moment."""

from datetime import datetime

from portal.audit.actions import record
from portal.db import Database, clinic_of
from portal.demo.check_ins import set_check_ins
from portal.demo.messages import set_conversations
from portal.demo.people import set_people, set_treatments
from portal.demo.rota import set_rota
from portal.demo.stage import Stage
from portal.demo.visits import set_visits

SEED = 20


async def build(database: Database, now: datetime, seed: int = SEED) -> None:
    """Three months of sixteen treatments, ending at `now`, into an empty database."""
    async with database.work() as work:
        clinic = clinic_of(work.session)
        stage = Stage(work.session, now, clinic.zone, seed)
        await set_people(stage, work)
        await set_treatments(stage)
        await set_check_ins(stage)
        await set_conversations(stage)
        await set_visits(stage)
        await set_rota(stage)
        for patient in stage.patients.values():
            record(work, "demo:build", patient_id=patient.id)
