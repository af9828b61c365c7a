"""Telling somebody, seeing it, and choosing how to be told.

`notify` is for every slice: it writes rows in the caller's transaction and sends nothing. The
worker sends (`delivery.py`), content-free, to those who have not looked in the page before.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection
from sqlmodel import col, delete, select, update

from portal import clock
from portal.audit.actions import record
from portal.db import UnitOfWork
from portal.ids import new_id
from portal.notices.leaving import Wanted, envelope, leave, see
from portal.notices.models import (
    Channel,
    Envelope,
    Notice,
    NoticeChoice,
    PushSubscription,
    State,
)
from portal.notices.reasons import Pace, Reason
from portal.notices.timing import first_due
from portal.people.models import Person
from portal.sealing import seal

MOST_BROWSERS = 10


async def notify(
    work: UnitOfWork,
    person_id: UUID,
    reason: Reason,
    *,
    subject_id: UUID | None = None,
    urgent: bool = False,
    other_way: bool = False,
    times: int = 1,
) -> None:
    """Tell one person, once this transaction commits, of something that happened `times` times.

    While an earlier notice for the same reason and subject is unseen, it only counts up. `urgent`
    goes past quiet hours and past the wish to be told in the page only: for those on duty, and for
    a patient in the first hours. `other_way` is urgent too, and begins with their second channel.
    """
    one = Wanted(person_id, reason, subject_id, urgent, other_way, times)
    await _leave(work, [one])


async def notify_all(
    work: UnitOfWork,
    person_ids: Iterable[UUID],
    reason: Reason,
    subject_id: UUID | None = None,
    *,
    urgent: bool = False,
    other_way: bool = False,
) -> None:
    """The same for several people; whoever did it is not told of it."""
    await _leave(work, [Wanted(id, reason, subject_id, urgent, other_way) for id in person_ids])


async def _leave(work: UnitOfWork, everybody: Iterable[Wanted]) -> None:
    own = work.actor.person_id if work.actor else None
    wanted = [one for one in everybody if one.person_id != own]
    if not wanted:
        return
    await work.session.flush()
    connection = await work.session.connection()
    await connection.run_sync(leave, wanted, clock.now())
    for person_id in {one.person_id for one in wanted}:
        _ring(work, person_id)


def _ring(work: UnitOfWork, person_id: UUID) -> None:
    """The number beside their bell has changed: their open pages count again."""
    work.announce("notices", "notice", person_id)


async def seen(work: UnitOfWork, person_id: UUID, reasons: Iterable[Reason], about: UUID) -> int:
    """They looked at what these notices are about, so nothing more is sent about it."""
    connection = await work.session.connection()
    number = await connection.run_sync(see, person_id, list(reasons), about, clock.now())
    if number:
        _ring(work, person_id)
    return number


def see_one(work: UnitOfWork, notice: Notice) -> None:
    """They opened what it is about."""
    notice.seen_at = notice.seen_at or clock.now()
    work.session.add(notice)
    _ring(work, notice.person_id)


async def see_all(work: UnitOfWork, person_id: UUID) -> None:
    await work.session.exec(
        update(Notice)
        .where(col(Notice.person_id) == person_id, col(Notice.seen_at).is_(None))
        .values(seen_at=clock.now())
    )
    _ring(work, person_id)


async def mail_invitation(work: UnitOfWork, person_id: UUID, link: str) -> None:
    """Mail a one-time link. It is sealed until it was sent, and then forgotten."""
    connection = await work.session.connection()
    sealed = seal(work.session, link, "envelope", person_id, person_id)
    await connection.run_sync(_leave_invitation, person_id, sealed)


def _leave_invitation(connection: Connection, person_id: UUID, sealed: bytes) -> None:
    envelope(connection, person_id, Pace.INVITATION, clock.now(), link=sealed)


async def tell_companion(work: UnitOfWork, patient_id: UUID) -> None:
    """Ask the adult with the patient to look in on them; the caller has made sure of consent."""
    connection = await work.session.connection()
    await connection.run_sync(_leave_for_companion, patient_id)


def _leave_for_companion(connection: Connection, patient_id: UUID) -> None:
    envelope(connection, patient_id, Pace.COMPANION, clock.now())


@dataclass(frozen=True, slots=True)
class Browser:
    """What a browser gives when it agrees to be pushed to."""

    endpoint: str
    p256dh: str
    auth: str
    name: str = ""

    @property
    def hash(self) -> str:
        return hashlib.sha256(self.endpoint.encode()).hexdigest()


async def subscribe(work: UnitOfWork, person_id: UUID, browser: Browser) -> None:
    """Push to this browser from now on. Whoever used it before is pushed to there no more."""
    # Two tabs may ask at once: the person's row makes them take turns.
    await work.session.exec(select(Person.id).where(col(Person.id) == person_id).with_for_update())
    await work.session.exec(
        delete(PushSubscription).where(col(PushSubscription.endpoint_hash) == browser.hash)
    )
    await _make_room(work, person_id)
    id = new_id()
    work.session.add(
        PushSubscription(
            id=id,
            person_id=person_id,
            endpoint_hash=browser.hash,
            endpoint=seal(work.session, browser.endpoint, "push_subscription", id, person_id),
            p256dh=browser.p256dh,
            auth=browser.auth,
            browser=browser.name[:80],
            made_at=clock.now(),
        )
    )
    record(work, "push:on", subject=person_id)


async def _make_room(work: UnitOfWork, person_id: UUID) -> None:
    query = select(PushSubscription.id).where(col(PushSubscription.person_id) == person_id)
    held = (await work.session.exec(query.order_by(col(PushSubscription.id)))).all()
    await work.session.exec(
        delete(PushSubscription).where(
            col(PushSubscription.id).in_(held[: max(0, len(held) + 1 - MOST_BROWSERS)])
        )
    )


async def unsubscribe(work: UnitOfWork, person_id: UUID, subscription_id: UUID) -> None:
    await work.session.exec(
        delete(PushSubscription).where(
            col(PushSubscription.id) == subscription_id,
            col(PushSubscription.person_id) == person_id,
        )
    )
    record(work, "push:off", subject=person_id)


async def choose(
    work: UnitOfWork, person_id: UUID, first: Channel, quiet_from: int, quiet_until: int
) -> None:
    """Keep how somebody wants to be told. Minutes are after midnight, where they live.

    What the choice before had put off falls due within a minute, and is judged by this one.
    """
    choice = await work.session.get(NoticeChoice, person_id) or NoticeChoice(
        person_id=person_id, changed_at=clock.now()
    )
    choice.first, choice.changed_at = first, clock.now()
    choice.quiet_from, choice.quiet_until = quiet_from, quiet_until
    work.session.add(choice)
    await _look_again(work, person_id, first_due(Pace.CALM, clock.now()))
    record(work, "notices:choose", subject=person_id)


async def _look_again(work: UnitOfWork, person_id: UUID, soon: datetime) -> None:
    await work.session.exec(
        update(Envelope)
        .where(
            col(Envelope.person_id) == person_id,
            col(Envelope.state) == State.OPEN,
            col(Envelope.due_at) > soon,
        )
        .values(due_at=soon)
    )
