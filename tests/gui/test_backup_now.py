"""Settings → Backup: one made now, while the station goes on, and what went wrong."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLineEdit, QPushButton

from inspector.backup.manifest import SUFFIX
from tests.gui.conftest import Station


def _press(station: Station, folder: str) -> None:
    station.window.show_page("settings")
    page = station.window.settings
    page.show_section("Backup")
    line = page.station.editors["backup_to"]
    assert isinstance(line, QLineEdit)
    line.selectAll()
    station.qtbot.keyClicks(line, folder)
    parent = line.parentWidget()
    assert parent is not None
    (button,) = [button for button in parent.findChildren(QPushButton) if button.text() == "Back up now"]
    station.until(lambda: station.session.log_path is not None)
    station.qtbot.mouseClick(button, Qt.MouseButton.LeftButton)


def test_a_backup_is_made_now_and_said(station: Station, tmp_path: Path) -> None:
    out = tmp_path / "out"
    _press(station, str(out))
    said = station.window.settings.said
    assert said.text() == "A backup is being written; the station goes on."
    station.until(lambda: said.text().startswith("Backed up: "))
    (made,) = out.glob(f"*{SUFFIX}")
    assert str(made) in said.text()


def test_a_folder_that_cannot_be_written_is_said(station: Station, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    _press(station, str(tmp_path / "file" / "folder"))
    said = station.window.settings.said
    station.until(lambda: "cannot be" in said.text())
    assert "folder" in said.text()
