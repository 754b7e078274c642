"""A training beside the line that is killed, or has no memory or disk left: no bundle that looks whole is left."""

from __future__ import annotations

import sys
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import psutil

from inspector.vision.manifest import MANIFEST_FILE
from tests.faults.rig import Case, Face, Rig, pause
from tests.waits import until

if TYPE_CHECKING:
    import subprocess

_PICTURES = 12
_MORE_BYTES = 4 << 20  #: what it may take from then on
_LATEST_S = 8.0
#: A training of so few pictures is the start of its libraries; on two cores that twenty others share that takes minutes.
_ENDS_S = 900.0
_DISK_MB = 600


def _data(rig: Rig) -> tuple[Path, Path]:
    """A toy part's pictures, and random weights."""
    from tests.trainer.toy_parts import draw_spots, random_weights

    data = rig.folder / "spots"
    if not data.exists():
        data.mkdir()
        draw_spots(data, _PICTURES)
    weights = rig.folder / "random.safetensors"
    if not weights.exists():
        random_weights(rig.folder)
    return data, weights


def _command(rig: Rig, out: Path) -> tuple[str, ...]:
    data, weights = _data(rig)
    options = ("--method", "head", "--size", "64", "--precision", "float", "--unseen", "no", "--weights", str(weights))
    return ("-m", "trainer", "fit", str(data), "--out", str(out), *options)


def _begun(rig: Rig, out: Path) -> subprocess.Popen[str]:
    """Start a training; it has pictures in its hands when this returns."""
    training = rig.process(sys.executable, *_command(rig, out))
    assert training.stdout is not None
    first = training.stdout.readline()
    assert training.poll() is None, f"the training has not begun: {first}"
    return training


def _no_bundle(rig: Rig, folder: Path) -> None:
    """No folder beside the wanted one, nor that one, looks like a bundle."""
    rig.expect(not list(folder.glob(f"**/{MANIFEST_FILE}")), f"a bundle is left in {folder}")


def _finish(rig: Rig, out: Path) -> None:
    """The same once more comes to its end."""
    again = rig.process(sys.executable, *_command(rig, out))
    said = again.communicate(timeout=_ENDS_S)[0]
    rig.expect(again.returncode == 0, f"run again: {again.returncode} {said[-300:]}")
    rig.expect((out / MANIFEST_FILE).exists(), "run again, it has left no bundle")


def _killed(rig: Rig) -> None:
    out = rig.folder / "models" / "mine"
    training = _begun(rig, out)
    pause(rig.random.uniform(0.0, _LATEST_S))
    rig.findings.tries += 1
    training.kill()
    training.communicate()
    _no_bundle(rig, rig.folder / "models")
    _finish(rig, out)


def _full(rig: Rig) -> None:
    disk = rig.volume("disk", size_mb=_DISK_MB)
    out = disk.at / "models" / "mine"
    training = _begun(rig, out)
    disk.fill()
    rig.findings.tries += 1
    said = training.communicate(timeout=_ENDS_S)[0]
    rig.expect(training.returncode == 1 and "Traceback" not in said, f"{training.returncode} {said[-300:]}")
    rig.expect("disk" in said or "space" in said, f"not said: {said[-300:]}")
    _no_bundle(rig, disk.at)
    disk.free()
    _finish(rig, out)


def _out_of_memory(rig: Rig) -> None:
    """The system's limit on its memory falls to what it has, as when another program takes the rest."""
    out = rig.folder / "models" / "mine"
    training = _begun(rig, out)
    process = psutil.Process(training.pid)
    most = process.memory_info().vms + _MORE_BYTES
    process.rlimit(psutil.RLIMIT_AS, (most, most))
    rig.findings.tries += 1
    said = training.communicate()[0]
    rig.expect(training.returncode != 0, f"exit code 0: {said[-300:]}")
    rig.expect(said.strip(), "it said nothing")
    _no_bundle(rig, rig.folder / "models")


def _window_gone(rig: Rig) -> None:
    """A window that is closed, and one that is killed, leaves the training to go on."""
    data, weights = _data(rig)
    for number, killed in enumerate((False, True)):
        window = rig.hand("training", data, str(weights))
        rig.findings.tries += 1
        if killed:
            window.kill()
            window.communicate()
        else:
            said = window.communicate("close\n")[0]
            rig.expect(window.returncode == 0, f"the window has ended with {window.returncode}: {said[-300:]}")
        until(partial(_made, rig, number + 1), limit_s=_ENDS_S)


def _made(rig: Rig, models: int) -> bool:
    return len(list((rig.home / "models").glob(f"*/{MANIFEST_FILE}"))) == models


CASES = (
    Case(
        name="a training is killed (kill -9) and run again",
        promises=(2, 3),
        holds="no bundle is left; run again it makes one",
        run=_killed,
    ),
    Case(
        name="the disk of a training is full",
        promises=(2, 3),
        holds="said, no bundle is left; run again with room it makes one",
        run=_full,
    ),
    Case(
        name="a training has no memory left",
        promises=(2, 3),
        holds="it ends with a word and an exit code; no bundle is left",
        run=_out_of_memory,
    ),
    Case(
        name="the window is closed, and killed, while a training runs",
        promises=(2, 3),
        holds="the training goes on and makes its model",
        run=_window_gone,
        faces=(Face.WINDOW,),
    ),
)
