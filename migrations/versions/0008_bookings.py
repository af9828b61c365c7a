"""Booking requests, offers and appointments; no time twice for one nurse or one patient."""

from string import Template

import sqlalchemy as sa
from alembic import op

from portal.db import PortableJSON, UTCDateTime

revision = "0008_bookings"
down_revision = "0007_conversations"
branch_labels = None
depends_on = None

KINDS = ("infusion_visit", "follow_up", "call_back", "dose_question")
ENDINGS = ("accepted", "refused", "withdrawn")
OUTCOMES = ("accepted", "declined", "lapsed", "closed")
SLOT_STATES = ("held", "booked", "free")
STILL_OPEN = sa.text("outcome IS NULL")
OVERLAP = Template(
    "CREATE TRIGGER ex_slot_${who}_${name} BEFORE ${change} ON slot "
    "WHEN new.state <> 'free' AND EXISTS ("
    "SELECT 1 FROM slot AS other WHERE other.${who}_id = new.${who}_id "
    "AND other.id <> new.id AND other.state <> 'free' "
    "AND other.starts_at < new.ends_at AND new.starts_at < other.ends_at) "
    "BEGIN SELECT RAISE(ABORT, 'ex_slot_${who}'); END"
)


def words(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, length=32, create_constraint=True)


def key(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{target}.id"], name=f"fk_{table}_{column}")


def upgrade() -> None:
    _create_requests()
    _create_offers()
    _create_slots()
    _create_appointments()
    if op.get_context().dialect.name == "postgresql":
        _exclude_overlaps()
    else:
        _trigger_on_overlaps()


def _create_requests() -> None:
    op.create_table(
        "booking_draft",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("patient_id", sa.Uuid(), nullable=False),
        sa.Column("answers", sa.LargeBinary(), nullable=False),
        sa.Column("updated_at", UTCDateTime(), nullable=False),
        key("booking_draft", "patient_id", "patient"),
        sa.PrimaryKeyConstraint("id", name="pk_booking_draft"),
        sa.UniqueConstraint("patient_id", name="uq_booking_draft_patient_id"),
    )
    op.create_table(
        "booking_request",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("patient_id", sa.Uuid(), nullable=False),
        sa.Column("kind", words("kind", *KINDS), nullable=False),
        sa.Column("windows", PortableJSON(), nullable=False),
        sa.Column("details", sa.LargeBinary(), nullable=False),
        sa.Column("requested_at", UTCDateTime(), nullable=False),
        key("booking_request", "patient_id", "patient"),
        sa.PrimaryKeyConstraint("id", name="pk_booking_request"),
    )
    op.create_index("ix_booking_request_patient_id", "booking_request", ["patient_id"])
    op.create_index("ix_booking_request_requested_at", "booking_request", ["requested_at"])
    op.create_table(
        "booking_request_end",
        sa.Column("request_id", sa.Uuid(), nullable=False),
        sa.Column("ending", words("ending", *ENDINGS), nullable=False),
        sa.Column("by_id", sa.Uuid(), nullable=False),
        sa.Column("reason", sa.LargeBinary(), nullable=True),
        sa.Column("at", UTCDateTime(), nullable=False),
        key("booking_request_end", "request_id", "booking_request"),
        key("booking_request_end", "by_id", "person"),
        sa.PrimaryKeyConstraint("request_id", name="pk_booking_request_end"),
    )


def _create_offers() -> None:
    op.create_table(
        "booking_offer",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("request_id", sa.Uuid(), nullable=False),
        sa.Column("patient_id", sa.Uuid(), nullable=False),
        sa.Column("offered_by", sa.Uuid(), nullable=False),
        sa.Column("offered_at", UTCDateTime(), nullable=False),
        sa.Column("held_until", UTCDateTime(), nullable=False),
        sa.Column("was_prolonged", sa.Boolean(), nullable=False),
        sa.Column("outcome", words("outcome", *OUTCOMES), nullable=True),
        sa.Column("ended_at", UTCDateTime(), nullable=True),
        sa.Column("ended_by", sa.Uuid(), nullable=True),
        key("booking_offer", "request_id", "booking_request"),
        key("booking_offer", "patient_id", "patient"),
        key("booking_offer", "offered_by", "person"),
        key("booking_offer", "ended_by", "person"),
        sa.PrimaryKeyConstraint("id", name="pk_booking_offer"),
    )
    op.create_index("ix_booking_offer_request_id", "booking_offer", ["request_id"])
    op.create_index("ix_booking_offer_patient_id", "booking_offer", ["patient_id"])
    op.create_index(
        "uq_booking_offer_open",
        "booking_offer",
        ["request_id"],
        unique=True,
        sqlite_where=STILL_OPEN,
        postgresql_where=STILL_OPEN,
    )


def _create_slots() -> None:
    op.create_table(
        "slot",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("offer_id", sa.Uuid(), nullable=False),
        sa.Column("nurse_id", sa.Uuid(), nullable=False),
        sa.Column("patient_id", sa.Uuid(), nullable=False),
        sa.Column("starts_at", UTCDateTime(), nullable=False),
        sa.Column("ends_at", UTCDateTime(), nullable=False),
        sa.Column("zone", sa.String(64), nullable=False),
        sa.Column("local_start", sa.String(16), nullable=False),
        sa.Column("state", words("state", *SLOT_STATES), nullable=False),
        key("slot", "offer_id", "booking_offer"),
        key("slot", "nurse_id", "practitioner"),
        key("slot", "patient_id", "patient"),
        sa.CheckConstraint("ends_at > starts_at", name="span"),
        sa.PrimaryKeyConstraint("id", name="pk_slot"),
    )
    op.create_index("ix_slot_offer_id", "slot", ["offer_id"])
    op.create_index("ix_slot_nurse_id_starts_at", "slot", ["nurse_id", "starts_at"])
    op.create_index("ix_slot_patient_id_starts_at", "slot", ["patient_id", "starts_at"])


def _create_appointments() -> None:
    op.create_table(
        "appointment",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("request_id", sa.Uuid(), nullable=False),
        sa.Column("slot_id", sa.Uuid(), nullable=False),
        sa.Column("patient_id", sa.Uuid(), nullable=False),
        sa.Column("made_at", UTCDateTime(), nullable=False),
        key("appointment", "request_id", "booking_request"),
        key("appointment", "slot_id", "slot"),
        key("appointment", "patient_id", "patient"),
        sa.PrimaryKeyConstraint("id", name="pk_appointment"),
        sa.UniqueConstraint("request_id", name="uq_appointment_request_id"),
        sa.UniqueConstraint("slot_id", name="uq_appointment_slot_id"),
    )
    op.create_index("ix_appointment_patient_id", "appointment", ["patient_id"])
    op.create_table(
        "appointment_cancellation",
        sa.Column("appointment_id", sa.Uuid(), nullable=False),
        sa.Column("by_id", sa.Uuid(), nullable=False),
        sa.Column("reason", sa.LargeBinary(), nullable=True),
        sa.Column("at", UTCDateTime(), nullable=False),
        key("appointment_cancellation", "appointment_id", "appointment"),
        key("appointment_cancellation", "by_id", "person"),
        sa.PrimaryKeyConstraint("appointment_id", name="pk_appointment_cancellation"),
    )


def _exclude_overlaps() -> None:
    """Two slots of one person that share an instant cannot both be held or booked."""
    op.execute("CREATE EXTENSION IF NOT EXISTS btree_gist")
    for who in ("nurse", "patient"):
        op.execute(
            f"ALTER TABLE slot ADD CONSTRAINT ex_slot_{who} EXCLUDE USING gist "
            f"({who}_id WITH =, tstzrange(starts_at, ends_at, '[)') WITH &&) "
            "WHERE (state <> 'free')"
        )


def _trigger_on_overlaps() -> None:
    """The same for SQLite. A later migration that rebuilds the table must make these again."""
    changes = {
        "insert": "INSERT",
        "update": "UPDATE OF nurse_id, patient_id, starts_at, ends_at, state",
    }
    for who in ("nurse", "patient"):
        for name, change in changes.items():
            op.execute(OVERLAP.substitute(who=who, name=name, change=change))


def downgrade() -> None:
    for table in (
        "appointment_cancellation",
        "appointment",
        "slot",
        "booking_offer",
        "booking_request_end",
        "booking_request",
        "booking_draft",
    ):
        op.drop_table(table)
