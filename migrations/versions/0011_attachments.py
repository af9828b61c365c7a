"""Photos and files sent in a conversation."""

revision = "0011_attachments"
down_revision = "0010_inbox"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
