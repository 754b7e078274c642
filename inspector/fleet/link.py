"""A connection to the database: opened with time-outs, so that a network that swallows everything is noticed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from inspector.fleet.faults import FleetError, fault_of, reading_fault_of
from inspector.fleet.versions import HEAD, UPGRADE, version_in

if TYPE_CHECKING:
    from psycopg import Connection

    from inspector.fleet.address import DatabaseAddress

#: What holds where the address says nothing else. A lost network is noticed after some 20 s.
_PATIENCE = {
    "connect_timeout": "10",
    "keepalives_idle": "10",
    "keepalives_interval": "5",
    "keepalives_count": "2",
    "tcp_user_timeout": "20000",
    "application_name": "inspector-station",
}
#: A server that holds a statement up for longer is asked again later.
_STATEMENT_S = 60
#: Somebody waits for what is only read.
_READING_S = 10


def has_driver() -> bool:
    """Return whether psycopg is installed: the extra ``fleet``."""
    try:
        import psycopg  # noqa: F401 - an extra
    except ImportError:
        return False
    return True


def open_connection(address: DatabaseAddress, *, reading: bool = False) -> Connection[Any]:
    """Connect.

    Args:
        address: Of the database, with its password.
        reading: For those who only look: nothing can be changed by it, and they do not wait long.

    Raises:
        FleetError: If that fails.
    """
    try:
        import psycopg
        from psycopg.conninfo import conninfo_to_dict
    except ImportError as error:
        raise FleetError(
            "what talks with PostgreSQL is not installed",
            "Install the extra: pip install 'inspector-station[fleet]'.",
        ) from error
    means = reading_fault_of if reading else fault_of
    try:
        said = {key: str(value) for key, value in conninfo_to_dict(address.text).items()}
        connection = psycopg.connect(**(_PATIENCE | dict(address.defaults) | said), prepare_threshold=None)
    except (psycopg.Error, UnicodeError) as error:
        raise means(error).as_error(address) from error
    try:
        connection.execute(f"SET statement_timeout = '{_READING_S if reading else _STATEMENT_S}s'; SET TIME ZONE 'UTC'")
        if reading:
            connection.execute("SET default_transaction_read_only = on")
        connection.commit()
    except psycopg.Error as error:
        connection.close()
        raise means(error).as_error(address) from error
    return connection


def check_tables(connection: Connection[Any], address: DatabaseAddress) -> None:
    """See that the database has the tables that this program needs, or newer ones.

    Raises:
        FleetError: If it has not.
        Error: psycopg's, if that cannot be read.
    """
    version = version_in(connection)
    if version is None or version < HEAD:
        tables = "no tables for stations" if version is None else f"tables of version {version}, not {HEAD}"
        raise FleetError(f"the database {address.shown} has {tables}", UPGRADE)
