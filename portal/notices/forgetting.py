"""What was seen, sent or given up long ago is forgotten; what anybody was told of a flag is not.

Whom a flag's ladder told stands in its own rows and in the trail. Its notices and envelopes are
kept beside them, because only they say when a mail went out and when somebody looked; so is what
went to the adult with a patient.
"""

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy.orm import aliased
from sqlmodel import col, delete, or_, select

from portal.db import Database
from portal.notices.models import Attempt, Envelope, Notice, State
from portal.notices.reasons import FLAG_REASONS, Pace

AT_A_TIME = 500
REST = timedelta(hours=1)


def forgetting_notices(days: int) -> Callable[[Database, datetime], Awaitable[int]]:
    """A job of the worker: a step a round while there is something to forget, then an hour's rest.
    Any number of workers may."""
    rests_until: datetime | None = None

    async def forget_notices(database: Database, now: datetime) -> int:
        nonlocal rests_until
        if rests_until is not None and now < rests_until:
            return 0
        long_ago = now - timedelta(days=days)
        notices = await _ids(database, _seen(long_ago))
        envelopes = await _ids(database, _ended(long_ago))
        if not notices and not envelopes:
            rests_until = now + REST
            return 0
        async with database.work(origin="worker") as work:
            await work.session.exec(delete(Notice).where(col(Notice.id).in_(notices)))
            await work.session.exec(delete(Attempt).where(col(Attempt.envelope_id).in_(envelopes)))
            await work.session.exec(delete(Envelope).where(col(Envelope.id).in_(envelopes)))
        return len(notices) + len(envelopes)

    return forget_notices


async def _ids(database: Database, query: Any) -> Sequence[UUID]:
    # Looked for first, because a delete takes SQLite's write lock even if it finds nothing.
    async with database.read() as session:
        ids: Sequence[UUID] = (await session.exec(query.limit(AT_A_TIME))).all()
        return ids


def _seen(long_ago: datetime) -> Any:
    return select(Notice.id).where(
        col(Notice.seen_at) < long_ago, col(Notice.reason).not_in(FLAG_REASONS)
    )


def _ended(long_ago: datetime) -> Any:
    """Nothing hangs on them any more, and they are not a person's last that could not be sent:
    their page says so until one gets through."""
    held = select(Notice.id).where(col(Notice.envelope_id) == col(Envelope.id))
    later: Any = aliased(Envelope)
    overtaken = select(later.id).where(
        later.person_id == col(Envelope.person_id),
        later.ended_at > col(Envelope.ended_at),
        later.state.in_([State.SENT, State.FAILED]),
    )
    return select(Envelope.id).where(
        col(Envelope.ended_at) < long_ago,
        col(Envelope.pace) != Pace.COMPANION,
        ~held.exists(),
        or_(col(Envelope.state) != State.FAILED, overtaken.exists()),
    )
