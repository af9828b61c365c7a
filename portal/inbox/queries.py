"""The conversations of the actor's patients: who waits for an answer, and for how long."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import aliased
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from portal import clock
from portal.conversations.models import Conversation, Kind, Message
from portal.conversations.queries import unread_by_conversation
from portal.conversations.revisions import Revised, revised_of
from portal.conversations.store import sealed_for
from portal.db import clinic_of
from portal.flags.queries import FlagState, open_flags_for
from portal.handling.models import Handling
from portal.handling.queries import states_for, waiting_for
from portal.handling.rules import is_closed, is_snoozed
from portal.inbox.waiting import Wait, wait_of
from portal.people.access import is_visible
from portal.people.models import Person
from portal.people.queries import Named, named
from portal.permissions import Actor
from portal.sealing import unseal_words
from portal.symptoms.levels import Level

PREVIEW = 120
WITHDRAWN = "Message withdrawn"


@dataclass(frozen=True, slots=True)
class Thread:
    """One row of the inbox. `wait`: how long the first of the patient's words has waited for an
    answer; `state`: the last step of the team with it, whose `snoozed_until` holds while
    `is_snoozed`."""

    id: UUID
    patient_id: UUID
    patient_name: str
    preview: str
    last_author: str | None
    last_at: datetime
    last_seq: int
    last_revised: int
    wait: Wait | None
    unread: int
    level: Level | None
    owner: Named | None
    state: Handling | None
    is_snoozed: bool
    is_closed: bool

    @property
    def is_waiting(self) -> bool:
        return self.wait is not None

    @property
    def is_open(self) -> bool:
        return not self.is_snoozed and not self.is_closed

    @property
    def hurry(self) -> int:
        """Order before waiting time: an open emergency, an urgent flag, all others."""
        hurries = (Level.EMERGENCY, Level.URGENT)
        return hurries.index(self.level) if self.level in hurries else len(hurries)

    @property
    def mark(self) -> str:
        """Changes whenever the row would look different."""
        number = self.state.number if self.state else 0
        late = self.wait.mark if self.wait else ""
        return (
            f"{self.last_seq}.{self.last_revised}-{self.unread}-{self.level or ''}-{number}-{late}"
        )


async def threads_for(session: AsyncSession, actor: Actor) -> list[Thread]:
    """All conversations in which something was said: who waits first, then the latest.

    Those who wait stand by the time they have waited, but nobody before a patient in danger.
    """
    unread = await unread_by_conversation(session, actor)
    flags = await open_flags_for(session, actor)
    levels, flagged = highest_levels(flags), last_raised(flags)
    waiting = await waiting_for(session, actor)
    states = await states_for(session, actor)
    owners = await named(session, [state.owner_id for state in states.values()])
    now, clinic = clock.now(), clinic_of(session)
    threads = []
    rows = await _last_messages(session, actor)
    revised = await revised_of(session, [message for _, message, _, _ in rows])
    for conversation, message, name, author in rows:
        state, since = states.get(conversation.id), waiting.get(conversation.id)
        flag_at = flagged.get(conversation.patient_id)
        threads.append(
            Thread(
                id=conversation.id,
                patient_id=conversation.patient_id,
                patient_name=name,
                preview=_preview(session, conversation, message, revised.get(message.id)),
                last_author=_by_whom(actor, conversation, message, author),
                last_at=message.sent_at,
                last_seq=conversation.last_seq,
                last_revised=message.revised,
                wait=wait_of(since, now, clinic) if since else None,
                unread=unread.get(conversation.id, 0),
                level=levels.get(conversation.patient_id),
                owner=owners.get(state.owner_id) if state and state.owner_id else None,
                state=state,
                is_snoozed=is_snoozed(state, conversation.last_seq, flag_at, now),
                is_closed=is_closed(state, conversation.last_seq),
            )
        )
    return in_order(threads)


def in_order(threads: Sequence[Thread]) -> list[Thread]:
    waits = [(thread.hurry, thread.wait.since, thread) for thread in threads if thread.wait]
    answered = [thread for thread in threads if not thread.wait]
    return [thread for _, _, thread in sorted(waits, key=lambda one: one[:2])] + sorted(
        answered, key=lambda thread: thread.last_at, reverse=True
    )


def highest_levels(flags: Sequence[FlagState]) -> dict[UUID, Level]:
    """The most urgent open level per patient."""
    highest: dict[UUID, Level] = {}
    for flag in sorted(flags, key=lambda flag: flag.level.rank, reverse=True):
        highest[flag.patient_id] = flag.level
    return highest


def last_raised(flags: Sequence[FlagState]) -> dict[UUID, datetime]:
    """When each patient's newest open flag was raised, or raised again."""
    last: dict[UUID, datetime] = {}
    for flag in sorted(flags, key=lambda flag: flag.flag.waiting_since):
        last[flag.patient_id] = flag.flag.waiting_since
    return last


async def count_waiting_for(session: AsyncSession, actor: Actor) -> int:
    """How many patients wait for this person, or for anybody: the number beside the link."""
    waiting = await waiting_for(session, actor)
    states = await states_for(session, actor) if waiting else {}
    mine = {id for id in waiting if not _is_others(states.get(id), actor)}
    now = clock.now()
    asleep = {id for id in mine if id in states and (states[id].snoozed_until or now) > now}
    if not asleep:
        return len(mine)
    flagged = last_raised(await open_flags_for(session, actor))
    rows = await session.exec(select(Conversation).where(col(Conversation.id).in_(asleep)))
    return len(mine) - sum(
        is_snoozed(states[one.id], one.last_seq, flagged.get(one.patient_id), now)
        for one in rows.all()
    )


def in_queue(thread: Thread, actor: Actor) -> bool:
    """Waiting, and not handed to somebody else: one conversation is one person's, or the team's."""
    return thread.is_waiting and thread.is_open and not _is_others(thread.state, actor)


def _is_others(state: Handling | None, actor: Actor) -> bool:
    return state is not None and state.owner_id not in {None, actor.person_id}


async def _last_messages(
    session: AsyncSession, actor: Actor
) -> Sequence[tuple[Conversation, Message, str, str]]:
    author = aliased(Person)
    rows = await session.exec(
        select(Conversation, Message, col(Person.name), col(author.name))
        .join(
            Message,
            (col(Message.conversation_id) == col(Conversation.id))
            & (col(Message.seq) == col(Conversation.last_seq)),
        )
        .join(Person, col(Person.id) == col(Conversation.patient_id))
        .join(author, col(author.id) == col(Message.author_id))
        .where(
            is_visible(actor, Conversation.patient_id),
            col(Conversation.kind) == Kind.CARE,
            col(Conversation.closed_at).is_(None),
        )
    )
    return rows.all()


def _preview(
    session: AsyncSession, conversation: Conversation, message: Message, revised: Revised | None
) -> str:
    if revised is None:
        bound = sealed_for(message.id, conversation.patient_id)
        said = unseal_words(session, message.body, *bound)
    else:
        said = WITHDRAWN if revised.body is None else revised.body
    words = " ".join(said.split())
    return words if len(words) <= PREVIEW else f"{words[:PREVIEW].rstrip()}…"


def _by_whom(actor: Actor, conversation: Conversation, message: Message, author: str) -> str | None:
    """Who of the team spoke last; None for the patient, whose row it is."""
    if message.author_id == conversation.patient_id:
        return None
    return "You" if message.author_id == actor.person_id else author
