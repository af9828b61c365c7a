"""Sending a check-in before its last page, so that an answer of danger never waits for the rest."""

from portal import clock
from portal.check_ins.actions import LEFT_AFTER, Sent, on_path, send
from portal.check_ins.answers import Answers
from portal.check_ins.assessment import findings_so_far
from portal.check_ins.models import CheckIn, CutShort
from portal.check_ins.queries import NOTE, opened
from portal.db import UnitOfWork
from portal.symptoms.levels import Level
from portal.treatments.queries import latest_dose


async def send_in_emergency(work: UnitOfWork, row: CheckIn) -> Sent | None:
    """Send a row, locked and just answered, when what is answered so far is an emergency."""
    now = clock.now()
    dose = await latest_dose(work.session, row.patient_id)
    findings = await findings_so_far(work, row, _answers(work, row), dose, now)
    if not any(finding.level is Level.EMERGENCY for finding in findings):
        return None
    return await send(work, row, dose, now, CutShort.AT_ONCE)


async def send_left(work: UnitOfWork, row: CheckIn) -> bool:
    """Send a locked row that was left, when anything in it fires; else let it lie.

    It is judged as of its last answer: what was usual then is not new because nobody looked.
    """
    if row.left_at is None:
        return False
    answered_at = row.left_at - LEFT_AFTER
    dose = await latest_dose(work.session, row.patient_id, before=answered_at)
    if not await findings_so_far(work, row, _answers(work, row), dose, answered_at):
        row.left_at = None
        work.session.add(row)
        return False
    await send(work, row, dose, answered_at, CutShort.LEFT)
    return True


def _answers(work: UnitOfWork, row: CheckIn) -> Answers:
    """What the rules may see of it: the path so far, without the patient's own words."""
    answers = on_path(row, opened(work.session, row))
    return {name: answer for name, answer in answers.items() if name != NOTE}
