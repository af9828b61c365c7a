"""The time that a patient was told has passed, and somebody was told of it."""

import sqlalchemy as sa
from alembic import op

from portal.db import PortableJSON, UTCDateTime

revision = "0022_late_promises"
down_revision = "0021_bulletins"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "late_promise",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("flag_id", sa.Uuid(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("promised_at", UTCDateTime(), nullable=False),
        sa.Column("told", PortableJSON(), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["flag_id"], ["flag.id"], name="fk_late_promise_flag_id"),
        sa.PrimaryKeyConstraint("id", name="pk_late_promise"),
        sa.UniqueConstraint("flag_id", "round", name="uq_late_promise_flag_id_round"),
    )


def downgrade() -> None:
    op.drop_table("late_promise")
