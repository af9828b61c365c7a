"""What was understood from a patient's message, until a flag says so."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Index, text
from sqlmodel import Field, SQLModel

from portal.db import UTCDateTime

_WAITING = text("settled_at IS NULL")


class MessageReading(SQLModel, table=True):
    """Made in the message's own transaction when something was found in it, or nothing could be
    read. `found` is sealed, bound to the message and the patient. `settled_at`: the rules have
    judged it, and its flag is there if they asked for one."""

    __tablename__ = "message_reading"
    __table_args__ = (
        Index(
            "ix_message_reading_waiting",
            "message_id",
            sqlite_where=_WAITING,
            postgresql_where=_WAITING,
        ),
    )

    message_id: UUID = Field(foreign_key="message.id", primary_key=True)
    patient_id: UUID = Field(foreign_key="patient.id", index=True)
    found: bytes
    settled_at: datetime | None = Field(default=None, sa_type=UTCDateTime)
