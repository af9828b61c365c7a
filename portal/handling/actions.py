"""The steps: hand over, give back, snooze, close, reopen, "no reply needed".

Each names the step it was decided on (`after`), so of two people who act at once the second is
told who was first. A step that ends the waiting also names the last message that was seen, so that
nothing that came meanwhile is ended unread. The caller has found the conversation through the
actor.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from portal import clock
from portal.audit.actions import record
from portal.conversations.models import Conversation
from portal.db import UnitOfWork, insert_into
from portal.errors import Invalid
from portal.handling.models import Did, Handling
from portal.handling.queries import state_of_handling, step_before
from portal.handling.refusals import new_words, who_was_first
from portal.ids import new_id
from portal.people.models import Patient
from portal.people.queries import practitioners_of

# What can be taken back, and what the taking back is called.
UNDOES = {
    Did.ASSIGN: Did.RELEASE,
    Did.RELEASE: Did.ASSIGN,
    Did.SNOOZE: Did.WAKE,
    Did.CLOSE: Did.REOPEN,
    Did.NO_REPLY: Did.REOPEN,
}


@dataclass(frozen=True, slots=True)
class Seen:
    """What was on the page of whoever decides: the number of the last step, the last message."""

    number: int
    seq: int


async def assign(
    work: UnitOfWork, conversation: Conversation, seen: Seen, owner_id: UUID | None
) -> Handling:
    """Hand over to somebody of the patient's care team; None gives it back to the team."""
    if owner_id is None:
        return await _step(work, conversation, seen, Did.RELEASE, {"owner_id": None})
    patient = await work.session.get_one(Patient, conversation.patient_id)
    if owner_id not in {one.id for one in await practitioners_of(work.session, patient)}:
        raise Invalid("Choose somebody of this patient's care team.")
    return await _step(work, conversation, seen, Did.ASSIGN, {"owner_id": owner_id})


async def snooze(
    work: UnitOfWork, conversation: Conversation, seen: Seen, until: datetime
) -> Handling:
    """Out of the way until then, a new message or a new flag."""
    _require_read(conversation, seen)
    return await _step(work, conversation, seen, Did.SNOOZE, {"snoozed_until": until})


async def wake(work: UnitOfWork, conversation: Conversation, seen: Seen) -> Handling:
    return await _step(work, conversation, seen, Did.WAKE, {})


async def close(work: UnitOfWork, conversation: Conversation, seen: Seen) -> Handling:
    """Nothing is open any more, and nobody has it. A new message opens it again by itself."""
    _require_read(conversation, seen)
    closed = {"is_closed": True, "handled_seq": seen.seq, "owner_id": None}
    return await _step(work, conversation, seen, Did.CLOSE, closed)


async def reopen(work: UnitOfWork, conversation: Conversation, seen: Seen) -> Handling:
    return await _step(work, conversation, seen, Did.REOPEN, {})


async def need_no_reply(work: UnitOfWork, conversation: Conversation, seen: Seen) -> Handling:
    """The patient's last words need no answer. The next ones wait again."""
    _require_read(conversation, seen)
    return await _step(work, conversation, seen, Did.NO_REPLY, {"handled_seq": seen.seq})


async def undo(work: UnitOfWork, conversation: Conversation, seen: Seen) -> Handling:
    """Take back one's own last step: all is again as it was before it."""
    last = await state_of_handling(work.session, conversation.id)
    if last is None or last.number != seen.number or not _is_own(work, last):
        raise await who_was_first(work, last)
    before = await step_before(work.session, last)
    did = UNDOES[last.did]
    if last.did in {Did.ASSIGN, Did.RELEASE}:
        did = Did.ASSIGN if before and before.owner_id else Did.RELEASE
    return await _step(work, conversation, seen, did, _as_it_was(before))


def _is_own(work: UnitOfWork, state: Handling) -> bool:
    is_mine = work.actor is not None and state.by_id == work.actor.person_id
    return is_mine and state.did in UNDOES


def _as_it_was(before: Handling | None) -> dict[str, Any]:
    return {
        "owner_id": before.owner_id if before else None,
        "handled_seq": before.handled_seq if before else 0,
        "snoozed_until": before.snoozed_until if before else None,
        "is_closed": before.is_closed if before else False,
        "seen_seq": before.seen_seq if before else 0,
    }


def _require_read(conversation: Conversation, seen: Seen) -> None:
    if conversation.last_seq > seen.seq:
        raise new_words()


async def _step(
    work: UnitOfWork,
    conversation: Conversation,
    seen: Seen,
    did: Did,
    changes: dict[str, Any],
) -> Handling:
    before = await state_of_handling(work.session, conversation.id)
    if (before.number if before else 0) != seen.number:
        raise await who_was_first(work, before)
    made = await add_step(work, conversation, before, did, changes)
    if made is None:
        raise await who_was_first(work, await state_of_handling(work.session, conversation.id))
    return made


async def add_step(
    work: UnitOfWork,
    conversation: Conversation,
    before: Handling | None,
    did: Did,
    changes: dict[str, Any],
) -> Handling | None:
    """The state after this step; None when somebody else has taken its number meanwhile."""
    state = _after(work, conversation, before, did) | changes
    made = await work.session.exec(
        insert_into(work.session, Handling).values(**state).on_conflict_do_nothing()
    )
    if not made.rowcount:
        return None
    _tell(work, conversation, did, state["owner_id"])
    return Handling(**state)


def _after(
    work: UnitOfWork, conversation: Conversation, before: Handling | None, did: Did
) -> dict[str, Any]:
    """What stays as it was. Whatever is done to a conversation wakes it and opens it again."""
    return {
        "id": new_id(),
        "conversation_id": conversation.id,
        "number": before.number + 1 if before else 1,
        "did": did,
        "by_id": work.actor.person_id if work.actor else None,
        "owner_id": before.owner_id if before else None,
        "seen_seq": conversation.last_seq,
        "handled_seq": before.handled_seq if before else 0,
        "snoozed_until": None,
        "is_closed": False,
        "at": clock.now(),
    }


def _tell(work: UnitOfWork, conversation: Conversation, did: Did, owner_id: UUID | None) -> None:
    patient_id = conversation.patient_id
    detail = {"owner": str(owner_id)} if owner_id else {}
    tag = f"handling:{did.value}"
    record(work, tag, patient_id=patient_id, subject=conversation.id, detail=detail)
    work.announce("inbox", "handling", conversation.id, patient_id)
