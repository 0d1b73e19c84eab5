"""Scans in an order of their own and in short; accepted risks; messages to be sent."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make columns and tables. Types are spelled out here, since a revision stays as it is when `tables.py` moves on."""
    with op.batch_alter_table("scans") as scans:
        scans.add_column(sa.Column("ordered_at", sa.DateTime(timezone=True), nullable=True))
        scans.add_column(sa.Column("summary", sa.LargeBinary, nullable=True))
    op.execute(sa.text("UPDATE scans SET ordered_at = started_at"))
    with op.batch_alter_table("scans") as scans:
        scans.alter_column("ordered_at", existing_type=sa.DateTime(timezone=True), nullable=False)
        scans.drop_index("ix_scans_site_started_at")
        scans.drop_index("ix_scans_started_at")
        scans.create_index("ix_scans_site_ordered_at", ["site", "ordered_at"])
        scans.create_index("ix_scans_ordered_at", ["ordered_at"])
    op.create_table(
        "acceptances",
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("id", sa.String, nullable=False, unique=True),
        sa.Column("site", sa.String, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
    )
    op.create_index("ix_acceptances_site", "acceptances", ["site"])
    op.create_table(
        "notifications",
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("site", sa.String, nullable=False),
        sa.Column("about", sa.String, nullable=False),
        sa.Column("receiver", sa.String, nullable=False),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("tries", sa.Integer, nullable=False),
        sa.Column("tried_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("problem", sa.Text, nullable=True),
        sa.UniqueConstraint("site", "about", "receiver", name="uq_notifications_site_about_receiver"),
    )
