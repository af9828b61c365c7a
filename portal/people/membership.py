"""Who is on which care team. Only `people` may read this: scope is decided in `people.access`."""

from datetime import datetime
from uuid import UUID

from sqlmodel import Field, SQLModel

from portal.db import UTCDateTime


class CareTeamMember(SQLModel, table=True):
    __tablename__ = "care_team_member"

    care_team_id: UUID = Field(primary_key=True, foreign_key="care_team.id")
    practitioner_id: UUID = Field(primary_key=True, foreign_key="practitioner.id", index=True)
    joined_at: datetime = Field(sa_type=UTCDateTime)
