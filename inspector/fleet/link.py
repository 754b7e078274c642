"""A connection to the database: opened with time-outs, so that a network that swallows everything is noticed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from inspector.fleet.faults import FleetError, fault_of

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


def has_driver() -> bool:
    """Return whether psycopg is installed: the extra ``fleet``."""
    try:
        import psycopg  # noqa: F401 - an extra
    except ImportError:
        return False
    return True


def open_connection(address: DatabaseAddress) -> Connection[Any]:
    """Connect.

    Raises:
        FleetError: If that fails.
    """
    try:
        import psycopg
        from psycopg.conninfo import conninfo_to_dict
    except ImportError as error:
        raise FleetError(
            "what sends results to PostgreSQL is not installed",
            "Install the extra: pip install 'inspector-station[fleet]'.",
        ) from error
    try:
        said = {key: str(value) for key, value in conninfo_to_dict(address.text).items()}
        connection = psycopg.connect(**(_PATIENCE | dict(address.defaults) | said), prepare_threshold=None)
    except (psycopg.Error, UnicodeError) as error:
        raise fault_of(error).as_error(address) from error
    try:
        connection.execute(f"SET statement_timeout = '{_STATEMENT_S}s'; SET TIME ZONE 'UTC'")
        connection.commit()
    except psycopg.Error as error:
        connection.close()
        raise fault_of(error).as_error(address) from error
    return connection
