"""Brings a database to the tables of this version by Alembic's migrations; the account must be let make tables."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import create_engine, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool

from inspector.fleet.faults import fault_of
from inspector.fleet.link import open_connection
from inspector.fleet.versions import HEAD, SCHEMA, version_in

if TYPE_CHECKING:
    from inspector.fleet.address import DatabaseAddress


def upgrade(address: DatabaseAddress) -> None:
    """Make the tables, or bring them to this version; does nothing where they are newer.

    Raises:
        FleetError: If the database cannot be reached, or this account may not.
    """
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations").replace("%", "%%"))
    # SQLAlchemy takes the connection that is made here: what an address means is said in one place
    engine = create_engine("postgresql+psycopg://", creator=lambda: open_connection(address), poolclass=NullPool)
    try:
        with engine.begin() as connection:
            connection.execute(text("SET LOCAL statement_timeout = 0"))  # many rows take their time
            connection.execute(text("SELECT pg_advisory_xact_lock(hashtext('inspector.schema_version'))"))
            connection.execute(text(f"CREATE SCHEMA IF NOT EXISTS {SCHEMA}"))
            if (version_in(connection.connection.driver_connection) or "") >= HEAD:
                return
            config.attributes["connection"] = connection
            command.upgrade(config, HEAD)
    except DBAPIError as error:
        raise fault_of(error.orig or error).as_error(address) from error
    finally:
        engine.dispose()
