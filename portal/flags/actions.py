"""What happens to a flag. Each verb writes its rows, one audit entry and its announcements."""

from collections.abc import Sequence
from uuid import UUID

from sqlmodel import col, select

from portal import clock
from portal.audit.actions import record
from portal.db import UnitOfWork
from portal.flags.due import due_at
from portal.flags.models import (
    Acknowledgement,
    Disposition,
    Flag,
    FlagReason,
    FlagSource,
    Outcome,
    Reopening,
)
from portal.flags.reasons import Reason
from portal.flags.refusals import already_acknowledged, already_resolved, page_is_old, still_open
from portal.permissions import Actor
from portal.sealing import seal
from portal.settings import Clinic


async def raise_flag(
    work: UnitOfWork,
    *,
    patient_id: UUID,
    source: str,
    source_id: UUID,
    summary: str,
    reasons: Sequence[Reason],
    hours_since_dose: float | None,
) -> Flag:
    """One flag for all reasons, at the highest level among them.

    A source raises one flag however often it is submitted: the first is returned. `summary` should
    be SUMMARY_LENGTH long at most; a longer one wraps, because a flag must never be refused.
    """
    if not reasons:
        raise ValueError("a flag needs a reason")
    before = await _flag_of(work, FlagSource(source), source_id)
    if before is not None:
        return before
    flag = _new_flag(work, patient_id, FlagSource(source), source_id, reasons)
    flag.summary = seal(work.session, summary, "flag", flag.id, patient_id)
    flag.hours_since_dose = hours_since_dose
    work.session.add(flag)
    await work.session.flush()
    work.session.add_all(
        _new_reason(work, flag, position, reason) for position, reason in enumerate(reasons)
    )
    rules = [reason.rule for reason in reasons]
    _tell(work, "flag:raise", flag, {"level": flag.level.value, "rules": rules})
    return flag


async def acknowledge_flag(
    work: UnitOfWork, flag_id: UUID, *, seen_round: int | None = None
) -> Acknowledgement:
    """The actor takes the flag. Again by the same person is the same; by a second is a Conflict
    that says who was first and when. The caller has found the flag through the actor."""
    actor = _actor(work)
    flag = await _locked(work, flag_id, seen_round)
    await _refuse_resolved(work, flag)
    first = await _acknowledgement(work, flag)
    if first is not None:
        if first.by_id != actor.person_id:
            raise await already_acknowledged(work.session, first, actor)
        return first
    acknowledgement = _take(work, flag, actor)
    _tell(work, "flag:acknowledge", flag, {"round": flag.round})
    return acknowledgement


async def resolve_flag(
    work: UnitOfWork,
    flag_id: UUID,
    *,
    outcome: Outcome,
    note: str = "",
    seen_round: int | None = None,
) -> Disposition:
    """End this round. Whoever resolves what nobody took has taken it by that."""
    actor = _actor(work)
    flag = await _locked(work, flag_id, seen_round)
    await _refuse_resolved(work, flag)
    if await _acknowledgement(work, flag) is None:
        _take(work, flag, actor)
    disposition = Disposition(
        flag_id=flag.id, round=flag.round, by_id=actor.person_id, outcome=outcome, at=clock.now()
    )
    if note:
        bound = ("disposition", disposition.id, flag.patient_id)
        disposition.note = seal(work.session, note, *bound)
    work.session.add(disposition)
    _tell(work, "flag:resolve", flag, {"round": flag.round, "outcome": outcome.value})
    return disposition


async def reopen_flag(
    work: UnitOfWork, flag_id: UUID, *, reason: str, seen_round: int | None = None
) -> Reopening:
    """Start a new round: nobody has it, and the time to acknowledge begins again."""
    actor = _actor(work)
    flag = await _locked(work, flag_id, seen_round)
    if await _disposition(work, flag) is None:
        raise still_open()
    now = clock.now()
    flag.round += 1
    flag.waiting_since = now
    flag.due_at = due_at(flag.level, now, _clinic(work))
    reopening = Reopening(
        flag_id=flag.id, round=flag.round, by_id=actor.person_id, reason=b"", at=now
    )
    bound = ("reopening", reopening.id, flag.patient_id)
    reopening.reason = seal(work.session, reason, *bound)
    work.session.add_all([flag, reopening])
    _tell(work, "flag:reopen", flag, {"round": flag.round})
    return reopening


def _new_flag(
    work: UnitOfWork,
    patient_id: UUID,
    source: FlagSource,
    source_id: UUID,
    reasons: Sequence[Reason],
) -> Flag:
    now = clock.now()
    level = min((reason.level for reason in reasons), key=lambda level: level.rank)
    return Flag(
        patient_id=patient_id,
        source=source,
        source_id=source_id,
        level=level,
        summary=b"",
        rule_set=reasons[0].rule_set,
        raised_at=now,
        waiting_since=now,
        due_at=due_at(level, now, _clinic(work)),
    )


def _new_reason(work: UnitOfWork, flag: Flag, position: int, reason: Reason) -> FlagReason:
    row = FlagReason(
        flag_id=flag.id,
        position=position,
        rule=reason.rule,
        rule_set=reason.rule_set,
        level=reason.level,
        effect=reason.effect,
        title=reason.title,
        limit=reason.limit,
        source=reason.source,
        said=b"",
    )
    bound = ("flag_reason", row.id, flag.patient_id)
    row.said = seal(work.session, reason.said, *bound)
    row.change = seal(work.session, reason.change, *bound) if reason.change else None
    return row


def _take(work: UnitOfWork, flag: Flag, actor: Actor) -> Acknowledgement:
    acknowledgement = Acknowledgement(
        flag_id=flag.id, round=flag.round, by_id=actor.person_id, at=clock.now()
    )
    work.session.add(acknowledgement)
    return acknowledgement


async def _locked(work: UnitOfWork, flag_id: UUID, seen_round: int | None) -> Flag:
    """The flag as it is now, held until commit, so that the second of two waits for the first."""
    query = select(Flag).where(col(Flag.id) == flag_id).with_for_update()
    found = await work.session.exec(query.execution_options(populate_existing=True))
    flag = found.one()
    if seen_round is not None and seen_round != flag.round:
        raise page_is_old()
    return flag


async def _refuse_resolved(work: UnitOfWork, flag: Flag) -> None:
    disposition = await _disposition(work, flag)
    if disposition is not None:
        raise await already_resolved(work.session, disposition, _actor(work))


async def _acknowledgement(work: UnitOfWork, flag: Flag) -> Acknowledgement | None:
    query = select(Acknowledgement).where(
        col(Acknowledgement.flag_id) == flag.id, col(Acknowledgement.round) == flag.round
    )
    return (await work.session.exec(query)).first()


async def _disposition(work: UnitOfWork, flag: Flag) -> Disposition | None:
    query = select(Disposition).where(
        col(Disposition.flag_id) == flag.id, col(Disposition.round) == flag.round
    )
    return (await work.session.exec(query)).first()


async def _flag_of(work: UnitOfWork, source: FlagSource, source_id: UUID) -> Flag | None:
    query = select(Flag).where(col(Flag.source) == source, col(Flag.source_id) == source_id)
    return (await work.session.exec(query)).first()


def _actor(work: UnitOfWork) -> Actor:
    if work.actor is None:
        raise ValueError("only a person acts on a flag")
    return work.actor


def _clinic(work: UnitOfWork) -> Clinic:
    clinic: Clinic = work.session.info["clinic"]
    return clinic


def _tell(work: UnitOfWork, tag: str, flag: Flag, detail: dict[str, object]) -> None:
    record(work, tag, patient_id=flag.patient_id, subject=flag.id, detail=detail)
    kind = tag.partition(":")[2]
    work.announce("triage", kind, flag.id, flag.patient_id)
    work.announce("home", kind, flag.id, flag.patient_id)
