"""A camera in the network, by RTSP: killed, frozen, repeating one picture, changing the size of its pictures."""

from __future__ import annotations

import signal
import sys
import time

from tests.faults import record
from tests.faults.rig import Case, Face, Rig, faulted, free_port
from tests.faults.rtsp import FPS
from tests.faults.station import Station

_LOST = r"rtsp://"


def _film(rig: Rig) -> None:
    assert rig.port
    now_s = time.perf_counter()
    rig.filmed_s = rig.filmed_s or now_s
    first = round((now_s - rig.filmed_s) * FPS)  # the belt has moved on meanwhile
    command = ("-m", "tests.faults.rtsp", str(rig.port), str(record.SEED), str(first))
    rig.holder = rig.process(sys.executable, *command)
    assert rig.holder.stdout is not None
    assert rig.holder.stdout.readline() == "ready\n"


def _camera(rig: Rig) -> None:
    rig.port = free_port()
    _film(rig)
    rig.recipe(f"rtsp://127.0.0.1:{rig.port}/line")


def _kill(rig: Rig, _: Station) -> None:
    assert rig.holder is not None
    rig.holder.kill()
    rig.holder.wait()


def _film_again(rig: Rig, _: Station) -> None:
    _film(rig)


def _freeze(rig: Rig, _: Station) -> None:
    assert rig.holder is not None
    rig.holder.send_signal(signal.SIGSTOP)


def _go_on(rig: Rig, _: Station) -> None:
    assert rig.holder is not None
    rig.holder.send_signal(signal.SIGCONT)


def _show(rig: Rig, what: str) -> None:
    assert rig.holder is not None
    assert rig.holder.stdin is not None
    rig.holder.stdin.write(f"{what}\n")
    rig.holder.stdin.flush()


def _changed_size(rig: Rig) -> None:
    """The empty belt is learnt anew, or no part is found; whatever is told is right."""
    _camera(rig)
    station = rig.well(lot="size")
    rig.findings.tries += 1
    began_s = time.perf_counter()
    _show(rig, "small")
    rig.findings.shown_s.append(station.wait_said(".", began_s))
    ended_s = time.perf_counter()
    _show(rig, "live")
    rig.findings.healed_s.append(station.wait_well(ended_s))
    rig.end(station, said=True)


_BOTH = (Face.HEADLESS, Face.WINDOW)

CASES = (
    Case(
        name="a camera in the network is switched off and on",
        promises=(2, 3),
        holds="NO CAMERA; goes on by itself",
        run=faulted(prepare=_camera, inject=_kill, mend=_film_again, shown=_LOST),
        faces=_BOTH,
    ),
    Case(
        name="a camera in the network freezes",
        promises=(2, 3),
        holds="NO CAMERA; goes on by itself",
        run=faulted(prepare=_camera, inject=_freeze, mend=_go_on, shown=_LOST),
        faces=_BOTH,
    ),
    Case(
        name="a camera in the network repeats one picture",
        promises=(2, 3),
        holds="NO CAMERA, “has stood still”, after the recipe's limit of 5 s; no PASS of an old picture",
        run=faulted(
            prepare=_camera,
            inject=lambda rig, _: _show(rig, "repeat"),
            mend=lambda rig, _: _show(rig, "live"),
            shown="stood still",
        ),
    ),
    Case(
        name="a camera in the network changes the size of its pictures",
        promises=(2, 3),
        holds="parts are not seen until the empty belt is known again, and it says so",
        run=_changed_size,
    ),
)
