"""A line whose database, account, name or store is wrong: it goes on, and each is a sentence that says what to do."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from inspector.fleet.status import faults_of, read_forward
from tests.fleet.server import SENDER, PostgresServer
from tests.fleet.stations import FleetBench
from tests.object_store import running_store
from tests.waits import WAIT_S, until


class Line:
    """A line that runs as a program of its own, and the parts that it has printed."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self.parts: list[str] = []
        self._process = process
        self._reader = threading.Thread(target=self._read)
        self._reader.start()

    def goes_on(self) -> None:
        """Wait for three more parts."""
        there = len(self.parts)
        until(lambda: len(self.parts) >= there + 3)

    def stop(self) -> int:
        self._process.terminate()
        code = self._process.wait(WAIT_S)
        self._reader.join(WAIT_S)
        return code

    def _read(self) -> None:
        assert self._process.stdout is not None
        for text in self._process.stdout:
            told = json.loads(text)
            if "id" in told:
                self.parts.append(str(told["id"]))


@contextmanager
def running_line(bench: FleetBench, environment: dict[str, str]) -> Iterator[Line]:
    command = (
        sys.executable,
        "-m",
        "inspector",
        "run",
        "--source",
        "demo:",
        "--headless",
        "--json",
    )
    with subprocess.Popen(
        [*command, "--home", str(bench.home.root)], env={**os.environ, **environment}, stdout=subprocess.PIPE
    ) as process:
        line = Line(process)
        try:
            yield line
        finally:
            line.stop()


@pytest.mark.slow
def test_whatever_is_wrong_the_line_goes_on_and_every_row_arrives(bench: FleetBench, server: PostgresServer) -> None:
    right = server.address(bench.database)
    account = server.address(bench.database, user=SENDER, password="wrong", tcp=True)
    steps = (
        (
            {"forward_to": account.replace(f":{server.port}/", ":1/")},
            "is not reached",
            "Check network, address and port",
        ),
        ({"forward_to": account}, "refuses the user or the password", "type the whole address anew"),
        ({"forward_to": account + "?sslmode=require"}, "does not encrypt", "Switch TLS on at the server"),
        ({"forward_to": server.address("postgres")}, "has no tables for stations", "inspector fleet upgrade"),
        ({"forward_to": right}, "another station of the database is called “Press 1” too", "Settings"),
    )
    bench.send()
    (bench.home.root / "fleet.json").unlink()  # from now on another station has this name
    bench.set(forward_to=steps[0][0]["forward_to"])
    bench.log.close()  # the line's from here on

    def said(*words: str) -> bool:
        status = read_forward(bench.home.log)
        faults = [] if status is None else faults_of(status)
        return any(all(word in fault for word in words) for fault in faults)

    with running_store() as store, running_line(bench, store.environment) as line:
        for changes, what, step in steps:
            bench.set(**changes)
            until(lambda what=what, step=step: said(what, step))  # type: ignore[misc]
            line.goes_on()
        bench.set(station="Press 2", pictures_to="s3://nobody-has-it/kept")
        until(lambda: said("there is no such bucket", "make the bucket"))
        line.goes_on()
        assert line.stop() == 130  # ended by its signal
        bench.set(pictures_to="")
        bench.send()
    assert len(line.parts) >= 18
    assert sorted(map(str, bench.ids())) == sorted(line.parts)
