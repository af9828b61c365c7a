"""Conversations, what is said in them, and how far each person has read."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, SQLModel

from portal.db import UTCDateTime, enum_type
from portal.ids import new_id

# Rows written by the version before this one have none of these: the database puts in a 0.
_NONE_YET = {"server_default": "0"}


class Kind(StrEnum):
    """Notes are a conversation of their own, so nothing in a patient's stream must be filtered."""

    CARE = "care"
    NOTES = "notes"


class Conversation(SQLModel, table=True):
    """One of a patient's two: with the care team, and the care team's about them.

    `last_seq` is the number of the last message, `last_revision` that of the last correction; both
    count 1, 2, 3 without a hole.
    """

    __table_args__ = (UniqueConstraint("patient_id", "kind"),)

    id: UUID = Field(default_factory=new_id, primary_key=True)
    patient_id: UUID = Field(foreign_key="patient.id", index=True)
    kind: Kind = Field(sa_type=enum_type(Kind, "conversation_kind"))
    last_seq: int = 0
    last_revision: int = Field(default=0, sa_column_kwargs=_NONE_YET)
    opened_at: datetime = Field(sa_type=UTCDateTime)
    closed_at: datetime | None = Field(default=None, sa_type=UTCDateTime)


class Message(SQLModel, table=True):
    """What one person said once. `client_id` is the browser's own name for it, so that a resend
    finds the first one. `body` is sealed, bound to this row and the patient, and stays as it was:
    corrections are rows of their own, and `revised` is the number of the last one, or 0. `files`:
    how many it carries, so that nobody looks for those of all the messages that carry none."""

    __table_args__ = (
        UniqueConstraint("conversation_id", "seq"),
        UniqueConstraint("conversation_id", "author_id", "client_id"),
    )

    id: UUID = Field(default_factory=new_id, primary_key=True)
    conversation_id: UUID = Field(foreign_key="conversation.id")
    seq: int
    author_id: UUID = Field(foreign_key="person.id")
    client_id: UUID
    body: bytes
    sent_at: datetime = Field(sa_type=UTCDateTime)
    revised: int = Field(default=0, sa_column_kwargs=_NONE_YET)
    files: int = Field(default=0, sa_column_kwargs=_NONE_YET)


class ReadMarker(SQLModel, table=True):
    """A person has seen everything up to `seq`, and did so at `read_at`."""

    __tablename__ = "read_marker"

    conversation_id: UUID = Field(foreign_key="conversation.id", primary_key=True)
    person_id: UUID = Field(foreign_key="person.id", primary_key=True, index=True)
    seq: int
    read_at: datetime = Field(sa_type=UTCDateTime)
