"""``inspector serve``: the station in a browser."""

from __future__ import annotations

import os
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any

from inspector.cli.common import (
    EXIT_OK,
    add_beside,
    add_device,
    add_json,
    add_places,
    beside,
    emit,
    home_of,
    port_number,
    say,
    settings_in_force,
    settings_of,
    stop_signals,
)
from inspector.domain.errors import InspectorError
from inspector.domain.listening import WEB_PAGE
from inspector.domain.secret import MASK

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable

    from inspector.paths import Home
    from inspector.recipes.recipe import Recipe
    from inspector.settings import Settings
    from inspector.web.access import Access

#: Where a station's page listens unless something else is said.
PORT = WEB_PAGE.port
_LOOK_EVERY_S = 1.0


def add_commands(commands: argparse._SubParsersAction[Any]) -> None:
    """Add ``serve``."""
    parser = commands.add_parser(
        "serve",
        help="the station in a browser: board, results, pictures to judge",
        description="Serve the board of the line, the results, and a page where pictures are judged, beside a running "
        "station. Only this machine can look, unless --host says otherwise: that needs a password and TLS.",
        epilog="Exit codes: 0 stopped; 1 error; 2 usage.",
    )
    add_server_options(parser, port=PORT)
    add_beside(parser)
    parser.add_argument("--recipe", help="judges what is sent in (default: the station's recipe in force)")
    add_device(parser)
    add_places(parser, log=True)
    add_json(parser, "one JSON object with the address on stdout, once it listens")
    parser.set_defaults(command=run)


def add_server_options(parser: argparse.ArgumentParser, *, port: int) -> None:
    """Add where a server listens, and who may look.

    Args:
        parser: Of its command.
        port: Where it listens unless something else is said.
    """
    shown = "the setting, else " if port == PORT else ""
    parser.add_argument("--host", help="address to listen at (default: the setting, else 127.0.0.1)")
    parser.add_argument("--port", type=port_number, help=f"0 takes a free one (default: {shown}{port})")
    parser.add_argument(
        "--certificate", type=Path, metavar="FILE", help="TLS certificate with its chain, PEM (default: the setting)"
    )
    parser.add_argument("--key", type=Path, metavar="FILE", help="its private key, PEM (default: the setting)")
    parser.add_argument(
        "--password-file",
        type=Path,
        metavar="FILE",
        help="its first line (default: INSPECTOR_SERVE_PASSWORD, else that of the settings)",
    )
    parser.add_argument(
        "--name", action="append", default=[], help="a further name by which browsers call it; may be given again"
    )


def run(parsed: argparse.Namespace) -> int:
    """Serve until a signal."""
    need_server()
    from inspector import assembly
    from inspector.runs.processes import step_back, step_back_further
    from inspector.trial import TrialJudge
    from inspector.web.app import make_app
    from inspector.web.judge import UploadJudge
    from inspector.web.server import serve
    from inspector.web.station import StationView

    home, settings = home_of(parsed), settings_in_force(parsed)
    wanted = beside(parsed)
    access = access_of(parsed, settings, home, port=settings.serve_port if parsed.port is None else parsed.port)
    recipe = _recipe_in_force(parsed, home)
    say(f"pictures are judged by the recipe “{recipe().name}”")  # one that cannot be used is said before it serves
    step_back(os.getpid())
    view = StationView(assembly.places(home, settings), lambda: settings)
    trial = TrialJudge(home, lambda: settings)
    judge = UploadJudge(trial, recipe, opacity=settings.heatmap_opacity, begins=step_back_further)

    with stop_signals() as stop:
        if parsed.beside is not None:
            threading.Thread(target=_follow, args=(wanted, stop), name="beside", daemon=True).start()
        serve(
            make_app(view, judge, access, opacity=settings.heatmap_opacity), access, stop=stop, ready=announcing(parsed)
        )
    return EXIT_OK


def need_server() -> None:
    """See that the extra is installed.

    Raises:
        InspectorError: If it is not.
    """
    try:
        import uvicorn  # noqa: F401 - an extra
    except ImportError as error:
        raise InspectorError(
            "the server is not installed", "Install the extra: pip install 'inspector-station[serve]'."
        ) from error


def access_of(parsed: argparse.Namespace, settings: Settings, home: Home, *, port: int) -> Access:
    """Return where a server listens and who may look: by its options, else by the settings.

    Raises:
        AccessError: If anybody could look, or a file is not there.
        InspectorError: If the settings' password is not known on this computer.
    """
    from inspector.web.access import Access, password_from

    return Access(
        host=parsed.host or settings.serve_host,
        port=port,
        password=password_from(parsed.password_file) or _kept_password(settings, home),
        certificate=parsed.certificate or _file(settings.serve_certificate),
        key=parsed.key or _file(settings.serve_key),
        names=(*parsed.name, *(name.strip() for name in settings.serve_names.split(",") if name.strip())),
    )


def announcing(parsed: argparse.Namespace) -> Callable[[str], None]:
    """Return what says where a server listens."""

    def ready(address: str) -> None:
        if parsed.json:
            emit({"address": address})
        else:
            print(address, flush=True)
        say("Ctrl-C stops it")

    return ready


def _kept_password(settings: Settings, home: Home) -> str:
    """Return the settings' password; empty where they have none.

    Raises:
        InspectorError: If it is not known on this computer: the page would be open to everybody.
    """
    from inspector.passwords import SERVE, Passwords

    if not settings.serve_password:
        return ""
    kept = Passwords(home.root).kept(SERVE) if settings.serve_password == MASK else settings.serve_password
    if kept is None:
        raise InspectorError(
            "the password of the page in the browser is not known on this computer",
            "Type it once more in Settings → Network.",
        )
    return kept


def _file(text: str) -> Path | None:
    return Path(text).expanduser() if text else None


def _follow(wanted: Callable[[], bool], stop: threading.Event) -> None:
    """End with the process beside which it was started."""
    while not stop.wait(_LOOK_EVERY_S):
        if not wanted():
            stop.set()


def _recipe_in_force(parsed: argparse.Namespace, home: Home) -> Callable[[], Recipe]:
    """Return what reads the recipe anew for every picture: the one that was named, else the station's."""
    from inspector import assembly

    def recipe() -> Recipe:
        return assembly.find_recipe(parsed.recipe or settings_of(home).recipe, home)

    return recipe
