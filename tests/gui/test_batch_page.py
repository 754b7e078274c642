"""The Batch page as a hand uses it."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QAbstractButton, QComboBox, QFileDialog, QLineEdit, QPushButton, QWidget

from inspector.batch.learnt import LearntPictures, write_learnt
from inspector.domain.confusion import DEFECTIVE, GOOD
from inspector.domain.policy import FAILED, PASSED
from inspector.domain.records import Prediction
from inspector.gui.batch.confusion_table import ConfusionCell
from inspector.gui.batch.picture_card import PictureMode
from inspector.gui.batch.results_model import Column
from inspector.gui.batch.results_table import ROW_PX
from tests.batch.samples import R, write_results
from tests.gui.batch_hand import ROWS, BatchHand, digest_of, make_run, real_rows, say
from tests.gui.conftest import Station, picture


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    return tmp_path / "parts"


def test_the_empty_page_says_what_belongs_there(station: Station) -> None:
    hand = BatchHand(station)
    results = hand.page.results
    assert results.empty_title.text() == "Judge a folder of pictures"
    assert "Drop a folder" in results.empty.text()
    assert results.browse_button.isVisible()
    assert not hand.page.bar.inspect.isEnabled()
    assert not hand.page.details.picture.isVisible()


def test_a_folder_is_inspected_and_its_results_are_walked_through(station: Station, pictures: Path) -> None:
    for name, bad in (("good/1.png", False), ("red/1.png", True), ("red/2.png", True)):
        (pictures / name).parent.mkdir(parents=True, exist_ok=True)
        picture(pictures / name, bad=bad)
    hand = BatchHand(station)
    bar, page = hand.page.bar, hand.page
    assert bar.chosen_judge == ("recipe", "Test")
    hand.type_folder(pictures)
    station.until(lambda: bar.words.text() == "3 pictures, labelled: 1 good, 2 defective, 1 type")
    assert page.results.empty_title.text() == "Not inspected yet"
    hand.click(bar.inspect)
    station.until(bar.stop.isVisible)
    station.window.show_page("live")  # the run goes on
    station.window.show_page("batch")
    station.until(lambda: bar.progress.text().startswith("3 of 3") and not bar.stop.isVisible())
    assert hand.names() == ["red/1.png", "red/2.png", "good/1.png"]
    assert "Test v1, tiny (" in bar.words.text()
    assert bar.words.text().endswith(", fails from 0.5")
    assert hand.current() == "red/1.png"  # the first is chosen by itself
    station.until(lambda: isinstance(hand.heatmap(), Prediction) and hand.label() == "red/1.png")
    assert page.details.picture.lines[0].verdict.text() == "FAIL"
    station.qtbot.keyClick(page.results.table, Qt.Key.Key_Down)
    station.qtbot.keyClick(page.results.table, Qt.Key.Key_Down)
    assert hand.current() == "good/1.png"
    station.until(lambda: hand.label().startswith("good/1.png"))
    assert page.details.picture.lines[0].verdict.text() == "PASS"
    assert page.details.confusion.cells[ConfusionCell(label=DEFECTIVE, verdict=FAILED)].text() == "2"
    assert page.details.confusion.words.text().startswith("Escapes 0.0 % (0.0 to 65.8), overkill 0.0 %")


def test_chips_filters_and_the_table_of_right_and_wrong_choose_what_is_shown(station: Station, pictures: Path) -> None:
    make_run(station.home, pictures, real_rows(pictures, *ROWS))
    hand = BatchHand(station)
    hand.until_rows(7)
    results, chips = hand.page.results, hand.page.results.chips.chips
    texts = {name: chip.text() for name, chip in chips.items()}
    assert texts == {
        "all": "All 7",
        "fail": "Fail 3",
        "review": "Review 1",
        "pass": "Pass 2",
        "error": "Error 1",
        "wrong": "Wrong 2",
        "flips": "Flips 0",
    }
    assert not chips["flips"].isVisible()
    hand.click(chips["wrong"])
    station.until(lambda: hand.names() == ["good/2.png", "dent/2.png"])
    hand.click(chips["all"])
    station.qtbot.keyClicks(results.filters.text, "DENT")
    station.until(lambda: hand.names() == ["dent/1.png", "dent/2.png"])
    results.filters.text.clear()
    station.qtbot.keyClicks(results.filters.p_from, "0,3")
    station.qtbot.keyClicks(results.filters.p_to, "0.85")
    station.until(lambda: hand.names() == ["scratch/1.png", "good/3.png"])
    station.qtbot.keyClicks(results.filters.p_to, "x")
    station.until(lambda: len(hand.names()) == 4 and results.filters.p_to.property("bad"))
    cells = hand.page.details.confusion.cells
    assert {cell.verdict: button.text() for cell, button in cells.items() if cell.label == DEFECTIVE}[PASSED] == "1"
    hand.click(cells[ConfusionCell(label=GOOD, verdict=FAILED)])
    station.until(lambda: hand.names() == ["good/2.png"])
    assert (results.chips.current, results.filters.label.currentText(), results.filters.p_from.text()) == (
        "fail",
        "good",
        "",
    )
    hand.click(hand.page.details.confusion.types_button)
    hand.click(hand.page.details.confusion.cells[ConfusionCell(label=DEFECTIVE, verdict=PASSED, defect="dent")])
    station.until(lambda: hand.names() == ["dent/2.png"])
    hand.click(chips["error"])
    station.until(lambda: results.empty_title.text() == "No picture is like that" and results.empty.isVisible())


def test_a_click_on_a_head_sorts_and_a_second_one_turns_it_round(station: Station, pictures: Path) -> None:
    make_run(station.home, pictures, real_rows(pictures, *ROWS))
    hand = BatchHand(station)
    hand.until_rows(7)
    table = hand.page.results.table
    head = table.horizontalHeader()
    assert hand.names()[:2] == ["dent/1.png", "good/2.png"]
    assert table.model_.headerData(Column.SCORE, Qt.Orientation.Horizontal) == "P(defective) ↓"

    def press(column: Column) -> None:
        x = head.sectionViewportPosition(column) + 20
        station.qtbot.mouseClick(head.viewport(), Qt.MouseButton.LeftButton, pos=QPointF(x, 10).toPoint())

    press(Column.PICTURE)
    station.until(lambda: hand.names()[0] == "cut.png")
    press(Column.PICTURE)
    station.until(lambda: hand.names()[0] == "scratch/1.png")
    assert table.model_.headerData(Column.PICTURE, Qt.Orientation.Horizontal) == "picture ↓"
    press(Column.SCORE)
    station.until(lambda: hand.names()[0] == "dent/1.png")
    press(Column.SCORE)
    station.until(lambda: hand.names()[0] == "good/1.png")
    assert hand.page.results.filters.sort.currentText() == "Best first"
    assert hand.names()[-1] == "cut.png"  # without P(defective): last both ways


@pytest.mark.parametrize("order", ["By name", "Worst first"])
def test_the_table_grows_without_jumping(station: Station, pictures: Path, order: str) -> None:
    first = [R(f"good/{number}.png", "PASS", 0.002 * number) for number in range(0, 200, 2)]
    folder = make_run(station.home, pictures, first, stage="judging", total=200)
    hand = BatchHand(station)
    hand.until_rows(100)
    table, results = hand.page.results.table, hand.page.results
    results.filters.sort.setCurrentText(order)
    results.filters.sort.activated.emit(results.filters.sort.currentIndex())
    station.until(lambda: hand.names()[0] == ("good/0.png" if order == "By name" else "good/198.png"))
    results.choose(50)
    station.until(lambda: hand.current() == "good/100.png")
    table.verticalScrollBar().setValue(40 * ROW_PX + 5)
    before = table.visualRect(table.currentIndex()).top()
    assert 0 < before < table.viewport().height()
    more = [R(f"good/{number}.png", "PASS", 0.002 * number) for number in range(1, 200, 2)]
    write_results(folder / "results.csv", more, model=digest_of(folder), add=True)
    hand.until_rows(200)
    assert hand.current() == "good/100.png"
    assert table.visualRect(table.currentIndex()).top() == before
    say(folder, "done", 200, 200)
    station.until(lambda: not hand.page.bar.stop.isVisible())


def test_the_gallery_shows_the_same_rows_and_only_makes_what_is_in_view(station: Station, pictures: Path) -> None:
    rows = [R(f"good/{number}.png", "PASS", 0.001 * number) for number in range(300)]
    real_rows(pictures, *rows[:2])
    for number in range(2, 300):
        shutil.copy(pictures / "good" / "0.png", pictures / "good" / f"{number}.png")
    make_run(station.home, pictures, rows)
    hand = BatchHand(station)
    hand.until_rows(300)
    gallery = hand.page.results.gallery
    hand.page.results.step(1)
    station.qtbot.keyClick(station.window, Qt.Key.Key_G, Qt.KeyboardModifier.ControlModifier)
    station.until(gallery.isVisible)
    assert hand.current() == "good/298.png"
    shown = gallery.rows
    assert shown is not None

    def made() -> list[bool]:
        return [gallery.thumbnails.get(shown.file(int(shown.indexes[row])))[1] for row in gallery.in_view()]

    station.until(lambda: all(made()))
    assert 4 <= len(made()) < 60
    assert len(gallery.thumbnails) < 100
    assert gallery.thumbnails.get(shown.file(gallery.current))[0] is not None
    station.qtbot.keyClick(gallery, Qt.Key.Key_Right)
    assert hand.current() == "good/297.png"
    station.qtbot.keyClick(gallery, Qt.Key.Key_Down)
    assert hand.current() == f"good/{297 - gallery.columns}.png"
    station.qtbot.keyClick(gallery, Qt.Key.Key_End)
    assert hand.current() == "good/0.png"
    assert gallery.cell(299).bottom() <= gallery.viewport().height()
    assert gallery.accessibleDescription() == "good/0.png, PASS, P(defective) 0.000, good"
    station.qtbot.mouseClick(gallery.viewport(), Qt.MouseButton.LeftButton, pos=gallery.cell(298).center())
    assert hand.current() == "good/1.png"
    assert not gallery.grab().isNull()
    hand.click(hand.page.results.table_button)
    station.until(hand.page.results.table.isVisible)
    assert hand.current() == "good/1.png"


def test_what_cannot_be_shown_says_why_and_its_row_stays(station: Station, pictures: Path) -> None:
    make_run(station.home, pictures, real_rows(pictures, *ROWS))
    (pictures / "dent" / "1.png").unlink()
    picture(pictures / "good" / "2.png", bad=False)  # another one than was judged
    (pictures / "cut.png").write_bytes(b"\x89PNG")
    (station.home.models / "tiny" / "manifest.json").unlink()
    hand = BatchHand(station)
    hand.until_rows(7)
    view, words = hand.page.details.picture.views[0], hand.page.details.picture.words
    station.until(lambda: "dent/1.png is not in its folder any more" in view.words_when_empty)
    assert view.picture_size is None
    hand.page.results.step(1)
    station.until(lambda: "No heatmap: the model tiny is not in" in words.text())
    assert "changed since it was judged" in words.text()
    assert "Its verdicts stay." in words.text()
    station.until(lambda: view.picture_size is not None)
    for _ in range(5):
        hand.page.results.step(1)
    assert hand.current() == "cut.png"
    station.until(lambda: "cut.png cannot be shown" in view.words_when_empty)
    assert "unreadable: truncated" in words.text()
    assert len(hand.names()) == 7


def test_figures_of_pictures_that_the_model_has_learnt_from_say_so(station: Station, pictures: Path) -> None:
    make_run(station.home, pictures, real_rows(pictures, *ROWS), trained_on=str(pictures))
    hand = BatchHand(station)
    hand.until_rows(7)
    card = hand.page.details.confusion
    station.until(card.warning.isVisible)
    assert "it has learnt from some that are judged here: the figures flatter it" in card.warning.text()
    assert "takes 299 defective parts" in card.words.toolTip()


def test_pictures_that_were_used_for_training_are_counted_beside_the_figures(station: Station, pictures: Path) -> None:
    rows = real_rows(pictures, *ROWS)
    run = make_run(station.home, pictures, rows)
    write_learnt(run, LearntPictures(paths=(rows[0].path, rows[1].path), renamed_too=True))
    hand = BatchHand(station)
    hand.until_rows(7)
    card = hand.page.details.confusion
    station.until(card.warning.isVisible)
    assert card.warning.text().startswith(
        "2 of 7 pictures were used for training: figures on them say nothing about new parts. The other 5: escapes "
    )


def test_without_labels_there_is_no_table_and_it_says_why(station: Station, pictures: Path) -> None:
    make_run(station.home, pictures, real_rows(pictures, R("1.png", "FAIL", 0.9), R("2.png", "PASS", 0.1)))
    hand = BatchHand(station)
    hand.until_rows(2)
    assert not any(cell.isVisible() for cell in hand.page.details.confusion.cells.values())
    assert (
        "carry no labels" in hand.page.details.confusion.words.text()
        or "comes with" in hand.page.details.confusion.words.text()
    )
    table = hand.page.results.table
    assert table.isColumnHidden(Column.LABEL)
    assert not hand.page.results.chips.chips["wrong"].isVisible()
    assert not hand.page.results.filters.label.isVisible()


def test_labels_can_come_from_a_table(station: Station, pictures: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pictures.mkdir()
    for name, bad in (("1.png", False), ("2.png", True), ("3.png", True)):
        picture(pictures / name, bad=bad)
    table = pictures.parent / "known.csv"
    lines = ("path,label", "parts/1.png,good", "parts/2.png,scratch", "parts/3.png,good", "parts/4.png,good")
    table.write_text("\n".join(lines), encoding="utf-8")
    broken = pictures.parent / "broken.csv"
    broken.write_text("file,label\n1.png,good\n", encoding="utf-8")
    hand = BatchHand(station)
    bar, page = hand.page.bar, hand.page
    assert not bar.labels.isEnabled()  # there is no folder yet
    hand.type_folder(pictures)
    station.until(lambda: bar.words.text() == "3 pictures, without labels")
    answers = [("", ""), (str(broken), ""), (str(table), "")]  # the first hand thinks better of it
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: answers.pop(0))
    bar.labels_of_table.trigger()
    assert (bar.labels_file, bar.labels_of_folders.isChecked(), bar.labels_of_table.isChecked()) == ("", True, False)
    bar.labels_of_table.trigger()
    station.until(lambda: "has no column path" in bar.fault.text())
    assert bar.labels_file == ""
    assert bar.words.text() == "3 pictures, without labels"
    bar.labels_of_table.trigger()
    words = "3 pictures, labelled by known.csv: 2 good, 1 defective, 1 type; 1 line of known.csv without a picture here"
    station.until(lambda: bar.words.text() == words)
    assert bar.fault.text() == ""
    hand.click(bar.inspect)
    station.until(lambda: bar.progress.text().startswith("3 of 3") and not bar.stop.isVisible())
    assert page.details.confusion.cells[ConfusionCell(label=DEFECTIVE, verdict=FAILED)].text() == "1"
    assert page.details.confusion.cells[ConfusionCell(label=GOOD, verdict=FAILED)].text() == "1"
    assert bar.words.text().startswith(f"{words} · Test v1")
    answers.append((str(broken), ""))
    bar.labels_of_table.trigger()  # what is shown stays
    station.until(lambda: "has no column path" in bar.fault.text())
    assert bar.labels_file == str(table)
    assert page.results.rows is not None
    bar.labels_of_folders.trigger()
    station.until(lambda: page.results.empty_title.text() == "Not inspected with these labels yet")
    hand.type_folder(pictures.parent)
    station.until(lambda: bar.labels_file == "" and page.results.empty_title.text() == "Not inspected yet")
    hand.type_folder(pictures)  # the last run, with its labels
    station.until(lambda: bar.labels_file == str(table))
    assert bar.labels_of_table.isChecked()


def test_names_that_nobody_knows_are_asked_for_before_anything_is_judged(station: Station, pictures: Path) -> None:
    hand = BatchHand(station)
    page = hand.page
    for name in ("good/1.png", "bad/1.png", "monday/1.png", "Masks/1.png"):
        (pictures / name).parent.mkdir(parents=True, exist_ok=True)
        picture(pictures / name, bad="bad" in name)
    hand.type_folder(pictures)
    box = page.bar.class_words
    station.until(lambda: list(box.choices) == ["monday"])
    assert not page.bar.inspect.isEnabled()
    box.choices["monday"].setFocus()
    station.qtbot.keyClicks(box.choices["monday"], "defective")
    hand.click(box.use)
    station.until(lambda: not box.asking)
    assert "Good: good (1)" in box.understood.text()
    assert "Defective: bad (1), monday (1)" in box.understood.text()
    hand.click(page.bar.inspect)
    station.until(lambda: page.bar.progress.text().startswith("3 of 3") and not page.bar.stop.isVisible())
    assert page.bar.words.text().startswith("3 pictures, labelled: 1 good, 2 defective, 2 types; 1 masks")


def test_original_overlay_and_heatmap_are_one_key_apart(station: Station, pictures: Path) -> None:
    make_run(station.home, pictures, real_rows(pictures, *ROWS[:4]))
    hand = BatchHand(station)
    hand.until_rows(4)
    card = hand.page.details.picture

    def until_another_picture_than(*before: QImage) -> QImage:
        station.until(lambda: card.views[0].grab().toImage() not in before)
        return card.views[0].grab().toImage()

    station.until(lambda: isinstance(hand.heatmap(), Prediction) and hand.label() == "dent/1.png")
    overlay = card.views[0].grab().toImage()
    station.qtbot.keyClick(station.window, Qt.Key.Key_H)
    assert card.mode is PictureMode.HEATMAP
    heatmap = until_another_picture_than(overlay)
    station.qtbot.keyClick(station.window, Qt.Key.Key_H)
    original = until_another_picture_than(overlay, heatmap)
    assert card.modes[PictureMode.ORIGINAL].isChecked()
    assert not original.isNull()
    hand.page.results.step(1)
    station.until(lambda: hand.label() == "good/2.png")
    assert hand.heatmap() is None  # not asked for
    hand.click(card.modes[PictureMode.OVERLAY])
    station.until(lambda: isinstance(hand.heatmap(), Prediction))


def test_of_many_wanted_pictures_the_newest_is_shown(station: Station, pictures: Path) -> None:
    make_run(station.home, pictures, real_rows(pictures, *ROWS))
    hand = BatchHand(station)
    hand.until_rows(7)
    for _ in range(4):
        hand.page.results.step(1)
    assert hand.current() == "dent/2.png"
    station.until(lambda: isinstance(hand.heatmap(), Prediction) and hand.label() == "dent/2.png")


@pytest.mark.parametrize("comparing", [False, True])
def test_everything_is_named_reachable_and_large_enough(station: Station, pictures: Path, comparing: bool) -> None:
    rows = real_rows(pictures, *ROWS)
    make_run(station.home, pictures, rows, name="20260102T080000Z-parts")
    make_run(station.home, pictures, rows, name="20260101T080000Z-parts")
    hand = BatchHand(station)
    hand.until_rows(7)
    if comparing:
        hand.compare()
    pressed = [
        widget
        for widget in hand.page.findChildren(QWidget)
        if isinstance(widget, QAbstractButton | QComboBox | QLineEdit)
        and widget.isVisible()
        and not isinstance(widget.parent(), QComboBox | QLineEdit)
        and not widget.objectName().startswith("qt_")
    ]
    assert len(pressed) > 20
    assert [
        (type(widget).__name__, widget.size()) for widget in pressed if min(widget.width(), widget.height()) < 44
    ] == []
    assert [widget for widget in pressed if widget.focusPolicy() is Qt.FocusPolicy.NoFocus] == []
    assert [button.text() for button in pressed if isinstance(button, QPushButton) and not button.toolTip()] == []
    assert not hand.page.grab().isNull()
