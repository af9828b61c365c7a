"""Starting, answering and sending a check-in."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlmodel import col, select

from portal import clock
from portal.audit.actions import record
from portal.check_ins import schedule
from portal.check_ins.answers import Answer
from portal.check_ins.assessment import assess, written_with
from portal.check_ins.library import rules_of
from portal.check_ins.models import AnsweredBy, CheckIn, CutShort
from portal.check_ins.opening import Opening, next_round, opening_of, series_of
from portal.check_ins.own_words import is_own_words
from portal.check_ins.queries import NOTE, check_ins_of, hours_since, opened, path_of, unanswered
from portal.check_ins.reminding import stop_reminding
from portal.db import UnitOfWork
from portal.errors import Conflict
from portal.flags.models import Flag, FlagSource
from portal.ids import new_id
from portal.people.models import Patient
from portal.sealing import seal
from portal.treatments.models import Dose
from portal.treatments.queries import latest_dose

# Answers found out or given beside the questions of the path.
BESIDE = ("weekday_wrong", "note_written", "systolic", "diastolic", NOTE)

# A check-in counts as left when nothing was answered for so long.
LEFT_AFTER = timedelta(minutes=30)


class AlreadySent(Conflict):
    """The check-in was sent: its answers never change. `cut_short` says whether by us."""

    def __init__(self, row: CheckIn) -> None:
        super().__init__("You sent this check-in already.")
        self.check_in_id = row.id
        self.cut_short = row.cut_short


class Unfinished(Conflict):
    """A question that may not be skipped has no answer; `page_id` is the first."""

    def __init__(self, page_id: str) -> None:
        super().__init__("One question is still open. Answer it, then send.")
        self.page_id = page_id


@dataclass(frozen=True, slots=True)
class Sent:
    """What sending did. `flag` is None when nothing was reported."""

    check_in: CheckIn
    flag: Flag | None


async def start_check_in(
    work: UnitOfWork, patient_id: UUID, *, before_dose: bool = False
) -> CheckIn:
    """The check-in that is open now, taken up where it was left; else an unscheduled one."""
    await _hold_patient(work, patient_id)
    now = clock.now()
    opening = await opening_of(work.session, patient_id, now, before_dose=before_dose)
    await stop_reminding(work, patient_id, opening.dose)
    if opening.left is not None:
        return opening.left
    check_in = _new_check_in(patient_id, opening)
    _seal_answers(work, check_in, {})
    work.session.add(check_in)
    await work.session.flush()
    detail = {"point": check_in.point, "questionnaire": check_in.questionnaire}
    record(work, "check_in:start", patient_id=patient_id, subject=check_in.id, detail=detail)
    return check_in


def _new_check_in(patient_id: UUID, opening: Opening) -> CheckIn:
    due, dose = opening.due, opening.dose
    return CheckIn(
        id=new_id(),
        patient_id=patient_id,
        dose_id=dose.id if dose else None,
        series=series_of(dose),
        point=opening.point,
        round=next_round(opening.rows, opening.point),
        kind=opening.asked.kind,
        questionnaire=opening.asked.version,
        answers=b"",
        due_at=due.due_at if due else None,
        started_at=opening.now,
    )


async def save_answers(
    work: UnitOfWork, check_in: CheckIn, answers: Mapping[str, Answer | None]
) -> CheckIn:
    """Keep these answers; None takes one back. Raises AlreadySent."""
    row = await locked(work, check_in.id)
    if row.submitted_at is not None:
        raise AlreadySent(row)
    merged: dict[str, Answer | None] = {**opened(work.session, row), **answers}
    kept = {name: answer for name, answer in merged.items() if answer is not None}
    _seal_answers(work, row, kept)
    who = kept.get("who")
    if who is not None:
        row.answered_by = AnsweredBy.ADULT if who == "adult" else AnsweredBy.PATIENT
        row.adult_present = who != "patient_alone"
    row.left_at = clock.now() + LEFT_AFTER
    work.session.add(row)
    # The names of the questions only, never what was answered.
    detail = {"answered": sorted(name for name in answers if not is_own_words(name))}
    record(work, "check_in:answer", patient_id=row.patient_id, subject=row.id, detail=detail)
    return row


async def submit_check_in(work: UnitOfWork, check_in: CheckIn) -> Sent:
    """Send it: answers, reports, flag and audit in this one transaction.

    Sending again gives what the first time gave. Raises Unfinished.
    """
    row = await locked(work, check_in.id)
    if row.submitted_at is not None:
        return Sent(row, await _flag_of(work, row))
    missing = unanswered(row, opened(work.session, row))
    if missing:
        raise Unfinished(missing[0])
    return await send(work, row, await latest_dose(work.session, row.patient_id), clock.now())


async def send(
    work: UnitOfWork,
    row: CheckIn,
    dose: Dose | None,
    answered_at: datetime,
    cut_short: CutShort | None = None,
) -> Sent:
    """Send a locked row as it is; its hours count from `dose` to the time of the answers."""
    await _settle(work, row, dose, answered_at, cut_short)
    flag, rules = await assess(work, row)
    detail: dict[str, object] = {"rules": rules, "rule_set": rules_of(work.session).version}
    if cut_short is not None:
        detail["cut_short"] = cut_short.value
    record(work, "check_in:submit", patient_id=row.patient_id, subject=row.id, detail=detail)
    work.announce("home", "check_in", row.id, row.patient_id)
    return Sent(row, flag)


async def _settle(
    work: UnitOfWork,
    row: CheckIn,
    dose: Dose | None,
    answered_at: datetime,
    cut_short: CutShort | None,
) -> None:
    """Fix time, dose and answers; what is off the path is dropped, for it was taken back."""
    answers = opened(work.session, row)
    await _follow_newer_dose(work, row, dose)
    counted = await work.session.get(Dose, row.dose_id) if row.dose_id else None
    _seal_answers(work, row, {**on_path(row, answers), **written_with(counted)})
    row.submitted_at, row.left_at = clock.now(), None
    row.hours_since_dose = hours_since(counted, answered_at)
    row.rule_set, row.cut_short = rules_of(work.session).version, cut_short
    await stop_reminding(work, row.patient_id, counted)
    work.session.add(row)
    await work.session.flush()


def on_path(row: CheckIn, answers: Mapping[str, Answer]) -> dict[str, Answer]:
    """The answers to what is asked, and those given beside it."""
    names = {page.id for page in path_of(row, dict(answers))}.union(BESIDE)
    return {name: each for name, each in answers.items() if name in names or is_own_words(name)}


async def _follow_newer_dose(work: UnitOfWork, row: CheckIn, dose: Dose | None) -> None:
    """A dose given since the first answer starts the clock again: hours count from it."""
    if dose is None or row.series == str(dose.id):
        return
    rows = await check_ins_of(work.session, row.patient_id, str(dose.id))
    row.dose_id, row.series = dose.id, str(dose.id)
    row.point, row.round, row.due_at = schedule.UNSCHEDULED, next_round(rows), None


def _seal_answers(work: UnitOfWork, row: CheckIn, answers: Mapping[str, Answer]) -> None:
    row.answers = seal(work.session, json.dumps(answers), "check_in", row.id, row.patient_id)


async def _hold_patient(work: UnitOfWork, patient_id: UUID) -> None:
    """Two starts at once wait for each other here, and the second finds the first one's row."""
    await work.session.exec(
        select(Patient.id).where(col(Patient.id) == patient_id).with_for_update()
    )


async def locked(work: UnitOfWork, check_in_id: UUID) -> CheckIn:
    query = select(CheckIn).where(col(CheckIn.id) == check_in_id).with_for_update()
    found = await work.session.exec(query.execution_options(populate_existing=True))
    return found.one()


async def _flag_of(work: UnitOfWork, row: CheckIn) -> Flag | None:
    query = select(Flag).where(
        col(Flag.source) == FlagSource.CHECK_IN, col(Flag.source_id) == row.id
    )
    return (await work.session.exec(query)).first()
