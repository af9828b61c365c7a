"""What a virtual patient does: has doses, answers check-ins, through the same actions as a page."""

from uuid import UUID

from portal import clock
from portal.check_ins.actions import (
    locked,
    save_answers,
    start_check_in,
    submit_check_in,
)
from portal.check_ins.answers import Answer
from portal.check_ins.early import send_in_emergency
from portal.check_ins.library import QUESTIONNAIRES
from portal.check_ins.models import CheckIn
from portal.check_ins.queries import unanswered
from portal.check_ins.questionnaires import Kind, Page, PageForm
from portal.conversations.actions import send_message
from portal.conversations.models import Conversation
from portal.db import UnitOfWork
from portal.demo.answers import acute_answers, follow_up_answers
from portal.demo.courses import DoseAt
from portal.flags.ladder import GRAVE
from portal.flags.queries import flags_of
from portal.ids import new_id
from portal.people.access import patient_for
from portal.rehearsal.clinic import RehearsedClinic
from portal.rehearsal.courses import Told
from portal.treatments.actions import DoseRefused, Given, record_dose
from portal.treatments.queries import latest_dose

ANSWERED_BEFORE_LEAVING = 5


async def have_dose(clinic: RehearsedClinic, patient_id: UUID, planned: DoseAt) -> bool:
    """A nurse records the dose; False when it may not be given, which is then put off."""
    nurse = clinic.staff["Day nurse"]
    try:
        async with clinic.database.work(nurse, origin="rehearsal") as work:
            patient = await patient_for(work.session, nurse, patient_id)
            before = await latest_dose(work.session, patient_id)
            given = Given(
                number=(before.number if before else 0) + 1,
                step=min(planned.step, (before.step if before else 0) + 1),
                ended_at=clock.now(),
                adult_present=True,
            )
            held = await _has_grave_flag(work, patient_id)
            await record_dose(work, patient, given, safety_flag_open=held)
    except DoseRefused:
        return False
    return True


async def answer(clinic: RehearsedClinic, patient_id: UUID, report: Told) -> bool:
    """Check in now, with what the course says; what it does not say is well. False when the
    patient puts the telephone away half way."""
    actor = clinic.actors[patient_id]
    async with clinic.database.work(actor, origin="rehearsal") as work:
        check_in = await start_check_in(work, patient_id)
        acute = check_in.kind is Kind.ACUTE
        answers = (
            acute_answers(report.said, clinic.settings.zone)
            if acute
            else follow_up_answers(report.said)
        )
        if report.is_left:
            answers = dict(list(answers.items())[:ANSWERED_BEFORE_LEAVING])
        else:
            answers = _finished(check_in, answers)
        check_in = await save_answers(work, check_in, answers)
        if await send_in_emergency(work, await locked(work, check_in.id)) is not None:
            return True
        if not report.is_left:
            await submit_check_in(work, check_in)
    return not report.is_left


async def say(clinic: RehearsedClinic, patient_id: UUID, text: str) -> None:
    """Write to the care team."""
    actor = clinic.actors[patient_id]
    async with clinic.database.work(actor, origin="rehearsal") as work:
        conversation = await work.session.get_one(Conversation, clinic.conversations[patient_id])
        await send_message(work, conversation, patient_id, text, new_id())


def _finished(check_in: CheckIn, answers: dict[str, Answer]) -> dict[str, Answer]:
    """With what the course does not say: that is well."""
    pages, whole = QUESTIONNAIRES[check_in.questionnaire].by_id, dict(answers)
    while missing := unanswered(check_in, whole):
        whole[missing[0]] = _well(pages[missing[0]])
    return whole


def _well(page: Page) -> Answer:
    """What somebody who is well answers: nothing ticked, or the mildest choice."""
    if page.form is PageForm.CHECKS:
        return ()
    if page.form is PageForm.PAIN:
        return 0
    return min(page.choices, key=lambda choice: choice.grade).value


async def _has_grave_flag(work: UnitOfWork, patient_id: UUID) -> bool:
    states = await flags_of(work.session, patient_id)
    return any(state.is_open and state.level in GRAVE for state in states)
