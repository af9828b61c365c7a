"""The language a person reads."""

revision = "0018_languages"
down_revision = "0017_reminders"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
