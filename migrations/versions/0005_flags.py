"""Flags and what was done about them."""

from typing import Any

import sqlalchemy as sa
from alembic import op

from portal.db import UTCDateTime

revision = "0005_flags"
down_revision = "0004_treatments"
branch_labels = None
depends_on = None

LEVELS = ("emergency", "urgent", "soon", "routine")
OUTCOMES = (
    "advised",
    "called",
    "seen",
    "dose_held",
    "visit_booked",
    "sent_to_emergency",
    "expected_effect",
    "entered_in_error",
)


def words(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, length=32, create_constraint=True)


def upgrade() -> None:
    _flags()
    _reasons()
    _records()


def _flags() -> None:
    op.create_table(
        "flag",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("patient_id", sa.Uuid(), nullable=False),
        sa.Column("source", sa.String(20), nullable=False),
        sa.Column("source_id", sa.Uuid(), nullable=False),
        sa.Column("level", words("level", *LEVELS), nullable=False),
        sa.Column("summary", sa.LargeBinary(), nullable=False),
        sa.Column("rule_set", sa.String(), nullable=False),
        sa.Column("hours_since_dose", sa.Float(), nullable=True),
        sa.Column("raised_at", UTCDateTime(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("waiting_since", UTCDateTime(), nullable=False),
        sa.Column("due_at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["patient_id"], ["patient.id"], name="fk_flag_patient_id"),
        sa.PrimaryKeyConstraint("id", name="pk_flag"),
        sa.UniqueConstraint("source", "source_id", name="uq_flag_source_source_id"),
    )
    op.create_index("ix_flag_patient_id", "flag", ["patient_id"])


def _reasons() -> None:
    op.create_table(
        "flag_reason",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("flag_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("rule", sa.String(), nullable=False),
        sa.Column("rule_set", sa.String(), nullable=False),
        sa.Column("level", words("level", *LEVELS), nullable=False),
        sa.Column("effect", sa.String(), nullable=True),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("limit", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("said", sa.LargeBinary(), nullable=False),
        sa.Column("change", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(["flag_id"], ["flag.id"], name="fk_flag_reason_flag_id"),
        sa.PrimaryKeyConstraint("id", name="pk_flag_reason"),
        sa.UniqueConstraint("flag_id", "position", name="uq_flag_reason_flag_id_position"),
    )


def _records() -> None:
    _record("acknowledgement")
    op.create_index("ix_acknowledgement_by_id", "acknowledgement", ["by_id"])
    _record(
        "disposition",
        sa.Column("outcome", words("outcome", *OUTCOMES), nullable=False),
        sa.Column("note", sa.LargeBinary(), nullable=True),
    )
    op.create_index("ix_disposition_at", "disposition", ["at"])
    _record("reopening", sa.Column("reason", sa.LargeBinary(), nullable=False))


def _record(table: str, *columns: sa.Column[Any]) -> None:
    """Who did what to a flag in which round. One of each a round, whoever is first."""
    op.create_table(
        table,
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("flag_id", sa.Uuid(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("by_id", sa.Uuid(), nullable=False),
        *columns,
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["flag_id"], ["flag.id"], name=f"fk_{table}_flag_id"),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name=f"fk_{table}_by_id"),
        sa.PrimaryKeyConstraint("id", name=f"pk_{table}"),
        sa.UniqueConstraint("flag_id", "round", name=f"uq_{table}_flag_id_round"),
    )


def downgrade() -> None:
    for table in ("reopening", "disposition", "acknowledgement", "flag_reason", "flag"):
        op.drop_table(table)
