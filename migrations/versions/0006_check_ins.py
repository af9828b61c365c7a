"""Check-ins and symptom reports."""



revision = "0006_check_ins"
down_revision = "0005_flags"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
