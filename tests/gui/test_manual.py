"""The manual under F1: its pages, its pictures, its links."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt, QUrl
from PySide6.QtGui import QImage, QPalette, QTextDocument
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from inspector import __version__
from inspector.engine.faces import Face
from inspector.gui.manual import ABOUT, ManualDialog
from inspector.gui.manual_text import PAGES, anchor_of
from inspector.paths import docs_dir

MANUAL = docs_dir() / "manual"


@pytest.mark.parametrize("file", PAGES.values())
def test_every_page_is_there_with_its_pictures_and_links(file: str) -> None:
    text = (MANUAL / file).read_text(encoding="utf-8")
    assert text.startswith("# ")
    folder = (MANUAL / file).parent
    for target, anchor in re.findall(r"\]\(([^)#]*)(?:#([^)]+))?\)", text):
        if target.startswith("http"):
            continue
        page = folder / target if target else MANUAL / file
        assert page.exists(), target
        if anchor:
            headings = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), re.MULTILINE)
            assert anchor in {anchor_of(re.sub(r"[`*]", "", heading)) for heading in headings}, (target, anchor)


def test_all_pages_of_the_manual_are_in_the_list() -> None:
    assert {path.name for path in MANUAL.glob("*.md")} == {file for file in PAGES.values() if "/" not in file}


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
    assert (shown.width(), shown.height()) == (600, 300)
    dialog.browser.anchorClicked.emit(QUrl("engineer.md"))
    assert dialog.browser.toPlainText() == "Engineer"
    dialog.show_page("developer.md")
    assert "The manual is not there" in dialog.browser.toPlainText()


def test_about_lists_what_is_brought_along_with_the_text_of_each_licence(qtbot: QtBot) -> None:
    dialog = ManualDialog()
    qtbot.addWidget(dialog)
    dialog.show()
    dialog.pages.setCurrentRow(dialog.pages.count() - 1)
    assert dialog.pages.item(dialog.pages.count() - 1).text() == ABOUT
    listed = dialog.browser.toPlainText()
    assert f"Inspector {__version__}, under the Apache License 2.0." in listed
    assert "PySide6_Essentials" in listed
    dialog.browser.anchorClicked.emit(QUrl("licence:numpy"))
    assert "Redistribution and use in source and binary forms" in dialog.browser.toPlainText()
    dialog.browser.anchorClicked.emit(QUrl("licence:"))
    assert dialog.browser.toPlainText() == listed


def test_words_are_found_on_every_page_marked_and_gone_through(qtbot: QtBot) -> None:
    dialog = ManualDialog()
    qtbot.addWidget(dialog)
    dialog.show()
    qtbot.keyClicks(dialog.search, "reject gate")
    hits = dialog.hits
    assert len({hit.file for hit in hits}) >= 2
    assert all("reject" in hit.words.lower() or "gate" in hit.words.lower() for hit in hits)
    assert dialog.places.isVisible()
    assert not dialog.pages.isVisible()
    assert dialog.said.text() == f"{len(hits):,} on {len({hit.file for hit in hits})} pages"
    for hit in (hits[0], hits[1]):
        text = dialog.browser.document().findBlockByNumber(hit.block).text().lower()
        assert "reject" in text
        assert "gate" in text
        assert "gate" in {mark.cursor.selectedText().lower() for mark in dialog.browser.extraSelections()}
        qtbot.keyClick(dialog.search, Qt.Key.Key_Return)
    dialog.search.clear()
    assert dialog.pages.isVisible()
    assert dialog.browser.extraSelections() == []
    qtbot.keyClicks(dialog.search, "xyzzy")
    assert dialog.said.text() == "Nothing. Try fewer words."


def at_the_top(dialog: ManualDialog) -> set[str]:
    """The first paragraphs that are seen."""
    block = dialog.browser.cursorForPosition(QPoint(30, 4)).block()
    return {(block := block.next()).text() if number else block.text() for number in range(4)}


def test_links_lead_to_headings_of_other_pages_and_of_the_same(qtbot: QtBot) -> None:
    dialog = ManualDialog()
    qtbot.addWidget(dialog)
    dialog.show()
    dialog.show_page("../line.md")
    dialog.browser.anchorClicked.emit(QUrl("manual/engineer.md#after-failures"))
    assert dialog.pages.currentItem().text() == "For the quality engineer"
    assert "After failures" in at_the_top(dialog)
    dialog.show_page("../line.md")
    dialog.browser.anchorClicked.emit(QUrl("#the-registers"))
    assert "The registers" in at_the_top(dialog)


def test_it_has_the_colours_of_the_window(qtbot: QtBot) -> None:
    dialog = ManualDialog()
    qtbot.addWidget(dialog)
    base = dialog.browser.palette().color(QPalette.ColorRole.Base)
    assert base == QApplication.palette().color(QPalette.ColorRole.Base)
