"""Booking requests, offers and appointments."""



revision = "0008_bookings"
down_revision = "0007_conversations"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
