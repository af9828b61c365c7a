"""The provider's own session behind each of ours, and logout tokens that were believed."""

import sqlalchemy as sa
from alembic import op

from portal.db import UTCDateTime

revision = "0009_provider_sessions"
down_revision = "0008_bookings"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("session", sa.Column("provider_session", sa.String(64), nullable=True))
    op.create_index("ix_session_provider_session", "session", ["provider_session"])
    op.create_table(
        "logout_heard",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("token_hash", sa.String(64), nullable=False),
        sa.Column("ends_at", UTCDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_logout_heard"),
        sa.UniqueConstraint("token_hash", name="uq_logout_heard_token_hash"),
    )
    op.create_index("ix_logout_heard_ends_at", "logout_heard", ["ends_at"])


def downgrade() -> None:
    op.drop_table("logout_heard")
    op.drop_index("ix_session_provider_session", "session")
    op.drop_column("session", "provider_session")
