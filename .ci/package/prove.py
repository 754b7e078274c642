"""Proves a finished Linux package on a machine that has never seen the project: `make package-test`, as root.

The machine is a minimal Debian root (debootstrap, kept in build/package/root) with the system libraries that README.md
lists, and nothing else: no Python, no project. The package runs in it as a plain user without any network; of the
outside it has the socket of an Xvfb. Every step says what it saw; the first that fails ends the proof.
"""

from __future__ import annotations

import argparse
import contextlib
import hashlib
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
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(Path(__file__).resolve().parent)]

_DISPLAY = 93
_USER = 1234
_PACKAGES = """
    libdbus-1-3 libegl1 libfontconfig1 libfreetype6 libgl1 libglib2.0-0 libgssapi-krb5-2 libx11-6 libx11-xcb1
    libxcb1 libxkbcommon0
""".split()  # noqa: SIM905 - reads better
_DATA = "/home/inspector"
_ODD = "/srv/Prüfung – Halle 3"
_FIRST_PAINT_S = 2.0


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
    environment: dict[str, str] = field(default_factory=lambda: {"HOME": _DATA, "LANG": "C.UTF-8", "PATH": "/usr/bin"})

    def inside(self, path: str) -> Path:
        """Return a path of the machine as it is seen from here."""
        return self.root / path.lstrip("/")

    def command(self, *arguments: str, program: str = "inspector", display: bool = False) -> list[str]:
        """Return what runs a program there: without network, as a plain user, with nothing of this environment."""
        shown = {"DISPLAY": f":{_DISPLAY}"} if display else {}
        variables = [f"{key}={value}" for key, value in (self.environment | shown).items()]
        isolated = ["unshare", "--net", "--pid", "--fork", "--kill-child", "--mount-proc=" + str(self.root / "proc")]
        change = ["chroot", f"--userspec={_USER}:{_USER}", str(self.root), "/usr/bin/env", "-i", *variables]
        return [*isolated, *change, f"{self.program}/{program}", *arguments]

    def run(self, *arguments: str, program: str = "inspector", display: bool = False, code: int = 0) -> str:
        """Run a command to its end.

        Returns:
            What it wrote to stdout and stderr.

        Raises:
            ProofError: If it ends with another code.
        """
        done = subprocess.run(
            self.command(*arguments, program=program, display=display),
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
    for path in ("opt/inspector-station", _DATA.lstrip("/"), _ODD.lstrip("/")):
        shutil.rmtree(root / path, ignore_errors=True)
    shutil.copytree(folder, root / "opt" / "inspector-station", symlinks=True)
    (root / _DATA.lstrip("/")).mkdir()
    os.chown(root / _DATA.lstrip("/"), _USER, _USER)
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


# --- what is proven ---------------------------------------------------------------------------------------------------


def step_doctor(machine: Machine, _: Path) -> str:
    """Everything is in the package: devices, model, libraries."""
    found = machine.json("doctor")
    wrong = [one for one in found["checks"] if one["state"] == "fault"]  # type: ignore[attr-defined]
    if wrong:
        raise ProofError(f"doctor: {wrong}")
    devices = next(one for one in found["checks"] if one["name"] == "devices")  # type: ignore[attr-defined]
    model = next(one for one in found["checks"] if one["name"] == "model")  # type: ignore[attr-defined]
    return f"{devices['found']}; {model['found']}"


def step_no_display(machine: Machine, _: Path) -> str:
    """Without a display the program says so."""
    said = machine.run(code=1)
    if "there is no display for the window" not in said:
        raise ProofError(f"without a display it says: {said}")
    machine.environment["DISPLAY"] = ":9377"  # nobody has that many
    unreachable = machine.run(code=1)
    del machine.environment["DISPLAY"]
    if "cannot be reached" not in unreachable or "Traceback" in unreachable:
        raise ProofError(f"with a display that is not there it says: {unreachable}")
    return said.strip()


def step_window(machine: Machine, out: Path) -> str:
    """The window inspects the demo line; a second one raises it; it closes in good order, and its log is whole."""
    home = f"{_DATA}/.local/share/inspector-station"
    begun = time.perf_counter()
    with _window(machine, "run", "--source", "demo:") as process:
        painted_s = _first_paint(begun)
        until(lambda: {"PASS", "FAIL"} <= machine.rows(home).keys(), "good and defective parts of the demo line", 240)
        second = machine.run(display=True)
        if "brought to the front" not in second or process.poll() is not None:
            raise ProofError(f"the second window said: {second}")
        picture_of_screen(out / "window.png")
        closed_s = _close(process)
    rows = machine.rows(home)
    if rows.get("ERROR"):
        raise ProofError(f"the demo line gave {rows}")
    machine.run("log", "summary")
    return f"first paint after {painted_s:.2f} s, {rows}, closed within {closed_s:.1f} s; {out / 'window.png'}"


def step_warm_start(machine: Machine, _: Path) -> str:
    """The second start is quick."""
    times: list[float] = []
    while len(times) < 3:
        begun = time.perf_counter()
        with _window(machine) as process:
            times.append(_first_paint(begun))
            _close(process)
    least = min(times)
    if least > _FIRST_PAINT_S:
        raise ProofError(f"first paint after {least:.2f} s at best, warm; it may take {_FIRST_PAINT_S} s")
    return f"first paint after {', '.join(f'{one:.2f}' for one in times)} s"


def step_folder(machine: Machine, _: Path) -> str:
    """A folder through the line, and through `inspector batch`."""
    home = f"{_DATA}/folder"
    source = f"folder:{_DATA}/pictures/all"
    machine.run("run", "--source", source, "--model", "demo", "--max-parts", "12", "--home", home)
    rows = machine.rows(home)
    counts = machine.json("batch", f"{_DATA}/pictures/all", "--model", "demo", "--home", home)
    if sum(rows.values()) != 12 or rows.get("ERROR") or counts["judged"] != 12 or counts["error"]:
        raise ProofError(f"12 pictures gave {rows} on the line and {counts} in a batch")
    return f"line {rows}; batch {counts['pass']} pass, {counts['fail']} fail"


def step_video(machine: Machine, _: Path) -> str:
    """Videos are decoded, and every part in them is seen."""
    from pictures import VIDEOS  # noqa: PLC0415 - beside this file

    found = {}
    for name in VIDEOS:
        home = f"{_DATA}/{name}-home"
        source = ("--source", f"video:{_DATA}/pictures/{name}", "--model", "demo", "--as-fast-as-possible")
        machine.run("run", *source, "--headless", "--home", home)
        found[name] = machine.rows(home)
    counts = {sum(rows.values()) for rows in found.values()}
    if len(counts) != 1 or min(counts) < 4 or any("ERROR" in rows for rows in found.values()):
        raise ProofError(f"the same line as videos gave {found}")
    return ", ".join(f"{name} {rows}" for name, rows in found.items())


def step_train(machine: Machine, _: Path) -> str:
    """The trainer's process, as the window starts it, makes a model that the station verifies and uses."""
    folder, model = f"{_DATA}/trainings/1", f"{_DATA}/models/new"
    machine.inside(folder).mkdir(parents=True)
    request = {
        "data": f"{_DATA}/pictures/set",
        "out": model,
        "method": "head",
        "weights": f"{_DATA}/pictures/backbone.npz",
    }
    (machine.inside(folder) / "request.json").write_text(json.dumps(request), encoding="utf-8")
    subprocess.run(["chown", "-R", f"{_USER}:{_USER}", machine.inside(folder).parent], check=True)
    begun = time.perf_counter()
    machine.run("worker", folder, program="trainer")
    seconds = time.perf_counter() - begun
    last = (machine.inside(folder) / "reports.jsonl").read_text(encoding="utf-8").splitlines()[-1]
    verified = machine.json("model", "verify", model)
    judged = machine.json("batch", f"{_DATA}/pictures/all", "--model", model, "--out", f"{_DATA}/judged")
    if json.loads(last)["kind"] != "result" or not verified["ok"] or judged["error"]:
        raise ProofError(f"training ended with {last}; {verified}; {judged}")
    return f"{seconds:.0f} s, {verified['files']} files verified, {judged['judged']} pictures judged"


def step_import(machine: Machine, _: Path) -> str:
    """A command of the station that needs torch is run by the trainer's program."""
    weights, out = f"{_DATA}/pictures/network.npz", f"{_DATA}/models/imported"
    found = machine.json("model", "import", weights, "--classes", "good,bad", "--out", out)
    return f"{found['name']}"


def step_odd_path(machine: Machine, _: Path) -> str:
    """From a path with spaces and letters beyond ASCII."""
    machine.inside(machine.program).rename(machine.inside(_ODD))
    machine.program = _ODD
    try:
        home = f"{_DATA}/Daten für Prüfung"
        with _window(machine, "run", "--source", "demo:", "--home", home) as process:
            until(lambda: sum(machine.rows(home).values()) >= 2, "2 parts", 120)
            _close(process)
    finally:
        machine.program = "/opt/inspector-station"
        machine.inside(_ODD).rename(machine.inside(machine.program))
    return f"{_ODD}: {machine.rows(home)}"


def step_read_only(machine: Machine, _: Path) -> str:
    """From a folder that cannot be written."""
    program, home = machine.inside(machine.program), f"{_DATA}/read-only"
    subprocess.run(["mount", "--bind", program, program], check=True)
    try:
        subprocess.run(["mount", "-o", "remount,bind,ro", program], check=True)
        with _window(machine, "run", "--source", "demo:", "--home", home) as process:
            until(lambda: sum(machine.rows(home).values()) >= 2, "2 parts", 120)
            _close(process)
    finally:
        subprocess.run(["umount", program], check=True)
    return f"{machine.rows(home)}"


def step_downgrade(machine: Machine, _: Path) -> str:
    """The data of a newer program are refused."""
    home = machine.inside(f"{_DATA}/newer")
    home.mkdir()
    (home / "version.json").write_text('{"data": 99, "program": "9.0.0"}', encoding="utf-8")
    said = machine.run("recipe", "list", "--home", f"{_DATA}/newer", code=1)
    if "9.0.0" not in said:
        raise ProofError(f"newer data were refused with: {said}")
    return said.strip()


@contextlib.contextmanager
def _window(machine: Machine, *arguments: str) -> Iterator[subprocess.Popen[bytes]]:
    with subprocess.Popen(machine.command(*arguments, display=True), env={"PATH": os.environ["PATH"]}) as process:
        try:
            yield process
        finally:
            if process.poll() is None:
                process.kill()


def _first_paint(begun: float) -> float:
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


def _close(process: subprocess.Popen[bytes]) -> float:
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


# --- all of it --------------------------------------------------------------------------------------------------------


def _fingerprint(folder: Path) -> str:
    """Return a hash of the names, sizes and times of all files: what the program would change in its own folder."""
    lines = []
    for path in sorted(folder.rglob("*")):
        status = path.lstat()
        lines.append(f"{path.relative_to(folder)} {status.st_size} {status.st_mtime_ns}")
    return hashlib.sha256("\n".join(lines).encode("utf-8", "surrogateescape")).hexdigest()


def _has_trainer(machine: Machine) -> bool:
    return (machine.inside(machine.program) / "trainer").is_file()


def _give_pictures(machine: Machine) -> None:
    from pictures import make_pictures  # noqa: PLC0415 - beside this file

    data = machine.inside(_DATA)
    make_pictures(data / "pictures", backbone=_has_trainer(machine))
    subprocess.run(["chown", "-R", f"{_USER}:{_USER}", data], check=True)


def prove(machine: Machine, out: Path, only: Sequence[str]) -> None:
    """Run the steps.

    Raises:
        ProofError: If one fails, or the program has written into its own folder.
    """
    steps = [step_doctor, step_no_display, step_window, step_warm_start, step_folder, step_video]
    steps += [
        step_odd_path,
        step_read_only,
        step_downgrade,
        *([step_train, step_import] if _has_trainer(machine) else []),
    ]
    before = _fingerprint(machine.inside(machine.program))
    for step in steps:
        name = step.__name__.removeprefix("step_")
        if not only or name in only:
            print(f"{name:12}{step(machine, out)}", flush=True)
    if _fingerprint(machine.inside(machine.program)) != before:
        raise ProofError("the program has written into its own folder")


def main() -> int:
    """Prove; returns 1 where a step fails."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, help="the package's folder")
    parser.add_argument("--root", type=Path, default=ROOT / "build" / "package" / "root", help="the minimal root")
    parser.add_argument("--out", type=Path, default=ROOT / "build" / "package", help="where the screenshot goes")
    parser.add_argument("--only", nargs="*", default=[], help="steps")
    parsed = parser.parse_args()
    try:
        bare_root(parsed.root)
        with screen(), furnished(parsed.root, parsed.folder.resolve()) as machine:
            _give_pictures(machine)
            prove(machine, parsed.out, parsed.only)
    except ProofError as error:
        print(f"FAILED: {error}", file=sys.stderr)
        return 1
    print("the package is proven")
    return 0


if __name__ == "__main__":
    sys.exit(main())
