"""How a flag begins and ends. Each verb writes its rows, one audit entry and its announcements.

What is done in between is in `steps.py`, taking something back in `undo.py`.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlmodel import col, select

from portal import clock
from portal.db import UnitOfWork, clinic_of
from portal.flags.care import Did
from portal.flags.due import due_at
from portal.flags.holding import (
    actor_of,
    add_step,
    close_if_told,
    disposition_of,
    first_taken,
    locked,
    refuse_resolved,
    tell,
)
from portal.flags.models import (
    Acknowledgement,
    Disposition,
    Flag,
    FlagReason,
    FlagSource,
    Outcome,
    Reopening,
)
from portal.flags.queries import state_of_flag
from portal.flags.reasons import Reason
from portal.flags.refusals import already_acknowledged, still_open, taken_over
from portal.notices.actions import notify
from portal.notices.reasons import Reason as Notice
from portal.permissions import Actor
from portal.sealing import seal

# An effect that comes back later than this is another story (clinical.md section 5: the early
# check-ins end after three days).
LINKED_FOR = timedelta(days=3)


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
    tell(work, "flag:raise", flag, {"level": flag.level.value, "rules": rules})
    await link_worsening(work, flag, reasons)
    return flag


async def acknowledge_flag(
    work: UnitOfWork, flag_id: UUID, *, seen_round: int | None = None
) -> Acknowledgement:
    """The actor takes the flag. Again by the same person is the same; by a second is a Conflict
    that says who was first and when. One that was handed over is taken from whoever handed it.
    The caller has found the flag through the actor."""
    actor = actor_of(work)
    flag = await locked(work, flag_id, seen_round)
    await refuse_resolved(work, flag)
    first = await first_taken(work, flag)
    if first is None:
        acknowledgement = _take(work, flag, actor, clock.now())
        tell(work, "flag:acknowledge", flag, {"round": flag.round})
        return acknowledgement
    await _take_over(work, flag, first, actor)
    return first


async def _take_over(work: UnitOfWork, flag: Flag, first: Acknowledgement, actor: Actor) -> None:
    """Take what was handed over; what somebody has and kept is theirs."""
    care = (await state_of_flag(work.session, flag)).care
    if care.handed_at is not None:
        add_step(work, flag, Did.TAKE)
        tell(work, "flag:take", flag, {"round": flag.round})
    elif care.holder_id != actor.person_id:
        if care.handovers:
            raise await taken_over(work.session, care.holder_id)
        raise await already_acknowledged(work.session, first, actor)


async def resolve_flag(
    work: UnitOfWork,
    flag_id: UUID,
    *,
    outcome: Outcome,
    note: str = "",
    told: bool = False,
    seen_round: int | None = None,
) -> Disposition:
    """End this round. Whoever resolves what nobody took has taken it by that.

    `told`: the patient knows already. The flag is closed once they do.
    """
    actor, now = actor_of(work), clock.now()
    flag = await locked(work, flag_id, seen_round)
    await refuse_resolved(work, flag)
    if await first_taken(work, flag) is None:
        _take(work, flag, actor, now)
    disposition = Disposition(
        flag_id=flag.id, round=flag.round, by_id=actor.person_id, outcome=outcome, at=now
    )
    if note:
        bound = ("disposition", disposition.id, flag.patient_id)
        disposition.note = seal(work.session, note, *bound)
    work.session.add(disposition)
    if told:
        add_step(work, flag, Did.TOLD, at=now)
    else:
        await notify(work, flag.patient_id, Notice.FLAG_TOLD, subject_id=flag.id)
    await close_if_told(work, flag, now)
    tell(work, "flag:resolve", flag, {"round": flag.round, "outcome": outcome.value})
    return disposition


async def reopen_flag(
    work: UnitOfWork, flag_id: UUID, *, reason: str, seen_round: int | None = None
) -> Reopening:
    """Start a new round: nobody has it, and the time to acknowledge begins again."""
    actor = actor_of(work)
    flag = await locked(work, flag_id, seen_round)
    if await disposition_of(work, flag) is None:
        raise still_open()
    now = clock.now()
    flag.round += 1
    flag.waiting_since = now
    flag.due_at = due_at(flag.level, now, clinic_of(work.session))
    reopening = Reopening(
        flag_id=flag.id, round=flag.round, by_id=actor.person_id, reason=b"", at=now
    )
    bound = ("reopening", reopening.id, flag.patient_id)
    reopening.reason = seal(work.session, reason, *bound)
    work.session.add_all([flag, reopening])
    tell(work, "flag:reopen", flag, {"round": flag.round})
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
        due_at=due_at(level, now, clinic_of(work.session)),
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


def _take(work: UnitOfWork, flag: Flag, actor: Actor, now: datetime) -> Acknowledgement:
    acknowledgement = Acknowledgement(
        flag_id=flag.id, round=flag.round, by_id=actor.person_id, at=now
    )
    work.session.add(acknowledgement)
    return acknowledgement


async def _flag_of(work: UnitOfWork, source: FlagSource, source_id: UUID) -> Flag | None:
    query = select(Flag).where(col(Flag.source) == source, col(Flag.source_id) == source_id)
    return (await work.session.exec(query)).first()


async def link_worsening(work: UnitOfWork, flag: Flag, reasons: Sequence[Reason]) -> None:
    """Say on both flags that an effect came back worse, and wake the earlier one if it rests.

    The new flag stands on its own, at its own level and with its own clock: nothing that was
    decided about the earlier one can make it wait.
    """
    for earlier in await _milder_before(work, flag, reasons):
        add_step(work, flag, Did.LINK, by_id=None, other_id=earlier.id)
        add_step(work, earlier, Did.LINK, by_id=None, other_id=flag.id)
        if (await state_of_flag(work.session, earlier)).care.snoozed_until:
            add_step(work, earlier, Did.WAKE, by_id=None)
        tell(work, "flag:link", earlier, {"worse": str(flag.id)})


async def _milder_before(work: UnitOfWork, flag: Flag, reasons: Sequence[Reason]) -> Sequence[Flag]:
    """The patient's flags of the last days that name one of these effects at a lower level."""
    effects = {reason.effect for reason in reasons if reason.effect}
    if not effects:
        return []
    named = select(FlagReason.flag_id).where(col(FlagReason.effect).in_(effects))
    query = select(Flag).where(
        col(Flag.patient_id) == flag.patient_id,
        col(Flag.id) != flag.id,
        col(Flag.id).in_(named),
        col(Flag.raised_at) >= flag.raised_at - LINKED_FOR,
    )
    found = (await work.session.exec(query.order_by(col(Flag.raised_at)))).all()
    return [earlier for earlier in found if earlier.level.rank > flag.level.rank]
