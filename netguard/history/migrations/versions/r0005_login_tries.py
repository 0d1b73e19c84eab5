"""How often logins were tried, by device."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table. Types are spelled out here, since a revision stays as it is when `tables.py` moves on."""
    op.create_table(
        "login_tries",
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("mac", sa.String, nullable=False),
        sa.Column("family", sa.String, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("tries", sa.Integer, nullable=False),
    )
    op.create_index("ix_login_tries_mac", "login_tries", ["mac"])
