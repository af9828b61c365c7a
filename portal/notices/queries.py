"""Reading one's own notices, and how somebody wants to be told."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlmodel import col, func, select
from sqlmodel.ext.asyncio.session import AsyncSession

from portal import clock
from portal.errors import NotFound
from portal.languages import N_
from portal.notices.models import (
    Envelope,
    Notice,
    NoticeChoice,
    PushSubscription,
    State,
)
from portal.notices.reasons import SHOWN, Reason, Shown
from portal.people.models import Person
from portal.permissions import Actor

MOST_SHOWN = 50


@dataclass(frozen=True, slots=True)
class Line:
    """One notice as the bell's page shows it."""

    id: UUID
    words: str
    link: str
    number: int
    at: datetime
    is_new: bool
    urgent: bool


async def count_unseen(session: AsyncSession, actor: Actor) -> int:
    query = select(func.count()).where(
        col(Notice.person_id) == actor.person_id, col(Notice.seen_at).is_(None)
    )
    return (await session.exec(query)).one()


async def lines_for(session: AsyncSession, actor: Actor) -> list[Line]:
    """The person's own notices: what is unseen first, then by time, the newest first."""
    query = (
        select(Notice)
        .where(col(Notice.person_id) == actor.person_id)
        .order_by(col(Notice.seen_at).is_not(None), col(Notice.last_at).desc())
    )
    return [_line(row, actor) for row in (await session.exec(query.limit(MOST_SHOWN))).all()]


async def notice_for(session: AsyncSession, actor: Actor, id: UUID) -> Notice:
    """One of the person's own; raises NotFound."""
    query = select(Notice).where(col(Notice.id) == id, col(Notice.person_id) == actor.person_id)
    found = (await session.exec(query)).first()
    if found is None:
        raise NotFound
    return found


def link_of(row: Notice, actor: Actor) -> str:
    shown = _shown(row)
    return shown.link(actor.is_patient, row.subject_id) if shown else "/"


def _line(row: Notice, actor: Actor) -> Line:
    shown = _shown(row)
    words = shown.words if shown else N_("Something waits for you.")
    is_new = row.seen_at is None
    return Line(row.id, words, link_of(row, actor), row.number, row.last_at, is_new, row.urgent)


def _shown(row: Notice) -> Shown | None:
    """None for a reason that a later version of the portal wrote."""
    return SHOWN[Reason(row.reason)] if row.reason in set(Reason) else None


async def choice_of(session: AsyncSession, person: Person) -> NoticeChoice:
    """What the person chose, else what holds for everybody."""
    chosen = await session.get(NoticeChoice, person.id)
    return chosen or NoticeChoice(person_id=person.id, changed_at=clock.now())


async def browsers_of(session: AsyncSession, actor: Actor) -> Sequence[PushSubscription]:
    query = select(PushSubscription).where(col(PushSubscription.person_id) == actor.person_id)
    return (await session.exec(query.order_by(col(PushSubscription.id)))).all()


async def last_failure(session: AsyncSession, person_id: UUID) -> datetime | None:
    """Since when nothing has reached the person: None when the last envelope did."""
    query = (
        select(Envelope.state, Envelope.ended_at)
        .where(
            col(Envelope.person_id) == person_id,
            col(Envelope.state).in_([State.SENT, State.FAILED]),
        )
        .order_by(col(Envelope.ended_at).desc())
    )
    last = (await session.exec(query.limit(1))).first()
    return last[1] if last is not None and last[0] is State.FAILED else None
