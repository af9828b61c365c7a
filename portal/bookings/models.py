"""Requests, offers, the time they hold, and appointments. States are rows that say who and when."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, Column, Index, text
from sqlmodel import Field, SQLModel

from portal.bookings.kinds import Kind
from portal.db import PortableJSON, UTCDateTime, enum_type
from portal.ids import new_id


class BookingDraft(SQLModel, table=True):
    """What a patient has typed so far; its id becomes the request's, so sending twice asks once."""

    __tablename__ = "booking_draft"

    id: UUID = Field(default_factory=new_id, primary_key=True)
    patient_id: UUID = Field(foreign_key="patient.id", unique=True)
    answers: bytes
    updated_at: datetime = Field(sa_type=UTCDateTime)


class BookingRequest(SQLModel, table=True):
    """A wish. `windows` are Window codes; `details` is sealed JSON (see bookings.details).

    `message_id`: the message that staff turned into it; it points up, so is no key.
    """

    __tablename__ = "booking_request"
    __table_args__ = (Index("uq_booking_request_message_id", "message_id", unique=True),)

    id: UUID = Field(primary_key=True)
    patient_id: UUID = Field(foreign_key="patient.id", index=True)
    kind: Kind = Field(sa_column=Column(enum_type(Kind, "kind"), nullable=False))
    windows: list[str] = Field(default_factory=list, sa_type=PortableJSON)
    details: bytes
    requested_at: datetime = Field(sa_type=UTCDateTime, index=True)
    message_id: UUID | None = None


class Ending(StrEnum):
    ACCEPTED = "accepted"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"

    @property
    def words(self) -> str:
        """For the care team."""
        return {"accepted": "accepted", "refused": "refused", "withdrawn": "taken back"}[self]


class RequestEnd(SQLModel, table=True):
    """A request ends once: its id is the key. `reason` is sealed and shown to the patient."""

    __tablename__ = "booking_request_end"

    request_id: UUID = Field(primary_key=True, foreign_key="booking_request.id")
    ending: Ending = Field(sa_column=Column(enum_type(Ending, "ending"), nullable=False))
    by_id: UUID = Field(foreign_key="person.id")
    reason: bytes | None = None
    at: datetime = Field(sa_type=UTCDateTime)


class OfferOutcome(StrEnum):
    ACCEPTED = "accepted"
    DECLINED = "declined"
    LAPSED = "lapsed"
    CLOSED = "closed"


_STILL_OPEN = text("outcome IS NULL")


class Offer(SQLModel, table=True):
    """One to three times held for a request until `held_until`. A request has one open offer."""

    __tablename__ = "booking_offer"
    __table_args__ = (
        Index(
            "uq_booking_offer_open",
            "request_id",
            unique=True,
            sqlite_where=_STILL_OPEN,
            postgresql_where=_STILL_OPEN,
        ),
    )

    id: UUID = Field(default_factory=new_id, primary_key=True)
    request_id: UUID = Field(foreign_key="booking_request.id", index=True)
    patient_id: UUID = Field(foreign_key="patient.id", index=True)
    offered_by: UUID = Field(foreign_key="person.id")
    offered_at: datetime = Field(sa_type=UTCDateTime)
    held_until: datetime = Field(sa_type=UTCDateTime)
    was_prolonged: bool = False
    outcome: OfferOutcome | None = Field(
        default=None, sa_column=Column(enum_type(OfferOutcome, "outcome"), nullable=True)
    )
    ended_at: datetime | None = Field(default=None, sa_type=UTCDateTime)
    ended_by: UUID | None = Field(default=None, foreign_key="person.id")


class SlotState(StrEnum):
    HELD = "held"
    BOOKED = "booked"
    FREE = "free"


class Slot(SQLModel, table=True):
    """A stretch of one nurse's and one patient's time, held or booked, or free again.

    The database refuses two that overlap for the same nurse or patient unless one is free: an
    exclusion constraint on PostgreSQL, triggers on SQLite (see the migration). `zone` and
    `local_start` keep the wall time that was meant, should the rules of that zone change.
    """

    __tablename__ = "slot"
    __table_args__ = (
        CheckConstraint("ends_at > starts_at", name="span"),
        Index("ix_slot_nurse_id_starts_at", "nurse_id", "starts_at"),
        Index("ix_slot_patient_id_starts_at", "patient_id", "starts_at"),
    )

    id: UUID = Field(default_factory=new_id, primary_key=True)
    offer_id: UUID = Field(foreign_key="booking_offer.id", index=True)
    nurse_id: UUID = Field(foreign_key="practitioner.id")
    patient_id: UUID = Field(foreign_key="patient.id")
    starts_at: datetime = Field(sa_type=UTCDateTime)
    ends_at: datetime = Field(sa_type=UTCDateTime)
    zone: str = Field(max_length=64)
    local_start: str = Field(max_length=16)
    state: SlotState = Field(
        default=SlotState.HELD, sa_column=Column(enum_type(SlotState, "state"), nullable=False)
    )


class Appointment(SQLModel, table=True):
    """A commitment; its time is its slot, what it is for stands in its request."""

    __tablename__ = "appointment"

    id: UUID = Field(default_factory=new_id, primary_key=True)
    request_id: UUID = Field(foreign_key="booking_request.id", unique=True)
    slot_id: UUID = Field(foreign_key="slot.id", unique=True)
    patient_id: UUID = Field(foreign_key="patient.id", index=True)
    made_at: datetime = Field(sa_type=UTCDateTime)


class Cancellation(SQLModel, table=True):
    """An appointment is cancelled once. `reason` is sealed."""

    __tablename__ = "appointment_cancellation"

    appointment_id: UUID = Field(primary_key=True, foreign_key="appointment.id")
    by_id: UUID = Field(foreign_key="person.id")
    reason: bytes | None = None
    at: datetime = Field(sa_type=UTCDateTime)
