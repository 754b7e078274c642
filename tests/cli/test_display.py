"""Without a display the window's command says so and ends, where Qt would abort."""

from __future__ import annotations

import ctypes
import sys

import pytest

from inspector.cli import main
from inspector.cli.display import display_fault

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="X11 and Wayland are Linux's")


@pytest.fixture(autouse=True)
def _no_display(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"):
        monkeypatch.delenv(name, raising=False)


def test_no_display_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == 1
    said = capsys.readouterr().err
    assert "there is no display for the window. Use “inspector run --headless …”, or set DISPLAY." in said


def test_a_display_that_is_not_there(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    try:
        ctypes.CDLL("libxcb.so.1")
    except OSError:
        pytest.skip("libxcb is not installed")
    monkeypatch.setenv("DISPLAY", ":76")
    assert main(["run", "--source", "demo:"]) == 1
    assert "the display :76 cannot be reached" in capsys.readouterr().err


def test_a_missing_library_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(name: str) -> None:
        raise OSError(f"{name}: cannot open shared object file")

    monkeypatch.setenv("DISPLAY", ":0")
    monkeypatch.setattr(ctypes, "CDLL", missing)
    fault = display_fault()
    assert fault is not None
    assert "libxcb.so.1: cannot open" in fault[0]
    assert "docs/install.md" in fault[1]


def test_a_platform_without_a_display_needs_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QT_QPA_PLATFORM", "offscreen")
    assert display_fault() is None


def test_a_package_shows_itself_through_x11(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WAYLAND_DISPLAY", "wayland-0")
    assert display_fault() is None
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    fault = display_fault()
    assert fault is not None
    assert "Xwayland" in fault[1]
