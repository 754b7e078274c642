"""Whether a window can be shown here, found out before Qt, which would end the process where it cannot."""

from __future__ import annotations

import argparse
import ctypes
import importlib.util
import os
import sys
from pathlib import Path

from inspector.domain.causes import cause_of
from inspector.programs import is_packaged

_HEADLESS = "Use “inspector run --headless …”, or correct DISPLAY."
#: What to do where a library of the system is missing.
LIBRARIES = "Install the system libraries that docs/install.md lists under “System libraries”."


def has_display() -> bool:
    """True where a display is named, or none is needed."""
    if not sys.platform.startswith("linux"):
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY") or _forced() in {"offscreen", "vnc"})


def display_fault() -> tuple[str, str] | None:
    """Return why no window can be shown and what to do, as two sentences; None where one can."""
    if not sys.platform.startswith("linux"):
        return None
    if not has_display():
        return "there is no display for the window", "Use “inspector run --headless …”, or set DISPLAY."
    if is_packaged() and not os.environ.get("DISPLAY") and not _forced():
        return "this package shows its window through X11, and there is only Wayland", "Start Xwayland and set DISPLAY."
    if _forced() not in {"", "xcb"} or not os.environ.get("DISPLAY"):
        return None  # Wayland, or a platform that the user has chosen
    return _x11_fault()


def _forced() -> str:
    return os.environ.get("QT_QPA_PLATFORM", "")


def _x11_fault() -> tuple[str, str] | None:
    try:
        xcb = ctypes.CDLL("libxcb.so.1")
    except OSError as error:
        return f"the window needs a library that is missing: {cause_of(error)}", LIBRARIES
    xcb.xcb_connect.restype = ctypes.c_void_p
    xcb.xcb_connect.argtypes = (ctypes.c_char_p, ctypes.c_void_p)
    xcb.xcb_connection_has_error.argtypes = xcb.xcb_disconnect.argtypes = (ctypes.c_void_p,)
    connection = xcb.xcb_connect(None, None)
    broken = xcb.xcb_connection_has_error(connection)
    xcb.xcb_disconnect(connection)
    if broken:
        return f"the display {os.environ['DISPLAY']} cannot be reached", _HEADLESS
    return _plugin_fault()


def _plugin_fault() -> tuple[str, str] | None:
    """Load Qt's plug-in for X11, as Qt will: its own message for a missing library is an abort."""
    package = importlib.util.find_spec("PySide6")
    if package is None or package.origin is None:
        return "PySide6 is not installed", "Install the program again."
    plugin = Path(package.origin).parent / "Qt" / "plugins" / "platforms" / "libqxcb.so"
    if not plugin.is_file():
        return None  # a distributor's Qt; it looks for its plug-ins itself
    try:
        ctypes.CDLL(str(plugin))
    except OSError as error:
        return f"the window needs a library that is missing: {cause_of(error)}", LIBRARIES
    return None


def add_full_screen(parser: argparse.ArgumentParser) -> None:
    """Add ``--full-screen``."""
    # no default: the command's would overwrite what stands before it
    parser.add_argument("--full-screen", action="store_true", default=argparse.SUPPRESS, help="fill the screen")


def add_kiosk(parser: argparse.ArgumentParser) -> None:
    """Add ``--kiosk``."""
    parser.add_argument(
        "--kiosk",
        action="store_true",
        default=argparse.SUPPRESS,
        help="fill the screen with nothing but Live, until an engineer leaves it; users must be on",
    )
