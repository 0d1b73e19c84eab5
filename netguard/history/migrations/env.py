"""Runs revisions on the connection that `history.database` hands over, inside its transaction."""

from alembic import context

from netguard.history.tables import VERSIONS, metadata

connection = context.config.attributes["connection"]
context.configure(connection=connection, target_metadata=metadata, version_table=VERSIONS)
with context.begin_transaction():
    context.run_migrations()
