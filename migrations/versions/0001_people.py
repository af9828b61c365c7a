"""People, care teams and who is on them."""

import sqlalchemy as sa
from alembic import op

from portal.db import PortableJSON, UTCDateTime

revision = "0001_people"
down_revision = None
branch_labels = None
depends_on = None

ROLES = ("patient", "nurse", "clinician", "coordinator", "admin")


def upgrade() -> None:
    op.create_table(
        "care_team",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(80), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_care_team"),
        sa.UniqueConstraint("name", name="uq_care_team_name"),
    )
    op.create_table(
        "person",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(80), nullable=False),
        sa.Column(
            "role",
            sa.Enum(*ROLES, name="role", native_enum=False, length=32, create_constraint=True),
            nullable=False,
        ),
        sa.Column("email", sa.String(254), nullable=True),
        sa.Column("time_zone", sa.String(64), nullable=False),
        sa.Column("theme", sa.String(8), nullable=False),
        sa.Column("keys_on", sa.Boolean(), nullable=False),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.Column("disabled_at", UTCDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_person"),
    )
    op.create_table(
        "practitioner",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("title", sa.String(80), nullable=False),
        sa.ForeignKeyConstraint(["id"], ["person.id"], name="fk_practitioner_id"),
        sa.PrimaryKeyConstraint("id", name="pk_practitioner"),
    )
    op.create_table(
        "patient",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("care_team_id", sa.Uuid(), nullable=False),
        sa.Column("born_on", sa.Date(), nullable=True),
        sa.Column("condition", sa.String(120), nullable=False),
        sa.Column("phone", sa.String(40), nullable=False),
        sa.Column("address", sa.String(200), nullable=False),
        sa.Column("companion_name", sa.String(80), nullable=False),
        sa.Column("companion_phone", sa.String(40), nullable=False),
        sa.Column("cautions", PortableJSON(), nullable=False),
        sa.Column("supervisor_id", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(["id"], ["person.id"], name="fk_patient_id"),
        sa.ForeignKeyConstraint(["care_team_id"], ["care_team.id"], name="fk_patient_care_team_id"),
        sa.ForeignKeyConstraint(
            ["supervisor_id"], ["practitioner.id"], name="fk_patient_supervisor_id"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_patient"),
    )
    op.create_index("ix_patient_care_team_id", "patient", ["care_team_id"])
    op.create_table(
        "care_team_member",
        sa.Column("care_team_id", sa.Uuid(), nullable=False),
        sa.Column("practitioner_id", sa.Uuid(), nullable=False),
        sa.Column("joined_at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["care_team_id"], ["care_team.id"], name="fk_care_team_member_care_team_id"
        ),
        sa.ForeignKeyConstraint(
            ["practitioner_id"], ["practitioner.id"], name="fk_care_team_member_practitioner_id"
        ),
        sa.PrimaryKeyConstraint("care_team_id", "practitioner_id", name="pk_care_team_member"),
    )
    op.create_index("ix_care_team_member_practitioner_id", "care_team_member", ["practitioner_id"])


def downgrade() -> None:
    for table in ("care_team_member", "patient", "practitioner", "person", "care_team"):
        op.drop_table(table)
