"""``inspector cluster``: a scheduler, a worker, and who answers."""

from __future__ import annotations

import os
import socket
from typing import TYPE_CHECKING, Any

from inspector.cli.cluster_options import add_certificates, certificates_of, cluster_address
from inspector.cli.common import EXIT_OK, add_json, add_places, emit, one_line, port_number, positive, say, stop_signals
from inspector.domain.counts import counted
from inspector.domain.listening import SCHEDULER

if TYPE_CHECKING:
    import argparse


def add_commands(commands: argparse._SubParsersAction[Any]) -> None:
    """Add ``cluster`` with its commands."""
    group = commands.add_parser("cluster", help="workers on other computers: scheduler, worker, test").add_subparsers(
        title="commands", metavar="COMMAND", required=True
    )
    scheduler = group.add_parser(
        "scheduler",
        help="bring workers and those who want work done together",
        description="Run the scheduler of a cluster until Ctrl-C. Whoever reaches it can run programs on every worker: "
        "off this computer it takes nobody without a certificate.",
    )
    scheduler.add_argument("--host", default=SCHEDULER.host, help="address to listen at (default: %(default)s)")
    scheduler.add_argument(
        "--port", type=port_number, default=SCHEDULER.port, help="0 takes a free one (default: %(default)s)"
    )
    scheduler.set_defaults(command=run_scheduler)
    worker = group.add_parser(
        "worker",
        help="work for a scheduler",
        description="Work for a scheduler until Ctrl-C, at low priority. A scheduler that goes away is sought again.",
    )
    worker.add_argument("address", type=cluster_address, help="of the scheduler, as tls://HOST:8786")
    worker.add_argument("--cores", type=positive, help="so many tasks at a time (default: all cores)")
    worker.add_argument("--name", help="by which it is known (default: the computer's)")
    worker.add_argument("--ports", type=_ports, metavar="FROM:TO", help="those it listens at (default: any free ones)")
    worker.set_defaults(command=run_worker)
    test = group.add_parser("test", help="which workers answer, with how many cores")
    test.add_argument("address", type=cluster_address, help="tls://HOST:8786, or local:N")
    test.set_defaults(command=show_workers)
    for parser in (scheduler, worker, test):
        add_certificates(parser)
        add_places(parser)
    add_json(scheduler, "one JSON object with the address on stdout, once it listens")
    add_json(worker, "one JSON object with the address on stdout, each time it works for the scheduler")
    add_json(test)


def run_scheduler(parsed: argparse.Namespace) -> int:
    """Schedule until a signal."""
    from inspector.cluster.service import run_scheduler as schedule

    with stop_signals() as stop:
        schedule(
            parsed.host,
            parsed.port,
            certificates_of(parsed),
            stop=stop,
            ready=lambda address: _ready(parsed, address, f"the scheduler is at {address}; Ctrl-C ends it"),
        )
    return EXIT_OK


def run_worker(parsed: argparse.Namespace) -> int:
    """Work until a signal."""
    from inspector.cluster import ClusterError
    from inspector.cluster.service import run_worker as work
    from inspector.runs.processes import step_back

    if parsed.address.local_workers:
        raise ClusterError(
            f"{parsed.address.text} has no scheduler that a worker could be added to",
            "Name a scheduler's address, as tls://HOST:8786.",
        )
    step_back(os.getpid())
    with stop_signals() as stop:
        work(
            parsed.address,
            certificates_of(parsed),
            name=parsed.name or socket.gethostname(),
            cores=parsed.cores,
            ports=parsed.ports,
            stop=stop,
            ready=lambda address: _ready(parsed, address, f"working for {parsed.address.text}; Ctrl-C ends it"),
        )
    return EXIT_OK


def show_workers(parsed: argparse.Namespace) -> int:
    """Connect, check, say who is there."""
    from inspector.cluster import connect

    with connect(parsed.address, certificates_of(parsed)) as cluster:
        workers = cluster.check()
    cores = sum(worker.cores for worker in workers)
    if parsed.json:
        shown = [{"name": worker.name, "address": worker.address, "cores": worker.cores} for worker in workers]
        emit({"cluster": parsed.address.text, "cores": cores, "workers": shown})
        return EXIT_OK
    for worker in workers:
        print(f"{one_line(worker.name)}  {worker.address}  {counted(worker.cores, 'core')}")
    print(f"{counted(len(workers), 'worker')} with {counted(cores, 'core')}")
    return EXIT_OK


def _ready(parsed: argparse.Namespace, address: str, words: str) -> None:
    if parsed.json:
        emit({"address": address})
    say(words)


def _ports(text: str) -> str:
    first, colon, last = text.partition(":")
    if not colon or not 0 < port_number(first) < port_number(last):
        import argparse

        msg = f"{text!r} is no range of at least two ports, as 40000:40010"
        raise argparse.ArgumentTypeError(msg)
    return text
