"""From what was found in a message to its flag: the check-ins' own rules judge it."""

from datetime import datetime
from uuid import UUID

import structlog
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from portal import clock
from portal.check_ins.answers import Told
from portal.check_ins.assessment import cautions_of, reason_of
from portal.check_ins.facts import Case
from portal.check_ins.library import PAGES, RULES
from portal.check_ins.opening import series_of
from portal.check_ins.own_words import MESSAGE, answers_of
from portal.check_ins.queries import earlier_of, history, hours_since
from portal.check_ins.rules import judge
from portal.check_ins.wording import summary
from portal.conversations.models import Message
from portal.conversations.reading_models import MessageReading
from portal.conversations.revisions import corrections_of
from portal.conversations.store import sealed_for
from portal.conversations.understood import opened_reading
from portal.db import Database, UnitOfWork
from portal.flags.actions import raise_flag
from portal.flags.models import FlagSource
from portal.sealing import UNREADABLE, unseal_words
from portal.symptoms.understanding import Understood, understood
from portal.treatments.queries import latest_dose

log = structlog.get_logger()

MOST_AT_A_TIME = 200


async def settle_waiting(database: Database, now: datetime) -> int:
    """Judge what was found in messages and not yet judged; says how many this worker did."""
    async with database.read() as session:
        waiting = await session.exec(
            select(MessageReading.message_id)
            .where(col(MessageReading.settled_at).is_(None))
            .order_by(col(MessageReading.message_id))
            .limit(MOST_AT_A_TIME)
        )
        ids = waiting.all()
    return sum([await settle_alone(database, id) for id in ids])


async def settle_alone(database: Database, message_id: UUID) -> int:
    """One that cannot be judged is logged and tried again; it must not hold up the others."""
    try:
        async with database.work(origin="reader") as work:
            return int(await settle(work, message_id))
    except Exception:
        log.exception("message.not_judged", message=str(message_id))
        return 0


async def settle(work: UnitOfWork, message_id: UUID) -> bool:
    """Raise what the rules ask for. False when somebody did so before; whoever is second waits
    for the first at the row, so that each is judged once."""
    row = await _locked(work, message_id)
    if row is None or row.settled_at is not None:
        return False
    known: set[str] = set()
    for source_id, case in await _cases(work.session, row):
        findings = [one for one in judge(RULES, case) if one.rule.id not in known]
        known |= {one.rule.id for one in findings}
        if findings:
            await raise_flag(
                work,
                patient_id=row.patient_id,
                source=FlagSource.READING,
                source_id=source_id,
                summary=summary(findings),
                reasons=[reason_of(case, finding) for finding in findings],
                hours_since_dose=case.now.hours,
            )
    row.settled_at = clock.now()
    work.session.add(row)
    return True


async def case_of_message(session: AsyncSession, row: MessageReading) -> Case:
    """A message as the rules see it: what was found, the hours since the dose, and what came
    before, as they were when it was sent."""
    message = await session.get_one(Message, row.message_id)
    text = unseal_words(session, message.body, *sealed_for(message.id, row.patient_id))
    found = opened_reading(session, row)
    return await _case(session, message, row.patient_id, found, text)


async def _cases(session: AsyncSession, row: MessageReading) -> list[tuple[UUID, Case]]:
    """The message as it was sent and each correction of it, with the id its flag is known by. What
    the words before have raised is not raised again."""
    cases = [(row.message_id, await case_of_message(session, row))]
    message = await session.get_one(Message, row.message_id, populate_existing=True)
    if not message.revised:
        return cases
    for id, words in await corrections_of(session, message, row.patient_id):
        case = await _case(session, message, row.patient_id, understood(words), words)
        cases.append((id, case))
    return cases


async def _case(
    session: AsyncSession, message: Message, patient_id: UUID, found: Understood, text: str
) -> Case:
    dose = await latest_dose(session, patient_id, before=message.sent_at)
    sent = await history(session, patient_id)
    answers = answers_of(found, "" if text == UNREADABLE else text, MESSAGE)
    return Case(
        Told(answers, message.sent_at, hours_since(dose, message.sent_at)),
        PAGES,
        earlier_of([each for each in sent if each.told.at < message.sent_at], series_of(dose)),
        await cautions_of(session, patient_id),
    )


async def _locked(work: UnitOfWork, message_id: UUID) -> MessageReading | None:
    query = select(MessageReading).where(col(MessageReading.message_id) == message_id)
    found = await work.session.exec(
        query.with_for_update().execution_options(populate_existing=True)
    )
    return found.first()
