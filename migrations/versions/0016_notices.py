"""How people are reached, and whether it worked."""

revision = "0016_notices"
down_revision = "0015_care"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
