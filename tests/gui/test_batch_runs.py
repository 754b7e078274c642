"""Runs of the Batch page: found again, resumed, compared, exported, deleted, and what is wrong with them."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent
from PySide6.QtWidgets import QFileDialog
from pytestqt.qtbot import QtBot

from inspector.batch.learnt import LearntPictures, write_learnt
from inspector.batch.run_state import PROGRESS_FILE
from inspector.domain.records import Thresholds
from inspector.gui.batch.results_model import Column
from inspector.paths import Home
from tests.batch.samples import R
from tests.gui.batch_hand import ROWS, BatchHand, make_run, real_rows
from tests.gui.conftest import Station


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    return tmp_path / "parts"


def test_a_run_that_was_killed_is_resumed_to_its_end(station: Station, pictures: Path) -> None:
    rows = real_rows(pictures, R("good/1.png", "PASS", 0.002), R("red/1.png", "FAIL", 1.0))
    folder = make_run(station.home, pictures, rows[:1], total=2, points=Thresholds(fail_at=0.5))
    (folder / PROGRESS_FILE).write_text('{"stage": "judging", "done": 1, "total": 2}\n', encoding="utf-8")  # killed
    hand = BatchHand(station)
    hand.until_rows(1)
    station.until(lambda: hand.page.bar.progress.text() == "1 of 2 · failed")
    assert "ended before its time" in hand.page.bar.fault.text()
    hand.click(hand.page.bar.resume)
    station.until(lambda: hand.page.bar.progress.text().startswith("2 of 2"))
    station.until(lambda: hand.page.bar.fault.text() == "" and not hand.page.bar.stop.isVisible())
    assert hand.names() == ["red/1.png", "good/1.png"]


def test_a_run_that_goes_on_is_found_again_by_another_window(qtbot: QtBot, home: Home, pictures: Path) -> None:
    make_run(home, pictures, real_rows(pictures, ROWS[0]), stage="judging", total=9)
    make_run(home, pictures, real_rows(pictures, *ROWS), name="20260102T080000Z-parts")
    station = Station(qtbot, home)
    hand = BatchHand(station)
    hand.until_rows(1)  # the one that runs, though it is the older one
    assert hand.page.bar.stop.isVisible()
    assert hand.page.bar.progress.text() == "1 of 9 · 20/s · 0:00 left"
    assert hand.page.bar.path == str(pictures)
    station.close()


def test_two_runs_are_compared(station: Station, pictures: Path) -> None:
    from tests.bundles import make_bundle

    make_bundle(station.home.models / "other", seed=1)
    rows = real_rows(pictures, *ROWS[:6])
    make_run(station.home, pictures, rows, name="20260102T080000Z-parts")
    changed = R(rows[5].path, "FAIL", 0.8, rows[5].size, rows[5].mtime_ns + 1)
    better = [R(row.path, "PASS", 0.02, row.size, row.mtime_ns) for row in rows[:3]]
    better += [R(row.path, "FAIL", 0.97, row.size, row.mtime_ns) for row in rows[3:5]]
    run = make_run(station.home, pictures, [*better, changed], name="20260101T080000Z-parts", model="other")
    write_learnt(run, LearntPictures(paths=(rows[0].path, rows[1].path, rows[5].path), renamed_too=True))
    hand = BatchHand(station)
    hand.until_rows(6)
    page = hand.page
    judged_by = hand.compare().table.item(0, 2)
    assert judged_by is not None
    assert judged_by.text() == "other"
    assert page.details.comparison.title.text() == "3 OF 5 VERDICTS DIFFER"
    assert page.details.comparison.numbers("all") == ["2", "0", "3", "0"]
    assert "other is right more often here, but so few pictures do not prove it" in page.details.comparison.words.text()
    assert "p = 0.25" in page.details.comparison.words.text()
    assert "1 changed between the runs" in page.details.comparison.words.text()
    warning = page.details.comparison.warning
    assert warning.isVisible()
    assert warning.text().startswith("Of 5 compared pictures other has learnt from 2 of them: ")
    hand.click(page.details.comparison.flips_button)
    station.until(lambda: set(hand.names()) == {"good/2.png", "good/3.png", "dent/2.png"})
    table = page.results.table
    assert not table.isColumnHidden(Column.OTHER_VERDICT)
    page.results.step(0)
    station.until(lambda: (hand.label(0), hand.label(1)) == ("tiny", "other"))  # with their heatmaps
    assert page.details.picture.views[1].isVisible()
    assert [line.verdict.text() for line in page.details.picture.lines] == ["FAIL", "PASS"]
    assert [line.model.text() for line in page.details.picture.lines] == ["tiny", "other"]
    for line in page.details.picture.lines:
        assert not line.model.geometry().intersects(line.verdict.geometry())
    station.window.activateWindow()
    station.until(station.window.isActiveWindow)
    station.qtbot.keyClick(station.window, Qt.Key.Key_Escape)
    station.until(lambda: page.details.confusion.isVisible() and not page.details.picture.views[1].isVisible())
    assert table.isColumnHidden(Column.OTHER_VERDICT)
    hand.until_rows(6)


def test_a_run_is_deleted_only_after_it_was_asked(station: Station, pictures: Path) -> None:
    folder = make_run(station.home, pictures, real_rows(pictures, *ROWS))
    hand = BatchHand(station)
    hand.until_rows(7)
    page = hand.page
    hand.click(page.bar.runs)
    station.until(lambda: page.chooser.dialog is not None and page.chooser.dialog.isVisible())
    assert page.chooser.dialog is not None
    hand.click(page.chooser.dialog.delete_button)
    station.until(lambda: page.chooser.question is not None and page.chooser.question.isVisible())
    assert folder.is_dir()
    assert page.chooser.question is not None
    hand.click(page.chooser.question.yes_button)
    station.until(lambda: not folder.exists() and page.results.rows is None)
    assert page.chooser.dialog.table.rowCount() == 0
    assert (pictures / "good" / "1.png").is_file()
    page.chooser.dialog.close()


def test_what_is_shown_is_exported(
    station: Station, pictures: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_run(station.home, pictures, real_rows(pictures, *ROWS))
    hand = BatchHand(station)
    hand.until_rows(7)
    page, shown = hand.page, hand.page.bar.export_line
    hand.click(page.results.chips.chips["fail"])
    hand.until_rows(3)
    targets: list[Path] = []
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(targets[0]), ""))
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_: str(targets[0]))
    csv, excel, copies, report = page.bar.exports.actions()
    for action, target, words in (
        (csv, tmp_path / "out.csv", "3 rows written to"),
        (excel, tmp_path / "out.xlsx", "3 rows written to"),
        (copies, tmp_path / "copies", "3 pictures copied to"),
        (report, tmp_path / "out.html", "Report written to"),
        (csv, tmp_path / "out.csv" / "out.csv", "cannot be written"),
    ):
        targets[:] = [target]
        action.trigger()
        station.until(lambda: shown.isVisible() and not shown.cancel_button.isVisible())
        assert words in shown.words.text()
        assert shown.open_button.isVisible() is ("cannot" not in words)
    lines = (tmp_path / "out.csv").read_text(encoding="utf-8-sig").splitlines()
    assert [line.split(",")[0] for line in lines[1:]] == ["dent/1.png", "good/2.png", "scratch/1.png"]
    assert sorted(path.name for path in (tmp_path / "copies" / "fail").rglob("*.png")) == ["1.png", "1.png", "2.png"]
    assert "data:image/jpeg" in (tmp_path / "out.html").read_text(encoding="utf-8")
    hand.click(shown.close_button)
    assert not shown.isVisible()
    targets[:] = [tmp_path / "again.csv"]
    csv.trigger()
    station.until(shown.close_button.isVisible)
    hand.type_folder(pictures / "good")  # of the pictures that are looked at now nothing was written
    assert not shown.isVisible()


def test_a_dropped_folder_is_looked_at_and_a_missing_one_is_said(station: Station, pictures: Path) -> None:
    real_rows(pictures, *ROWS[:2])
    hand = BatchHand(station)
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(pictures / "good" / "1.png"))])
    drop = QDropEvent(
        QPointF(5, 5), Qt.DropAction.CopyAction, mime, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    )
    hand.page.dropEvent(drop)
    station.until(lambda: hand.page.bar.words.text().startswith("2 pictures"))
    assert hand.page.bar.path == str(pictures / "good")
    hand.type_folder(pictures / "nowhere")
    station.until(lambda: f"There is no folder {pictures / 'nowhere'}" in hand.page.bar.fault.text())
    empty = pictures / "empty"
    empty.mkdir()
    hand.type_folder(empty)
    station.until(lambda: "No picture in this folder" in hand.page.bar.words.text())
    assert hand.page.bar.fault.text() == ""


def test_a_run_whose_model_is_another_one_says_so_and_offers_no_resume(station: Station, pictures: Path) -> None:
    make_run(station.home, pictures, real_rows(pictures, ROWS[0]), stage="interrupted", total=5)
    manifest = station.home.models / "tiny" / "manifest.json"
    manifest.write_bytes(manifest.read_bytes() + b"\n")
    hand = BatchHand(station)
    hand.until_rows(1)
    station.until(lambda: "is another one now" in hand.page.bar.fault.text())
    assert not hand.page.bar.resume.isVisible()
    assert "cannot go on" in hand.page.bar.progress.text()


def test_results_that_are_none_are_said_to_be_none(station: Station, pictures: Path) -> None:
    folder = make_run(station.home, pictures, real_rows(pictures, ROWS[0]))
    (folder / "results.csv").write_text("a,b\n1,2\n", encoding="utf-8")
    hand = BatchHand(station)
    station.until(lambda: "is not a result of this program" in hand.page.bar.fault.text())
    assert hand.names() == []
