"""The manual under F1: its pages, its pictures, its links."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from PySide6.QtCore import QUrl
from PySide6.QtGui import QImage, QTextDocument
from pytestqt.qtbot import QtBot

from inspector.engine.faces import Face
from inspector.gui.manual import PAGES, ManualDialog
from inspector.paths import docs_dir

MANUAL = docs_dir() / "manual"


@pytest.mark.parametrize("file", PAGES.values())
def test_every_page_is_there_with_its_pictures_and_links(file: str) -> None:
    text = (MANUAL / file).read_text(encoding="utf-8")
    assert text.startswith("# ")
    for target in re.findall(r"\]\(([^)#]+)\)", text):
        assert target.startswith("http") or (MANUAL / target).exists(), target


def test_the_operator_finds_every_word_of_the_verdict_panel() -> None:
    text = (MANUAL / "operator.md").read_text(encoding="utf-8")
    reviewed = {"BLIND", "NO PART"}  # words of the Review page, not of the line
    said = [face.value for face in Face if face.value not in reviewed]
    assert [word for word in said if f"**{word}**" not in text] == []


def test_it_shows_pages_and_pictures(qtbot: QtBot, tmp_path: Path) -> None:
    (tmp_path / "operator.md").write_text("# Operator\n\n![a](wide.png)\n\nsee [this](engineer.md)")
    (tmp_path / "engineer.md").write_text("# Engineer")
    wide = QImage(1600, 800, QImage.Format.Format_RGB32)
    wide.fill(0)
    wide.save(str(tmp_path / "wide.png"))
    dialog = ManualDialog(tmp_path)
    qtbot.addWidget(dialog)
    assert "Operator" in dialog.browser.toPlainText()
    kind = QTextDocument.ResourceType.ImageResource.value
    shown = dialog.browser.loadResource(kind, QUrl("wide.png"))
    assert isinstance(shown, QImage)
    assert (shown.width(), shown.height()) == (700, 350)
    dialog.browser.anchorClicked.emit(QUrl("engineer.md"))
    assert dialog.browser.toPlainText() == "Engineer"
    dialog.show_page("developer.md")
    assert "The manual is not there" in dialog.browser.toPlainText()
