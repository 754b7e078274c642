"""A few connections to the database that only read, for many threads that ask."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

from inspector.fleet.faults import FleetError, reading_fault_of
from inspector.fleet.link import check_tables, open_connection

if TYPE_CHECKING:
    from collections.abc import Mapping

    from psycopg import Connection

    from inspector.fleet.address import DatabaseAddress

#: Connections at once.
MOST = 4
#: So long a thread waits for one of them.
_WAIT_S = 5.0


class ReadPool:
    """Any thread may ask. A connection is made when it is needed, and again after it was lost.

    Args:
        address: Of the database; its account may be one that only reads.
        most: Connections at once.
    """

    def __init__(self, address: DatabaseAddress, *, most: int = MOST) -> None:
        self._address = address
        self._places = threading.BoundedSemaphore(most)
        self._lock = threading.Lock()
        self._idle: list[Connection[Any]] = []
        self._closed = False

    @property
    def shown(self) -> str:
        """The database's address, without its password."""
        return self._address.shown

    def rows(self, statement: str, values: Mapping[str, object] | None = None) -> list[dict[str, Any]]:
        """Ask.

        Args:
            statement: SQL that reads; values stand in it as ``%(name)s``.
            values: What stands in the statement, by its name there.

        Returns:
            The rows, each by the names of its columns.

        Raises:
            FleetError: If the database cannot be reached, refuses, or takes too long.
        """
        import psycopg

        if not self._places.acquire(timeout=_WAIT_S):
            raise FleetError(f"the database {self.shown} is busy with what was asked before", "Ask again in a moment.")
        try:
            while True:
                connection = self._idle_connection()
                was_idle = connection is not None
                connection = connection or self._opened()
                try:
                    rows: list[dict[str, Any]] = connection.execute(statement, values).fetchall()
                except (psycopg.Error, UnicodeError) as error:
                    lost = connection.broken or connection.closed
                    self._put_back(connection)
                    if lost and was_idle:  # the server was started again meanwhile
                        continue
                    raise reading_fault_of(error).as_error(self._address) from error
                self._put_back(connection)
                return rows
        finally:
            self._places.release()

    def close(self) -> None:
        """Close; what is being asked at this moment is still answered."""
        with self._lock:
            self._closed, idle, self._idle = True, self._idle, []
        for connection in idle:
            connection.close()

    # --- inside -------------------------------------------------------------------------------------------------------

    def _idle_connection(self) -> Connection[Any] | None:
        with self._lock:
            return self._idle.pop() if self._idle else None

    def _opened(self) -> Connection[Any]:
        import psycopg
        from psycopg.rows import dict_row

        connection = open_connection(self._address, reading=True)
        try:
            check_tables(connection, self._address)
            connection.autocommit = True
            connection.row_factory = dict_row
        except psycopg.Error as error:
            connection.close()
            raise reading_fault_of(error).as_error(self._address) from error
        except BaseException:
            connection.close()
            raise
        return connection

    def _put_back(self, connection: Connection[Any]) -> None:
        with self._lock:
            if not self._closed and not connection.broken and not connection.closed:
                self._idle.append(connection)
                return
        connection.close()
