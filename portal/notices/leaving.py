"""Notices and their envelopes become rows here, in the caller's transaction: Core, never waits.

Two statements a notice, and neither can fail because somebody else did the same at that moment.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, text, true
from sqlmodel import col, update

from portal.db import insert_into
from portal.ids import new_id
from portal.notices.models import Envelope, Notice, State
from portal.notices.reasons import Pace, Reason
from portal.notices.timing import first_due


@dataclass(frozen=True, slots=True)
class Wanted:
    """One person to be told. `subject_id` is what it is about: None is the person themself."""

    person_id: UUID
    reason: Reason
    subject_id: UUID | None = None
    urgent: bool = False
    other_way: bool = False
    times: int = 1

    @property
    def pace(self) -> Pace:
        if self.other_way:
            return Pace.OTHER_WAY
        return Pace.URGENT if self.urgent else self.reason.pace

    @property
    def order(self) -> tuple[str, str, str]:
        """Everybody writes in this order, so that no two transactions wait for each other."""
        return (str(self.person_id), self.pace, str(self.subject_id))


def leave(connection: Connection, wanted: Iterable[Wanted], now: datetime) -> None:
    """Tell these people, once this transaction commits."""
    for one in sorted(set(wanted), key=lambda each: each.order):
        _notice(connection, one, envelope(connection, one.person_id, one.pace, now), now)


def envelope(
    connection: Connection, person_id: UUID, pace: Pace, now: datetime, **values: Any
) -> UUID:
    """The id of the envelope that gathers for this person at this pace: there is always one."""
    insert = insert_into(connection, Envelope).values(
        id=new_id(),
        person_id=person_id,
        pace=pace,
        state=State.OPEN,
        made_at=now,
        due_at=first_due(pace, now),
        tries=0,
        **values,
    )
    kept = insert.on_conflict_do_update(
        index_elements=["person_id", "pace"],
        index_where=text("state = 'open'"),
        # Something must be set, or nothing is returned.
        set_={"pace": insert.excluded.pace, **{name: insert.excluded[name] for name in values}},
    )
    id: UUID = connection.execute(kept.returning(col(Envelope.id))).scalar_one()
    return id


def _notice(connection: Connection, one: Wanted, envelope_id: UUID, now: datetime) -> None:
    insert = insert_into(connection, Notice).values(
        id=new_id(),
        person_id=one.person_id,
        reason=one.reason.value,
        subject_id=one.subject_id or one.person_id,
        number=one.times,
        urgent=one.urgent,
        made_at=now,
        last_at=now,
        envelope_id=envelope_id,
    )
    more = insert.on_conflict_do_update(
        index_elements=["person_id", "reason", "subject_id"],
        index_where=text("seen_at IS NULL"),
        set_={
            "number": col(Notice.number) + one.times,
            "urgent": true() if one.urgent else col(Notice.urgent),
            "last_at": now,
            "envelope_id": envelope_id,
        },
    )
    connection.execute(more)


def see(
    connection: Connection,
    person_id: UUID,
    reasons: Iterable[Reason],
    subject_id: UUID,
    now: datetime,
) -> int:
    """They looked at it: nothing about it goes out any more. Says how many notices that were."""
    seen = (
        update(Notice)
        .where(
            col(Notice.person_id) == person_id,
            col(Notice.reason).in_([reason.value for reason in reasons]),
            col(Notice.subject_id) == subject_id,
            col(Notice.seen_at).is_(None),
        )
        .values(seen_at=now)
    )
    return connection.execute(seen).rowcount
