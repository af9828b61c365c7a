"""Photos and files of messages: finding, keeping, and forgetting those that were never sent."""

import json
from collections import defaultdict
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlmodel import col, delete, func, select
from sqlmodel.ext.asyncio.session import AsyncSession

from portal import clock
from portal.attachments.cabinet import Cabinet, Kept
from portal.attachments.checking import Checked, FileKind
from portal.attachments.naming import safe_name
from portal.conversations.file_models import Attachment
from portal.conversations.models import Conversation, Message
from portal.conversations.revision_models import MessageRevision
from portal.db import Database
from portal.errors import NotFound
from portal.ids import new_id
from portal.permissions import Actor
from portal.rounds import each_alone
from portal.sealing import CannotOpen, seal, unseal

# Kept and never sent: its sender may still come back to it, but not for ever.
UNSENT_FOR = timedelta(hours=24)
SHOWN_SIDE = 256
Name = tuple[UUID, UUID, UUID]
# A message always has words: in lists, where files are not shown, these say what it is.
WORDS_FOR_FILES = ("Photo", "Photos", "File", "Files")


@dataclass(frozen=True, slots=True)
class File:
    """A message's file as it is shown. Measures are those of photos."""

    id: UUID
    conversation_id: UUID
    kind: FileKind
    name: str
    size: int
    width: int | None
    height: int | None

    @property
    def address(self) -> str:
        return f"/conversations/{self.conversation_id}/files/{self.id}"

    @property
    def shown(self) -> tuple[int, int]:
        """Width and height of the thumbnail in a message: known before it is loaded, so that
        nothing jumps when it is."""
        width, height = self.width or SHOWN_SIDE, self.height or SHOWN_SIDE
        scale = min(1.0, SHOWN_SIDE / max(width, height))
        return max(1, round(width * scale)), max(1, round(height * scale))

    @property
    def size_words(self) -> str:
        kilobytes = max(1, round(self.size / 1024))
        return f"{kilobytes} KB" if kilobytes < 1000 else f"{kilobytes / 1024:.1f} MB"


def words_for(kinds: Sequence[FileKind]) -> str:
    """What a message says whose sender said nothing."""
    photo, photos, file, files = WORDS_FOR_FILES
    if set(kinds) == {FileKind.PHOTO}:
        return photo if len(kinds) == 1 else photos
    return file if len(kinds) == 1 else files


async def files_of(
    session: AsyncSession, patient_id: UUID, messages: Sequence[Message]
) -> dict[UUID, tuple[File, ...]]:
    """The files of one conversation's messages, by message. Where none has any, asks nothing."""
    names = {(one.author_id, one.client_id): one for one in messages if one.files}
    if not names:
        return {}
    rows = await session.exec(
        select(Attachment)
        .where(
            col(Attachment.conversation_id) == messages[0].conversation_id,
            col(Attachment.client_id).in_({client_id for _, client_id in names}),
        )
        .order_by(col(Attachment.number))
    )
    found: dict[UUID, list[File]] = defaultdict(list)
    for row in rows.all():
        if message := names.get((row.author_id, row.client_id)):
            found[message.id].append(file_from(session, row, patient_id))
    return {message_id: tuple(files) for message_id, files in found.items()}


def file_from(session: AsyncSession, row: Attachment, patient_id: UUID) -> File:
    name, _ = _about(session, row, patient_id)
    return File(row.id, row.conversation_id, row.kind, name, row.size, row.width, row.height)


async def attachment_in(
    session: AsyncSession, actor: Actor, conversation: Conversation, attachment_id: UUID
) -> Attachment:
    """One file of a conversation that was found through the actor. Raises NotFound.

    What its message's writer withdrew stays for the record: the team may still see it.
    """
    query = select(Attachment).where(
        col(Attachment.id) == attachment_id,
        col(Attachment.conversation_id) == conversation.id,
        _is_sent(),
    )
    if actor.is_patient:
        query = query.where(~_is_withdrawn())
    row = (await session.exec(query)).first()
    if row is None:
        raise NotFound
    return row


async def kept_under(session: AsyncSession, name: Name) -> list[Attachment]:
    """What was kept for the message of this name, sent or not."""
    rows = await session.exec(
        select(Attachment).where(*_named(name)).order_by(col(Attachment.number))
    )
    return list(rows.all())


async def is_sent(session: AsyncSession, name: Name) -> bool:
    query = select(Message.id).where(
        col(Message.conversation_id) == name[0],
        col(Message.author_id) == name[1],
        col(Message.client_id) == name[2],
    )
    return (await session.exec(query)).first() is not None


async def number_since(session: AsyncSession, author_id: UUID, since: datetime) -> int:
    rows = await session.exec(
        select(func.count())
        .select_from(Attachment)
        .where(col(Attachment.author_id) == author_id, col(Attachment.added_at) > since)
    )
    return rows.one()


def signs_of(session: AsyncSession, rows: Sequence[Attachment], patient_id: UUID) -> list[str]:
    """What these were known by when they came."""
    return [_about(session, row, patient_id)[1] for row in rows]


@dataclass(frozen=True, slots=True)
class Taken:
    """A file that was checked: what its sender calls it, and the sign it is known by."""

    given_name: str
    sign: str
    checked: Checked


async def new_attachment(
    session: AsyncSession,
    cabinet: Cabinet,
    conversation: Conversation,
    name: Name,
    number: int,
    taken: Taken,
) -> Attachment:
    """Kept in the storage; the row is the caller's to add. Raises CannotKeep."""
    id, checked, patient_id = new_id(), taken.checked, conversation.patient_id
    kept = await cabinet.keep(checked, *bound_to(id, patient_id))
    shown = f"Photo {number}.jpg" if checked.kind is FileKind.PHOTO else taken.given_name
    about = json.dumps([safe_name(shown, checked.kind.ending), taken.sign])
    return Attachment(
        id=id,
        conversation_id=name[0],
        author_id=name[1],
        client_id=name[2],
        number=number,
        kind=checked.kind,
        about=seal(session, about, *bound_to(id, patient_id)),
        size=len(checked.data),
        width=checked.width,
        height=checked.height,
        stored_as=kept.stored_as,
        thumbnail_as=kept.thumbnail_as,
        added_at=clock.now(),
    )


def bound_to(attachment_id: UUID, patient_id: UUID) -> tuple[str, UUID, UUID]:
    return ("attachment", attachment_id, patient_id)


async def forget(database: Database, cabinet: Cabinet, rows: Sequence[Attachment]) -> None:
    """The files first: a row without files is found again, files without a row never."""
    for row in rows:
        await cabinet.forget(Kept(row.stored_as, row.thumbnail_as))
    async with database.work(origin="worker") as work:
        ids = [row.id for row in rows]
        await work.session.exec(delete(Attachment).where(col(Attachment.id).in_(ids), ~_is_sent()))


def forgetting_unsent_files(cabinet: Cabinet) -> Callable[[Database, datetime], Awaitable[int]]:
    """A job of the worker. Any number of workers may."""

    async def forget_unsent_files(database: Database, now: datetime) -> int:
        async with database.read() as session:
            old = col(Attachment.added_at) < now - UNSENT_FOR
            rows = (await session.exec(select(Attachment).where(old, ~_is_sent()).limit(100))).all()
        return await each_alone(forget_one, [(row.id, database, row) for row in rows])

    async def forget_one(_id: UUID, database: Database, row: Attachment) -> int:
        await forget(database, cabinet, [row])
        return 1

    return forget_unsent_files


def _about(session: AsyncSession, row: Attachment, patient_id: UUID) -> tuple[str, str]:
    try:
        name, sign = json.loads(unseal(session, row.about, *bound_to(row.id, patient_id)))
    except CannotOpen:  # a name that is lost must not hide the conversation
        return f"File{row.kind.ending}", ""
    return name, sign


def _named(name: Name) -> tuple[Any, ...]:
    return (
        col(Attachment.conversation_id) == name[0],
        col(Attachment.author_id) == name[1],
        col(Attachment.client_id) == name[2],
    )


def _is_sent() -> Any:
    return select(Message.id).where(*_carries()).correlate(Attachment).exists()


def _is_withdrawn() -> Any:
    last = select(MessageRevision.id).join(
        Message,
        (col(Message.id) == col(MessageRevision.message_id))
        & (col(Message.revised) == col(MessageRevision.number)),
    )
    withdrawn = last.where(col(MessageRevision.body).is_(None), *_carries())
    return withdrawn.correlate(Attachment).exists()


def _carries() -> tuple[Any, ...]:
    return (
        col(Message.conversation_id) == col(Attachment.conversation_id),
        col(Message.author_id) == col(Attachment.author_id),
        col(Message.client_id) == col(Attachment.client_id),
    )
