"""Sign-ins: identities at the provider, sessions here, invitations in between."""

from datetime import datetime
from uuid import UUID

from sqlmodel import Field, SQLModel

from portal.db import UTCDateTime
from portal.ids import new_id


class Session(SQLModel, table=True):
    """A sign-in on one browser. Only the hash of its cookie is here."""

    id: UUID = Field(default_factory=new_id, primary_key=True)
    person_id: UUID = Field(foreign_key="person.id", index=True)
    token_hash: str = Field(max_length=64, unique=True)
    started_at: datetime = Field(sa_type=UTCDateTime)
    used_at: datetime = Field(sa_type=UTCDateTime)
    ended_at: datetime | None = Field(default=None, sa_type=UTCDateTime)
    browser: str = Field(default="", max_length=120)
