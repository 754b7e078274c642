"""A report on A4: nothing is cut off, headings stay with what follows, and every sheet says which it is."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np
import pytest
from PySide6.QtGui import QImage, QPainter

from inspector.gui.paper import Paper, print_pdf
from inspector.reports.sheet import facts, heading, paragraph, sheet, table, tiles

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray
    from pytestqt.qtbot import QtBot

_EDGE_PX = 40
HASH = "0123456789abcdef" * 16


@pytest.fixture(autouse=True)
def application(qtbot: QtBot) -> QtBot:
    """Fonts need one."""
    return qtbot


def painted(paper: Paper, number: int) -> NDArray[np.bool_]:
    """(H, W) bool: where a sheet has ink, with `_EDGE_PX` more on every side than is printed on."""
    width, height = round(paper.width_px) + 2 * _EDGE_PX, round(paper.height_px) + 2 * _EDGE_PX
    image = QImage(width, height, QImage.Format.Format_Grayscale8)
    image.fill(255)
    painter = QPainter(image)
    painter.translate(_EDGE_PX, _EDGE_PX)
    paper.paint(painter, number)
    painter.end()
    pixels = np.frombuffer(image.constBits(), np.uint8).reshape(height, image.bytesPerLine())
    return pixels[:, :width] < 200


WIDE = sheet(
    "Wide",
    [
        heading("A title without a blank " + HASH, 1),
        paragraph(HASH * 3),
        facts([("Model " + HASH, HASH)]),
        table([f"column {n}" for n in range(14)], [[HASH[: 9 + n] for n in range(14)] for _ in range(90)]),
        tiles([HASH] * 5, 2),
    ],
)


def test_nothing_is_printed_outside_the_margins_however_long_words_and_wide_tables_are() -> None:
    paper = Paper(WIDE, "foot " * 90)
    assert paper.sheets > 2
    assert paper.document.size().width() <= paper.width_px + 0.5
    for number in range(paper.sheets):
        ink = painted(paper, number)
        inside = ink[_EDGE_PX:-_EDGE_PX, _EDGE_PX:-_EDGE_PX]
        assert inside.any()
        assert ink.sum() == inside.sum()


def test_a_heading_is_not_left_behind_and_a_small_table_not_torn_apart() -> None:
    rows = [[f"row {n}", "words"] for n in range(6)]
    for lines in range(44, 58):
        body = [*[paragraph(f"line {n}") for n in range(lines)], heading("Heading"), table(("A", "B"), rows)]
        paper = Paper(sheet("Heads", body), "foot")
        layout, height = paper.document.documentLayout(), paper.document.pageSize().height()
        block, places = paper.document.begin(), {}
        while block.isValid():
            places[block.text()] = int(layout.blockBoundingRect(block).top() // height)
            block = block.next()
        assert places["Heading"] == places["row 0"] == places["row 5"], lines


def test_no_row_is_torn_apart_and_heads_are_repeated_above_what_follows() -> None:
    """Each row of the long table has one to nine lines; whatever stands before it."""
    rows = [[f"row {n}", " ".join(f"word{n}" for _ in range(11 * (1 + n * 5 % 9)))] for n in range(24)]
    for lines in range(2):
        body = [*[paragraph(f"line {n}") for n in range(lines)], table(("A", "B"), rows, widths=(20, 80))]
        paper = Paper(sheet("Rows", body), "foot")
        layout, height = paper.document.documentLayout(), paper.document.pageSize().height()
        block, seen = paper.document.begin(), 0
        while block.isValid():
            box = layout.blockBoundingRect(block)
            assert box.top() // height == (box.bottom() - 1) // height, block.text()[:20]
            seen += block.text().startswith("word")
            block = block.next()
        assert seen == 24
        assert paper.sheets > 1
        for number in range(1, paper.sheets):
            ink = np.atleast_1d(painted(paper, number)[_EDGE_PX:-_EDGE_PX].any(axis=1))
            head = int(np.argmax(ink))
            under = head + int(np.argmin(ink[head:]))
            assert head < 20, "the heads stand at the top of each sheet"
            assert not ink[under : under + 2].any()


def test_the_pdf_is_of_a4_sheets_and_is_replaced(tmp_path: Path) -> None:
    path = tmp_path / "report.pdf"
    path.write_bytes(b"old")
    sheets = print_pdf(WIDE, path, title="Wide", foot="foot")
    content = path.read_bytes()
    boxes = re.findall(rb"/MediaBox \[0 0 ([\d.]+) ([\d.]+)\]", content)
    assert len(boxes) == sheets
    assert {(round(float(width)), round(float(height))) for width, height in boxes} == {(595, 842)}
