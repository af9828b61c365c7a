"""From what was found in a message to its flag: the check-ins' own rules judge it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from portal import clock
from portal.check_ins.answers import Told
from portal.check_ins.assessment import cautions_of, reason_of, who_is_there
from portal.check_ins.facts import Case
from portal.check_ins.library import PAGES, rules_of
from portal.check_ins.opening import series_of
from portal.check_ins.own_words import MESSAGE, answers_of
from portal.check_ins.queries import hours_since
from portal.check_ins.rules import Finding, RuleSet, judge
from portal.check_ins.sent import Sent, earlier_of, history
from portal.check_ins.wording import summary
from portal.conversations.models import Message
from portal.conversations.reading_models import MessageReading
from portal.conversations.revisions import corrections_of
from portal.conversations.store import sealed_for
from portal.conversations.understood import opened_reading
from portal.db import Database, UnitOfWork
from portal.flags.actions import raise_flag
from portal.flags.models import FlagSource
from portal.rounds import each_alone
from portal.sealing import UNREADABLE, unseal_words
from portal.symptoms.understanding import Understood, understood
from portal.treatments.models import Dose
from portal.treatments.queries import doses_of


async def settle_alone(database: Database, message_id: UUID) -> int:
    """One that cannot be judged is logged, and the worker tries again."""
    return await each_alone(_settle, [(message_id, database)])


async def _settle(message_id: UUID, database: Database) -> int:
    async with database.work(origin="reader") as work:
        return await settle(work, message_id)


async def settle(work: UnitOfWork, message_id: UUID) -> bool:
    """Raise what the rules ask for. False when somebody did so before; whoever is second waits
    for the first at the row, so that each is judged once."""
    row = await _locked(work, message_id)
    if row is None or row.settled_at is not None:
        return False
    rules = rules_of(work.session)
    history = await history_of(work.session, row.patient_id)
    cases = await cases_of_message(work.session, row, history)
    for source_id, case, findings in judged_in_turn(rules, cases):
        if findings:
            await raise_flag(
                work,
                patient_id=row.patient_id,
                source=FlagSource.READING,
                source_id=source_id,
                summary=summary(findings),
                reasons=[reason_of(case, finding, rules.version) for finding in findings],
                hours_since_dose=case.now.hours,
            )
    row.settled_at = clock.now()
    work.session.add(row)
    return True


@dataclass(frozen=True, slots=True)
class History:
    """What one patient's messages and silences are judged beside: read once for all of them."""

    sent: Sequence[Sent]
    doses: Sequence[Dose]
    cautions: frozenset[str]

    def sent_before(self, at: datetime) -> list[Sent]:
        return [each for each in self.sent if each.told.at < at]

    def dose_before(self, at: datetime) -> Dose | None:
        ended = [dose for dose in self.doses if dose.ended_at < at]
        return max(ended, key=lambda dose: dose.number, default=None)


async def history_of(session: AsyncSession, patient_id: UUID) -> History:
    return History(
        await history(session, patient_id),
        await doses_of(session, patient_id),
        await cautions_of(session, patient_id),
    )


async def cases_of_message(
    session: AsyncSession, row: MessageReading, history: History
) -> list[tuple[UUID, Case]]:
    """The message as it was sent and each correction of it, with the id its flag is known by: what
    was found, the hours since the dose, and what came before, as they were when it was sent."""
    message = await session.get_one(Message, row.message_id, populate_existing=True)
    text = unseal_words(session, message.body, *sealed_for(message.id, row.patient_id))
    found = opened_reading(session, row)
    cases = [(row.message_id, _case(history, message.sent_at, found, text))]
    if not message.revised:
        return cases
    for id, words in await corrections_of(session, message, row.patient_id):
        cases.append((id, _case(history, message.sent_at, understood(words), words)))
    return cases


def judged_in_turn(
    rules: RuleSet, cases: Sequence[tuple[UUID, Case]]
) -> Iterator[tuple[UUID, Case, list[Finding]]]:
    """A message and its corrections. What the words before have raised is not raised again."""
    known: set[str] = set()
    for id, case in cases:
        findings = [one for one in judge(rules, case) if one.rule.id not in known]
        known |= {one.rule.id for one in findings}
        yield id, case, findings


def _case(history: History, at: datetime, found: Understood, text: str) -> Case:
    dose = history.dose_before(at)
    earlier = earlier_of(history.sent_before(at), series_of(dose))
    answers = answers_of(found, "" if text == UNREADABLE else text, MESSAGE)
    told = Told({**answers, **who_is_there(earlier, dose)}, at, hours_since(dose, at))
    return Case(told, PAGES, earlier, history.cautions)


async def _locked(work: UnitOfWork, message_id: UUID) -> MessageReading | None:
    query = select(MessageReading).where(col(MessageReading.message_id) == message_id)
    found = await work.session.exec(
        query.with_for_update().execution_options(populate_existing=True)
    )
    return found.first()
