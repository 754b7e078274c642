"""Which version of the stations' tables a database has, and which this program needs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from psycopg import Connection

#: PostgreSQL's schema with all that is the stations'; beside it lies what others keep in that database.
SCHEMA = "inspector"
#: The table in it that says its version.
VERSIONS = "schema_version"
#: Revision of the newest migration. Migrations only add, so that a database may be newer than its stations.
HEAD = "0005"
#: What to do where they are missing or older.
UPGRADE = "Run “inspector fleet upgrade” once, with an account that may make tables."


def version_in(connection: Connection[Any]) -> str | None:
    """Return the version of the tables; None where there are none.

    Raises:
        Error: psycopg's, if that cannot be read.
    """
    table = connection.execute("SELECT to_regclass('inspector.schema_version')").fetchone()
    if table is None or table[0] is None:
        return None
    row = connection.execute("SELECT version_num FROM inspector.schema_version").fetchone()
    connection.rollback()
    return None if row is None else str(row[0])
