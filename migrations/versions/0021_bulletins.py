"""What workers announce where no Valkey carries it."""

import sqlalchemy as sa
from alembic import op

from portal.db import UTCDateTime

revision = "0021_bulletins"
down_revision = "0020_rule_sets"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "bulletin",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("topic", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("about_id", sa.Uuid(), nullable=False),
        sa.Column("patient_id", sa.Uuid(), nullable=True),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_bulletin"),
    )
    op.create_index("ix_bulletin_at", "bulletin", ["at"])


def downgrade() -> None:
    op.drop_table("bulletin")
