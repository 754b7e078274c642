"""Failures on a line in the terminal: said, acknowledged with Enter, and an exit code where they stopped it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from inspector.cli import main
from inspector.domain.failing import FailAction, FailConfig, Latch
from inspector.outputs.alarms import alarms_path, read_alarms
from inspector.recipes.recipe import Recipe, save_recipe
from tests.bundles import make_bundle
from tests.gui.conftest import picture
from tests.waits import WAIT_S, until


@pytest.fixture
def home(tmp_path: Path) -> Path:
    made = tmp_path / "home"
    make_bundle(made / "models" / "tiny")
    (tmp_path / "pictures").mkdir()
    for name in "abc":
        picture(tmp_path / "pictures" / f"{name}.png", bad=True)
    return made


def save(home: Path, **failing: Any) -> None:
    source = f"folder:{home.parent / 'pictures'}"
    save_recipe(Recipe(name="R", source=source, model="tiny", failing=FailConfig(**failing)), home / "recipes")


def test_failures_stop_the_line_as_the_recipe_says_and_the_exit_code_says_so(
    capsys: pytest.CaptureFixture[str], home: Path
) -> None:
    save(home, in_a_row=2, in_a_row_does=FailAction.STOP, latch=Latch.FAIL)
    code = main(["run", "--headless", "--home", str(home), "--recipe", "R"])
    said = capsys.readouterr().err
    assert code == 4
    assert "alarm: part 1 is held: FAIL at " in said
    assert "alarm: the line was stopped: " in said
    assert " parts in a row did not pass, since " in said


@pytest.mark.skipif(not hasattr(os, "openpty"), reason="a terminal of one's own is for POSIX")
def test_enter_acknowledges_and_the_program_log_says_who(home: Path, tmp_path: Path) -> None:
    save(home, in_a_row=3)
    ours, its = os.openpty()
    said = tmp_path / "said"
    command = [sys.executable, "-m", "inspector", "run", "--headless", "--home", str(home), "--recipe", "R"]
    with said.open("w") as file, subprocess.Popen(command, stdin=its, stdout=file, stderr=file) as program:
        try:
            until(lambda: "press Enter to acknowledge" in said.read_text())
            os.write(ours, b"\n")
            until(lambda: "acknowledged: 3 parts in a row did not pass, since " in said.read_text())
        finally:
            program.send_signal(signal.SIGTERM)
            os.close(its)
        assert program.wait(WAIT_S) == 130
    os.close(ours)
    assert "acknowledged by " in (home / "logs" / "inspector.log").read_text(encoding="utf-8")


@pytest.mark.skipif(not hasattr(os, "openpty"), reason="a terminal of one's own is for POSIX")
def test_what_waited_when_the_program_was_killed_waits_again_until_it_is_acknowledged(
    home: Path, tmp_path: Path
) -> None:
    save(home, latch=Latch.FAIL)
    command = [sys.executable, "-m", "inspector", "run", "--headless", "--home", str(home), "--recipe", "R"]
    with (tmp_path / "first").open("w") as file, subprocess.Popen(command, stdout=file, stderr=file) as program:
        until(lambda: "alarm: part 1 is held: FAIL at " in (tmp_path / "first").read_text())
        program.kill()
        program.wait(WAIT_S)
    for bad in (tmp_path / "pictures").iterdir():
        bad.unlink()
    ours, its = os.openpty()
    second = tmp_path / "second"
    with second.open("w") as file, subprocess.Popen(command, stdin=its, stdout=file, stderr=file) as program:
        try:
            until(lambda: "press Enter to acknowledge" in second.read_text())
            assert "alarm: part 1 is held: FAIL at 2" in second.read_text()  # with its day
            os.write(ours, b"\n")
            until(lambda: "acknowledged: part 1 is held: FAIL at " in second.read_text())
        finally:
            program.send_signal(signal.SIGTERM)
            os.close(its)
        assert program.wait(WAIT_S) == 130
    os.close(ours)
    assert not read_alarms(alarms_path(home / "results.sqlite3")).waits
