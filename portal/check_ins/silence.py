"""Climbing the ladder of an unanswered check-in: rows, notices and the flag in one transaction."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from portal.audit.actions import record
from portal.check_ins import ladder, schedule
from portal.check_ins.assessment import judge_silence, reason_of
from portal.check_ins.library import rules_of
from portal.check_ins.reminding import hold, standing_of
from portal.check_ins.silence_models import SilenceStep
from portal.check_ins.wording import summary
from portal.db import UnitOfWork
from portal.flags.actions import raise_flag
from portal.flags.models import FlagSource
from portal.flags.queries import flags_of
from portal.notices.actions import notify, tell_companion
from portal.notices.reasons import Reason
from portal.people.models import Patient
from portal.people.queries import zone_of
from portal.symptoms.levels import Level
from portal.treatments.models import Dose
from portal.treatments.queries import latest_dose

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
        taken += await _take(work, patient, dose, due, standing.steps(due, now), now)
    return taken


async def _take(
    work: UnitOfWork,
    patient: Patient,
    dose: Dose,
    due: schedule.Due,
    steps: Sequence[ladder.Step],
    now: datetime,
) -> int:
    """Write every rung down; of several nudges that an outage piled up, only the last goes out."""
    nudges, taken = [step for step in steps if step.rung in NUDGES], 0
    for step in steps:
        row = _row(dose, due, step, now)
        if step.rung is ladder.Rung.TASK:
            if not await _raise(work, patient, dose, due, row, now):
                continue
        elif step.rung is ladder.Rung.ADULT:
            await _tell_adult(work, patient)
        elif step is nudges[-1]:
            await _nudge(work, dose, due, step)
        taken += 1
        work.session.add(row)
        detail = {"point": due.point.name, "rung": step.rung.value}
        record(work, "check_in:silence", patient_id=patient.id, subject=row.id, detail=detail)
    if taken:
        work.announce("home", "check_in", dose.id, patient.id)
    return taken


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
    work: UnitOfWork,
    patient: Patient,
    dose: Dose,
    due: schedule.Due,
    row: SilenceStep,
    now: datetime,
) -> bool:
    """A flag by rule 32, unless one about silence is open at this level or above. False while the
    clinic's rules do not ask for a human yet."""
    minutes = int((now - due.due_at) / timedelta(minutes=1))
    case, findings = await judge_silence(work, patient, dose, due.point, minutes, now)
    if not findings:
        return False
    version = rules_of(work.session).version
    level = min((finding.level for finding in findings), key=lambda each: each.rank)
    if not await _is_looked_after(work.session, patient.id, level):
        await raise_flag(
            work,
            patient_id=patient.id,
            source=FlagSource.SILENCE,
            source_id=row.id,
            summary=summary(findings),
            reasons=[reason_of(case, finding, version) for finding in findings],
            hours_since_dose=case.now.hours,
        )
    return True


async def _is_looked_after(session: AsyncSession, patient_id: UUID, level: Level) -> bool:
    silent = [
        each
        for each in await flags_of(session, patient_id)
        if each.is_open and each.flag.source == FlagSource.SILENCE
    ]
    return any(each.level.rank <= level.rank for each in silent)
