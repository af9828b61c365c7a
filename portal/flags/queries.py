"""Reading flags: always through the actor, or for a patient already found through the actor."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import String, and_, case, cast
from sqlalchemy.orm import aliased
from sqlmodel import col, func, select
from sqlmodel.ext.asyncio.session import AsyncSession

from portal.db import clinic_of
from portal.errors import NotFound
from portal.flags.care import Care, Did, Stage, care_of, stage_of
from portal.flags.due import due_at
from portal.flags.ladder import Rung
from portal.flags.models import Acknowledgement, Disposition, Escalation, Flag, FlagStep
from portal.people.access import is_visible
from portal.permissions import Actor
from portal.sealing import unseal_words
from portal.symptoms.levels import Level

_Undo = aliased(FlagStep)


@dataclass(frozen=True, slots=True)
class FlagState:
    """A flag with what was done in its present round."""

    flag: Flag
    summary: str
    acknowledgement: Acknowledgement | None
    disposition: Disposition | None
    care: Care
    due_at: datetime
    """By when somebody must have taken it: after a hand-over, its limit begins anew."""

    @property
    def id(self) -> UUID:
        return self.flag.id

    @property
    def patient_id(self) -> UUID:
        return self.flag.patient_id

    @property
    def level(self) -> Level:
        return self.flag.level

    @property
    def raised_at(self) -> datetime:
        return self.flag.raised_at

    @property
    def is_open(self) -> bool:
        return self.disposition is None

    @property
    def is_acknowledged(self) -> bool:
        """Somebody has it: took it, and did not hand it to others who have yet to take it."""
        return self.acknowledgement is not None and self.care.handed_at is None

    @property
    def waiting_since(self) -> datetime:
        return self.care.handed_at or self.flag.waiting_since

    @property
    def owner_id(self) -> UUID | None:
        """Who has it, or whom it was handed to."""
        return self.care.holder_id

    @property
    def stage(self) -> Stage:
        is_taken = self.acknowledgement is not None
        return stage_of(self.care, is_taken=is_taken, is_resolved=not self.is_open)

    @property
    def is_untold(self) -> bool:
        """It has an end, and the patient has not heard of it."""
        return self.stage is Stage.RESOLVED


async def open_flags_for(session: AsyncSession, actor: Actor) -> list[FlagState]:
    """All open flags of the actor's patients; `triage.ordering` puts them in order."""
    query = _states().where(is_visible(actor, Flag.patient_id), col(Disposition.id).is_(None))
    return await _read(session, query)


async def resolved_flags_for(
    session: AsyncSession, actor: Actor, since: datetime
) -> list[FlagState]:
    """Flags resolved since then, the latest first."""
    query = _states().where(is_visible(actor, Flag.patient_id), col(Disposition.at) >= since)
    return await _read(session, query.order_by(col(Disposition.at).desc()))


async def untold_flags_for(session: AsyncSession, actor: Actor) -> list[FlagState]:
    """Flags that have an end of which their patient has not heard, the oldest first."""
    query = _states().where(is_visible(actor, Flag.patient_id), *_untold())
    return await _read(session, query.order_by(col(Disposition.at)))


async def flag_for(session: AsyncSession, actor: Actor, flag_id: UUID) -> FlagState:
    """The flag, found through the actor; raises NotFound."""
    query = _states().where(is_visible(actor, Flag.patient_id), col(Flag.id) == flag_id)
    found = await _read(session, query)
    if not found:
        raise NotFound
    return found[0]


async def flags_of(session: AsyncSession, patient_id: UUID) -> list[FlagState]:
    """All flags of a patient whom the caller found through the actor, the latest first."""
    query = _states().where(col(Flag.patient_id) == patient_id)
    return await _read(session, query.order_by(col(Flag.raised_at).desc()))


async def flag_of_source(session: AsyncSession, source: str, source_id: UUID) -> FlagState | None:
    """The flag that came from this check-in, if it raised one."""
    query = _states().where(col(Flag.source) == source, col(Flag.source_id) == source_id)
    found = await _read(session, query)
    return found[0] if found else None


async def count_open_for(session: AsyncSession, actor: Actor) -> tuple[int, tuple[str, ...]]:
    """How many are open, and which of them are emergencies that nobody took yet: flag and round."""
    is_alarm = and_(col(Flag.level) == Level.EMERGENCY, col(Acknowledgement.id).is_(None))
    which = cast(col(Flag.id), String) + "." + cast(col(Flag.round), String)
    query = (
        select(func.count(), func.aggregate_strings(case((is_alarm, which)), " "))
        .select_from(Flag)
        .outerjoin(Acknowledgement, _this_round(Acknowledgement))
        .outerjoin(Disposition, _this_round(Disposition))
        .where(is_visible(actor, Flag.patient_id), col(Disposition.id).is_(None))
    )
    count, untaken = (await session.exec(query)).one()
    return count, tuple(sorted((untaken or "").split()))


def _untold() -> list[Any]:
    undone = select(_Undo.id).where(col(_Undo.other_id) == col(FlagStep.id))
    closing = select(FlagStep.id).where(
        col(FlagStep.flag_id) == col(Flag.id),
        col(FlagStep.round) == col(Flag.round),
        col(FlagStep.did) == Did.CLOSE,
        ~undone.where(col(_Undo.did) == Did.UNDO).correlate(FlagStep).exists(),
    )
    return [col(Disposition.id).is_not(None), ~closing.correlate(Flag).exists()]


async def open_flags(session: AsyncSession) -> list[FlagState]:
    """Every open flag, whosever it is: for the clock, which shows them to nobody."""
    rows = (await session.exec(_states().where(col(Disposition.id).is_(None)))).all()
    return await _with_care(session, rows, lambda flag: "")


async def untold_flags(session: AsyncSession, since: datetime) -> list[FlagState]:
    """Flags that ended since then and of which their patient has not heard: for the clock."""
    rows = (await session.exec(_states().where(col(Disposition.at) >= since, *_untold()))).all()
    return await _with_care(session, rows, lambda flag: "")


async def state_of_flag(session: AsyncSession, flag: Flag) -> FlagState:
    """The state of a flag that the caller holds."""
    rows = (await session.exec(_states().where(col(Flag.id) == flag.id))).all()
    return (await _with_care(session, rows, lambda flag: ""))[0]


async def climbed(session: AsyncSession, flag: Flag, lap: int) -> list[Escalation]:
    """The rungs that this lap has climbed, in order."""
    query = select(Escalation).where(
        col(Escalation.flag_id) == flag.id,
        col(Escalation.round) == flag.round,
        col(Escalation.lap) == lap,
    )
    return list((await session.exec(query.order_by(col(Escalation.at)))).all())


async def rungs_of(session: AsyncSession, states: Sequence[FlagState]) -> dict[UUID, set[Rung]]:
    """The rungs that each of these flags has climbed in its present lap."""
    laps = {state.id: (state.flag.round, state.care.handovers) for state in states}
    rungs: dict[UUID, set[Rung]] = {flag_id: set() for flag_id in laps}
    query = select(Escalation).where(col(Escalation.flag_id).in_(laps))
    for row in (await session.exec(query)).all() if laps else ():
        if (row.round, row.lap) == laps[row.flag_id]:
            rungs[row.flag_id].add(row.rung)
    return rungs


async def steps_of(session: AsyncSession, flag_ids: Sequence[UUID]) -> dict[UUID, list[FlagStep]]:
    """Every step of care of these flags, all rounds, the first one first."""
    steps: dict[UUID, list[FlagStep]] = {id: [] for id in flag_ids}
    if flag_ids:
        query = select(FlagStep).where(col(FlagStep.flag_id).in_(flag_ids))
        for step in (await session.exec(query.order_by(col(FlagStep.at), col(FlagStep.id)))).all():
            steps[step.flag_id].append(step)
    return steps


@cache
def _states() -> Any:
    return (
        select(Flag, Acknowledgement, Disposition)
        .outerjoin(Acknowledgement, _this_round(Acknowledgement))
        .outerjoin(Disposition, _this_round(Disposition))
    )


def _this_round(record: type[Acknowledgement] | type[Disposition]) -> Any:
    return and_(col(record.flag_id) == col(Flag.id), col(record.round) == col(Flag.round))


async def _read(session: AsyncSession, query: Any) -> list[FlagState]:
    rows: Sequence[Any] = (await session.exec(query)).all()
    return await _with_care(session, rows, lambda flag: open_summary(session, flag))


async def _with_care(
    session: AsyncSession, rows: Sequence[Any], summary: Callable[[Flag], str]
) -> list[FlagState]:
    """Each flag with what its round's steps amount to: one query for all of them."""
    steps = await steps_of(session, [row[0].id for row in rows])
    return [_state(session, row, steps[row[0].id], summary(row[0])) for row in rows]


def _state(session: AsyncSession, row: Any, steps: list[FlagStep], summary: str) -> FlagState:
    flag, acknowledgement, disposition = row
    present = [step for step in steps if step.round == flag.round]
    care = care_of(acknowledgement.by_id if acknowledgement else None, present)
    due = flag.due_at
    if care.handed_at is not None:
        due = due_at(flag.level, care.handed_at, clinic_of(session))
    return FlagState(flag, summary, acknowledgement, disposition, care, due)


def open_summary(session: AsyncSession, flag: Flag) -> str:
    return unseal_words(session, flag.summary, "flag", flag.id, flag.patient_id)
