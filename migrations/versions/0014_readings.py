"""What was understood from patients' words, and what patients say of that."""

import sqlalchemy as sa
from alembic import op

from portal.db import UTCDateTime

revision = "0014_readings"
down_revision = "0013_teamwork"
branch_labels = None
depends_on = None

WAITING = sa.text("settled_at IS NULL")


def upgrade() -> None:
    _message_reading()
    _correction()


def _message_reading() -> None:
    op.create_table(
        "message_reading",
        sa.Column("message_id", sa.Uuid(), nullable=False),
        sa.Column("patient_id", sa.Uuid(), nullable=False),
        sa.Column("found", sa.LargeBinary(), nullable=False),
        sa.Column("settled_at", UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["message_id"], ["message.id"], name="fk_message_reading_message_id"
        ),
        sa.ForeignKeyConstraint(
            ["patient_id"], ["patient.id"], name="fk_message_reading_patient_id"
        ),
        sa.PrimaryKeyConstraint("message_id", name="pk_message_reading"),
    )
    op.create_index("ix_message_reading_patient_id", "message_reading", ["patient_id"])
    op.create_index(
        "ix_message_reading_waiting",
        "message_reading",
        ["message_id"],
        sqlite_where=WAITING,
        postgresql_where=WAITING,
    )


def _correction() -> None:
    op.create_table(
        "reading_answer",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("patient_id", sa.Uuid(), nullable=False),
        sa.Column("source", sa.String(length=20), nullable=False),
        sa.Column("source_id", sa.Uuid(), nullable=False),
        sa.Column("by_id", sa.Uuid(), nullable=False),
        sa.Column("said", sa.LargeBinary(), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["patient_id"], ["patient.id"], name="fk_reading_answer_patient_id"
        ),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name="fk_reading_answer_by_id"),
        sa.PrimaryKeyConstraint("id", name="pk_reading_answer"),
    )
    op.create_index("ix_reading_answer_source", "reading_answer", ["source", "source_id"])
    op.create_index("ix_reading_answer_patient_id", "reading_answer", ["patient_id"])


def downgrade() -> None:
    op.drop_table("reading_answer")
    op.drop_table("message_reading")
