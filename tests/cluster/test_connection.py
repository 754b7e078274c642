"""Connecting to workers: here, elsewhere, and to what is none."""

from __future__ import annotations

import asyncio
import json
import os
import socket
import subprocess
import sys
import threading
from contextlib import closing
from typing import TYPE_CHECKING, Any

import psutil
import pytest
from distributed import LocalCluster

from inspector import __version__
from inspector.cluster import Certificates, Cluster, ClusterAddress, ClusterError, connect
from inspector.cluster.certificates import CERTIFICATE, KEY
from inspector.cluster.library import dask, security_of
from inspector.cluster.local_worker import cores_of
from inspector.cluster.service import run_scheduler
from tests.cluster.authority import make_certificates
from tests.waits import until

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Iterator
    from pathlib import Path


@pytest.mark.parametrize(
    ("text", "local_workers", "host", "port", "encrypted", "near"),
    [
        ("local:2", 2, "", 0, False, True),
        ("tcp://127.0.0.1:8786", 0, "127.0.0.1", 8786, False, True),
        ("tcp://localhost:8786", 0, "localhost", 8786, False, True),
        ("tcp://[::1]:8786", 0, "::1", 8786, False, True),
        ("tls://judge.plant:8786", 0, "judge.plant", 8786, True, False),
    ],
)
def test_an_address_is_read(text: str, local_workers: int, host: str, port: int, encrypted: bool, near: bool) -> None:
    address = ClusterAddress.parse(text)
    assert (address.local_workers, address.host, address.port) == (local_workers, host, port)
    assert (address.encrypted, address.near) == (encrypted, near)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "no address of a cluster"),
        ("judge.plant:8786", "no address of a cluster"),
        ("tls://judge.plant", "no address of a cluster"),
        ("tls://judge.plant:70000", "no address of a cluster"),
        ("tls://judge.plant:8786/x", "no address of a cluster"),
        ("http://127.0.0.1:8786", "no address of a cluster"),
        ("local:", "from 1 to 256"),
        ("local:0", "from 1 to 256"),
        ("local:-1", "from 1 to 256"),
        ("local:1000", "from 1 to 256"),
        ("tcp://judge.plant:8786", "write tls://judge.plant:8786 and give certificates"),
        ("tcp://127.evil.example:8786", "without TLS"),
    ],
)
def test_what_is_no_safe_address_is_refused(text: str, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        ClusterAddress.parse(text)


@pytest.mark.parametrize(
    ("workers", "cores", "shares"),
    [(2, 2, [[0], [1]]), (3, 8, [[0, 1], [2, 3, 4], [5, 6, 7]]), (3, 2, [[0], [1], [0]]), (1, 4, [[0, 1, 2, 3]])],
)
def test_workers_share_the_cores(workers: int, cores: int, shares: list[list[int]]) -> None:
    assert [cores_of(number, workers, list(range(cores))) for number in range(workers)] == shares


def test_workers_of_this_computer_are_started_and_ended() -> None:
    with connect(ClusterAddress.parse("local:2")) as cluster:
        assert [worker.name for worker in cluster.check()] == ["0", "1"]
        pids = cluster.client.run(os.getpid)
        assert os.getpid() not in pids.values()
        for kind in psutil.Process().net_connections("inet"):
            assert kind.status != psutil.CONN_LISTEN or kind.laddr.ip == "127.0.0.1"
    assert not cluster.connected
    assert cluster.workers() == []
    until(lambda: not any(psutil.pid_exists(pid) for pid in pids.values()))


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    return make_certificates(tmp_path_factory.mktemp("plant") / "certificates")


@pytest.fixture(scope="module")
def scheduler(certificates: Certificates) -> Iterator[ClusterAddress]:
    """A scheduler that takes only who shows a certificate; it has no workers."""
    with dask() and LocalCluster(
        n_workers=0,
        processes=False,
        host="127.0.0.1",
        protocol="tls://",
        security=security_of(certificates),
        scheduler_kwargs={"dashboard": False, "dashboard_address": "127.0.0.1:0"},
    ) as cluster:
        yield ClusterAddress.parse(cluster.scheduler_address)


def test_a_cluster_without_workers_says_so(scheduler: ClusterAddress, certificates: Certificates) -> None:
    with connect(scheduler, certificates) as cluster, pytest.raises(ClusterError, match="no worker is connected"):
        cluster.check()


def test_certificates_are_asked_for(scheduler: ClusterAddress) -> None:
    with pytest.raises(ClusterError, match="no certificates are named"):
        connect(scheduler)


def test_another_authority_is_refused(scheduler: ClusterAddress, tmp_path: Path) -> None:
    with pytest.raises(ClusterError, match=f"certificate of {scheduler.text} is not of our authority"):
        connect(scheduler, make_certificates(tmp_path / "other"))


def test_a_certificate_of_another_authority_is_refused_by_the_other_side(
    scheduler: ClusterAddress, certificates: Certificates, tmp_path: Path
) -> None:
    mixed = make_certificates(tmp_path / "mixed")
    (mixed.folder / "ca.pem").write_bytes((certificates.folder / "ca.pem").read_bytes())
    with pytest.raises(ClusterError, match="find no encryption: .*unknown ca"):
        connect(scheduler, mixed)


def test_certificates_that_are_none_are_named(tmp_path: Path) -> None:
    address = ClusterAddress.parse("tls://127.0.0.1:1")
    with pytest.raises(ClusterError, match=r"ca\.pem cannot be read: it is not there"):
        connect(address, Certificates(tmp_path))
    whole = make_certificates(tmp_path / "whole")
    (whole.folder / KEY).write_text("nothing", encoding="ascii")
    with pytest.raises(ClusterError, match=rf"{CERTIFICATE} with .*{KEY} cannot be used as certificate"):
        connect(address, whole)


def test_nobody_there_is_said() -> None:
    with closing(socket.socket()) as closed:
        closed.bind(("127.0.0.1", 0))
        port = closed.getsockname()[1]
    with pytest.raises(ClusterError, match=f"nobody answers at tcp://127.0.0.1:{port}: the other side takes no"):
        connect(ClusterAddress.parse(f"tcp://127.0.0.1:{port}"))


def test_another_program_is_no_scheduler(certificates: Certificates) -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as server:

        def hang_up() -> None:
            for _ in range(2):
                server.accept()[0].close()

        thread = threading.Thread(target=hang_up)
        thread.start()
        port = server.getsockname()[1]
        with pytest.raises(ClusterError, match="does not speak as a scheduler"):
            connect(ClusterAddress.parse(f"tcp://127.0.0.1:{port}"))
        with pytest.raises(ClusterError, match="find no encryption|nobody answers"):
            connect(ClusterAddress.parse(f"tls://127.0.0.1:{port}"), certificates)
        thread.join()


class _Client:
    """Answers as a scheduler with one worker."""

    status = "running"
    breaks = False

    def __init__(self, program: object, dask_version: str) -> None:
        self._program, self._dask = program, dask_version

    @property
    def scheduler(self) -> _Client:
        return self

    async def identity(self, n_workers: int) -> dict[str, Any]:
        assert n_workers == -1  # all of them
        if self.breaks:
            raise OSError("in <TCP>: Stream is closed")
        return {"workers": {"tls://10.0.0.7:1": {"name": "hall 3", "nthreads": 4}}}

    def sync(self, function: Callable[[], Coroutine[Any, Any, object]], *, callback_timeout: None) -> object:
        assert callback_timeout is None
        return asyncio.run(function())

    def get_versions(self) -> dict[str, Any]:
        ours = dask().versions.get_versions()["packages"]
        return {"workers": {"tls://10.0.0.7:1": {"packages": ours | {"distributed": self._dask}}}}

    def run(self, _function: object, *, on_error: str) -> dict[str, object]:
        assert on_error == "return"
        return {"tls://10.0.0.7:1": self._program}


@pytest.mark.parametrize(
    ("program", "dask_version", "why"),
    [
        (("0.1", "3.11"), "", f"hall 3 has inspector-station 0.1 instead of {__version__}"),
        ((__version__, "2.7"), "", "hall 3 has Python 2.7 instead of"),
        (None, "2020.1", "hall 3 has distributed 2020.1 instead of"),
        (ModuleNotFoundError("No module named 'inspector'"), "", "hall 3 does not have this program: No module"),
    ],
)
def test_a_worker_with_another_program_is_refused(program: object, dask_version: str, why: str) -> None:
    program = program or (__version__, f"{sys.version_info.major}.{sys.version_info.minor}")
    ours = dask().__version__
    cluster = Cluster(ClusterAddress.parse("tcp://127.0.0.1:1"), _Client(program, dask_version or ours))
    with pytest.raises(ClusterError, match=why):
        cluster.check()


def test_workers_are_not_gone_because_one_question_failed() -> None:
    client = _Client(None, "")
    cluster = Cluster(ClusterAddress.parse("tcp://127.0.0.1:1"), client)
    client.breaks = True
    assert cluster.workers() == []  # none was known yet
    client.breaks = False
    known = cluster.workers()
    assert [worker.name for worker in known] == ["hall 3"]
    client.breaks = True
    assert cluster.workers() == known
    client.status = "connecting"
    assert cluster.workers() == []
    client.status = "running"
    assert cluster.workers() == []  # it has been away: who is there is not known any more


@pytest.mark.parametrize(
    ("packaged", "why"),
    [(True, "the packaged program has no cluster"), (False, "Dask is not installed. Install the extra")],
)
def test_without_dask_it_says_how_to_get_it(packaged: bool, why: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "dask.config", None)
    monkeypatch.setattr(sys, "frozen", packaged, raising=False)
    with pytest.raises(ClusterError, match=why):
        connect(ClusterAddress.parse("local:1"))


def test_a_scheduler_takes_nobody_from_elsewhere_without_certificates() -> None:
    with pytest.raises(ClusterError, match=r"a scheduler at 0\.0\.0\.0 without certificates"):
        run_scheduler("0.0.0.0", 0, None, stop=threading.Event(), ready=lambda _: None)


def test_a_worker_works_for_a_scheduler_until_it_is_told_to_end(certificates: Certificates) -> None:
    stop = threading.Event()
    told: list[str] = []
    scheduling = threading.Thread(
        target=lambda: run_scheduler("127.0.0.1", 0, certificates, stop=stop, ready=told.append)
    )
    scheduling.start()
    try:
        until(lambda: told)
        address = ClusterAddress.parse(told[0])
        working = subprocess.Popen(
            [
                *(sys.executable, "-m", "inspector", "cluster", "worker", address.text, "--name", "hall 3"),
                *("--cores", "1", "--certificates", str(certificates.folder), "--json"),
            ],
            stdout=subprocess.PIPE,
        )
        with working:
            assert working.stdout is not None
            assert json.loads(working.stdout.readline())["address"].startswith("tls://127.0.0.1:")
            with connect(address, certificates) as cluster:
                assert [(worker.name, worker.cores) for worker in cluster.check()] == [("hall 3", 1)]
            working.terminate()
            assert working.wait() == 0
    finally:
        stop.set()
        scheduling.join()
