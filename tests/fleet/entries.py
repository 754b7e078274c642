"""Stations and their parts, put into a database as their senders would have."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

pytest.importorskip("starlette", reason="starlette is not installed (the extra “serve”)")
from starlette.testclient import TestClient

from inspector.domain.records import Verdict
from inspector.fleet.address import DatabaseAddress
from inspector.fleet.pool import ReadPool
from inspector.fleet.schema import upgrade
from inspector.web.access import Access
from inspector.web.fleet_app import make_fleet_app
from tests.fleet.server import PASSWORD, PostgresServer

READER = "reader"
#: Heard so recently, in SQL, that a slow machine makes nobody late.
WELL = "now() + interval '1 hour'"
#: Headers of a browser that asks for a page.
PAGE = {"accept": "text/html"}


@dataclass
class FleetSite:
    """A database with its tables, and an account that only reads, with the rights that the manual names."""

    server: PostgresServer
    database: str

    @classmethod
    def made(cls, server: PostgresServer, database: str) -> FleetSite:
        upgrade(DatabaseAddress.of(server.address(database), Path()))
        site = cls(server, database)
        if not server.sql(f"SELECT 1 FROM pg_roles WHERE rolname = '{READER}'"):
            server.sql(f"CREATE ROLE {READER} LOGIN PASSWORD '{PASSWORD}'")
        site.sql(f"GRANT USAGE ON SCHEMA inspector TO {READER}")
        site.sql(f"GRANT SELECT ON ALL TABLES IN SCHEMA inspector TO {READER}")
        return site

    @property
    def typed(self) -> str:
        return self.server.address(self.database, user=READER, password=PASSWORD, tcp=True)

    def sql(self, statement: str) -> list[tuple[object, ...]]:
        return self.server.sql(statement, self.database)

    def enter(self, name: str, **changes: str) -> str:
        """Enter a station that is well; changes are SQL. Return its key."""
        values = {
            "key": f"'{name.lower().replace(' ', '-')}-0001'", "name": f"'{name}'", "host": "'computer'",
            "software_version": "'0.1.0'", "heard": WELL, "clock_ahead_s": "0.2", "line_heard": WELL,
            "line_runs": "true", "face": "'READY'", "recipe": "'R'", "recipe_version": "2", "lot": "'L1'", "model": "'m'",
            "model_sha256": "repeat('a', 64)", "fail_at": "0.5", "review_from": "0.2",
        } | changes  # fmt: skip
        names, said = ", ".join(values), ", ".join(values.values())
        self.sql(f"INSERT INTO inspector.stations ({names}) VALUES ({said})")
        return values["key"].strip("'")

    def add(self, station: str, number: int, verdict: Verdict = Verdict.PASS, **changes: str) -> str:
        """Add a part of a station; changes are SQL. Return its id."""
        values = {
            "station_key": f"'{station}'", "id": f"'part-{number:05d}'", "station": "'S'", "recipe": "'R'",
            "recipe_version": "2", "lot": "'L1'", "part_number": str(number), "verdict": f"'{verdict.value}'",
            "time": f"timestamptz '{at(number).isoformat()}'", "reason": "''", "p_defective": "0.25", "fail_at": "0.5",
            "class_names": """'["good", "defective"]'""", "probabilities": "'[0.75, 0.25]'", "image_not_saved": "''",
        } | changes  # fmt: skip
        names, said = ", ".join(values), ", ".join(values.values())
        self.sql(f"INSERT INTO inspector.results ({names}) VALUES ({said})")
        return f"part-{number:05d}"


def at(number: int) -> datetime:
    """Return when a part was captured: seven minutes after the one before, from 2026-01-31 12:00 UTC."""
    return datetime(2026, 1, 31, 12, 0, tzinfo=UTC) + timedelta(minutes=7 * number)


def client_of(address: str) -> TestClient:
    """Return a browser at the fleet's page of a database."""
    pool = ReadPool(DatabaseAddress.of(address, Path()))
    return TestClient(make_fleet_app(pool, Access()), base_url="http://127.0.0.1:8766", follow_redirects=False)
