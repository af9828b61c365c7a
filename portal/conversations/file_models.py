"""Photos and files that a message carries."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, SQLModel

from portal.attachments.checking import FileKind
from portal.db import UTCDateTime, enum_type
from portal.ids import new_id


class Attachment(SQLModel, table=True):
    """One file. It is kept before its message is, so it knows that one by the name its sender gave
    it (conversation, author, client_id), and is one of several there by `number`.

    `about` is sealed: the file's name, and a sign of what was sent, to know it again. The files
    themselves are in the storage, sealed and bound to this row and the patient.
    """

    __table_args__ = (UniqueConstraint("conversation_id", "author_id", "client_id", "number"),)

    id: UUID = Field(default_factory=new_id, primary_key=True)
    conversation_id: UUID = Field(foreign_key="conversation.id")
    author_id: UUID = Field(foreign_key="person.id", index=True)
    client_id: UUID
    number: int
    kind: FileKind = Field(sa_type=enum_type(FileKind, "file_kind"))
    about: bytes
    size: int
    width: int | None = None
    height: int | None = None
    stored_as: str = Field(max_length=32)
    thumbnail_as: str | None = Field(default=None, max_length=32)
    added_at: datetime = Field(sa_type=UTCDateTime)
