"""Mentions, messages to be sent later, and what a message was turned into."""

revision = "0013_teamwork"
down_revision = "0012_corrections"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
