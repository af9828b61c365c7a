"""What a patient has typed in a request that is not sent yet: kept on the server, sealed."""

from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from portal import clock
from portal.audit.actions import record
from portal.bookings.details import Answers, answers_of, seal_answers
from portal.bookings.models import BookingDraft
from portal.db import UnitOfWork, clinic_of
from portal.people.models import Patient


async def draft_of(session: AsyncSession, patient_id: UUID) -> BookingDraft | None:
    query = select(BookingDraft).where(col(BookingDraft.patient_id) == patient_id)
    return (await session.exec(query)).first()


async def typed_by(session: AsyncSession, patient: Patient) -> tuple[UUID | None, Answers]:
    """The draft's id and what stands in it; fresh answers know the patient's own phone.

    A time that was picked before somebody closed the clinic on that day is picked no more.
    """
    draft = await draft_of(session, patient.id)
    if draft is None:
        return None, Answers(phone=patient.phone)
    answers, clinic = answers_of(session, draft), clinic_of(session)
    answers.windows = [each.code for each in answers.picked() if clinic.works_on(each.on)]
    return draft.id, answers


async def keep_answers(work: UnitOfWork, patient: Patient, answers: Answers) -> BookingDraft:
    """Save what was typed, right or wrong. The caller takes turns on the patient."""
    draft = await draft_of(work.session, patient.id)
    if draft is None:
        draft = BookingDraft(patient_id=patient.id, answers=b"", updated_at=clock.now())
    draft.answers = seal_answers(work.session, answers, draft)
    draft.updated_at = clock.now()
    work.session.add(draft)
    await work.session.flush()
    record(work, "draft:keep", patient_id=patient.id, subject=draft.id)
    return draft


async def drop_draft(work: UnitOfWork, patient: Patient) -> None:
    draft = await draft_of(work.session, patient.id)
    if draft is not None:
        await work.session.delete(draft)
