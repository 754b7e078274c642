"""The station's side: parts are handed over after their commit, the line takes no notice, and the process is kept."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import psutil
import pytest

from inspector import assembly
from inspector.domain.config import TriggerConfig, TriggerMode
from inspector.domain.records import Verdict
from inspector.engine.engine import Engine
from inspector.engine.status import EngineStatus, Pace
from inspector.settings import Settings
from inspector.shadow.service import ShadowService
from tests.regression.station import GREEN, PLAIN, RED
from tests.shadow.stations import ShadowStation
from tests.waits import until

_COMMAND = (sys.executable, "-m", "inspector", "shadow", "run")


@pytest.fixture
def station(tmp_path: Path) -> ShadowStation:
    station = ShadowStation(tmp_path)
    station.parts((PLAIN, Verdict.PASS, None))
    return station


@pytest.fixture
def service(station: ShadowStation) -> Iterator[ShadowService]:
    engine = Engine()
    service = ShadowService(engine, station.home.root, log=lambda: station.home.log, command=_COMMAND)
    service.engine = engine  # type: ignore[attr-defined]
    service.start()
    yield service
    service.stop()
    engine.stop()


def _run_line(station: ShadowStation, service: ShadowService, pictures: Path) -> None:
    where = assembly.places(station.home, Settings())
    log = assembly.open_log(where.log)
    trigger = TriggerConfig(mode=TriggerMode.EVERY_PICTURE)
    recipe = station.recipe.model_copy(update={"source": f"folder:{pictures}", "trigger": trigger})
    parts = len(list(pictures.iterdir()))
    engine: Engine = service.engine  # type: ignore[attr-defined]
    try:
        engine.start(assembly.build_job(recipe, Settings(), where, log, max_parts=parts))
        assert engine.wait_ended(120)
    finally:
        engine.stop()
        log.close()


def _pictures(folder: Path, *images: object) -> Path:
    from inspector.pictures import write_picture

    for number, image in enumerate(images):
        write_picture(folder / f"{number}.png", image)
    return folder


def test_live_parts_are_judged_by_a_process_beside_the_station(
    station: ShadowStation, service: ShadowService, tmp_path: Path
) -> None:
    shadow, _ = station.begin()
    until(_processes)
    _run_line(station, service, _pictures(tmp_path / "first", PLAIN, RED, GREEN))
    until(lambda: station.report(shadow).table.judged >= 1)
    until(lambda: not station.place.waiting(shadow.id))
    (process,) = _processes()
    os.kill(process.pid, signal.SIGKILL)  # it is started again, and goes on
    until(lambda: {known.pid for known in _processes()} - {process.pid})
    _run_line(station, service, _pictures(tmp_path / "second", GREEN))
    until(lambda: station.report(shadow).table.crossing >= 1)
    assert process.pid not in {known.pid for known in _processes()}
    from inspector.shadow.begin import stop_shadow

    stop_shadow(station.home.log, who="Ada")
    until(lambda: not _processes())


def _processes() -> list[psutil.Process]:
    found = []
    for process in psutil.Process().children(recursive=True):
        try:
            words = process.cmdline()
            alive = process.status() != psutil.STATUS_ZOMBIE
        except psutil.Error:
            continue
        if alive and words[-8:-6] == ["shadow", "run"]:
            found.append(process)
    return found


def test_nothing_is_handed_over_while_verdicts_hardly_come_in_time(station: ShadowStation, tmp_path: Path) -> None:
    engine = Engine()
    idle = (sys.executable, "-c", "import threading; threading.Event().wait()")  # takes nothing
    service = ShadowService(engine, station.home.root, log=lambda: station.home.log, command=idle)
    service.engine = engine  # type: ignore[attr-defined]
    heard = service.on_status

    def strained(status: EngineStatus) -> None:
        """Every word of the line says that verdicts hardly come in time."""
        heard(replace(status, pace=Pace.STRAINED))

    service.on_status = strained  # type: ignore[method-assign]
    shadow, _ = station.begin()
    service.start()
    try:
        pictures = _pictures(tmp_path / "p", *[PLAIN] * 3)
        until(lambda: service.wants == shadow.id)
        _run_line(station, service, pictures)
        assert station.place.waiting(shadow.id) == []
    finally:
        service.stop()
        engine.stop()


def test_a_restored_log_in_which_a_shadow_runs_is_taken_up(station: ShadowStation, service: ShadowService) -> None:
    shadow, _ = station.begin()
    station.place.want(None)  # a restored data folder has no such file
    until(lambda: station.place.wanted() is not None)
    wanted = station.place.wanted()
    assert wanted is not None
    assert wanted.shadow == shadow.id
