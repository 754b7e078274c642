"""``inspector forward`` and ``inspector fleet``, as processes and as a person at the terminal uses them."""

from __future__ import annotations

import io
import json
import os
import signal
import subprocess
import sys
from contextlib import closing
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from inspector.cli import main
from inspector.fleet.status import status_path
from inspector.fleet.versions import HEAD
from inspector.outputs.outbox import FLEET, Outbox
from inspector.outputs.result_log import SqliteResultLog
from inspector.sending.status import only_sender
from inspector.settings_file import load_settings
from tests.fleet.server import OWNER, PASSWORD, SENDER, PostgresServer
from tests.fleet.stations import FleetBench
from tests.outputs.samples import inspection
from tests.waits import WAIT_S, until

ROOT = Path(__file__).resolve().parents[2]


def run(capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, Any, str]:
    code = main([*map(str, arguments), "--json"])
    said = capsys.readouterr()
    return code, json.loads(said.out), said.err


def test_from_nothing_to_rows_in_the_database(
    server: PostgresServer,
    database: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    home = ("--home", tmp_path)
    with closing(SqliteResultLog(tmp_path / "results.sqlite3")) as log:
        log.append(inspection(1))
        code, said, _ = run(capsys, "fleet", "upgrade", server.address(database), *home)
        assert (code, said["version"]) == (0, HEAD)
        assert run(capsys, "fleet", "upgrade", server.address(database), *home)[0] == 0
        server.sql(f"GRANT USAGE ON SCHEMA inspector TO {SENDER}", database)
        server.sql(f"GRANT SELECT, INSERT, UPDATE ON ALL TABLES IN SCHEMA inspector TO {SENDER}", database)
        monkeypatch.setattr("sys.stdin", io.StringIO(PASSWORD + "\n"))
        address = server.address(database, user=SENDER, tcp=True).replace(f"{SENDER}:@", f"{SENDER}:***@")
        code, said, _ = run(capsys, "fleet", "connect", address, "--name", "Press 4", *home)
        assert (code, said["database"]) == (0, address)
        settings, _ = load_settings(tmp_path / "settings.json")
        assert (settings.forward_to, settings.station) == (address, "Press 4")
        log.append(inspection(2))
        assert run(capsys, "forward", "--once", *home)[:2] == (0, {"sent": 1, "pictures_sent": 0})
        assert run(capsys, "fleet", "history", *home)[:2] == (0, {"added": 2})
        code, said, _ = run(capsys, "fleet", "status", *home)
        assert (said["waiting"], said["set_aside"], said["faults"]) == (2, [], [])
        assert run(capsys, "forward", "--once", *home)[:2] == (0, {"sent": 2, "pictures_sent": 0})
        assert server.sql("SELECT count(*) FROM inspector.results", database) == [(2,)]
        log.append(inspection(3))
        assert run(capsys, "fleet", "disconnect", *home)[:2] == (0, {"forgotten": 1})
        log.append(inspection(4))
        assert not Outbox(log.path, FLEET).is_subscribed()
        code, said, _ = run(capsys, "forward", "--once", *home)
        assert (code, said["error"]["what"]) == (1, "no database is set")
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    everything = b"".join(path.read_bytes() for path in files if path.name != "passwords.json")
    assert PASSWORD.encode() not in everything


def test_the_status_in_words(bench: FleetBench, capsys: pytest.CaptureFixture[str]) -> None:
    home = ("--home", str(bench.home.root))
    assert main(["fleet", "status", *home]) == 0
    assert "Nothing was ever sent from here." in capsys.readouterr().out
    bench.rows("ALTER TABLE inspector.results ADD CONSTRAINT small CHECK (part_number < 2)")
    (_, refused) = bench.add(2)
    assert main(["forward", "--once", *home]) == 0
    assert "1 row sent" in capsys.readouterr().out
    bench.add(3)
    assert main(["fleet", "status", *home]) == 0
    said = capsys.readouterr().out
    assert f"Database: postgresql://{OWNER}@" not in said
    assert "Waiting in the log: 3" in said
    assert f"refused: part {refused.id}: cannot take a row" in said
    assert '"small"' in said


def test_a_station_takes_over_from_one_that_it_stands_in_for(
    bench: FleetBench, capsys: pytest.CaptureFixture[str]
) -> None:
    home = ("--home", bench.home.root)
    bench.send()
    code, said, _ = run(capsys, "fleet", "replace", *home)
    assert (code, said["error"]["what"]) == (1, "no other station of the database is called “Press 1”")
    (bench.home.root / "fleet.json").unlink()
    code, said, _ = run(capsys, "fleet", "replace", *home)
    assert said["renamed"].startswith("Press 1 (until ")
    bench.add(1)
    assert bench.send() == 1


def test_only_one_process_sends(bench: FleetBench, capsys: pytest.CaptureFixture[str]) -> None:
    with only_sender(status_path(bench.home.log), bench.home.log):
        code, said, _ = run(capsys, "forward", "--once", "--home", bench.home.root)
    assert code == 1
    assert "another process sends" in said["error"]["what"]


def started(bench: FleetBench) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "inspector", "forward", "--home", str(bench.home.root)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    return subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def arrived(bench: FleetBench, more_than: int) -> bool:
    return len(bench.ids()) > more_than


def test_killed_at_any_moment_it_loses_and_doubles_nothing(bench: FleetBench) -> None:
    parts = []
    for kill in range(3):
        process = started(bench)
        try:
            parts += bench.add(400)
            until(partial(arrived, bench, 400 * kill))
        finally:
            process.kill()
            process.wait(WAIT_S)
    process = started(bench)
    try:
        begun = datetime.now(UTC)
        # what one that was killed has sent and not noted is sent once more
        until(lambda: bench.status().time_utc > begun and bench.outbox.waiting() == 0)
        process.send_signal(signal.SIGTERM)
        assert process.wait(WAIT_S) == 0
    finally:
        process.kill()
        process.wait(WAIT_S)
    assert bench.ids() == [part.id for part in parts]
    assert bench.outbox.waiting() == 0
    assert not bench.status().running
