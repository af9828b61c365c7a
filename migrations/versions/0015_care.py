"""What is done about a flag, its clocks, and who is on duty."""

revision = "0015_care"
down_revision = "0014_readings"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
