"""Alembic's entry: runs the migrations on the connection that `inspector.fleet.schema` hands over."""

from __future__ import annotations

from alembic import context

from inspector.fleet.versions import SCHEMA, VERSIONS

connection = context.config.attributes["connection"]
context.configure(connection=connection, version_table=VERSIONS, version_table_schema=SCHEMA, include_schemas=True)
with context.begin_transaction():
    context.run_migrations()
