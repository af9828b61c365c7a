"""How a conversation is dealt with: one row per step, each with the whole state after it."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, SQLModel

from portal.db import UTCDateTime, enum_type
from portal.ids import new_id


class Did(StrEnum):
    """What a step did. Only the clock returns (from a silent owner) and wakes."""

    ASSIGN = "assign"
    RELEASE = "release"
    RETURN = "return"
    SNOOZE = "snooze"
    WAKE = "wake"
    CLOSE = "close"
    REOPEN = "reopen"
    NO_REPLY = "no_reply"


class Handling(SQLModel, table=True):
    """The state of a conversation after its step number `number`; the highest number holds.

    Steps count 1, 2, 3 and a number is given once: of two people who act at the same moment, one
    is first. `seen_seq`: the last message when it was done, so a newer one ends a snooze and opens
    what was closed. `handled_seq`: up to there the patient waits for nothing.
    """

    __table_args__ = (UniqueConstraint("conversation_id", "number"),)

    id: UUID = Field(default_factory=new_id, primary_key=True)
    conversation_id: UUID = Field(foreign_key="conversation.id")
    number: int
    did: Did = Field(sa_type=enum_type(Did, "did"))
    by_id: UUID | None = Field(default=None, foreign_key="person.id")
    owner_id: UUID | None = Field(default=None, foreign_key="person.id", index=True)
    seen_seq: int
    handled_seq: int = 0
    snoozed_until: datetime | None = Field(default=None, sa_type=UTCDateTime)
    is_closed: bool = False
    at: datetime = Field(sa_type=UTCDateTime)


class SavedReply(SQLModel, table=True):
    """Words that the team uses again and again, with variables; they hold nothing of a patient's.

    A retired one is kept, and its name is free again.
    """

    __tablename__ = "saved_reply"

    id: UUID = Field(default_factory=new_id, primary_key=True)
    name: str = Field(max_length=40)
    words: str = Field(max_length=2000)
    changed_by: UUID = Field(foreign_key="person.id")
    changed_at: datetime = Field(sa_type=UTCDateTime)
    retired_at: datetime | None = Field(default=None, sa_type=UTCDateTime)
