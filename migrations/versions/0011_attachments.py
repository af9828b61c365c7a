"""Photos and files sent in a conversation."""

import sqlalchemy as sa
from alembic import op

from portal.db import UTCDateTime

revision = "0011_attachments"
down_revision = "0010_inbox"
branch_labels = None
depends_on = None

FILE_KIND = sa.Enum(
    "photo", "pdf", name="file_kind", native_enum=False, length=32, create_constraint=True
)


def upgrade() -> None:
    op.create_table(
        "attachment",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("conversation_id", sa.Uuid(), nullable=False),
        sa.Column("author_id", sa.Uuid(), nullable=False),
        sa.Column("client_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("kind", FILE_KIND, nullable=False),
        sa.Column("about", sa.LargeBinary(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("width", sa.Integer(), nullable=True),
        sa.Column("height", sa.Integer(), nullable=True),
        sa.Column("stored_as", sa.String(length=32), nullable=False),
        sa.Column("thumbnail_as", sa.String(length=32), nullable=True),
        sa.Column("added_at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["conversation_id"], ["conversation.id"], name="fk_attachment_conversation_id"
        ),
        sa.ForeignKeyConstraint(["author_id"], ["person.id"], name="fk_attachment_author_id"),
        sa.PrimaryKeyConstraint("id", name="pk_attachment"),
        sa.UniqueConstraint(
            "conversation_id",
            "author_id",
            "client_id",
            "number",
            name="uq_attachment_conversation_id_author_id_client_id_number",
        ),
    )
    op.create_index("ix_attachment_author_id", "attachment", ["author_id"])
    # A program that does not know of it yet writes messages without files.
    op.add_column("message", sa.Column("files", sa.Integer(), server_default="0", nullable=False))


def downgrade() -> None:
    op.drop_column("message", "files")
    op.drop_table("attachment")
