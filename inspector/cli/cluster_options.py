"""``--cluster``: workers that do what this process would do by itself."""

from __future__ import annotations

from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from inspector.cli.common import say, settings_in_force
from inspector.domain.cluster import ClusterAddress
from inspector.domain.counts import counted

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator

    from inspector.cluster import Certificates, Cluster


def cluster_address(text: str) -> ClusterAddress:
    """Parse the address of a cluster, for argparse.

    Raises:
        argparse.ArgumentTypeError: If it is none.
    """
    import argparse

    try:
        return ClusterAddress.parse(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from error


def add_cluster(parser: argparse.ArgumentParser) -> None:
    """Add ``--cluster`` and ``--certificates``."""
    parser.add_argument(
        "--cluster",
        type=cluster_address,
        metavar="ADDRESS",
        help="judge on workers: tls://HOST:8786, or local:N for N on this computer",
    )
    add_certificates(parser)


def add_certificates(parser: argparse.ArgumentParser) -> None:
    """Add ``--certificates``."""
    parser.add_argument(
        "--certificates",
        type=Path,
        metavar="FOLDER",
        help="ca.pem, cert.pem and key.pem, for tls:// (default: the setting)",
    )


def certificates_of(parsed: argparse.Namespace) -> Certificates | None:
    """Return the certificates that are named, else the settings'."""
    from inspector.cluster import Certificates

    return Certificates.of(parsed.certificates or settings_in_force(parsed).cluster_certificates)


@contextmanager
def cluster_of(parsed: argparse.Namespace) -> Iterator[Cluster | None]:
    """Have the cluster that is named connected and checked; None where none is.

    Raises:
        ClusterError: If it cannot be used.
    """
    if parsed.cluster is None:
        yield None
        return
    from inspector.cluster import connect

    with connect(parsed.cluster, certificates_of(parsed)) as cluster:
        workers = cluster.check()
        cores = sum(worker.cores for worker in workers)
        if not parsed.json:
            say(f"cluster {parsed.cluster.text}: {counted(len(workers), 'worker')}, {counted(cores, 'core')}")
        yield cluster
