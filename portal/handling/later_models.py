"""Replies that are to be sent later."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import Index, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from portal.db import UTCDateTime, enum_type
from portal.ids import new_id


class Fate(StrEnum):
    """How it ended. All but the first two are told to whoever wrote it."""

    SENT = "sent"
    CANCELLED = "cancelled"
    STOPPED = "stopped"
    NO_ACCESS = "no_access"
    CLOSED = "closed"
    UNREADABLE = "unreadable"


_STILL_OPEN = text("fate IS NULL")


class LaterMessage(SQLModel, table=True):
    """A reply of `author_id` that is sent at `send_at`, once, under its own id as `client_id`.

    `body` is sealed, bound to this row and the patient. `name` is what the page called it, so that
    a second press sets it once. `number` counts its changes: who decides says which one they saw.
    `seen_seq`: how far its author had read. It is held (`held_at`) instead of sent when somebody
    else has written after that. `told_at`: its author knows that it was not sent.
    """

    __tablename__ = "later_message"
    __table_args__ = (
        UniqueConstraint("author_id", "name"),
        Index(
            "ix_later_message_due",
            "send_at",
            sqlite_where=_STILL_OPEN,
            postgresql_where=_STILL_OPEN,
        ),
    )

    id: UUID = Field(default_factory=new_id, primary_key=True)
    conversation_id: UUID = Field(foreign_key="conversation.id", index=True)
    author_id: UUID = Field(foreign_key="person.id")
    name: UUID
    number: int = 1
    body: bytes
    seen_seq: int
    send_at: datetime = Field(sa_type=UTCDateTime)
    written_at: datetime = Field(sa_type=UTCDateTime)
    held_at: datetime | None = Field(default=None, sa_type=UTCDateTime)
    fate: Fate | None = Field(default=None, sa_type=enum_type(Fate, "fate"))
    ended_at: datetime | None = Field(default=None, sa_type=UTCDateTime)
    ended_by: UUID | None = Field(default=None, foreign_key="person.id")
    told_at: datetime | None = Field(default=None, sa_type=UTCDateTime)
