"""Why a flag is there and what was done about it: opened for a flag found through the actor."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from portal.flags.models import (
    Acknowledgement,
    Disposition,
    Escalation,
    Flag,
    FlagReason,
    FlagStep,
    LatePromise,
    Outcome,
    Reopening,
)
from portal.flags.queries import steps_of
from portal.flags.reasons import Reason
from portal.sealing import unseal_words


class Step(StrEnum):
    RAISED = "raised"
    ACKNOWLEDGED = "acknowledged"
    RESOLVED = "resolved"
    REOPENED = "reopened"
    CARE = "care"
    CLIMBED = "climbed"
    LATE = "late"


@dataclass(frozen=True, slots=True)
class Happening:
    """One step of a flag. `words` is a note or a reason to reopen; a rule has no `by_id`.

    `care` is a step between taking and closing, `climb` an escalation; `told` heard that the time
    we had told the patient was over.
    """

    step: Step
    at: datetime
    by_id: UUID | None = None
    outcome: Outcome | None = None
    words: str | None = None
    care: FlagStep | None = None
    climb: Escalation | None = None
    told: tuple[UUID, ...] = ()


async def reasons_of(session: AsyncSession, flag: Flag) -> list[Reason]:
    """The rules that fired, gravest first, else in the order of the questionnaire."""
    rows = await session.exec(
        select(FlagReason)
        .where(col(FlagReason.flag_id) == flag.id)
        .order_by(col(FlagReason.position))
    )
    reasons = [_opened(session, flag, row) for row in rows.all()]
    return sorted(reasons, key=lambda reason: reason.level.rank)


async def history_of(session: AsyncSession, flag: Flag) -> list[Happening]:
    """Everything that happened to the flag, the first step first."""
    steps = [
        Happening(Step.RAISED, flag.raised_at),
        *await _acknowledged(session, flag),
        *await _resolved(session, flag),
        *await _reopened(session, flag),
        *await _cared_for(session, flag),
        *await _climbed(session, flag),
        *await _late(session, flag),
    ]
    return sorted(steps, key=lambda happening: happening.at)


async def _acknowledged(session: AsyncSession, flag: Flag) -> list[Happening]:
    query = select(Acknowledgement).where(col(Acknowledgement.flag_id) == flag.id)
    return [
        Happening(Step.ACKNOWLEDGED, row.at, row.by_id) for row in (await session.exec(query)).all()
    ]


async def _resolved(session: AsyncSession, flag: Flag) -> list[Happening]:
    query = select(Disposition).where(col(Disposition.flag_id) == flag.id)
    return [
        Happening(Step.RESOLVED, row.at, row.by_id, row.outcome, note_of(session, flag, row))
        for row in (await session.exec(query)).all()
    ]


async def _reopened(session: AsyncSession, flag: Flag) -> list[Happening]:
    query = select(Reopening).where(col(Reopening.flag_id) == flag.id)
    return [
        Happening(
            Step.REOPENED,
            row.at,
            row.by_id,
            words=unseal_words(session, row.reason, "reopening", row.id, flag.patient_id),
        )
        for row in (await session.exec(query)).all()
    ]


async def _cared_for(session: AsyncSession, flag: Flag) -> list[Happening]:
    return [
        Happening(Step.CARE, step.at, step.by_id, words=words_of(session, flag, step), care=step)
        for step in (await steps_of(session, [flag.id]))[flag.id]
    ]


async def _climbed(session: AsyncSession, flag: Flag) -> list[Happening]:
    query = select(Escalation).where(col(Escalation.flag_id) == flag.id)
    return [
        Happening(Step.CLIMBED, row.at, row.by_id, climb=row)
        for row in (await session.exec(query)).all()
    ]


async def _late(session: AsyncSession, flag: Flag) -> list[Happening]:
    query = select(LatePromise).where(col(LatePromise.flag_id) == flag.id)
    return [
        Happening(Step.LATE, row.at, told=tuple(map(UUID, row.told)))
        for row in (await session.exec(query)).all()
    ]


def words_of(session: AsyncSession, flag: Flag, step: FlagStep) -> str | None:
    if step.words is None:
        return None
    return unseal_words(session, step.words, "flag_step", step.id, flag.patient_id)


def note_of(session: AsyncSession, flag: Flag, row: Disposition) -> str | None:
    if row.note is None:
        return None
    return unseal_words(session, row.note, "disposition", row.id, flag.patient_id)


def _opened(session: AsyncSession, flag: Flag, row: FlagReason) -> Reason:
    bound = ("flag_reason", row.id, flag.patient_id)
    return Reason(
        rule=row.rule,
        rule_set=row.rule_set,
        level=row.level,
        title=row.title,
        said=unseal_words(session, row.said, *bound),
        limit=row.limit,
        change=unseal_words(session, row.change, *bound) if row.change else None,
        effect=row.effect,
        source=row.source,
    )
