"""Reminders of check-ins, and what follows silence."""

revision = "0017_reminders"
down_revision = "0016_notices"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
