"""How the program finds itself and the trainer, from source and packaged."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from inspector.paths import Home
from inspector.programs import has_trainer, is_installed, station_command, trainer_command
from inspector.runs.trainings import Trainings

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture
def package(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A packaged station without a trainer."""
    folder = tmp_path / "Prüf station"
    folder.mkdir()
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    monkeypatch.setattr(sys, "executable", str(folder / "inspector"))
    monkeypatch.setattr(sys, "platform", "linux")
    return folder


def test_from_source_both_are_modules_of_this_python() -> None:
    assert station_command() == (sys.executable, "-m", "inspector")
    assert trainer_command() == (sys.executable, "-m", "trainer")
    assert has_trainer()


def test_packaged_both_lie_in_one_folder(package: Path) -> None:
    assert station_command() == (str(package / "inspector"),)
    assert Trainings(Home(root=package)).command == (str(package / "trainer"),)
    assert not has_trainer()
    (package / "trainer").touch()
    assert has_trainer()


def test_on_windows_they_have_a_suffix(package: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "win32")
    assert trainer_command() == (str(package / "trainer.exe"),)


def test_a_folder_of_libraries_is_no_package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "only_libraries" / "lib").mkdir(parents=True)
    (tmp_path / "whole").mkdir()
    (tmp_path / "whole" / "__init__.py").touch()
    monkeypatch.syspath_prepend(str(tmp_path))
    assert [is_installed(name) for name in ("only_libraries", "whole", "absent")] == [False, True, False]


_HANG_UP = """
import signal
from inspector.cli.common import stop_signals
from inspector.programs import ending_signals
usual = (signal.SIGINT, signal.SIGTERM)
signal.signal(signal.SIGHUP, signal.SIG_DFL)
assert ending_signals() == (*usual, signal.SIGHUP)
with stop_signals() as stop:
    signal.raise_signal(signal.SIGHUP)
    assert stop.is_set()
signal.signal(signal.SIGHUP, signal.SIG_IGN)  # as nohup does
assert ending_signals() == usual
print("right")
"""


@pytest.mark.skipif(not hasattr(signal, "SIGHUP"), reason="this system has no terminals to lose")
def test_a_lost_terminal_ends_the_program_in_order_unless_that_is_ignored() -> None:
    done = subprocess.run([sys.executable, "-c", _HANG_UP], cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "right\n", "")
