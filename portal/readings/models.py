"""What patients say of what was understood from their words."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Index
from sqlmodel import Field, SQLModel

from portal.db import UTCDateTime
from portal.ids import new_id


class ReadingAnswer(SQLModel, table=True):
    """`said` is sealed JSON: what was understood, and whether that is right. The latest counts.

    It is for people to read: no flag falls or ends because of it.
    """

    __tablename__ = "reading_answer"
    __table_args__ = (Index("ix_reading_answer_source", "source", "source_id"),)

    id: UUID = Field(default_factory=new_id, primary_key=True)
    patient_id: UUID = Field(foreign_key="patient.id", index=True)
    source: str = Field(max_length=20)
    source_id: UUID
    by_id: UUID = Field(foreign_key="person.id")
    said: bytes
    at: datetime = Field(sa_type=UTCDateTime)
