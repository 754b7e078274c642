"""A scheduler, and a worker, as programs of their own that run until they are told to end."""

from __future__ import annotations

import asyncio
import logging
import socket
import tempfile
from typing import TYPE_CHECKING, Any

from inspector.cluster.connection import ANSWER_S, knock, usable_cores
from inspector.cluster.faults import ClusterError
from inspector.cluster.library import dask, security_of
from inspector.domain.causes import cause_of
from inspector.domain.cluster import is_near

if TYPE_CHECKING:
    import threading
    from collections.abc import Callable

    from inspector.cluster.certificates import Certificates
    from inspector.domain.cluster import ClusterAddress

_TRY_AGAIN_S = 5.0
#: A thread that waits for a signal holds up an end for another reason so long.
_LOOK_S = 0.5


def run_scheduler(
    host: str,
    port: int,
    certificates: Certificates | None,
    *,
    stop: threading.Event,
    ready: Callable[[str], None],
) -> None:
    """Bring those who want work done and workers together, until a signal.

    Args:
        host: The address to listen at; any but this computer's own needs certificates.
        port: 0 takes a free one.
        stop: Ends it.
        ready: Told its address, once it listens.

    Raises:
        ClusterError: If certificates are wanted and missing or wrong, or it cannot listen there.
    """
    library = dask()
    if certificates is None and not is_near(host):
        raise ClusterError(
            f"a scheduler at {host} without certificates would let whoever reaches it run programs on every worker",
            "Name the folder of the certificates, or listen at 127.0.0.1.",
        )
    if certificates is not None:
        certificates.context()

    async def serve() -> None:
        async with library.Scheduler(
            host=host,
            port=port,
            protocol="tls://" if certificates is not None else "tcp://",
            security=security_of(certificates),
            dashboard=False,
            dashboard_address="127.0.0.1:0",
        ) as scheduler:
            ready(scheduler.address)
            await _ended(stop)

    try:
        asyncio.run(serve())
    except (OSError, RuntimeError) as error:
        raise ClusterError(
            f"a scheduler cannot listen at {host}:{port}: {cause_of(error)}", "Choose another address or port."
        ) from error


def run_worker(
    address: ClusterAddress,
    certificates: Certificates | None,
    *,
    name: str,
    cores: int | None,
    ports: str | None,
    stop: threading.Event,
    ready: Callable[[str], None],
) -> None:
    """Work for a scheduler, until a signal. A scheduler that goes away is sought again.

    Args:
        name: By which people know this worker.
        cores: So many tasks at a time; None for the cores that this process may use.
        ports: Of those it listens at, as “40000:40010”; None for any.
        stop: Ends it.
        ready: Told, each time, that it works for the scheduler.

    Raises:
        ClusterError: If there is no scheduler at first, or certificates are missing or wrong.
    """
    library = dask()
    knock(address, certificates)
    while not stop.is_set():
        try:
            asyncio.run(_work(library, address, certificates, name, cores or usable_cores(), ports, stop, ready))
        except (OSError, RuntimeError, TimeoutError, AssertionError) as error:  # the last, where it is cut short
            if _answers(address, certificates):
                raise ClusterError(
                    f"this computer cannot work for {address.text}: {cause_of(error)}",
                    "See the scheduler's log; where ports are named, name more of them.",
                ) from error
        while not stop.wait(_TRY_AGAIN_S) and not _answers(address, certificates):
            pass


def _answers(address: ClusterAddress, certificates: Certificates | None) -> bool:
    try:
        knock(address, certificates)
    except ClusterError:
        return False
    return True


async def _work(
    library: Any,  # noqa: ANN401 - Dask
    address: ClusterAddress,
    certificates: Certificates | None,
    name: str,
    cores: int,
    ports: str | None,
    stop: threading.Event,
    ready: Callable[[str], None],
) -> None:
    with tempfile.TemporaryDirectory(prefix="cluster-", ignore_cleanup_errors=True) as folder:
        nanny = library.Nanny(
            address.text,
            nthreads=cores,
            name=name,
            host=_own_address(address),
            port=ports or 0,
            worker_port=ports or 0,
            security=security_of(certificates) if address.encrypted else None,
            memory_limit=0,
            local_directory=folder,
            preload=["inspector.cluster.local_worker"],
            silence_logs=logging.CRITICAL,
            dashboard=False,
            dashboard_address="127.0.0.1:0",
        )
        async with nanny:
            ready(nanny.worker_address)
            ended = asyncio.ensure_future(nanny.finished())
            await asyncio.wait({ended, asyncio.ensure_future(_ended(stop))}, return_when=asyncio.FIRST_COMPLETED)


async def _ended(stop: threading.Event) -> None:
    while not stop.is_set():
        await asyncio.to_thread(stop.wait, _LOOK_S)


def _own_address(address: ClusterAddress) -> str:
    """Return by which address of this computer the scheduler, and so its other workers, reach it."""
    with socket.create_connection((address.host, address.port), timeout=ANSWER_S) as stream:
        return str(stream.getsockname()[0])
