"""The language a person reads."""

import sqlalchemy as sa
from alembic import op

revision = "0018_languages"
down_revision = "0017_reminders"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "person", sa.Column("language", sa.String(8), nullable=False, server_default=sa.text("''"))
    )


def downgrade() -> None:
    op.drop_column("person", "language")
