"""Taking an envelope for sending: under its row's lock, so that one worker has it."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import structlog
from sqlmodel import col, func, select
from sqlmodel.ext.asyncio.session import AsyncSession

from portal.db import Database, UnitOfWork
from portal.notices.channels import Device, Letter
from portal.notices.models import (
    Attempt,
    Channel,
    Envelope,
    Notice,
    NoticeChoice,
    Outcome,
    PushSubscription,
    State,
)
from portal.notices.queries import choice_of
from portal.notices.reasons import Pace
from portal.notices.timing import Quiet, postponed
from portal.notices.words import words_for
from portal.people.models import Patient, Person
from portal.permissions import Role
from portal.sealing import CannotOpen, unseal

log = structlog.get_logger()

# Longer than any sending takes; after that the worker is taken for dead.
LEASE = timedelta(seconds=90)
NOBODY_LOOKS = {Pace.COMPANION, Pace.INVITATION}


async def claim(
    database: Database, id: UUID, now: datetime, open_ways: Collection[str]
) -> Letter | None:
    """What to send, now this worker's alone; None when there is nothing to send (any more)."""
    async with database.work(origin="worker") as work:
        row = await locked(work, id)
        if not _is_due(row, now):
            return None
        person = await work.session.get_one(Person, row.person_id)
        number = await _unseen(work.session, row)
        if person.disabled_at is not None or (number == 0 and row.pace not in NOBODY_LOOKS):
            _close(work, row, State.NOT_NEEDED, now)
            return None
        choice = await choice_of(work.session, person)
        if row.state is State.OPEN and await _postpone(work, row, person, choice, now):
            return None
        letters = await _letters(work, row, person, number, open_ways, choice)
        if not letters:
            _close(work, row, State.IN_PAGE, now)
            return None
        return await _take(work, row, letters, now)


async def locked(work: UnitOfWork, id: UUID) -> Envelope:
    query = select(Envelope).where(col(Envelope.id) == id).with_for_update()
    return (await work.session.exec(query.execution_options(populate_existing=True))).one()


def _is_due(row: Envelope, now: datetime) -> bool:
    if row.state is State.SENDING:
        return row.leased_until is not None and row.leased_until <= now
    return row.state in {State.OPEN, State.AGAIN} and row.due_at <= now


def _close(work: UnitOfWork, row: Envelope, state: State, now: datetime) -> None:
    row.state, row.ended_at, row.link = state, now, None
    work.session.add(row)


async def _unseen(session: AsyncSession, row: Envelope) -> int:
    query = select(func.coalesce(func.sum(Notice.number), 0)).where(
        col(Notice.envelope_id) == row.id, col(Notice.seen_at).is_(None)
    )
    return int((await session.exec(query)).one())


async def _postpone(
    work: UnitOfWork, row: Envelope, person: Person, choice: NoticeChoice, now: datetime
) -> bool:
    quiet = Quiet(choice.quiet_from, choice.quiet_until, ZoneInfo(person.time_zone))
    last_sent, last_seen = await _last(work.session, row)
    later = postponed(row.pace, now, quiet, last_sent, last_seen)
    if later is None:
        return False
    row.due_at = later
    work.session.add(row)
    return True


async def _last(session: AsyncSession, row: Envelope) -> tuple[datetime | None, bool]:
    """When the one before went out, and whether the person looked at anything since."""
    query = select(func.max(Envelope.ended_at)).where(
        col(Envelope.person_id) == row.person_id,
        col(Envelope.pace) == row.pace,
        col(Envelope.state) == State.SENT,
    )
    last: datetime | None = (await session.exec(query)).one()
    if last is None:
        return None, True
    looked = select(Notice.id).where(
        col(Notice.person_id) == row.person_id, col(Notice.seen_at) >= last
    )
    return last, (await session.exec(looked.limit(1))).first() is not None


async def _letters(
    work: UnitOfWork,
    row: Envelope,
    person: Person,
    number: int,
    open_ways: Collection[str],
    choice: NoticeChoice,
) -> list[Letter]:
    """One for each channel this may go by, the first choice first."""
    language = person.language or person.read_in
    words = words_for(row.pace, number, person.role is Role.PATIENT, language)
    urgent = not row.pace.waits_for_morning and row.pace is not Pace.INVITATION
    address = await _address(work.session, row, person)
    devices = [] if row.pace in NOBODY_LOOKS else await devices_of(work.session, person.id)
    link = _link(work, row)
    lost = link is None and row.link is not None
    made = []
    for channel in _order(row.pace, choice):
        if channel not in open_ways or not (address if channel is Channel.MAIL else devices):
            continue
        made.append(Letter(row.id, row.id, channel, words, urgent, address, devices, link, lost))
    return [replace(letter, ways=[each.channel for each in made]) for letter in made]


def _order(pace: Pace, choice: NoticeChoice) -> list[Channel]:
    if pace in NOBODY_LOOKS:
        return [Channel.MAIL]
    if choice.first == Channel.PAGE and pace.waits_for_morning:
        return []
    order = [Channel.PUSH, Channel.MAIL]
    is_turned = (choice.first == Channel.MAIL) != (pace is Pace.OTHER_WAY)
    return order[::-1] if is_turned else order


async def _address(session: AsyncSession, row: Envelope, person: Person) -> str | None:
    if row.pace is not Pace.COMPANION:
        return person.email
    patient = await session.get_one(Patient, person.id)
    return patient.companion_email


async def devices_of(session: AsyncSession, person_id: UUID) -> list[Device]:
    rows = await session.exec(
        select(PushSubscription)
        .where(col(PushSubscription.person_id) == person_id)
        .order_by(col(PushSubscription.id))
    )
    opened = []
    for row in rows.all():
        try:
            bound = ("push_subscription", row.id, person_id)
            endpoint = unseal(session, row.endpoint, *bound)
        except CannotOpen:
            continue  # its key is missing: the other devices and the mail remain
        opened.append(Device(row.id, endpoint, row.p256dh, row.auth))
    return opened


def _link(work: UnitOfWork, row: Envelope) -> str | None:
    if row.link is None:
        return None
    try:
        return unseal(work.session, row.link, "envelope", row.person_id, row.person_id)
    except CannotOpen:
        log.exception("sealing.cannot_open", table="envelope")
        return None


async def _take(
    work: UnitOfWork, row: Envelope, letters: Sequence[Letter], now: datetime
) -> Letter:
    """Lease the envelope and begin an attempt: on its present channel while that is there, else
    on what is left, because a browser may have been taken off meanwhile."""
    by_channel = {letter.channel: letter for letter in letters}
    letter = by_channel.get(row.channel or "", letters[0])
    number = await _end_lost(work.session, row, now)
    if letter.channel != row.channel:
        row.channel, row.tries = letter.channel, 0
    row.state, row.leased_until, row.tries = State.SENDING, now + LEASE, row.tries + 1
    attempt = Attempt(envelope_id=row.id, number=number + 1, channel=letter.channel, at=now)
    work.session.add_all([row, attempt])
    return replace(letter, attempt_id=attempt.id)


async def _end_lost(session: AsyncSession, row: Envelope, now: datetime) -> int:
    """How many attempts there were; one that a dead worker left is marked so."""
    query = select(Attempt).where(col(Attempt.envelope_id) == row.id)
    before = (await session.exec(query.order_by(col(Attempt.number)))).all()
    for attempt in before:
        if attempt.outcome is None:
            attempt.outcome, attempt.ended_at = Outcome.UNKNOWN, now
            session.add(attempt)
    return len(before)
