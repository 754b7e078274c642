"""``inspector keys``: the keys whose signatures of recipes and models count at this station."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from inspector.cli.common import EXIT_OK, add_json, add_places, emit, home_of, say
from inspector.cli.sign_in import acting, add_user
from inspector.people.roles import Permission

if TYPE_CHECKING:
    import argparse


def add_commands(commands: argparse._SubParsersAction[Any]) -> None:
    """Add ``keys``."""
    keys = commands.add_parser(
        "keys",
        help="whose signatures count at this station",
        description="List the keys whose signatures count here, with their fingerprints: the station's own, and those "
        "of the plant. A plant key is trusted by its public half, a PEM file.",
    )
    form = keys.add_mutually_exclusive_group()
    form.add_argument("--public", action="store_true", help="print the station's public key (PEM), for other stations")
    form.add_argument("--trust", type=Path, metavar="FILE", help="trust a public key (PEM) from now on")
    add_user(keys)
    add_places(keys)
    add_json(keys)
    keys.set_defaults(command=show_keys)


def show_keys(parsed: argparse.Namespace) -> int:
    """List, print or trust."""
    from inspector.signing import station_key, trust, trusted_keys
    from inspector.trail.event import TrailKind, happened
    from inspector.trail.waiting import recorded

    home = home_of(parsed)
    if parsed.public:
        print(station_key(home.root).public_pem.decode(), end="")
        return EXIT_OK
    if parsed.trust is not None:
        acting(parsed, Permission.SETTINGS)
        name = parsed.trust.stem
        with recorded(home.root, happened(TrailKind.SIGNATURE, name, after={"trusted key": str(parsed.trust)})):
            key = trust(home.root, parsed.trust)
        say(f"{key.name} is trusted from now on: {key.fingerprint}")
    known = trusted_keys(home.root)
    if parsed.json:
        emit({"keys": [{"name": key.name, "fingerprint": key.fingerprint} for key in known]})
        return EXIT_OK
    for key in known:
        print(f"{key.name:24}{key.fingerprint}")
    if not known:
        say("there is no key yet; the station's is made with the first recipe that is saved")
    return EXIT_OK
