"""``inspector fleet serve``: the database of many stations in a browser."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from inspector.cli.common import EXIT_OK, add_json, add_places, home_of, say, settings_of, stop_signals
from inspector.cli.sending import filled_address
from inspector.cli.serve import access_of, add_server_options, announcing, need_server
from inspector.domain.listening import FLEET_PAGE

if TYPE_CHECKING:
    import argparse

    from inspector.fleet.address import DatabaseAddress
    from inspector.paths import Home
    from inspector.settings import Settings

#: Beside a station's own page, which has 8765.
PORT = FLEET_PAGE.port


def add_command(group: argparse._SubParsersAction[Any], address: str) -> None:
    """Add ``serve`` to the commands of the fleet.

    Args:
        group: Those commands.
        address: How an address is written.
    """
    parser = group.add_parser(
        "serve",
        help="the stations of the database in a browser: how they are, yields, results",
        description="Serve how the stations are, their yields and their results. It only reads: an account that may do "
        "no more is enough. Only this machine can look, unless --host says otherwise: that needs a password and TLS.",
        epilog="Exit codes: 0 stopped; 1 error; 2 usage.",
    )
    parser.add_argument("address", nargs="?", help=f"{address} (default: the setting)")
    add_server_options(parser, port=PORT)
    add_places(parser)
    add_json(parser, "one JSON object with the address on stdout, once it listens")
    parser.set_defaults(command=run)


def run(parsed: argparse.Namespace) -> int:
    """Serve until a signal."""
    need_server()
    from inspector.fleet.pool import ReadPool
    from inspector.runs.processes import step_back
    from inspector.web.fleet_app import make_fleet_app
    from inspector.web.server import serve

    home = home_of(parsed)
    settings = settings_of(home)
    access = access_of(parsed, settings, home, port=PORT if parsed.port is None else parsed.port)
    pool = ReadPool(_address(parsed.address, settings, home))
    step_back(os.getpid())
    with stop_signals() as stop:
        serve(make_fleet_app(pool, access), access, stop=stop, ready=announcing(parsed))
    return EXIT_OK


def _address(typed: str | None, settings: Settings, home: Home) -> DatabaseAddress:
    """Return the address, tried once: what the database says of it is said before the page is served.

    A password that the database takes is kept, so that the next start, or a service's, needs no more than ``***``.

    Raises:
        FleetError: If it is no address, or its password is not known.
        InspectorError: If psycopg is not installed.
    """
    from inspector.domain.secret import is_masked
    from inspector.fleet.address import DatabaseAddress
    from inspector.fleet.faults import FleetError
    from inspector.fleet.link import has_driver
    from inspector.fleet.pool import ReadPool
    from inspector.passwords import PasswordError, Passwords

    if not has_driver():
        raise FleetError(
            "what reads PostgreSQL is not installed", "Install the extra: pip install 'inspector-station[fleet]'."
        )
    text = typed or settings.forward_to
    if not text:
        raise FleetError(
            "no database is set", "Name one: its address behind the command, or “inspector fleet connect”."
        )
    passwords = Passwords(home.root)
    is_new = bool(typed) and (not is_masked(text) or passwords.lacks(text))
    if is_new and is_masked(text):
        text = filled_address(text)
    address = DatabaseAddress.of(text, home.root)
    pool = ReadPool(address, most=1)
    try:
        pool.rows("SELECT key FROM inspector.stations LIMIT 1")
    except FleetError as error:
        say(f"{error} The page says so, until it is otherwise.")
    else:
        if is_new:
            try:
                passwords.hide(text)
            except PasswordError as error:
                say(f"the password is not kept: {error}")
    finally:
        pool.close()
    return address
