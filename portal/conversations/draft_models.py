"""Words that somebody has written and not sent yet."""

from datetime import datetime
from uuid import UUID

from sqlmodel import Field, SQLModel

from portal.db import UTCDateTime


class MessageDraft(SQLModel, table=True):
    """One per person and conversation. `client_id` is the name its message will have: once a
    message of that name is stored, these words are sent. `body` is sealed, bound to its owner."""

    __tablename__ = "message_draft"

    conversation_id: UUID = Field(foreign_key="conversation.id", primary_key=True)
    person_id: UUID = Field(foreign_key="person.id", primary_key=True, index=True)
    client_id: UUID
    body: bytes
    saved_at: datetime = Field(sa_type=UTCDateTime)
