"""Climbing the ladder of an unanswered check-in: rows, notices and the flag in one transaction."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from portal.audit.actions import record
from portal.check_ins import ladder, schedule
from portal.check_ins.library import RULES
from portal.check_ins.queries import hours_since
from portal.check_ins.reminding import hold, standing_of
from portal.check_ins.silence_models import SilenceStep
from portal.db import UnitOfWork
from portal.flags.actions import raise_flag
from portal.flags.models import FlagSource
from portal.flags.queries import flags_of
from portal.flags.reasons import Reason as FlagReason
from portal.notices.actions import notify, tell_companion
from portal.notices.reasons import Reason
from portal.people.models import Patient
from portal.people.queries import zone_of
from portal.symptoms.levels import Level
from portal.treatments.models import Dose
from portal.treatments.queries import latest_dose
from portal.web.times import when

RULE = "32"
SOURCE = "clinical.md section 5, Overdue"
NUDGES = {ladder.Rung.DUE, ladder.Rung.AGAIN, ladder.Rung.REMIND, ladder.Rung.SECOND}


async def climb(work: UnitOfWork, dose_id: UUID, now: datetime) -> int:
    """Take the rungs that are due after this dose; says how many. The patient's row is held, so
    of two workers, or of a worker and the patient who is just sending, one is first."""
    dose = await work.session.get_one(Dose, dose_id)
    patient = await hold(work, dose.patient_id)
    newest = await latest_dose(work.session, patient.id)
    if newest is None or newest.id != dose.id:
        return 0  # a new dose replaced what was left
    standing, taken = await standing_of(work.session, dose), 0
    for due in standing.unanswered(now, await zone_of(work.session, patient.id)):
        steps = standing.steps(due, now)
        await _take(work, patient, dose, due, steps, now)
        taken += len(steps)
    return taken


async def _take(
    work: UnitOfWork,
    patient: Patient,
    dose: Dose,
    due: schedule.Due,
    steps: Sequence[ladder.Step],
    now: datetime,
) -> None:
    """Write every rung down; of several nudges that an outage piled up, only the last goes out."""
    nudges = [step for step in steps if step.rung in NUDGES]
    for step in steps:
        row = _row(dose, due, step, now)
        work.session.add(row)
        detail = {"point": due.point.name, "rung": step.rung.value}
        record(work, "check_in:silence", patient_id=patient.id, subject=row.id, detail=detail)
        if step.rung is ladder.Rung.TASK:
            await _raise(work, dose, due, row, now)
        elif step.rung is ladder.Rung.ADULT:
            await _tell_adult(work, patient)
        elif step is nudges[-1]:
            await _nudge(work, dose, due, step)
    if steps:
        work.announce("home", "check_in", dose.id, patient.id)


def _row(dose: Dose, due: schedule.Due, step: ladder.Step, now: datetime) -> SilenceStep:
    return SilenceStep(
        patient_id=dose.patient_id,
        series=str(dose.id),
        point=due.point.name,
        rung=step.rung.value,
        number=step.number,
        due_at=step.due_at,
        at=now,
    )


async def _nudge(work: UnitOfWork, dose: Dose, due: schedule.Due, step: ladder.Step) -> None:
    first = step.rung is ladder.Rung.DUE
    past_quiet = ladder.goes_past_quiet_hours(due.point)
    await notify(
        work,
        dose.patient_id,
        Reason.CHECK_IN_DUE if first else Reason.CHECK_IN_WAITING,
        subject_id=dose.id,
        urgent=past_quiet,
        other_way=past_quiet and step.rung is ladder.Rung.SECOND,
    )


async def _tell_adult(work: UnitOfWork, patient: Patient) -> None:
    if patient.companion_may_hear and patient.companion_email:
        await tell_companion(work, patient.id)


async def _raise(
    work: UnitOfWork, dose: Dose, due: schedule.Due, row: SilenceStep, now: datetime
) -> None:
    """A flag, unless one about silence is open already at this level or above."""
    level = ladder.level_of(due.point, adult_present=dose.adult_present)
    if await _is_looked_after(work.session, dose.patient_id, level):
        return
    zone = await zone_of(work.session, dose.patient_id)
    reason = FlagReason(
        rule=RULE,
        rule_set=RULES.version,
        level=level,
        title="No answer to a check-in",
        said=f"{due.point.title}: no answer since {when(due.due_at, zone)}",
        limit=_limit(due, dose),
        change=None,
        effect=None,
        source=SOURCE,
    )
    await raise_flag(
        work,
        patient_id=dose.patient_id,
        source=FlagSource.SILENCE,
        source_id=row.id,
        summary="No answer to a check-in",
        reasons=[reason],
        hours_since_dose=hours_since(dose, now),
    )


async def _is_looked_after(session: AsyncSession, patient_id: UUID, level: Level) -> bool:
    silent = [
        each
        for each in await flags_of(session, patient_id)
        if each.is_open and each.flag.source == FlagSource.SILENCE
    ]
    return any(each.level.rank <= level.rank for each in silent)


def _limit(due: schedule.Due, dose: Dose) -> str:
    after = ladder.rungs_of(due.point)[ladder.Rung.TASK]
    hours = after / timedelta(hours=1)
    span = f"{hours:.0f} hours" if hours >= 1 else f"{after / timedelta(minutes=1):.0f} minutes"
    raised = "" if dose.adult_present else ". Raised one level: no adult was with the patient"
    return f"From {span} after it was due{raised}"
