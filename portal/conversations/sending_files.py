"""Sending photos and files: each is checked and kept first, then the message that carries them.

Sent again under the same name, what was kept is found again, so nothing is stored or said twice.
"""

import asyncio
import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from sqlalchemy.exc import IntegrityError

from portal import clock
from portal.attachments.cabinet import Cabinet, Kept
from portal.attachments.refusals import EnoughToday, NoFile, TooMany
from portal.audit.actions import record
from portal.conversations.file_models import Attachment
from portal.conversations.files import (
    UNSENT_FOR,
    File,
    Name,
    Taken,
    file_from,
    forget,
    is_sent,
    kept_under,
    new_attachment,
    number_since,
    signs_of,
    words_for,
)
from portal.conversations.models import Conversation
from portal.conversations.queries import conversation_for
from portal.conversations.rules import AlreadySaid, Closed, message_text, require_writer
from portal.conversations.store import Stored
from portal.conversations.switchboard import Switchboard
from portal.languages import N_
from portal.permissions import Actor

A_DAY = timedelta(hours=24)
# What the worker may forget soon is kept anew.
GOOD_FOR = UNSENT_FOR / 2


@dataclass(frozen=True, slots=True)
class Given:
    """A file as it came: what its sender calls it, what is in it, and a sign to know it again."""

    name: str
    data: bytes
    sign: str


@dataclass(frozen=True, slots=True)
class Parcel:
    """What one person sends in one go; `words` may be empty."""

    actor: Actor
    origin: str | None
    conversation_id: UUID
    client_id: UUID
    words: str
    given: Sequence[tuple[str, bytes]]

    @property
    def name(self) -> Name:
        return (self.conversation_id, self.actor.person_id, self.client_id)


async def send_files(board: Switchboard, cabinet: Cabinet, parcel: Parcel) -> Stored:
    """Raises what is wrong with a file or the words, and all that `Switchboard.send` raises."""
    words = message_text(parcel.words) if parcel.words.strip() else ""
    found = await _place_for(board, cabinet, parcel)
    given = await _known(board, parcel.given)
    try:
        files = await _kept(board, cabinet, parcel, found, given)
    except IntegrityError:
        # The same was being sent beside this, and is kept by now.
        files = await _kept(board, cabinet, parcel, found, given)
    return await board.send(
        parcel.actor,
        parcel.origin,
        found.id,
        words or words_for([file.kind for file in files]),
        parcel.client_id,
        files,
    )


async def _place_for(board: Switchboard, cabinet: Cabinet, parcel: Parcel) -> Conversation:
    """Where it goes, before anything is done with the files."""
    async with board.reading() as session:
        found = await conversation_for(session, parcel.actor, parcel.conversation_id)
    require_writer(parcel.actor, found.kind)
    if found.closed_at is not None:
        raise Closed
    if not parcel.given:
        raise NoFile
    if len(parcel.given) > cabinet.limits.most_at_once:
        raise TooMany(cabinet.limits.most_at_once)
    return found


async def _known(board: Switchboard, given: Sequence[tuple[str, bytes]]) -> list[Given]:
    key = board.database.vault.audit_key

    def signed() -> list[Given]:
        return [Given(name, data, hmac.digest(key, data, "sha256").hex()) for name, data in given]

    return await asyncio.to_thread(signed)


async def _kept(
    board: Switchboard,
    cabinet: Cabinet,
    parcel: Parcel,
    found: Conversation,
    given: Sequence[Given],
) -> tuple[File, ...]:
    """The files of this name: those of the first try, or these, checked and kept."""
    async with board.reading() as session:
        rows = await kept_under(session, parcel.name)
        sent = bool(rows) and await is_sent(session, parcel.name)
        same = signs_of(session, rows, found.patient_id) == [one.sign for one in given]
        fresh = all(row.added_at > clock.now() - GOOD_FOR for row in rows)
        if rows and same and (sent or fresh):
            return tuple(file_from(session, row, found.patient_id) for row in rows)
        today = await number_since(session, parcel.actor.person_id, clock.now() - A_DAY)
    if sent:
        raise AlreadySaid(N_("This was sent before with other files. Send these in a new message."))
    if today - len(rows) + len(given) > cabinet.limits.most_a_day:
        raise EnoughToday
    taken = [Taken(one.name, one.sign, await cabinet.admit(one.data)) for one in given]
    await forget(board.database, cabinet, rows)
    return await _keep(board, cabinet, parcel, found, taken)


async def _keep(
    board: Switchboard,
    cabinet: Cabinet,
    parcel: Parcel,
    found: Conversation,
    taken: Sequence[Taken],
) -> tuple[File, ...]:
    rows: list[Attachment] = []
    try:
        async with board.reading() as session:
            for number, one in enumerate(taken, 1):
                row = await new_attachment(session, cabinet, found, parcel.name, number, one)
                rows.append(row)
        async with board.database.work(parcel.actor, parcel.origin) as work:
            for row in rows:
                work.session.add(row)
                record(work, "file:keep", patient_id=found.patient_id, subject=row.id)
            return tuple(file_from(work.session, row, found.patient_id) for row in rows)
    except BaseException:
        for row in rows:
            await cabinet.forget(Kept(row.stored_as, row.thumbnail_as))
        raise
