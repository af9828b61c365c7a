"""What was understood from patients' words."""

revision = "0014_readings"
down_revision = "0013_teamwork"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
