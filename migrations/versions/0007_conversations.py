"""Conversations, messages and read markers."""



revision = "0007_conversations"
down_revision = "0006_check_ins"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
