"""Flags and what was done about them."""



revision = "0005_flags"
down_revision = "0004_treatments"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
