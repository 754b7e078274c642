"""One server for all tests of the fleet; a database of its own for each."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from inspector.fleet.address import DatabaseAddress
from inspector.fleet.schema import upgrade
from inspector.settings import Settings
from inspector.settings_file import save_settings
from tests.fleet.server import SENDER, PostgresServer, need
from tests.fleet.stations import FleetBench


@pytest.fixture(scope="session")
def server() -> Iterator[PostgresServer]:
    server = PostgresServer(need())
    yield server
    server.close()


@pytest.fixture
def database(server: PostgresServer) -> Iterator[str]:
    """A database without tables."""
    name = f"test_{len(server.sql('SELECT 1 FROM pg_database'))}"
    server.sql(f"CREATE DATABASE {name}")
    yield name
    server.sql(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def bench(server: PostgresServer, database: str, tmp_path: Path) -> Iterator[FleetBench]:
    """A station with a log, connected to a database with its tables."""
    upgrade(DatabaseAddress.of(server.address(database), tmp_path))
    server.sql(f"GRANT USAGE ON SCHEMA inspector TO {SENDER}", database)
    server.sql(f"GRANT SELECT, INSERT, UPDATE ON ALL TABLES IN SCHEMA inspector TO {SENDER}", database)
    bench = FleetBench(server, database, tmp_path)
    save_settings(Settings(station="Press 1", forward_to=server.address(database)), bench.home.settings)
    yield bench
    bench.close()
