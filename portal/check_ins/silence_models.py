"""What was done about a check-in that nobody answered, and what the patient asked for instead."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, SQLModel

from portal.db import UTCDateTime
from portal.ids import new_id


class SilenceStep(SQLModel, table=True):
    """A rung of the ladder that was taken: once, whoever runs the worker."""

    __tablename__ = "silence_step"
    __table_args__ = (UniqueConstraint("series", "point", "rung", "number"),)

    id: UUID = Field(default_factory=new_id, primary_key=True)
    patient_id: UUID = Field(foreign_key="patient.id", index=True)
    series: str = Field(max_length=36)
    point: str = Field(max_length=8)
    rung: str = Field(max_length=8)
    number: int = 0
    due_at: datetime = Field(sa_type=UTCDateTime)
    at: datetime = Field(sa_type=UTCDateTime)


class RemindLater(SQLModel, table=True):
    """The patient asked to be reminded then; `number` counts from 1 for each check-in."""

    __tablename__ = "remind_later"
    __table_args__ = (UniqueConstraint("series", "point", "number"),)

    id: UUID = Field(default_factory=new_id, primary_key=True)
    patient_id: UUID = Field(foreign_key="patient.id", index=True)
    series: str = Field(max_length=36)
    point: str = Field(max_length=8)
    number: int
    asked_at: datetime = Field(sa_type=UTCDateTime)
    remind_at: datetime = Field(sa_type=UTCDateTime)
