"""What is done about a flag between taking and closing it; found through the actor before."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from portal import clock
from portal.db import UnitOfWork
from portal.errors import Conflict, Invalid
from portal.flags.care import Callee, CallResult, Did
from portal.flags.holding import actor_of, add_step, close_if_told, locked, refuse_resolved, tell
from portal.flags.ladder import GRAVE
from portal.flags.models import Flag, FlagStep
from portal.flags.queries import FlagState, state_of_flag
from portal.flags.refusals import nobody_has_it, not_resolved
from portal.flags.telling import tell_receiver
from portal.flags.unreached import pass_on_unreached
from portal.people.models import Patient
from portal.rota.duties import Duty
from portal.rota.queries import able_staff


async def write_note(work: UnitOfWork, flag_id: UUID, words: str) -> FlagStep:
    """For the team; the patient never sees it."""
    flag = await locked(work, flag_id)
    step = add_step(work, flag, Did.NOTE, words=words)
    tell(work, "flag:note", flag, {})
    return step


async def record_call(
    work: UnitOfWork, flag_id: UUID, callee: Callee, result: CallResult, words: str = ""
) -> FlagStep:
    """An attempt to call, whatever came of it; the second that reached nobody is on call's."""
    flag = await locked(work, flag_id)
    step = add_step(work, flag, Did.CALL, callee=callee, result=result, words=words)
    tell(work, "flag:call", flag, {"callee": callee.value, "result": result.value})
    await close_if_told(work, flag, step.at)
    await pass_on_unreached(work, flag)
    return step


async def link_message(work: UnitOfWork, flag_id: UUID, message_id: UUID) -> FlagStep:
    """A message went to the patient because of this flag; its words are in the conversation."""
    flag = await locked(work, flag_id)
    step = add_step(work, flag, Did.MESSAGE, other_id=message_id)
    tell(work, "flag:message", flag, {"message": str(message_id)})
    await close_if_told(work, flag, step.at)
    return step


async def snooze_flag(work: UnitOfWork, flag_id: UUID, until: datetime) -> FlagStep:
    """Out of the way until then. It comes back by itself, and its clocks go on meanwhile."""
    flag = await locked(work, flag_id)
    await refuse_resolved(work, flag)
    _require_may_rest(await state_of_flag(work.session, flag), until)
    step = add_step(work, flag, Did.SNOOZE, until=until)
    tell(work, "flag:snooze", flag, {"until": until.isoformat()})
    return step


def _require_may_rest(state: FlagState, until: datetime) -> None:
    """What nobody has may rest only where its limit allows it, and what is grave never."""
    if until <= clock.now():
        raise Invalid("Choose a time that is still to come.")
    if state.is_acknowledged:
        return
    if state.level in GRAVE or until > state.due_at:
        raise nobody_has_it()


async def wake_flag(work: UnitOfWork, flag_id: UUID) -> FlagStep:
    flag = await locked(work, flag_id)
    await refuse_resolved(work, flag)
    step = add_step(work, flag, Did.WAKE)
    tell(work, "flag:wake", flag, {})
    return step


@dataclass(frozen=True, slots=True)
class To:
    """Who is to have it next: one person, or whoever does a duty."""

    person_id: UUID | None = None
    duty: Duty | None = None


async def hand_over(work: UnitOfWork, flag_id: UUID, to: To, words: str = "") -> FlagStep:
    """Give the flag to others. Until they take it, it waits and climbs like a new one.

    Handing it to oneself is taking it.
    """
    flag = await locked(work, flag_id)
    await refuse_resolved(work, flag)
    state = await state_of_flag(work.session, flag)
    if state.acknowledgement is None:
        raise nobody_has_it()
    if to.person_id == actor_of(work).person_id:
        return _take(work, flag, state)
    await _require_theirs(work, flag, to)
    parts = {"to_id": to.person_id, "to_duty": to.duty}
    step = add_step(work, flag, Did.HAND_OVER, words=words, **parts)
    tell(work, "flag:hand_over", flag, _to_words(to))
    await tell_receiver(work, flag, to.person_id, to.duty)
    return step


def _take(work: UnitOfWork, flag: Flag, state: FlagState) -> FlagStep:
    if state.is_acknowledged and state.owner_id == actor_of(work).person_id:
        raise Conflict("You have this already.")
    step = add_step(work, flag, Did.TAKE)
    tell(work, "flag:take", flag, {"round": flag.round})
    return step


async def _require_theirs(work: UnitOfWork, flag: Flag, to: To) -> None:
    """A person must be able to act on this patient's flags; a duty may be empty, as it climbs."""
    if to.duty is not None:
        return
    patient = await work.session.get_one(Patient, flag.patient_id)
    able = {person.id for person in await able_staff(work.session, patient.care_team_id)}
    if to.person_id not in able:
        raise Invalid("Choose a nurse or clinician of this patient's care team.")


def _to_words(to: To) -> dict[str, object]:
    return {"duty": to.duty.value} if to.duty else {"to": str(to.person_id)}


async def close_untold(work: UnitOfWork, flag_id: UUID, reason: str) -> FlagStep:
    """Close without telling the patient; the reason stays."""
    flag = await locked(work, flag_id)
    if not (await state_of_flag(work.session, flag)).is_untold:
        raise not_resolved()
    step = add_step(work, flag, Did.CLOSE, words=reason)
    tell(work, "flag:close", flag, {"round": flag.round, "told": False})
    return step
