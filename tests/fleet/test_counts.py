"""What is counted in the database is what is in it, whatever is added, sent again, changed or taken away."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from inspector.domain.records import Verdict
from inspector.fleet.address import DatabaseAddress
from inspector.fleet.schema import upgrade
from tests.fleet.server import PASSWORD, SENDER, PostgresServer
from tests.fleet.stations import FleetBench
from tests.outputs.samples import START, inspection

OF_RESULTS = """
SELECT station_key, to_timestamp(floor(extract(epoch FROM time) / 900) * 900), station, recipe, recipe_version, lot,
       count(*) FILTER (WHERE verdict = 'PASS'), count(*) FILTER (WHERE verdict = 'FAIL'),
       count(*) FILTER (WHERE verdict = 'REVIEW'), count(*) FILTER (WHERE verdict = 'ERROR')
FROM inspector.results GROUP BY 1, 2, 3, 4, 5, 6 ORDER BY 1, 2, 3, 4, 5, 6
"""
COUNTED = """
SELECT station_key, quarter, station, recipe, recipe_version, lot, passed, failed, review, error FROM inspector.counts
WHERE passed + failed + review + error > 0 ORDER BY 1, 2, 3, 4, 5, 6
"""


def agreed(bench: FleetBench) -> int:
    """Compare; return how many parts there are."""
    counted = bench.rows(COUNTED)
    assert counted == bench.rows(OF_RESULTS)
    return sum(int(str(count)) for row in counted for count in row[6:])


def fill(bench: FleetBench) -> None:
    verdicts = [*Verdict] * 3
    for number, verdict in enumerate(verdicts):
        part = inspection(number, verdict, lot=f"L{number % 2}", recipe=f"R{number % 3}")
        bench.log.append(replace(part, time_utc=START + timedelta(minutes=7 * number)))


def test_they_follow_what_is_added_sent_again_changed_and_taken_away(bench: FleetBench) -> None:
    fill(bench)
    bench.send()
    assert agreed(bench) == 12
    bench.outbox.add_all()
    assert bench.send() == 12
    assert agreed(bench) == 12
    bench.rows("UPDATE inspector.results SET verdict = 'FAIL' WHERE lot = 'L1'")
    assert agreed(bench) == 12
    bench.rows("DELETE FROM inspector.results WHERE recipe = 'R0'")
    assert agreed(bench) == 8
    bench.rows("TRUNCATE inspector.results")
    assert agreed(bench) == 0
    bench.outbox.add_all()
    bench.send()
    assert agreed(bench) == 12


def test_a_station_s_account_needs_no_right_to_them_and_cannot_change_them(bench: FleetBench) -> None:
    import psycopg

    bench.rows(f"REVOKE ALL ON inspector.counts FROM {SENDER}")
    address = bench.server.address(bench.database, user=SENDER, password=PASSWORD, tcp=True)
    bench.set(forward_to=address)
    fill(bench)
    assert bench.send() == 12
    assert agreed(bench) == 12
    with (
        psycopg.connect(address) as connection,
        pytest.raises(psycopg.errors.InsufficientPrivilege),
    ):
        connection.execute("UPDATE inspector.counts SET passed = 0")


def test_what_was_there_before_the_upgrade_is_counted(bench: FleetBench, server: PostgresServer) -> None:
    fill(bench)
    bench.send()
    (view,) = bench.rows("SELECT sum(inspected), sum(passed), count(DISTINCT day_utc) FROM inspector.yields_by_day")
    for undone in (
        "DROP VIEW inspector.yields_by_day",
        "DROP TABLE inspector.counts",
        "DROP TABLE inspector.pictures",
        "ALTER TABLE inspector.stations DROP COLUMN pictures_waiting, DROP COLUMN pictures_lost",
        "ALTER TABLE inspector.results DROP COLUMN trigger_id, DROP COLUMN part_serial, DROP COLUMN nest",
        "DROP FUNCTION inspector.count_results CASCADE",
        "DROP INDEX inspector.ix_results_lot_time, inspector.ix_results_recipe_time",
        "DROP INDEX inspector.ix_results_not_passed, inspector.ix_results_station_not_passed",
        (
            "CREATE VIEW inspector.yields_by_day AS SELECT station_key, station, recipe, recipe_version, lot, "
            "(time AT TIME ZONE 'UTC')::date AS day_utc, count(*) AS inspected, count(*) AS passed, count(*) AS failed, "
            "count(*) AS review, count(*) AS error, 0.5::float8 AS first_pass_yield FROM inspector.results "
            "GROUP BY 1, 2, 3, 4, 5, 6"
        ),
        "UPDATE inspector.schema_version SET version_num = '0001'",
    ):
        bench.rows(undone)
    upgrade(DatabaseAddress.of(server.address(bench.database), bench.home.root))
    assert agreed(bench) == 12
    assert bench.rows("SELECT sum(inspected), sum(passed), count(DISTINCT day_utc) FROM inspector.yields_by_day") == [
        view
    ]
