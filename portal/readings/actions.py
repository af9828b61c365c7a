"""A patient says whether what was understood is right. It is kept for people to read."""

import json

from portal import clock
from portal.audit.actions import record
from portal.db import UnitOfWork
from portal.errors import Invalid
from portal.ids import new_id
from portal.languages import N_
from portal.readings.models import ReadingAnswer
from portal.readings.queries import Reading
from portal.sealing import seal


async def answer_reading(work: UnitOfWork, reading: Reading, code: str, *, right: bool) -> None:
    """Keep the answer beside the flag; the flag and its level stay as they are."""
    if work.actor is None or code not in {thing.code for thing in reading.things}:
        raise Invalid(N_("This page is old. Open it again, and answer there."))
    id = new_id()
    said = json.dumps({"what": code, "right": right})
    work.session.add(
        ReadingAnswer(
            id=id,
            patient_id=reading.patient_id,
            source=reading.source.value,
            source_id=reading.source_id,
            by_id=work.actor.person_id,
            said=seal(work.session, said, "reading_answer", id, reading.patient_id),
            at=clock.now(),
        )
    )
    record(work, "reading:answer", patient_id=reading.patient_id, subject=reading.source_id)
    work.announce("triage", "reading", reading.source_id, reading.patient_id)
