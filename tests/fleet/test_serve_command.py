"""``inspector fleet serve``, as a process and as a person at the terminal uses it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

pytest.importorskip("uvicorn", reason="uvicorn is not installed (the extra “serve”)")
from inspector.cli import main
from tests.fleet.entries import READER, FleetSite
from tests.fleet.server import PASSWORD, PostgresServer
from tests.waits import WAIT_S, until

ROOT = Path(__file__).resolve().parents[2]


@contextmanager
def started(home: Path, *arguments: str, typed: str = "") -> Iterator[str]:
    """The command; yields where it listens."""
    command = [sys.executable, "-m", "inspector", "fleet", "serve", *arguments, "--port", "0", "--json"]
    with (
        (home / "said").open("w") as said,
        subprocess.Popen(
            [*command, "--home", str(home)], cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)}, text=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=said,
        ) as process,
    ):  # fmt: skip
        try:
            assert process.stdin is not None
            assert process.stdout is not None
            process.stdin.write(typed)
            process.stdin.close()
            yield str(json.loads(process.stdout.readline())["address"])
            process.send_signal(signal.SIGTERM)
            assert process.wait(WAIT_S) == 0
        finally:
            process.kill()


def read(address: str) -> dict[str, object]:
    with urllib.request.urlopen(address + "api/fleet", timeout=WAIT_S) as answer:  # noqa: S310 - our own server
        board: dict[str, object] = json.load(answer)
    return board


def test_it_serves_asks_for_the_password_once_and_keeps_it_unseen(
    server: PostgresServer, database: str, tmp_path: Path
) -> None:
    site = FleetSite.made(server, database)
    site.enter("Press 1")
    address = server.address(database, user=READER, tcp=True).replace(f"{READER}:@", f"{READER}:***@")
    with started(tmp_path, address, typed=PASSWORD + "\n") as where:
        until(lambda: read(where)["words"] == "")
    with started(tmp_path, address) as where:  # as a service: nobody types
        until(lambda: read(where)["words"] == "")
    everything = b"".join(
        path.read_bytes() for path in tmp_path.rglob("*") if path.is_file() and path.name != "passwords.json"
    )
    assert PASSWORD.encode() not in everything


def test_a_database_that_is_away_is_said_and_served_all_the_same(
    server: PostgresServer, database: str, tmp_path: Path
) -> None:
    with started(tmp_path, server.address(database)) as where:  # it has no tables yet
        until(lambda: "has no tables for stations" in str(read(where)["words"]))
    assert "has no tables for stations" in (tmp_path / "said").read_text()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ([], "no database is set"),
        (["mysql://db/x"], "is no address of a PostgreSQL database"),
        (["postgresql://a@db/x", "--host", "0.0.0.0"], "no password is set"),
    ],
)
def test_what_cannot_be_served_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], words: str
) -> None:
    assert main(["fleet", "serve", *arguments, "--home", str(tmp_path), "--json"]) == 1
    said = json.loads(capsys.readouterr().out)["error"]
    assert words in said["what"]
    assert said["next_step"]
