"""What became of a message after it was sent: the first words stay where they are."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, SQLModel

from portal.db import UTCDateTime
from portal.ids import new_id


class MessageRevision(SQLModel, table=True):
    """One correction, with its new words, or a withdrawal, which has none. By the message's author.

    `number` counts 1, 2, 3 without a hole in each conversation, in the order of commits, so that a
    page that comes back can ask for what it missed. `body` is sealed, bound to this row.
    """

    __tablename__ = "message_revision"
    __table_args__ = (UniqueConstraint("conversation_id", "number"),)

    id: UUID = Field(default_factory=new_id, primary_key=True)
    conversation_id: UUID = Field(foreign_key="conversation.id")
    message_id: UUID = Field(foreign_key="message.id", index=True)
    number: int
    body: bytes | None = None
    at: datetime = Field(sa_type=UTCDateTime)


class UrgencyAnswer(SQLModel, table=True):
    """Whether the writer of a message that reads urgent needs help now, or can wait."""

    __tablename__ = "urgency_answer"

    message_id: UUID = Field(foreign_key="message.id", primary_key=True)
    needs_help_now: bool
    at: datetime = Field(sa_type=UTCDateTime)
