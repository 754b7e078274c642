"""The Training page where there is more than one device: a cluster in the settings, several GPUs."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator

import pytest
from PySide6.QtWidgets import QLineEdit
from pytestqt.qtbot import QtBot

from inspector.cluster.connection import usable_cores
from inspector.domain.counts import counted
from inspector.paths import Home
from inspector.runs.state import ProcessState
from inspector.runs.trainings import Trainings
from inspector.settings import Settings
from tests.fake_trainer import COMMAND
from tests.gui.conftest import SHIFT_STARTS
from tests.gui.training_bench import Bench
from tests.waits import WAIT_S


@pytest.fixture
def bench(qtbot: QtBot, home: Home) -> Iterator[Bench]:
    opened = Bench(qtbot, home)
    yield opened
    opened.close()
    desk = Trainings(home, command=COMMAND)
    for training in desk.history():
        desk.kill(training)
    for thread in [thread for thread in threading.enumerate() if thread.name in {"training", "work"}]:
        thread.join(WAIT_S)


def set_cluster(bench: Bench, address: str, certificates: str = "") -> None:
    """Apply settings with that cluster."""
    done: list[int] = []
    settings = Settings(recipe="Test", shift_starts=SHIFT_STARTS, cluster=address, cluster_certificates=certificates)
    bench.station.session.apply_settings(settings, lambda: done.append(1))
    bench.until(lambda: done)


def options(bench: Bench) -> list[str]:
    """What the trainer was told beside the request, the last time."""
    assert bench.page.shown is not None
    told: list[str] = json.loads((bench.page.shown.folder.path / "options.json").read_bytes())
    return told


def test_a_training_goes_to_the_cluster_of_the_settings_where_that_is_wanted(bench: Bench) -> None:
    pytest.importorskip("distributed")
    line = bench.page.cluster
    assert not line.isVisible()
    set_cluster(bench, "local:1")
    bench.until(line.isVisible)
    bench.until(lambda: line.words.text() == f"1 worker with {counted(usable_cores(), 'core')} answers.")
    bench.finish()
    assert options(bench) == []
    bench.press(line.wanted)
    bench.choose("crash")
    bench.press(bench.page.train.start)
    bench.until(lambda: bench.page.shown is not None and bench.page.shown.name == "crash-1")
    bench.until_state(ProcessState.DIED)
    assert options(bench) == ["--cluster=local:1"]
    bench.press(line.wanted)
    bench.press(bench.page.train.resume)  # here, as is said now
    bench.until_state(ProcessState.DONE)
    assert options(bench) == []
    set_cluster(bench, "")
    bench.until(lambda: not line.isVisible())
    assert line.chosen is None


def test_the_certificates_of_the_settings_go_along(bench: Bench) -> None:
    set_cluster(bench, "tls://127.0.0.1:1", "/nowhere/certificates")
    bench.press(bench.page.cluster.wanted)
    bench.finish()
    assert options(bench) == ["--cluster=tls://127.0.0.1:1", "--certificates=/nowhere/certificates"]


def test_devices_are_asked_for_where_there_are_several(bench: Bench) -> None:
    page = bench.page
    bench.press(page.method.fold_button)
    bench.choose("bottle")
    devices = page.method.form.editors["devices"]
    assert isinstance(devices, QLineEdit)
    assert not devices.isVisible()
    bench.choose("gpus")
    bench.until(devices.isVisible)
    devices.selectAll()
    bench.qtbot.keyClicks(devices, "2")
    bench.train("gpus")
    assert page.shown is not None
    assert page.shown.request.devices == 2
    bench.until_state(ProcessState.DONE)
    bench.choose("bottle")  # as on a machine that has one of them
    bench.until(lambda: not devices.isVisible())
    bench.press(page.train.start)
    bench.until(lambda: page.shown is not None and page.shown.name == "bottle-1")
    assert page.shown.request.devices == 1
