"""``inspector serve``: the station in a browser."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from inspector.cli.common import (
    EXIT_OK,
    add_device,
    add_json,
    add_places,
    emit,
    home_of,
    say,
    settings_in_force,
    settings_of,
    stop_signals,
)
from inspector.domain.errors import InspectorError

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable

    from inspector.paths import Home
    from inspector.recipes.recipe import Recipe

_PORT = 8765


def add_commands(commands: argparse._SubParsersAction[Any]) -> None:
    """Add ``serve``."""
    parser = commands.add_parser(
        "serve",
        help="the station in a browser: board, results, pictures to judge",
        description="Serve the board of the line, the results, and a page where pictures are judged, beside a running "
        "station. Only this machine can look, unless --host says otherwise: that needs a password and TLS.",
        epilog="Exit codes: 0 stopped; 1 error; 2 usage.",
    )
    parser.add_argument("--host", default="127.0.0.1", help="address to listen at (default: 127.0.0.1)")
    parser.add_argument("--port", type=_port, default=_PORT, help=f"0 takes a free one (default: {_PORT})")
    parser.add_argument("--certificate", type=Path, metavar="FILE", help="TLS certificate with its chain, PEM")
    parser.add_argument("--key", type=Path, metavar="FILE", help="its private key, PEM")
    parser.add_argument(
        "--password-file",
        type=Path,
        metavar="FILE",
        help="its first line (default: INSPECTOR_SERVE_PASSWORD, else none)",
    )
    parser.add_argument(
        "--name", action="append", default=[], help="a further name by which browsers call it; may be given again"
    )
    parser.add_argument("--recipe", help="judges what is sent in (default: the station's recipe in force)")
    add_device(parser)
    add_places(parser, log=True)
    add_json(parser, "one JSON object with the address on stdout, once it listens")
    parser.set_defaults(command=run)


def run(parsed: argparse.Namespace) -> int:
    """Serve until a signal."""
    try:
        import uvicorn  # noqa: F401 - an extra
    except ImportError as error:
        raise InspectorError(
            "the server is not installed", "Install the extra: pip install 'inspector-station[serve]'."
        ) from error
    from inspector import assembly
    from inspector.runs.processes import step_back
    from inspector.trial import TrialJudge
    from inspector.web.access import Access, password_from
    from inspector.web.app import make_app
    from inspector.web.judge import UploadJudge
    from inspector.web.server import serve
    from inspector.web.station import StationView

    access = Access(
        host=parsed.host,
        port=parsed.port,
        password=password_from(parsed.password_file),
        certificate=parsed.certificate,
        key=parsed.key,
        names=tuple(parsed.name),
    )
    home, settings = home_of(parsed), settings_in_force(parsed)
    recipe = _recipe_in_force(parsed, home)
    say(f"pictures are judged by the recipe “{recipe().name}”")  # one that cannot be used is said before it serves
    step_back(os.getpid())
    view = StationView(assembly.places(home, settings), lambda: settings)
    judge = UploadJudge(TrialJudge(home, lambda: settings), recipe, opacity=settings.heatmap_opacity)

    def ready(address: str) -> None:
        if parsed.json:
            emit({"address": address})
        else:
            print(address, flush=True)
        say("Ctrl-C stops it")

    with stop_signals() as stop:
        serve(make_app(view, judge, access, opacity=settings.heatmap_opacity), access, stop=stop, ready=ready)
    return EXIT_OK


def _recipe_in_force(parsed: argparse.Namespace, home: Home) -> Callable[[], Recipe]:
    """Return what reads the recipe anew for every picture: the one that was named, else the station's."""
    from inspector import assembly

    def recipe() -> Recipe:
        return assembly.find_recipe(parsed.recipe or settings_of(home).recipe, home)

    return recipe


def _port(text: str) -> int:
    if text.isascii() and text.isdecimal() and int(text) <= 65535:
        return int(text)
    import argparse

    msg = f"{text!r} is no port from 0 to 65535"
    raise argparse.ArgumentTypeError(msg)
