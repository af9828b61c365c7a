"""The rota: who does which duty for a care team, from when until when."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, UniqueConstraint
from sqlmodel import Field, SQLModel

from portal.db import UTCDateTime, enum_type
from portal.ids import new_id
from portal.rota.duties import Duty


class Shift(SQLModel, table=True):
    """One person's span of one duty, `starts_at` included and `ends_at` not.

    A shift is never changed: giving it to somebody else removes this row and adds another. Two may
    overlap. `phone` is where that person is reached meanwhile.
    """

    __table_args__ = (CheckConstraint("starts_at < ends_at", name="not_backwards"),)

    id: UUID = Field(default_factory=new_id, primary_key=True)
    care_team_id: UUID = Field(foreign_key="care_team.id")
    person_id: UUID = Field(foreign_key="person.id", index=True)
    duty: Duty = Field(sa_type=enum_type(Duty, "duty"))
    starts_at: datetime = Field(sa_type=UTCDateTime)
    ends_at: datetime = Field(sa_type=UTCDateTime, index=True)
    phone: str = Field(default="", max_length=40)
    added_by: UUID = Field(foreign_key="person.id")
    added_at: datetime = Field(sa_type=UTCDateTime)
    removed_by: UUID | None = Field(default=None, foreign_key="person.id")
    removed_at: datetime | None = Field(default=None, sa_type=UTCDateTime)


class GapWarning(SQLModel, table=True):
    """The administrators were told that a duty is not covered from then on: once for each gap."""

    __tablename__ = "gap_warning"
    __table_args__ = (UniqueConstraint("care_team_id", "duty", "starts_at"),)

    id: UUID = Field(default_factory=new_id, primary_key=True)
    care_team_id: UUID = Field(foreign_key="care_team.id")
    duty: Duty = Field(sa_type=enum_type(Duty, "duty"))
    starts_at: datetime = Field(sa_type=UTCDateTime)
    at: datetime = Field(sa_type=UTCDateTime)
