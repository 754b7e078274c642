"""``inspector forward`` and ``inspector fleet``: what is recorded goes into a database of many stations."""

from __future__ import annotations

import socket
from contextlib import closing
from typing import TYPE_CHECKING, Any

from inspector.cli import fleet_serve
from inspector.cli.common import (
    EXIT_OK,
    add_beside,
    add_json,
    add_places,
    beside,
    emit,
    home_of,
    one_line,
    say,
    settings_of,
    stop_signals,
    text_argument,
)
from inspector.cli.sending import filled_address, forget, log_of, print_refused, refused_fields, say_added
from inspector.cli.sign_in import needs
from inspector.domain.counts import counted
from inspector.domain.text import STATION
from inspector.people.roles import Permission

if TYPE_CHECKING:
    import argparse

    from inspector.fleet.address import DatabaseAddress
    from inspector.fleet.database import FleetDatabase

_ADDRESS = "postgresql://USER:***@HOST/DATABASE; each *** is asked for, on the terminal or from stdin"


def add_commands(commands: argparse._SubParsersAction[Any]) -> None:
    """Add both."""
    forward = commands.add_parser(
        "forward",
        help="send what is recorded to the database of many stations",
        description="Send what the log has recorded since it was connected to the database of the settings, beside a "
        "running station, and go on. What cannot be sent waits in the log; the station is never held up.",
        epilog="Exit codes: 0 stopped, or no database is set any more; 1 error; 2 usage.",
    )
    forward.add_argument("--once", action="store_true", help="send what waits, then end")
    add_beside(forward)
    add_places(forward, log=True)
    add_json(forward, "with --once: one JSON object on stdout")
    forward.set_defaults(command=run)
    group = commands.add_parser(
        "fleet", help="the database of many stations: connect, upgrade, status, serve"
    ).add_subparsers(title="commands", metavar="COMMAND", required=True)
    connect = group.add_parser("connect", help="send what is recorded from now on to a database")
    connect.add_argument("address", help=_ADDRESS)
    connect.add_argument("--name", type=text_argument(STATION), help="call the station so from now on")
    connect.set_defaults(command=connect_to)
    disconnect = group.add_parser("disconnect", help="send nothing any more, and forget what waits")
    disconnect.set_defaults(command=disconnect_from)
    history = group.add_parser("history", help="send what was recorded before the database was connected too")
    history.set_defaults(command=send_history)
    pictures = group.add_parser("pictures", help="send kept pictures too: to a folder or an object store")
    pictures.add_argument("place", help="a folder for many stations, an address as s3://BUCKET/FOLDER, or “off”")
    pictures.set_defaults(command=send_pictures)
    upgrade = group.add_parser("upgrade", help="make the tables, or bring them to this version")
    upgrade.add_argument("address", nargs="?", help=f"{_ADDRESS} (default: the setting)")
    upgrade.set_defaults(command=upgrade_tables)
    status = group.add_parser("status", help="how far sending is, what is wrong, what was refused")
    status.set_defaults(command=show_status)
    replace = group.add_parser("replace", help="take this station's name over from one that it stands in for")
    replace.set_defaults(command=replace_station)
    for parser in (connect, disconnect, history, pictures, upgrade, replace):
        needs(parser, Permission.SETTINGS)
    fleet_serve.add_command(group, _ADDRESS)
    for parser in (connect, disconnect, history, pictures, upgrade, status, replace):
        add_places(parser, log=True)
        add_json(parser)


def run(parsed: argparse.Namespace) -> int:
    """Send until a signal."""
    import os

    from inspector.fleet.faults import FleetError
    from inspector.fleet.pusher import Forwarder
    from inspector.fleet.status import status_path
    from inspector.runs.processes import step_back
    from inspector.sending.status import only_sender

    home, log = home_of(parsed), log_of(parsed)
    if not settings_of(home).forward_to:
        raise FleetError("no database is set", "Name one: Settings → Network, or “inspector fleet connect ADDRESS”.")
    step_back(os.getpid())
    forwarder = Forwarder(home.root, log, lambda: settings_of(home), beside(parsed))
    with only_sender(status_path(log), log), stop_signals() as stop:
        if parsed.once:
            forwarder.run_once(stop)
        else:
            say("what is recorded is being sent; Ctrl-C stops it")
            forwarder.run(stop)
    if parsed.once and parsed.json:
        emit({"sent": forwarder.sent, "pictures_sent": forwarder.pictures_sent})
    elif parsed.once:
        pictures = f", {counted(forwarder.pictures_sent, 'kept picture')}" if forwarder.pictures_sent else ""
        print(f"{counted(forwarder.sent, 'row')}{pictures} sent")
    return EXIT_OK


def connect_to(parsed: argparse.Namespace) -> int:
    """Set the database, and have what is recorded wait for it."""
    from inspector.fleet.address import DatabaseAddress
    from inspector.outputs.outbox import FLEET, Outbox
    from inspector.settings_file import save_settings

    home, log = home_of(parsed), log_of(parsed)
    address = DatabaseAddress.of(filled_address(parsed.address), home.root)
    named = {} if parsed.name is None else {"station": parsed.name}
    save_settings(settings_of(home).model_copy(update={"forward_to": address.text, **named}), home.settings)
    if log.is_file():
        Outbox(log, FLEET).subscribe()
    if parsed.json:
        emit({"database": address.shown})
    else:
        print(f"what is recorded from now on is sent to {address.shown}, once “inspector forward” or the station runs")
    return EXIT_OK


def disconnect_from(parsed: argparse.Namespace) -> int:
    """Set no database, and forget what waits."""
    from inspector.outputs.outbox import FLEET, PICTURES

    forget(parsed, "forward_to", (FLEET, PICTURES), ended="nothing is sent any more")
    return EXIT_OK


def send_pictures(parsed: argparse.Namespace) -> int:
    """Set where kept pictures go, and have those that are kept from now on wait; or stop that."""
    from pydantic import ValidationError

    from inspector.fleet.faults import FleetError
    from inspector.fleet.status import MOST_COUNTED
    from inspector.outputs.outbox import PICTURES, Outbox
    from inspector.settings import Settings
    from inspector.settings_file import save_settings

    home, log = home_of(parsed), log_of(parsed)
    settings = settings_of(home)
    wanted = "" if parsed.place == "off" else parsed.place
    if wanted and not settings.forward_to:
        raise FleetError(
            "no database is set, which notes where pictures are", "Name one first: “inspector fleet connect ADDRESS”."
        )
    try:
        checked = Settings.model_validate(settings.model_dump() | {"pictures_to": wanted})
    except ValidationError as error:
        raise FleetError(str(error.errors()[0]["ctx"]["error"]), "Name a whole path, or an address.") from error
    save_settings(checked, home.settings)
    forgotten = 0
    if log.is_file():
        outbox = Outbox(log, PICTURES)
        if wanted:
            outbox.subscribe()
        else:
            forgotten = outbox.waiting_pictures(MOST_COUNTED)
            outbox.unsubscribe()
    if parsed.json:
        emit({"pictures_to": wanted, "forgotten": forgotten})
    elif wanted:
        print(f"pictures that are kept from now on are sent to {wanted}, once “inspector forward” or the station runs")
    else:
        print(f"kept pictures stay here; {counted(forgotten, 'picture')} that waited will not be sent")
    return EXIT_OK


def send_history(parsed: argparse.Namespace) -> int:
    """Have everything in the log wait."""
    from inspector.outputs.outbox import FLEET, PICTURES, Outbox

    outbox = Outbox(log_of(parsed), FLEET)
    outbox.subscribe()
    if settings_of(home_of(parsed)).pictures_to:
        Outbox(outbox.path, PICTURES).subscribe()  # its pictures, too
    say_added(parsed, outbox.add_all(), will="to be sent; those that the database has already stay as they are")
    return EXIT_OK


def upgrade_tables(parsed: argparse.Namespace) -> int:
    """Upgrade."""
    from inspector.fleet.schema import upgrade
    from inspector.fleet.versions import HEAD

    address = _address_of(parsed, parsed.address)
    upgrade(address)
    if parsed.json:
        emit({"database": address.shown, "version": HEAD})
    else:
        print(f"{address.shown}: the tables are there, version {HEAD}")
    return EXIT_OK


def show_status(parsed: argparse.Namespace) -> int:
    """Show."""
    from inspector.domain.secret import masked
    from inspector.fleet.status import MOST_COUNTED, faults_of, read_forward, summary_of
    from inspector.outputs.outbox import FLEET, PICTURES, Outbox

    log = log_of(parsed)
    status = read_forward(log)
    outbox, pictures = Outbox(log, FLEET), Outbox(log, PICTURES)
    waiting, aside = (outbox.waiting(), outbox.set_aside()) if log.is_file() else (0, [])
    unsent, lost = (pictures.waiting_pictures(MOST_COUNTED), pictures.set_aside()) if log.is_file() else (0, [])
    faults = faults_of(status) if status is not None else []
    if parsed.json:
        said = status.model_dump(mode="json") if status is not None else None
        gone = [{"id": row.row_id, "time_utc": f"{row.time}", "why": row.why} for row in lost]
        more = {"pictures_waiting": unsent, "pictures_lost": gone}
        emit({"waiting": waiting, "set_aside": refused_fields(aside), **more, "faults": faults, "last_said": said})
        return EXIT_OK
    print(f"Database: {masked(settings_of(home_of(parsed)).forward_to) or 'none is set'}")
    print(f"Waiting in the log: {waiting:,}")
    place = settings_of(home_of(parsed)).pictures_to
    print(f"Kept pictures: {f'to {place}; {unsent:,} wait' if place else 'stay here'}")
    print(summary_of(status) if status is not None else "Nothing was ever sent from here.")
    for fault in faults:
        print(fault)
    print_refused(aside)
    for row in lost:
        print(f"picture of part {row.row_id} not sent: {one_line(row.why)}")
    return EXIT_OK


def replace_station(parsed: argparse.Namespace) -> int:
    """Take the name over."""
    with closing(_database_of(parsed)) as database:
        before = database.replace()
    if parsed.json:
        emit({"renamed": before})
    else:
        print(f"this station has the name now; the one before is called “{before}”")
    return EXIT_OK


def _database_of(parsed: argparse.Namespace) -> FleetDatabase:
    from inspector import __version__
    from inspector.fleet.database import FleetDatabase, StationIdentity
    from inspector.sending.identity import station_key

    home = home_of(parsed)
    name, host = settings_of(home).station, socket.gethostname()
    station = StationIdentity(key=station_key(home.root), name=name, host=host, version=__version__)
    return FleetDatabase(_address_of(parsed, None), station)


def _address_of(parsed: argparse.Namespace, typed: str | None) -> DatabaseAddress:
    from inspector.fleet.address import DatabaseAddress
    from inspector.fleet.faults import FleetError

    home = home_of(parsed)
    text = filled_address(typed) if typed else settings_of(home).forward_to
    if not text:
        raise FleetError(
            "no database is set", "Name one: its address behind the command, or “inspector fleet connect”."
        )
    return DatabaseAddress.of(text, home.root)
