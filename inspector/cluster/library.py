"""Dask, which is an extra: imported when a cluster is asked for, and set so that it says nothing by itself."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from inspector.cluster.faults import ClusterError
from inspector.programs import is_packaged

if TYPE_CHECKING:
    from inspector.cluster.certificates import Certificates

#: A task is tried on so many further workers when one dies at it.
RETRIES = 1
#: What differs from Dask's own settings, for this process and the workers that it starts.
_SETTINGS = {
    "distributed.logging.distributed": "critical",
    "distributed.admin.large-graph-warning-threshold": "1 TB",  # a model is sent as it is
    "distributed.worker.profile.enabled": False,
    "distributed.worker.memory.terminate": False,  # what runs out of memory is tried again alone
    "distributed.worker.memory.pause": False,
    "distributed.worker.memory.spill": False,
    "distributed.worker.memory.target": False,
    "distributed.scheduler.allowed-failures": RETRIES,
    "distributed.diagnostics.nvml": False,
    "distributed.worker.http.routes": [],  # nothing is served to a browser
    "distributed.scheduler.http.routes": [],
}


def dask() -> Any:  # noqa: ANN401 - the module distributed, which may not be there
    """Return the package ``distributed``.

    Raises:
        ClusterError: If it is not installed.
    """
    try:
        import dask.config
    except ImportError as error:
        step = (
            "Install the program with pip: pip install 'inspector-station[cluster]'."
            if is_packaged()
            else "Install the extra: pip install 'inspector-station[cluster]'."
        )
        what = "the packaged program has no cluster" if is_packaged() else "Dask is not installed"
        raise ClusterError(what, step) from error
    dask.config.set(_SETTINGS)
    import distributed

    logging.getLogger("distributed").setLevel(logging.CRITICAL)
    return distributed


def security_of(certificates: Certificates | None) -> Any:  # noqa: ANN401 - distributed.Security
    """Return Dask's security by these certificates; None without any."""
    if certificates is None:
        return None
    authority, certificate, key = certificates.paths
    roles: dict[str, str] = {}
    for role in ("client", "scheduler", "worker"):
        roles |= {f"tls_{role}_cert": certificate, f"tls_{role}_key": key}
    return dask().Security(tls_ca_file=authority, require_encryption=True, **roles)


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkerHere:
    """The worker that a task runs on; outside of one the defaults.

    Args:
        name: As its owner called it; else its address.
        folder: Its own, which Dask removes however the worker ends.
        cores: How many tasks it takes at a time.
    """

    name: str = "here"
    folder: str | None = None
    cores: int = 1


def worker_here() -> WorkerHere:
    """Return, in a task, which worker does it."""
    try:
        worker = dask().get_worker()
    except ValueError:
        return WorkerHere()
    return WorkerHere(name=str(worker.name), folder=str(worker.local_directory), cores=int(worker.state.nthreads))
