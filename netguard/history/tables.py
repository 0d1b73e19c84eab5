"""The history's tables. A change here needs a revision in `migrations/versions` and a new `HEAD`."""

from datetime import UTC, datetime

from sqlalchemy import (
    Column,
    DateTime,
    Dialect,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
)

HEAD = "0005"
"""Newest revision. A database that is already there is opened without loading Alembic; a test keeps the two equal."""

VERSIONS = "netguard_version"
"""Name of the table in which the revision stands; another program's `alembic_version` is never mistaken for ours."""


class Instant(TypeDecorator[datetime]):
    """A point in time: stored as UTC, also by databases without time zones; read as an aware `datetime` in UTC."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Turn an aware `value` into what the database holds."""
        if value is None:
            return None
        in_utc = value.astimezone(UTC)
        return in_utc.replace(tzinfo=None) if dialect.name == "sqlite" else in_utc

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Turn what the database holds into an aware time."""
        del dialect
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


metadata = MetaData()

scans = Table(
    "scans",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=True),  # order of saving, between scans of one instant
    Column("id", String, nullable=False, unique=True),
    Column("site", String, nullable=False),
    Column("started_at", Instant, nullable=False),
    Column("finished_at", Instant, nullable=False),
    Column("ended", String, nullable=False),
    Column("grade", String, nullable=True),
    Column("depth", String, nullable=False),
    Column("interface", String, nullable=False),
    Column("prefix", String, nullable=False),
    Column("devices", Integer, nullable=False),
    Column("failing", Integer, nullable=False),
    Column("schema", String, nullable=False),
    Column("document", LargeBinary, nullable=False),  # the whole scan document: JSON, compressed with zlib (RFC 1950)
    Column("ordered_at", Instant, nullable=False),  # its place in the history: `started_at`, or after the one before
    Column("summary", LargeBinary, nullable=True),  # a `Summary`, packed like the document; null: made from that
    Index("ix_scans_site_ordered_at", "site", "ordered_at"),
    Index("ix_scans_ordered_at", "ordered_at"),
)
"""One row a scan. All but `document` and `ordered_at` repeats what the document says, for reading without it."""

homes = Table(
    "homes",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("site", String, nullable=False),
    Column("gateway_mac", String, nullable=False),
    Column("prefixes", String, nullable=False),  # CIDR texts in ascending order, with a space between
    Column("ssid", String, nullable=True),
    Column("enrolled_at", Instant, nullable=False),
    UniqueConstraint("gateway_mac", "prefixes", name="uq_homes_gateway_mac_prefixes"),
)
"""One row a network that its owner has said is theirs."""

known_devices = Table(
    "known_devices",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("id", String, nullable=False, unique=True),
    Column("site", String, nullable=False),
    Column("body", Text, nullable=False),  # the whole `KnownDevice` as JSON
    Index("ix_known_devices_site", "site"),
)
"""One row a device that some scan of the site saw."""

declared_devices = Table(
    "declared_devices",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("id", String, nullable=False, unique=True),
    Column("site", String, nullable=False),
    Column("body", Text, nullable=False),  # the whole `Declaration` as JSON
    Index("ix_declared_devices_site", "site"),
)
"""One row a device that the person says is in the home."""

known_mappings = Table(
    "known_mappings",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("site", String, nullable=False),
    Column("gateway", String, nullable=False),  # the device's key, as it was when the mapping was seen last
    Column("name", String, nullable=False),  # as `model.mapping.name` gives it
    Column("first_seen", Instant, nullable=False),
    Column("last_seen", Instant, nullable=False),
    UniqueConstraint("site", "gateway", "name", name="uq_known_mappings_site_gateway_name"),
)
"""One row a port that a router of the site was seen to forward."""

acceptances = Table(
    "acceptances",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("id", String, nullable=False, unique=True),
    Column("site", String, nullable=False),
    Column("body", Text, nullable=False),  # the whole `Acceptance` as JSON
    Index("ix_acceptances_site", "site"),
)
"""One row a risk that the person lives with for a while."""

notifications = Table(
    "notifications",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("site", String, nullable=False),
    Column("about", String, nullable=False),  # `scan <id>`, `quiet 2026-11`, `away 2026-11-27`: what it tells of
    Column("receiver", String, nullable=False),  # a digest of the receiver's address, which is a secret
    Column("title", Text, nullable=False),
    Column("body", Text, nullable=False),
    Column("made_at", Instant, nullable=False),
    Column("tries", Integer, nullable=False),
    Column("tried_at", Instant, nullable=True),
    Column("sent_at", Instant, nullable=True),
    Column("problem", Text, nullable=True),  # why the last try failed
    UniqueConstraint("site", "about", "receiver", name="uq_notifications_site_about_receiver"),
)
"""One row a message to one receiver: kept before it is sent, and kept as sent, so that none is lost or told twice."""

login_tries = Table(
    "login_tries",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("mac", String, nullable=False),
    Column("family", String, nullable=False),
    Column("at", Instant, nullable=False),
    Column("tries", Integer, nullable=False),  # sent, or about to be; never with which password
    Index("ix_login_tries_mac", "mac"),
)
"""One row a scan that tried the login of one device."""
