"""Scans and homes."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables. Types are spelled out here, since a revision stays as it is when `tables.py` moves on."""
    op.create_table(
        "scans",
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("id", sa.String, nullable=False, unique=True),
        sa.Column("site", sa.String, nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended", sa.String, nullable=False),
        sa.Column("grade", sa.String, nullable=True),
        sa.Column("depth", sa.String, nullable=False),
        sa.Column("interface", sa.String, nullable=False),
        sa.Column("prefix", sa.String, nullable=False),
        sa.Column("devices", sa.Integer, nullable=False),
        sa.Column("failing", sa.Integer, nullable=False),
        sa.Column("schema", sa.String, nullable=False),
        sa.Column("document", sa.LargeBinary, nullable=False),
    )
    op.create_index("ix_scans_site_started_at", "scans", ["site", "started_at"])
    op.create_index("ix_scans_started_at", "scans", ["started_at"])
    op.create_table(
        "homes",
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("site", sa.String, nullable=False),
        sa.Column("gateway_mac", sa.String, nullable=False),
        sa.Column("prefixes", sa.String, nullable=False),
        sa.Column("ssid", sa.String, nullable=True),
        sa.Column("enrolled_at", sa.DateTime(timezone=True), nullable=False),
        sa.UniqueConstraint("gateway_mac", "prefixes", name="uq_homes_gateway_mac_prefixes"),
    )
