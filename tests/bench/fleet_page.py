"""``python -m tests.bench.fleet_page``: how soon the fleet's page answers with so many rows in the database.

A PostgreSQL server of our own is filled with the parts of ten stations, evenly over thirty days, in transactions of 1,000 rows
as senders make them; its triggers count them. Each address is then asked through the whole server, several times.
"""

from __future__ import annotations

import argparse
import json
import statistics
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from starlette.testclient import TestClient

from inspector.fleet.address import DatabaseAddress
from inspector.fleet.pool import ReadPool
from inspector.fleet.schema import upgrade
from inspector.fleet.stations import stations
from inspector.web.access import Access
from inspector.web.fleet_app import make_fleet_app
from tests.fleet.entries import FleetSite
from tests.fleet.server import PostgresServer, binaries

_STATIONS = 10
_AT_ONCE = 1000
_DAYS = 30
#: One part in 40 fails, one in 67 goes to review; a lot has 2,000 parts of a station, and one recipe in three is rare.
_PARTS = """
INSERT INTO inspector.results (station_key, id, time, station, recipe, recipe_version, lot, part_number, verdict, reason,
    p_defective, fail_at, review_from, source, source_path, file_key, trigger, model_name, model_sha256, device, precision,
    backend, software_version, total_ms, class_names, probabilities, good_class, image_not_saved)
SELECT 'key-of-station-with-36-characters-' || lpad((g % {stations})::text, 2, '0'), gen_random_uuid()::text,
    now() - interval '{days} days' + g * interval '{days} days' / {rows}, 'Press ' || g % {stations},
    CASE WHEN g % 5000 = 0 THEN 'Rare' ELSE 'Flange ' || g % 2 END, 4, 'L-' || g / {stations} / 2000, g / {stations},
    CASE WHEN g % 40 = 0 THEN 'FAIL' WHEN g % 67 = 0 THEN 'REVIEW' WHEN g % 1999 = 0 THEN 'ERROR' ELSE 'PASS' END, '',
    0.25, 0.5, 0.2, 'camera:0', '', '', 'line', 'flange-7', repeat('ab12', 16), 'CPU', 'int8', 'openvino', '0.1.0', 9.0,
    '["good", "defective"]', '[0.75, 0.25]', 'good', ''
FROM generate_series({begin}, {end}) g
"""


def fill(site: FleetSite, rows: int) -> float:
    """Put the rows in; return the seconds that it took."""
    import psycopg

    for number in range(_STATIONS):
        site.enter(f"Press {number}", key=f"'key-of-station-with-36-characters-{number:02d}'")
    begun = time.monotonic()
    with psycopg.connect(site.server.address(site.database), autocommit=True) as connection:
        for begin in range(1, rows + 1, _AT_ONCE):
            end = min(rows, begin + _AT_ONCE - 1)
            connection.execute(_PARTS.format(stations=_STATIONS, days=_DAYS, rows=rows, begin=begin, end=end))
        seconds = time.monotonic() - begun
        connection.execute("ANALYZE")
    return seconds


def asked(site: FleetSite, rows: int) -> dict[str, str]:
    """Return the addresses, by what they are for."""
    lot = f"L-{rows // _STATIONS // 4000}"
    middle = (datetime.now(UTC) - timedelta(days=_DAYS / 2)).strftime("%Y-%m-%dT%H:%M:%S")
    (old,) = site.sql(
        "SELECT station_key || '/' || id FROM inspector.results "  # noqa: S608 - a time of our own
        f"WHERE time < '{middle}Z' ORDER BY time DESC LIMIT 1"
    )
    day = (datetime.now().astimezone() - timedelta(days=_DAYS - 1)).date()
    return {
        "yields by station, 30 days": f"/yields?from={day}&by=station",
        "yields by recipe, 30 days": f"/yields?from={day}&by=recipe",
        "yields by lot, 30 days": f"/yields?from={day}&by=lot",
        "yields by day, 30 days": f"/yields?from={day}&by=day",
        "results, the newest": "/results",
        "results, from the middle on": f"/results?before={old[0]}",
        "results since some second": f"/results?since={middle}%2B00:00",
        "results that failed at a station without any": "/results?verdict=FAIL&station=Press+3",
        "results that are errors": "/results?verdict=ERROR",
        "results of a lot": f"/results?lot={lot}",
        "results of a rare recipe at a station": "/results?recipe=Rare&station=Press+0",
        "results of no lot": "/results?lot=none",
        "a part": f"/parts/{old[0]}",
    }


def main() -> int:
    """Fill, ask, print; 1 where something took more than a second."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--times", type=int, default=5)
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    programs = binaries()
    assert programs is not None, "PostgreSQL is not installed"
    server = PostgresServer(programs)
    try:
        address = DatabaseAddress.of(server.address("postgres"), Path())
        upgrade(address)
        site = FleetSite(server, "postgres")
        seconds = fill(site, arguments.rows)
        figures: dict[str, object] = {"rows": arguments.rows, "rows put in per second": round(arguments.rows / seconds)}
        (sizes,) = site.sql(
            "SELECT pg_total_relation_size('inspector.results'), pg_total_relation_size('inspector.counts'), "
            "(SELECT count(*) FROM inspector.counts)"
        )
        figures["bytes of a result, with its indexes"] = round(int(str(sizes[0])) / arguments.rows)
        figures["bytes of the counts, for each result"] = round(int(str(sizes[1])) / arguments.rows, 1)
        figures["rows of the counts"] = sizes[2]
        times: dict[str, list[float]] = {}
        pool = ReadPool(address)
        since = (datetime.now(UTC) - timedelta(days=_DAYS)).replace(minute=0, second=0, microsecond=0)
        for _ in range(arguments.times):
            begun = time.perf_counter()
            assert len(stations(pool, since)) == _STATIONS
            times.setdefault("the stations with their counts of 30 days", []).append(time.perf_counter() - begun)
        with TestClient(make_fleet_app(pool, Access()), base_url="http://127.0.0.1:8766") as client:
            for what, path in asked(site, arguments.rows).items():
                for _ in range(arguments.times):
                    begun = time.perf_counter()
                    answer = client.get(path, headers={"accept": "text/html"})
                    times.setdefault(what, []).append(time.perf_counter() - begun)
                    assert answer.status_code == 200, (path, answer.text)
        for what, taken in times.items():
            figures[f"{what}: median, longest ms"] = f"{1000 * statistics.median(taken):.0f}, {1000 * max(taken):.0f}"
    finally:
        server.close()
    print(json.dumps(figures) if arguments.json else "\n".join(f"{key:68}{value}" for key, value in figures.items()))
    return int(max(max(taken) for taken in times.values()) > 1.0)


if __name__ == "__main__":
    raise SystemExit(main())
