"""Taking something back within ten seconds. It is recorded: what was done stays in the history.

An acknowledgement or a disposition that is taken back is removed, because a round has one of each
at most; a note goes along into the step that says so.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from portal import clock
from portal.db import UnitOfWork
from portal.flags.care import Did
from portal.flags.history import note_of
from portal.flags.holding import actor_of, add_step, locked, tell
from portal.flags.models import Acknowledgement, Disposition, Flag, FlagStep
from portal.flags.refusals import too_late_to_undo
from portal.notices.actions import seen
from portal.notices.reasons import Reason as Notice
from portal.permissions import Actor

WITHIN = timedelta(seconds=10)
# What the clock and the rules write beside it does not make it too late.
_MAY = frozenset({Did.SNOOZE, Did.HAND_OVER, Did.TAKE})

Act = Acknowledgement | Disposition | FlagStep


@dataclass(frozen=True, slots=True)
class Undoable:
    """What the actor did last, while it can still be taken back."""

    flag_id: UUID
    did: str


async def undoable_for(session: AsyncSession, actor: Actor) -> Undoable | None:
    """The last thing that this person did to any flag, if it may be undone now."""
    since = clock.now() - WITHIN
    last = _last(
        await _acts(session, lambda act: (col(act.by_id) == actor.person_id, col(act.at) >= since))
    )
    if last is None or not _may_be_undone(last):
        return None
    return Undoable(last.flag_id, _name(last))


async def undo(work: UnitOfWork, flag_id: UUID) -> str:
    """Take back what the actor did last to this flag; says what it was.

    Raises Conflict after ten seconds, and when anything has been done to the flag since.
    """
    flag = await locked(work, flag_id)
    last = _last(await _acts_on(work.session, flag))
    if last is None or not _is_own(last, actor_of(work)) or not _may_be_undone(last):
        raise too_late_to_undo()
    await _take_back(work, flag, last)
    tell(work, "flag:undo", flag, {"round": flag.round, "undone": _name(last)})
    return _name(last)


async def _acts_on(session: AsyncSession, flag: Flag) -> list[Act]:
    """Everything that people did in this round."""
    return await _acts(
        session,
        lambda act: (
            col(act.flag_id) == flag.id,
            col(act.round) == flag.round,
            col(act.by_id).is_not(None),
        ),
    )


async def _acts(session: AsyncSession, where: Callable[[Any], tuple[Any, ...]]) -> list[Act]:
    taken = (await session.exec(select(Acknowledgement).where(*where(Acknowledgement)))).all()
    ended = (await session.exec(select(Disposition).where(*where(Disposition)))).all()
    steps = (await session.exec(select(FlagStep).where(*where(FlagStep)))).all()
    return [*taken, *ended, *steps]


def _last(acts: Sequence[Act]) -> Act | None:
    """The latest; of what one press wrote, the part that the press was for."""
    return max(acts, key=lambda act: (act.at, _may_be_undone(act), _weight(act)), default=None)


def _weight(act: Act) -> int:
    return {Acknowledgement: 0, FlagStep: 1, Disposition: 2}[type(act)]


def _is_own(act: Act, actor: Actor) -> bool:
    return act.by_id == actor.person_id and clock.now() - act.at <= WITHIN


def _may_be_undone(act: Act) -> bool:
    return not isinstance(act, FlagStep) or act.did in _MAY


def _name(act: Act) -> str:
    if isinstance(act, FlagStep):
        return act.did.value
    return "acknowledge" if isinstance(act, Acknowledgement) else "resolve"


async def _take_back(work: UnitOfWork, flag: Flag, act: Act) -> None:
    words = note_of(work.session, flag, act) if isinstance(act, Disposition) else None
    add_step(work, flag, Did.UNDO, other_id=act.id, undone=_name(act), words=words or "")
    if isinstance(act, Disposition):
        await _take_back_beside(work, flag, act.at)
        await seen(work, flag.patient_id, [Notice.FLAG_TOLD], flag.id)
    if not isinstance(act, FlagStep):
        await work.session.delete(act)


async def _take_back_beside(work: UnitOfWork, flag: Flag, at: datetime) -> None:
    """What the same press wrote: taking what nobody had, telling the patient, closing."""
    for act in await _acts_on(work.session, flag):
        if act.at != at:
            continue
        if isinstance(act, Acknowledgement):
            await work.session.delete(act)
        elif isinstance(act, FlagStep) and act.did in {Did.TOLD, Did.CLOSE}:
            add_step(work, flag, Did.UNDO, other_id=act.id, undone=act.did.value)
