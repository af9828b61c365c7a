"""What is true of a thread for whoever decides about it: who has it, how long it has waited."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from portal import clock
from portal.conversations.models import Conversation
from portal.db import clinic_of
from portal.flags.queries import FlagState, flags_of
from portal.handling.models import Handling
from portal.handling.queries import state_of_handling, waiting_since
from portal.handling.rules import is_closed, is_snoozed
from portal.inbox.forms import SNOOZES
from portal.inbox.queries import last_raised
from portal.inbox.waiting import Wait, wait_of
from portal.people.models import Patient
from portal.people.queries import Named, name_of, practitioners_of
from portal.permissions import Actor


@dataclass(frozen=True, slots=True)
class Desk:
    """`number` and `seq` go into every form: they say what its reader has seen."""

    conversation_id: UUID
    state: Handling | None
    seq: int
    wait: Wait | None
    is_snoozed: bool
    is_closed: bool
    owners: list[tuple[str, str]]
    owner: str

    @property
    def number(self) -> int:
        return self.state.number if self.state else 0

    @property
    def snoozes(self) -> dict[str, str]:
        return SNOOZES


async def open_desk(
    session: AsyncSession,
    actor: Actor,
    conversation: Conversation,
    flags: Sequence[FlagState] | None = None,
) -> Desk:
    """The caller has found the conversation through the actor."""
    state = await state_of_handling(session, conversation.id)
    found = flags if flags is not None else await flags_of(session, conversation.patient_id)
    flag_at = last_raised([flag for flag in found if flag.is_open]).get(conversation.patient_id)
    now = clock.now()
    since = await waiting_since(session, conversation.id)
    return Desk(
        conversation_id=conversation.id,
        state=state,
        seq=conversation.last_seq,
        wait=wait_of(since, now, clinic_of(session)) if since else None,
        is_snoozed=is_snoozed(state, conversation.last_seq, flag_at, now),
        is_closed=is_closed(state, conversation.last_seq),
        owners=await _owners(session, actor, conversation, state),
        owner=str(state.owner_id) if state and state.owner_id else "team",
    )


async def _owners(
    session: AsyncSession, actor: Actor, conversation: Conversation, state: Handling | None
) -> list[tuple[str, str]]:
    """The choices: the whole team, oneself, the others, and an owner who has left the team."""
    patient = await session.get_one(Patient, conversation.patient_id)
    people = await practitioners_of(session, patient)
    if state and state.owner_id and state.owner_id not in {one.id for one in people}:
        people.append(await name_of(session, state.owner_id))
    people.sort(key=lambda one: (one.id != actor.person_id, one.name))
    return [("team", "No one"), *((str(one.id), _name(one, actor)) for one in people)]


def _name(one: Named, actor: Actor) -> str:
    return f"{one.name} (you)" if one.id == actor.person_id else one.name
