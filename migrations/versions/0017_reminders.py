"""Reminders of check-ins, and what follows silence."""

import sqlalchemy as sa
from alembic import op

from portal.db import UTCDateTime

revision = "0017_reminders"
down_revision = "0016_notices"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _silence_step()
    _remind_later()


def _silence_step() -> None:
    op.create_table(
        "silence_step",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("patient_id", sa.Uuid(), nullable=False),
        sa.Column("series", sa.String(length=36), nullable=False),
        sa.Column("point", sa.String(length=8), nullable=False),
        sa.Column("rung", sa.String(length=8), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("due_at", UTCDateTime(), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["patient_id"], ["patient.id"], name="fk_silence_step_patient_id"),
        sa.PrimaryKeyConstraint("id", name="pk_silence_step"),
        sa.UniqueConstraint(
            "series", "point", "rung", "number", name="uq_silence_step_series_point_rung_number"
        ),
    )
    op.create_index("ix_silence_step_patient_id", "silence_step", ["patient_id"])


def _remind_later() -> None:
    op.create_table(
        "remind_later",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("patient_id", sa.Uuid(), nullable=False),
        sa.Column("series", sa.String(length=36), nullable=False),
        sa.Column("point", sa.String(length=8), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("asked_at", UTCDateTime(), nullable=False),
        sa.Column("remind_at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["patient_id"], ["patient.id"], name="fk_remind_later_patient_id"),
        sa.PrimaryKeyConstraint("id", name="pk_remind_later"),
        sa.UniqueConstraint(
            "series", "point", "number", name="uq_remind_later_series_point_number"
        ),
    )
    op.create_index("ix_remind_later_patient_id", "remind_later", ["patient_id"])


def downgrade() -> None:
    op.drop_table("remind_later")
    op.drop_table("silence_step")
