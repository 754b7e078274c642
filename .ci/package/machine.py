"""A machine that has never seen the project: a minimal Debian root, a display outside of it, and a program's window."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psutil

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_DISPLAY = 93
USER = 1234
_PACKAGES = """
    libdbus-1-3 libegl1 libfontconfig1 libfreetype6 libgl1 libglib2.0-0 libgssapi-krb5-2 libx11-6 libx11-xcb1
    libxcb1 libxkbcommon0
""".split()  # noqa: SIM905 - reads better
#: Home of the user there, and a folder with a name that programs stumble over.
DATA, ODD = "/home/inspector", "/srv/Prüfung – Halle 3"


class ProofError(Exception):
    """A step has failed; the text says what was expected, and what came instead."""


@dataclass(slots=True, kw_only=True)
class Machine:
    """The bare root with the package in it.

    Args:
        root: Its folder.
        program: Where the package lies in it.
    """

    root: Path
    program: str = "/opt/inspector-station"
    environment: dict[str, str] = field(default_factory=lambda: {"HOME": DATA, "LANG": "C.UTF-8", "PATH": "/usr/bin"})

    def inside(self, path: str) -> Path:
        """Return a path of the machine as it is seen from here."""
        return self.root / path.lstrip("/")

    def command(
        self, *arguments: str, program: str = "inspector", display: bool = False, beside: int | None = None
    ) -> list[str]:
        """Return what runs a program there: on loopback alone, as a plain user, with nothing of this environment.

        Args:
            beside: A process whose loopback it shares; None for one of its own.
        """
        shown = {"DISPLAY": f":{_DISPLAY}"} if display else {}
        variables = [f"{key}={value}" for key, value in (self.environment | shown).items()]
        network = ["unshare", "--net"] if beside is None else ["nsenter", "--target", str(beside), "--net", "unshare"]
        isolated = [*network, "--pid", "--fork", "--kill-child", "--mount-proc=" + str(self.root / "proc")]
        change = ["chroot", f"--userspec={USER}:{USER}", str(self.root), "/usr/bin/env", "-i", *variables]
        loopback = ["sh", "-c", 'ip link set lo up && exec "$@"', "sh"]
        return [*isolated, *loopback, *change, f"{self.program}/{program}", *arguments]

    def run(
        self,
        *arguments: str,
        program: str = "inspector",
        display: bool = False,
        beside: int | None = None,
        code: int = 0,
    ) -> str:
        """Run a command to its end.

        Returns:
            What it wrote to stdout and stderr.

        Raises:
            ProofError: If it ends with another code.
        """
        done = subprocess.run(
            self.command(*arguments, program=program, display=display, beside=beside),
            check=False, capture_output=True, text=True, timeout=900, env={"PATH": os.environ["PATH"]},
        )  # fmt: skip
        said = done.stdout + done.stderr
        if done.returncode != code:
            raise ProofError(f"{program} {' '.join(arguments)} ended with {done.returncode}, not {code}:\n{said}")
        return said

    def json(self, *arguments: str, program: str = "inspector") -> dict[str, object]:
        """Run a command with ``--json`` and return its object."""
        said = self.run(*arguments, "--json", program=program)
        line = next(one for one in said.splitlines() if one.startswith("{"))
        return dict(json.loads(line))

    def rows(self, home: str) -> dict[str, int]:
        """Return how many parts of each verdict the log of a data folder holds."""
        log = self.inside(home) / "results.sqlite3"
        if not log.is_file():
            return {}
        with contextlib.closing(sqlite3.connect(f"file:{log}?mode=ro", uri=True)) as connection:
            try:
                found = connection.execute("SELECT verdict, count(*) FROM inspections GROUP BY verdict").fetchall()
            except sqlite3.OperationalError:  # not made yet
                return {}
        return dict(found)


# --- the machine ------------------------------------------------------------------------------------------------------


def bare_root(root: Path) -> None:
    """Make the minimal root, once."""
    if not (root / "usr" / "bin" / "env").is_file():
        include = "--include=" + ",".join(_PACKAGES)
        subprocess.run(["debootstrap", "--variant=minbase", include, "bookworm", root], check=True, stdout=sys.stderr)
    if any((root / "usr" / "bin").glob("python*")):
        raise ProofError(f"{root} has a Python; it would prove nothing")


@contextlib.contextmanager
def furnished(root: Path, folder: Path) -> Iterator[Machine]:
    """Give the root the package, a user, /dev, /proc, and the display's socket; take all that away afterwards."""
    for path in ("opt", "srv", "home", "tmp/.X11-unix"):
        (root / path).mkdir(parents=True, exist_ok=True)
    for path in ("opt/inspector-station", DATA.lstrip("/"), ODD.lstrip("/")):
        shutil.rmtree(root / path, ignore_errors=True)
    shutil.copytree(folder, root / "opt" / "inspector-station", symlinks=True)
    (root / DATA.lstrip("/")).mkdir()
    os.chown(root / DATA.lstrip("/"), USER, USER)
    (root / "sys").mkdir(exist_ok=True)
    (root / "tmp").chmod(0o1777)
    mounts = [(how, f"/{name}", root / name) for how, name in (("--rbind", "dev"), ("--rbind", "sys"))]
    mounts += [("--bind", "/tmp/.X11-unix", root / "tmp" / ".X11-unix")]  # noqa: S108
    made: list[Path] = []
    try:
        for how, source, target in mounts:
            subprocess.run(["mount", how, source, target], check=True)
            subprocess.run(["mount", "--make-rslave", target], check=True)
            made.append(target)
        yield Machine(root=root)
    finally:
        for target in reversed(made):
            subprocess.run(["umount", "--recursive", target], check=False)


@contextlib.contextmanager
def screen() -> Iterator[None]:
    """Run Xvfb outside the machine."""
    command = ["Xvfb", f":{_DISPLAY}", "-screen", "0", "1280x800x24", "-nolisten", "tcp", "-ac"]
    with subprocess.Popen(command, stderr=subprocess.DEVNULL) as process:
        try:
            until(lambda: Path(f"/tmp/.X11-unix/X{_DISPLAY}").exists(), "Xvfb's socket", 20)  # noqa: S108
            yield
        finally:
            process.terminate()


def until(condition: Callable[[], object], what: str, timeout_s: float) -> float:
    """Wait for something; returns how long it took.

    Raises:
        ProofError: If it does not come in time.
    """
    begun = time.perf_counter()
    while not condition():
        if time.perf_counter() - begun > timeout_s:
            raise ProofError(f"waited {timeout_s:.0f} s for {what}")
        time.sleep(0.02)
    return time.perf_counter() - begun


def picture_of_screen(target: Path) -> float:
    """Save what the screen shows; returns the share of it that is not black."""
    code = (
        "import sys\n"
        "from PySide6.QtGui import QGuiApplication\n"
        "app = QGuiApplication(['look'])\n"
        "image = app.primaryScreen().grabWindow(0).toImage()\n"
        "image.save(sys.argv[1])\n"
        "small = image.scaled(64, 40)\n"
        "lit = sum(small.pixel(x, y) & 0xFFFFFF > 0 for x in range(64) for y in range(40))\n"
        "print(lit / 2560)\n"
    )
    shown = {**os.environ, "DISPLAY": f":{_DISPLAY}", "QT_QPA_PLATFORM": "xcb"}
    done = subprocess.run([sys.executable, "-c", code, target], check=True, capture_output=True, text=True, env=shown)
    return float(done.stdout)


# --- a program's window ----------------------------------------------------------------------------------------------


@contextlib.contextmanager
def window(machine: Machine, *arguments: str) -> Iterator[subprocess.Popen[bytes]]:
    """Run the station with a display; it is killed where it still runs in the end."""
    with subprocess.Popen(machine.command(*arguments, display=True), env={"PATH": os.environ["PATH"]}) as process:
        try:
            yield process
        finally:
            end(process)


def end(process: subprocess.Popen[Any]) -> None:
    """End what a `Machine.command` started: who becomes another user is not ended with whom it was started by."""
    if process.poll() is None:
        for member in [*psutil.Process(process.pid).children(recursive=True), process]:
            with contextlib.suppress(psutil.NoSuchProcess):
                member.kill()


def first_paint(begun: float) -> float:
    """Wait until the screen shows a window; a picture of it is taken every few milliseconds."""
    import ctypes  # noqa: PLC0415 - only here

    x11 = ctypes.CDLL("libX11.so.6")
    x11.XOpenDisplay.restype = x11.XGetImage.restype = ctypes.c_void_p
    x11.XDefaultRootWindow.restype = ctypes.c_ulong
    display = ctypes.c_void_p(x11.XOpenDisplay(f":{_DISPLAY}".encode()))
    window = ctypes.c_ulong(x11.XDefaultRootWindow(display))
    x11.XGetPixel.restype = ctypes.c_ulong

    def lit() -> bool:
        image = ctypes.c_void_p(x11.XGetImage(display, window, 40, 30, 1, 1, ctypes.c_ulong(0xFFFFFF), 2))
        pixel = x11.XGetPixel(image, 0, 0)
        x11.XDestroyImage(image)
        return bool(pixel & 0xFFFFFF)

    until(lit, "the first paint", 60)
    x11.XCloseDisplay(display)
    return time.perf_counter() - begun


def close(process: subprocess.Popen[bytes]) -> float:
    """End the window as the system does at shut-down; it must end by itself, in time, with code 0."""
    begun = time.perf_counter()
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text(encoding="ascii").split()
    os.kill(int(children[0]), signal.SIGTERM)
    try:
        code = process.wait(15)
    except subprocess.TimeoutExpired as error:
        raise ProofError("the window does not close") from error
    if code:
        raise ProofError(f"the window ended with code {code}")
    return time.perf_counter() - begun
