"""The language somebody last read in, for mails to those who never chose one."""

import sqlalchemy as sa
from alembic import op

revision = "0019_read_in"
down_revision = "0018_languages"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "person", sa.Column("read_in", sa.String(8), nullable=False, server_default=sa.text("''"))
    )


def downgrade() -> None:
    op.drop_column("person", "read_in")
