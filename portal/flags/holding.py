"""What every verb on a flag begins and ends with: hold it, refuse what is late, tell."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlmodel import col, select

from portal import clock
from portal.audit.actions import record
from portal.db import UnitOfWork
from portal.flags.care import Did
from portal.flags.models import Acknowledgement, Disposition, Flag, FlagStep
from portal.flags.queries import state_of_flag
from portal.flags.refusals import already_resolved, page_is_old
from portal.permissions import Actor
from portal.sealing import seal


async def locked(work: UnitOfWork, flag_id: UUID, seen_round: int | None = None) -> Flag:
    """The flag as it is now, held until commit, so that the second of two waits for the first."""
    query = select(Flag).where(col(Flag.id) == flag_id).with_for_update()
    found = await work.session.exec(query.execution_options(populate_existing=True))
    flag = found.one()
    if seen_round is not None and seen_round != flag.round:
        raise page_is_old()
    return flag


async def refuse_resolved(work: UnitOfWork, flag: Flag) -> None:
    disposition = await disposition_of(work, flag)
    if disposition is not None:
        raise await already_resolved(work.session, disposition, actor_of(work))


async def first_taken(work: UnitOfWork, flag: Flag) -> Acknowledgement | None:
    query = select(Acknowledgement).where(
        col(Acknowledgement.flag_id) == flag.id, col(Acknowledgement.round) == flag.round
    )
    return (await work.session.exec(query)).first()


async def disposition_of(work: UnitOfWork, flag: Flag) -> Disposition | None:
    query = select(Disposition).where(
        col(Disposition.flag_id) == flag.id, col(Disposition.round) == flag.round
    )
    return (await work.session.exec(query)).first()


def add_step(work: UnitOfWork, flag: Flag, did: Did, *, words: str = "", **parts: Any) -> FlagStep:
    """One step of this round, by the actor unless `by_id` says otherwise; any field may be set."""
    by_id = work.actor.person_id if work.actor else None
    given = {"by_id": by_id, "at": clock.now()} | parts
    step = FlagStep(flag_id=flag.id, round=flag.round, did=did, **given)
    if words:
        step.words = seal(work.session, words, "flag_step", step.id, flag.patient_id)
    work.session.add(step)
    return step


async def close_if_told(work: UnitOfWork, flag: Flag, at: datetime) -> None:
    """A flag that has an end is closed by the telling, whichever comes last."""
    await work.session.flush()
    state = await state_of_flag(work.session, flag)
    if state.is_untold and state.care.is_told:
        add_step(work, flag, Did.CLOSE, at=at)
        tell(work, "flag:close", flag, {"round": flag.round})


def actor_of(work: UnitOfWork) -> Actor:
    if work.actor is None:
        raise ValueError("only a person acts on a flag")
    return work.actor


def tell(work: UnitOfWork, tag: str, flag: Flag, detail: dict[str, object]) -> None:
    record(work, tag, patient_id=flag.patient_id, subject=flag.id, detail=detail)
    kind = tag.partition(":")[2]
    work.announce("triage", kind, flag.id, flag.patient_id)
    work.announce("inbox", kind, flag.id, flag.patient_id)
    work.announce("home", kind, flag.id, flag.patient_id)
