"""Messages corrected or withdrawn by their writer."""

revision = "0012_corrections"
down_revision = "0011_attachments"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
