"""Whatever is wrong with the database, the address or the account: a sentence that says what to do."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from inspector.fleet.address import DatabaseAddress
from inspector.fleet.faults import FleetError
from inspector.fleet.schema import upgrade
from inspector.fleet.versions import HEAD
from inspector.sending.faults import SendingError
from inspector.sending.identity import station_key
from tests.fleet.server import OWNER, PASSWORD, SENDER, PostgresServer
from tests.fleet.stations import FleetBench


def refused(bench: FleetBench, address: str) -> str:
    bench.set(forward_to=address)
    bench.add(1)
    with pytest.raises(FleetError) as caught:
        bench.send()
    said = str(caught.value)
    assert PASSWORD not in said
    assert caught.value.next_step
    assert bench.status().error == caught.value.what
    assert bench.outbox.waiting() >= 1
    return said


@pytest.mark.parametrize(
    ("what", "words"),
    [
        ("password", "refuses the user or the password"),
        ("user", "refuses the user or the password"),
        ("database", "the server has none of that name"),
        ("port", "is not reached"),
        ("host", "is not known by that name"),
        ("tls", "does not encrypt"),
        ("option", "has an address that cannot be used"),
    ],
)
def test_a_wrong_address_says_what_of_it_is_wrong(bench: FleetBench, what: str, words: str) -> None:
    right = bench.server.address(bench.database, user=SENDER, password=PASSWORD, tcp=True)
    wrong = {
        "password": bench.server.address(bench.database, user=SENDER, password="wrong", tcp=True),
        "user": bench.server.address(bench.database, user="nobody", password="wrong", tcp=True),
        "database": bench.server.address("missing", user=SENDER, password=PASSWORD, tcp=True),
        "port": right.replace(f":{bench.server.port}/", ":1/"),
        "host": right.replace("127.0.0.1", "no-such-host.invalid"),
        "tls": right + "?sslmode=require",
        "option": right + "?colour=red",
    }[what]
    assert words in refused(bench, wrong)


def test_a_certificate_that_proves_nothing_is_refused_and_a_right_one_is_enough(bench: FleetBench) -> None:
    right = bench.server.address(bench.database, user=SENDER, password=PASSWORD, tcp=True)
    certificate = bench.server.use_tls(on=True)
    try:
        asked = f"?sslmode=verify-full&sslrootcert={certificate}"
        assert "its TLS certificate" in refused(bench, right + "?sslmode=verify-full&sslrootcert=/no/such/file")
        assert "its TLS certificate" in refused(bench, right + asked)  # it is localhost's, not that of 127.0.0.1
        bench.set(forward_to=right.replace("127.0.0.1", "localhost") + asked)
        assert bench.send() == 2
    finally:
        bench.server.use_tls(on=False)


def test_a_database_without_tables_names_the_command(bench: FleetBench, server: PostgresServer) -> None:
    assert "has no tables for stations. Run “inspector fleet upgrade”" in refused(bench, server.address("postgres"))


def test_a_database_with_older_tables_names_the_command_and_a_newer_one_is_taken(bench: FleetBench) -> None:
    bench.rows("UPDATE inspector.schema_version SET version_num = '0000' RETURNING 1")
    assert f"has tables of version 0000, not {HEAD}" in refused(bench, bench.settings().forward_to)
    bench.rows("UPDATE inspector.schema_version SET version_num = '9999' RETURNING 1")
    assert bench.send() == 1
    upgrade(DatabaseAddress.of(bench.settings().forward_to, bench.home.root))  # does nothing
    assert bench.rows("SELECT version_num FROM inspector.schema_version") == [("9999",)]


def test_an_account_without_rights_is_told_so(bench: FleetBench) -> None:
    bench.rows(f"REVOKE INSERT ON inspector.results FROM {SENDER}")
    address = bench.server.address(bench.database, user=SENDER, password=PASSWORD, tcp=True)
    assert "does not let this user do that" in refused(bench, address)
    with pytest.raises(FleetError, match="does not let this user do that"):
        upgrade(DatabaseAddress.of(bench.server.address("postgres", user=SENDER, password=PASSWORD, tcp=True), Path()))


def test_a_full_disk_of_the_server_is_waited_for(bench: FleetBench) -> None:
    # the server says it itself: no disk is filled here
    bench.rows(
        "CREATE FUNCTION full_disk() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE disk_full USING "
        "MESSAGE = 'could not extend file: No space left on device'; END $$"
    )
    bench.rows("CREATE TRIGGER disk BEFORE INSERT ON inspector.results EXECUTE FUNCTION full_disk()")
    assert "has no room on its disk" in refused(bench, bench.settings().forward_to)
    assert bench.outbox.set_aside() == []
    bench.rows("DROP TRIGGER disk ON inspector.results")
    assert bench.send() == 1


def test_a_password_that_is_not_known_here_is_asked_for(tmp_path: Path) -> None:
    with pytest.raises(FleetError, match="password of .* is not known on this computer. Type the whole address"):
        DatabaseAddress.of(f"postgresql://{OWNER}:***@db/quality", tmp_path)


def test_a_text_that_is_no_address_is_refused(tmp_path: Path) -> None:
    for text in ("mysql://a/b", "db.plant", "postgresql://a b/c", "postgresql://a:99999/c", "postgresql:x"):
        with pytest.raises(FleetError, match="is no address of a PostgreSQL database"):
            DatabaseAddress.of(text, tmp_path)


def test_a_password_crosses_a_network_to_the_right_server_only(tmp_path: Path) -> None:
    for text, defaults in {
        "postgresql://u:p@db.plant/q": (("sslmode", "verify-full"),),
        "postgresql://u:p@db.plant/q?sslmode=disable": (),
        "postgresql://u:p@127.0.0.1/q": (),
        "postgresql:///q?host=/run/postgresql": (),
        "postgresql:///q?host=db.plant": (("sslmode", "verify-full"),),
    }.items():
        assert DatabaseAddress.of(text, tmp_path).defaults == defaults
        assert ":p@" not in repr(DatabaseAddress.of(text, tmp_path))


def test_the_stations_key_stays_and_a_spoilt_one_is_not_replaced(tmp_path: Path) -> None:
    key = station_key(tmp_path)
    assert station_key(tmp_path) == key
    (tmp_path / "fleet.json").write_text("{")
    with pytest.raises(SendingError, match="key cannot be read"):
        station_key(tmp_path)


def test_threads_that_need_the_stations_key_first_at_the_same_moment_make_one(tmp_path: Path) -> None:
    together = threading.Barrier(8)

    def key(_: int) -> str:
        together.wait()
        return station_key(tmp_path)

    with ThreadPoolExecutor(8) as threads:
        keys = set(threads.map(key, range(8)))
    assert keys == {station_key(tmp_path)}
