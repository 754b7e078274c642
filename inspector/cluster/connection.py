"""A connection to workers: those of a cluster, or some that are started on this computer for as long as it lasts."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import math
import os
import platform
import socket
import ssl
import tempfile
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self, TypeVar

from inspector import __version__
from inspector.cluster.faults import ClusterError
from inspector.cluster.library import dask, security_of
from inspector.cluster.local_worker import SHARES
from inspector.domain.causes import cause_of
from inspector.domain.counts import counted

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from inspector.cluster.certificates import Certificates
    from inspector.domain.cluster import ClusterAddress

#: So long a scheduler may take to answer.
ANSWER_S = 10.0
#: So long a scheduler that has answered before may be away.
SOUGHT_S = 60.0
_START_S = 120.0
_LOOK_S = 0.25
_Answer = TypeVar("_Answer")
_COMPARED = ("dask", "distributed")


@dataclass(frozen=True, slots=True, kw_only=True)
class ClusterWorker:
    """A worker that answers.

    Args:
        address: Dask's, as “tls://10.0.0.7:40112”.
        name: As its owner called it; else its address.
        cores: How many tasks it takes at a time.
    """

    address: str
    name: str
    cores: int


class Cluster:
    """Workers that answer, through a scheduler. Used by one thread; `close` ends what was started.

    Args:
        address: As it was typed.
        client: Dask's, connected.
        started: What was started on this computer; None for a cluster of others.
    """

    def __init__(
        self,
        address: ClusterAddress,
        client: Any,  # noqa: ANN401 - Dask's
        started: contextlib.ExitStack | None = None,
    ) -> None:
        self.address = address
        self.client = client
        self._started = started or contextlib.ExitStack()
        self._known: dict[str, Any] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def connected(self) -> bool:
        """Whether the scheduler answers; a connection that was lost is sought again for a minute."""
        running: bool = self.client.status == "running"
        return running

    @property
    def lost(self) -> bool:
        """Whether the scheduler is not sought any more."""
        return self.client.status in {"closing", "closed"}

    def workers(self) -> list[ClusterWorker]:
        """Return the workers as the scheduler knows them, by name; empty where it does not answer.

        What is known of them is some seconds old. Where one question fails, and the scheduler is still there, they are
        those of the answer before: what runs on them is not lost.
        """
        if self.connected:
            with contextlib.suppress(OSError):
                identity = self.ask(lambda: self.client.scheduler.identity(n_workers=-1))
                self._known = {} if identity is None else identity["workers"]
        if not self.connected:
            self._known = {}
        return sorted(
            (
                ClusterWorker(address=address, name=str(told["name"]), cores=int(told["nthreads"]))
                for address, told in self._known.items()
            ),
            key=lambda worker: worker.name,
        )

    def ask(self, question: Callable[[], Awaitable[_Answer]], within_s: float | None = None) -> _Answer | None:
        """Ask the cluster something, for as long as its scheduler is there.

        Dask itself lets a question wait while it seeks a scheduler that went, a minute long, and says nothing.

        Args:
            question: Asks; runs on the client's thread.
            within_s: So long the answer may take; None for as long as it does.

        Returns:
            The answer; None where the scheduler has gone meanwhile.

        Raises:
            TimeoutError: If the answer takes longer.
        """

        async def asking() -> _Answer | None:
            asked: asyncio.Future[_Answer] | None = None
            try:
                while self.connected:
                    asked = asked or asyncio.ensure_future(question())
                    if (await asyncio.wait({asked}, timeout=_LOOK_S))[0]:
                        return asked.result()
                return None
            finally:
                if asked is not None:
                    asked.cancel()

        answer: _Answer | None = self.client.sync(asking, callback_timeout=within_s)
        return answer

    def check(self) -> list[ClusterWorker]:
        """Make sure that there are workers, and that they run this program.

        Returns:
            The workers.

        Raises:
            ClusterError: If there is none, or one has another version of the program, of Python or of Dask.
        """
        workers = self.workers()
        if not workers:
            raise ClusterError(
                f"no worker is connected to {self.address.text}",
                f"Start at least one: inspector cluster worker {self.address.text}",
            )
        names = {worker.address: worker.name for worker in workers}
        theirs = self.client.get_versions()["workers"]
        ours = dask().versions.get_versions()["packages"]
        programs = self.client.run(_program, on_error="return")
        for address, program in programs.items():
            packages = theirs.get(address, {}).get("packages", {})
            other = [
                f"{name} {packages.get(name)} instead of {ours[name]}"
                for name in _COMPARED
                if packages and packages.get(name) != ours[name]
            ]
            name = names.get(address, address)
            if isinstance(program, BaseException):
                raise ClusterError(
                    f"the worker {name} does not have this program: {cause_of(program)}",
                    f"Install inspector-station {__version__} there; start it by “inspector cluster worker”.",
                )
            version, python = program
            if version != __version__:
                other.insert(0, f"inspector-station {version} instead of {__version__}")
            if python != _python():
                other.append(f"Python {python} instead of {_python()}")
            if other:
                raise ClusterError(
                    f"the worker {name} has {', '.join(other)}", "Install the same there as here, and start it anew."
                )
        return workers

    def close(self) -> None:
        """Leave the cluster; workers that were started by `connect` are ended. May be called twice."""
        with contextlib.suppress(Exception):  # whatever Dask makes of a scheduler that is gone
            self.client.close(timeout=ANSWER_S)
        with contextlib.suppress(Exception):
            self._started.close()


def connect(address: ClusterAddress, certificates: Certificates | None = None, *, name: str = "inspector") -> Cluster:
    """Connect to a cluster, or start workers on this computer, each with its share of the cores.

    Workers of this computer, and what they say to one another, can be reached by this process alone: they listen at the
    loopback address and take nothing without a certificate that exists only as long as they do.

    Args:
        certificates: For tls:// only.
        name: By which the scheduler's log calls this process.

    Raises:
        ClusterError: If Dask is not installed, nobody answers, or certificates are missing, wrong or not accepted.
    """
    library = dask()
    if address.local_workers:
        return _start(library, address, name)
    knock(address, certificates)
    security = security_of(certificates) if address.encrypted else None
    try:
        client = library.Client(
            address.text, security=security, timeout=SOUGHT_S, name=name, set_as_default=False, direct_to_workers=False
        )
    except (OSError, ValueError, RuntimeError) as error:
        raise _no_scheduler(address) from error
    return Cluster(address, client)


def _start(library: Any, address: ClusterAddress, name: str) -> Cluster:  # noqa: ANN401 - Dask's
    number = address.local_workers
    cores = usable_cores()
    with contextlib.ExitStack() as opened:
        folder = opened.enter_context(tempfile.TemporaryDirectory(prefix="cluster-", ignore_cleanup_errors=True))
        try:
            workers = library.LocalCluster(
                n_workers=number,
                threads_per_worker=max(1, math.ceil(cores / number)),
                processes=True,
                host="127.0.0.1",
                security=library.Security.temporary(),
                scheduler_kwargs={"dashboard": False, "dashboard_address": "127.0.0.1:0"},
                memory_limit=0,
                silence_logs=logging.CRITICAL,
                local_directory=folder,
                preload=["inspector.cluster.local_worker"],
                env={SHARES: str(number)},
            )
            opened.callback(workers.close, timeout=ANSWER_S)
            client = library.Client(workers, timeout=ANSWER_S, name=name, set_as_default=False)
            client.wait_for_workers(number, timeout=_START_S)
        except (OSError, RuntimeError, TimeoutError) as error:
            raise ClusterError(
                f"{counted(number, 'worker')} cannot be started on this computer: {cause_of(error)}",
                "Start fewer, or close other programs.",
            ) from error
        return Cluster(address, client, opened.pop_all())


def usable_cores() -> int:
    """Return how many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def knock(address: ClusterAddress, certificates: Certificates | None) -> None:
    """Find out who is there, as Dask itself tells no cause: a scheduler speaks first.

    Args:
        address: Of a scheduler.

    Raises:
        ClusterError: If it is nobody, or nobody who speaks so, or certificates are missing, wrong or not accepted.
    """
    if address.encrypted and certificates is None:
        raise ClusterError(
            f"{address.text} is encrypted, and no certificates are named", "Name the folder that holds them."
        )
    context = certificates.context() if certificates is not None and address.encrypted else None
    try:
        with contextlib.ExitStack() as opened:
            stream = opened.enter_context(socket.create_connection((address.host, address.port), timeout=ANSWER_S))
            if context is not None:
                stream = opened.enter_context(context.wrap_socket(stream))
            if not stream.recv(1):
                raise _no_scheduler(address)
    except ssl.SSLCertVerificationError as error:
        raise ClusterError(
            f"the certificate of {address.text} is not of our authority: {error.verify_message or cause_of(error)}",
            "Take the ca.pem that the cluster's own certificates were signed by.",
        ) from error
    except ssl.SSLError as error:
        raise ClusterError(
            f"{address.text} and this computer find no encryption: {_tls_words(error)}",
            "Check that its scheduler was started with certificates, and that ours is of its authority.",
        ) from error
    except TimeoutError as error:
        raise _no_scheduler(address) from error
    except OSError as error:
        raise ClusterError(
            f"nobody answers at {address.text}: {cause_of(error)}",
            "Check the address and that the scheduler runs: inspector cluster scheduler",
        ) from error


def _no_scheduler(address: ClusterAddress) -> ClusterError:
    other = "with certificates: then its address begins with tls" if not address.encrypted else "without any"
    return ClusterError(
        f"what answers at {address.text} does not speak as a scheduler",
        f"Check the port. Perhaps its scheduler was started {other}.",
    )


def _tls_words(error: ssl.SSLError) -> str:
    return str(error.reason or "the connection was cut").replace("_", " ").lower()


def _program() -> tuple[str, str]:
    """Say, on a worker, which program and which Python it has."""
    return __version__, _python()


def _python() -> str:
    return ".".join(platform.python_version_tuple()[:2])
