"""The audit trail: who did what to whose record, when. Rows are only ever added, in a chain."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlmodel import Field, SQLModel

from portal.db import PortableJSON, UTCDateTime
from portal.ids import new_id


class AuditEvent(SQLModel, table=True):
    """One entry. `mac` covers the entry and the one before it, keyed: edits and gaps show."""

    __tablename__ = "audit_event"

    id: UUID = Field(default_factory=new_id, primary_key=True)
    seq: int = Field(unique=True)
    tag: str = Field(max_length=64)
    actor_id: UUID | None = Field(default=None, index=True)
    actor_role: str | None = Field(default=None, max_length=16)
    patient_id: UUID | None = Field(default=None, index=True)
    subject_id: UUID | None = None
    detail: dict[str, Any] = Field(default_factory=dict, sa_type=PortableJSON)
    origin: str | None = Field(default=None, max_length=64)
    at: datetime = Field(sa_type=UTCDateTime)
    mac: str = Field(max_length=64)


class AuditHead(SQLModel, table=True):
    """The end of the chain, one row; locking it lets only one transaction lengthen the chain."""

    __tablename__ = "audit_head"

    id: int = Field(default=1, primary_key=True)
    seq: int = 0
    mac: str = Field(default="", max_length=64)
