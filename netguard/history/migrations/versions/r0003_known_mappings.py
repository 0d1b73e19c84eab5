"""Ports that routers forward, since when."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table. Types are spelled out here, since a revision stays as it is when `tables.py` moves on."""
    op.create_table(
        "known_mappings",
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("site", sa.String, nullable=False),
        sa.Column("gateway", sa.String, nullable=False),
        sa.Column("name", sa.String, nullable=False),
        sa.Column("first_seen", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_seen", sa.DateTime(timezone=True), nullable=False),
        sa.UniqueConstraint("site", "gateway", "name", name="uq_known_mappings_site_gateway_name"),
    )
