"""Messages corrected or withdrawn by their writer, and what was said to "now, or can it wait?"."""

import sqlalchemy as sa
from alembic import op

from portal.db import UTCDateTime

revision = "0012_corrections"
down_revision = "0011_attachments"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # The defaults are the database's own: the version before this one goes on writing meanwhile.
    op.add_column(
        "conversation",
        sa.Column("last_revision", sa.Integer(), nullable=False, server_default="0"),
    )
    op.add_column("message", sa.Column("revised", sa.Integer(), nullable=False, server_default="0"))
    _message_revision()
    _urgency_answer()


def _message_revision() -> None:
    op.create_table(
        "message_revision",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("conversation_id", sa.Uuid(), nullable=False),
        sa.Column("message_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=True),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["conversation_id"], ["conversation.id"], name="fk_message_revision_conversation_id"
        ),
        sa.ForeignKeyConstraint(
            ["message_id"], ["message.id"], name="fk_message_revision_message_id"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_message_revision"),
        sa.UniqueConstraint(
            "conversation_id", "number", name="uq_message_revision_conversation_id_number"
        ),
    )
    op.create_index("ix_message_revision_message_id", "message_revision", ["message_id"])


def _urgency_answer() -> None:
    op.create_table(
        "urgency_answer",
        sa.Column("message_id", sa.Uuid(), nullable=False),
        sa.Column("needs_help_now", sa.Boolean(), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["message_id"], ["message.id"], name="fk_urgency_answer_message_id"
        ),
        sa.PrimaryKeyConstraint("message_id", name="pk_urgency_answer"),
    )


def downgrade() -> None:
    op.drop_table("urgency_answer")
    op.drop_table("message_revision")
    op.drop_column("message", "revised")
    op.drop_column("conversation", "last_revision")
