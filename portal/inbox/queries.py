"""The conversations of the actor's patients: who waits for an answer, and for how long."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import aliased
from sqlmodel import col, func, select
from sqlmodel.ext.asyncio.session import AsyncSession

from portal.conversations.models import Conversation, Kind, Message
from portal.conversations.queries import unread_by_conversation
from portal.conversations.store import sealed_for
from portal.flags.queries import FlagState, open_flags_for
from portal.people.access import is_visible
from portal.people.models import Person
from portal.permissions import Actor, Role
from portal.sealing import unseal_words
from portal.symptoms.levels import Level

PREVIEW = 120


@dataclass(frozen=True, slots=True)
class Thread:
    """One row of the inbox. `waiting_since`: the first of the patient's words not yet answered."""

    id: UUID
    patient_id: UUID
    patient_name: str
    preview: str
    last_author: str | None
    last_at: datetime
    last_seq: int
    waiting_since: datetime | None
    unread: int
    level: Level | None

    @property
    def is_waiting(self) -> bool:
        return self.waiting_since is not None

    @property
    def hurry(self) -> int:
        """Order before waiting time: an open emergency, an urgent flag, all others."""
        hurries = (Level.EMERGENCY, Level.URGENT)
        return hurries.index(self.level) if self.level in hurries else len(hurries)

    @property
    def mark(self) -> str:
        """Changes whenever the row would look different."""
        return f"{self.last_seq}-{self.unread}-{self.level or ''}"


async def threads_for(session: AsyncSession, actor: Actor) -> list[Thread]:
    """All conversations in which something was said: who waits first, then the latest.

    Those who wait stand by the time they have waited, but nobody before a patient in danger.
    """
    unread = await unread_by_conversation(session, actor)
    levels = highest_levels(await open_flags_for(session, actor))
    waiting = await _waiting(session, actor)
    threads = [
        Thread(
            id=conversation.id,
            patient_id=conversation.patient_id,
            patient_name=name,
            preview=_preview(session, conversation, message),
            last_author=_by_whom(actor, conversation, message, author),
            last_at=message.sent_at,
            last_seq=conversation.last_seq,
            waiting_since=waiting.get(conversation.id),
            unread=unread.get(conversation.id, 0),
            level=levels.get(conversation.patient_id),
        )
        for conversation, message, name, author in await _last_messages(session, actor)
    ]
    answered = [thread for thread in threads if not thread.is_waiting]
    return sorted(
        (thread for thread in threads if thread.is_waiting),
        key=lambda thread: (thread.hurry, thread.waiting_since or thread.last_at),
    ) + sorted(answered, key=lambda thread: thread.last_at, reverse=True)


def highest_levels(flags: Sequence[FlagState]) -> dict[UUID, Level]:
    """The most urgent open level per patient."""
    highest: dict[UUID, Level] = {}
    for flag in sorted(flags, key=lambda flag: flag.level.rank, reverse=True):
        highest[flag.patient_id] = flag.level
    return highest


async def count_waiting_for(session: AsyncSession, actor: Actor) -> int:
    """How many patients wait for an answer."""
    return len(await _waiting(session, actor))


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


async def _waiting(session: AsyncSession, actor: Actor) -> dict[UUID, datetime]:
    """When each waiting patient first wrote after the team's last answer."""
    answered = (
        select(func.coalesce(func.max(Message.seq), 0))
        .join(Person, col(Person.id) == col(Message.author_id))
        .where(
            col(Message.conversation_id) == col(Conversation.id),
            col(Person.role) != Role.PATIENT,
        )
        .correlate(Conversation)
        .scalar_subquery()
    )
    rows = await session.exec(
        select(Conversation.id, col(Message.sent_at))
        .join(Message, col(Message.conversation_id) == col(Conversation.id))
        .where(
            is_visible(actor, Conversation.patient_id),
            col(Conversation.kind) == Kind.CARE,
            col(Conversation.closed_at).is_(None),
            col(Message.seq) == answered + 1,
        )
    )
    return dict(rows.all())


def _preview(session: AsyncSession, conversation: Conversation, message: Message) -> str:
    bound = sealed_for(message.id, conversation.patient_id)
    words = " ".join(unseal_words(session, message.body, *bound).split())
    return words if len(words) <= PREVIEW else f"{words[:PREVIEW].rstrip()}…"


def _by_whom(actor: Actor, conversation: Conversation, message: Message, author: str) -> str | None:
    """Who of the team spoke last; None for the patient, whose row it is."""
    if message.author_id == conversation.patient_id:
        return None
    return "You" if message.author_id == actor.person_id else author
