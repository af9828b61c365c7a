"""What was announced in a process that no web process hears."""

from datetime import datetime
from uuid import UUID

from sqlmodel import Field, SQLModel

from portal.db import UTCDateTime
from portal.ids import new_id


class Bulletin(SQLModel, table=True):
    """One announcement, kept for as long as a web process may need to hear of it.

    `about_id` and `patient_id` point up, so they are no keys.
    """

    id: UUID = Field(default_factory=new_id, primary_key=True)
    topic: str
    kind: str
    about_id: UUID
    patient_id: UUID | None = None
    at: datetime = Field(sa_type=UTCDateTime, index=True)
