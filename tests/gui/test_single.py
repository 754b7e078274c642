"""One window per data folder, and what stands in for the trainer where there is none."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from pathlib import Path

import pytest
from PySide6.QtNetwork import QLocalSocket
from PySide6.QtWidgets import QLabel

from inspector.gui import composition
from inspector.gui import single as single_module
from inspector.gui.single import SingleWindow
from tests.gui.conftest import Station
from tests.waits import WAIT_MS

ROOT = Path(__file__).resolve().parents[2]


def _second(station: Station, *arguments: str) -> tuple[int, str]:
    """Start the program on the same data folder while the first window goes on; its code, and what it said."""
    command = [sys.executable, "-m", "inspector", *arguments, "--home", str(station.home.root)]
    shown = {**os.environ, "QT_QPA_PLATFORM": "offscreen"}
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True, cwd=ROOT, env=shown) as process:
        station.until(lambda: process.poll() is not None)
        assert process.stderr is not None
        return process.returncode, process.stderr.read()


@pytest.mark.qt_log_ignore("does not support raise")
def test_a_second_start_brings_the_first_window_to_the_front(station: Station) -> None:
    single = SingleWindow(station.home.root)
    assert single.is_first()
    single.wanted.connect(station.window.come_to_front)
    station.window.showMinimized()
    try:
        code, said = _second(station)
        assert (code, "brought to the front" in said) == (0, True)
        station.until(lambda: not station.window.isMinimized())
        code, said = _second(station, "run", "--source", "demo:")
        assert (code, "what was asked for is not used" in said) == (1, True)
    finally:
        single.release()


def test_the_folder_is_free_again_when_the_window_has_gone(station: Station) -> None:
    first, second = SingleWindow(station.home.root), SingleWindow(station.home.root)
    assert first.is_first()
    assert not second.is_first()
    first.release()
    assert second.is_first()
    second.release()


def _connect(root: Path) -> QLocalSocket:
    """Connect to the window of a folder, as any program of this user can."""
    digest = hashlib.sha256(str(root.resolve()).encode()).hexdigest()
    socket = QLocalSocket()
    socket.connectToServer(f"inspector-{digest[:16]}")
    assert socket.waitForConnected(WAIT_MS)
    return socket


@pytest.mark.parametrize("said", [b"x" * 1_000_000, b"raise\nraise\n", b"\x00\xff", b"raisE\n"])
def test_a_program_that_says_something_else_is_not_heard_out(station: Station, said: bytes) -> None:
    single, wanted = SingleWindow(station.home.root), []
    assert single.is_first()
    single.wanted.connect(lambda: wanted.append(1))
    try:
        socket = _connect(station.home.root)
        socket.write(said)
        station.until(lambda: socket.state() is QLocalSocket.LocalSocketState.UnconnectedState)
        assert bytes(socket.readAll().data()) == b""
        assert wanted == []
        again = _connect(station.home.root)
        again.write(b"rai")
        again.flush()
        again.write(b"se\n")
        station.until(lambda: wanted == [1])
        station.until(lambda: again.state() is QLocalSocket.LocalSocketState.UnconnectedState)
        assert bytes(again.readAll().data()) == b"ok\n"
    finally:
        single.release()


def test_a_program_that_says_nothing_is_let_go(station: Station, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(single_module, "_WAIT_MS", 10)
    single = SingleWindow(station.home.root)
    assert single.is_first()
    try:
        sockets = [_connect(station.home.root) for _ in range(3)]
        station.until(lambda: all(s.state() is QLocalSocket.LocalSocketState.UnconnectedState for s in sockets))
    finally:
        single.release()


def test_other_folders_have_their_own_windows(station: Station, tmp_path: Path) -> None:
    first, other = SingleWindow(station.home.root), SingleWindow(tmp_path / "other")
    assert first.is_first()
    assert other.is_first()
    first.release()
    other.release()


def test_a_folder_that_cannot_be_made_hinders_no_window(tmp_path: Path, qtbot: object) -> None:
    (tmp_path / "file").touch()
    assert SingleWindow(tmp_path / "file" / "home").is_first()


def test_without_a_trainer_the_page_says_which_package_has_one(
    station: Station, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(composition, "has_trainer", lambda: False)
    page = station.window.settings
    station.window.show_page("settings")
    page.show_section("Training")
    texts = " ".join(words.text() for words in page.findChildren(QLabel) if words.isVisible())
    assert "This package has no trainer" in texts
    assert "full package" in texts
