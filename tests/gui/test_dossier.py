"""Settings → Validation: criteria are locked, a dossier is filled, cancelled, printed; another recipe is refused."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from inspector import assembly
from inspector.dossier.criteria import EXAMPLE
from inspector.dossier.files import list_dossiers
from inspector.dossier.result import Came, DossierLine, Qualify
from inspector.gui.dossier.page import DossierPage
from inspector.paths import Home
from inspector.recipes.recipe import save_recipe
from tests.gui.conftest import Station
from tests.people.hands import Station as Users


def _checks() -> Iterator[DossierLine]:
    for name in ("A first check", "A second check"):
        yield DossierLine(stage=Qualify.OPERATION, name=name, asked="holds", said="yes", shown=Came.MET, again="")


@pytest.fixture(autouse=True)
def short_self_checks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Those of the station take minutes; `tests.dossier` makes them."""
    monkeypatch.setattr("inspector.dossier.fill.self_checks", _checks)


@pytest.fixture
def parts(tmp_path: Path) -> Path:
    """Two good parts, one defective one, and another that the tiny model passes."""
    folder = tmp_path / "test part"
    for number, kind in enumerate(("good", "good", "red", "green")):
        image = np.random.default_rng(number).integers(90, 140, (128, 128, 3), dtype=np.uint8)
        if kind != "good":
            image[40:72, 40:72] = (0, 0, 255) if kind == "red" else (0, 255, 0)
        place = folder / kind / f"{number}.png"
        place.parent.mkdir(parents=True, exist_ok=True)
        cv2.imwrite(str(place), image)
    return folder


def opened(station: Station) -> DossierPage:
    station.window.show_page("settings")
    station.window.settings.show_section("Validation")
    page = station.window.settings.findChild(DossierPage)
    assert page is not None
    station.until(lambda: page.none.isVisible() or page.list.count())
    return page


def lock(station: Station, page: DossierPage, name: str) -> None:
    station.qtbot.mouseClick(page.new_button, Qt.MouseButton.LeftButton)
    page.form.name.setText(name)
    page.form.title.setText("Red spots")
    station.qtbot.mouseClick(page.form.lock_button, Qt.MouseButton.LeftButton)
    assert page.question is not None
    page.question.yes_button.click()
    station.until(lambda: page.chosen == name and page.files is not None)


def fill(station: Station, page: DossierPage, folder: Path) -> None:
    page.folder.choose(str(folder))
    station.qtbot.mouseClick(page.fill_button, Qt.MouseButton.LeftButton)


def test_criteria_are_locked_the_dossier_is_filled_and_printed(station: Station, parts: Path) -> None:
    page = opened(station)
    assert page.none.isVisible()
    assert not page.run_row.isVisible()
    page.new_button.click()
    assert page.form.about.text() == "For the recipe in force: Test, version 1, with the model tiny."
    assert page.form.escapes.value() == pytest.approx(100 * EXAMPLE.most_escapes)
    page.form.back_button.click()
    lock(station, page, "V 1")
    assert page.question is not None
    assert page.state.text().startswith("Criteria locked. Locked ")
    assert "No picture of the test part was read yet" in page.view.toPlainText()
    assert not page.fill_button.isEnabled()
    fill(station, page, parts)
    station.until(lambda: "not printed" not in page.state.text() and "printed" in page.state.text() and page.files)
    (known,) = list_dossiers(station.home, station.home.log)
    assert known.result is not None
    escapes = next(line for line in known.result.lines if line.name == "Escapes")
    assert (escapes.shown, escapes.said[:7]) == (Came.NOT_MET, "1 of 2;")
    assert known.state == page.state.text().lower().partition(". ")[0]
    assert "1 not met" in known.state
    assert "green/3.png" in page.view.toPlainText()
    assert page.files is not None
    assert page.files.pdf.read_bytes().startswith(b"%PDF")
    assert page.pdf_button.isVisible()
    page.new_button.click()
    page.form.name.setText("V 1")
    page.form.lock_button.click()
    assert page.said.text() == "There is a dossier “V 1” already. Take another name."
    page.form.back_button.click()
    page.files.pdf.unlink()
    page.enter()
    station.until(lambda: "not printed" in page.state.text())
    page.print_button.click()
    station.until(lambda: page.files is not None and page.files.pdf.exists() and page.pdf_button.isVisible())


def test_criteria_come_from_a_file_and_a_missing_name_is_said(station: Station, tmp_path: Path) -> None:
    page = opened(station)
    page.new_button.click()
    wanted = EXAMPLE.model_copy(update={"most_escapes": 0.013, "msa_study": "July", "challenge": True})
    file = tmp_path / "criteria.json"
    file.write_text(wanted.model_dump_json(), encoding="utf-8")
    page.form.file.choose(str(file))
    station.until(lambda: page.form.title.text() == EXAMPLE.title)
    page.form.lock_button.click()
    assert page.said.text().startswith("the dossier has no name")
    page.form.name.setText("Line 4, 2026")
    page.form.lock_button.click()
    assert page.said.text().startswith("a dossier cannot be called “Line 4, 2026”")
    assert page.question is None, "a name is refused before it is asked whether to lock"
    page.form.name.setText("V")
    assert page.form.criteria() == wanted
    file.write_text('{"most_escapes": 2}', encoding="utf-8")
    page.form.file.choose(str(file))
    station.until(lambda: "most_escapes" in page.said.text())


def test_filling_is_cancelled_and_done_again(station: Station, parts: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    page = opened(station)
    lock(station, page, "V 1")

    def checks() -> Iterator[DossierLine]:
        yield from _checks()
        station.window.settings.release()  # as where the window closes meanwhile

    monkeypatch.setattr("inspector.dossier.fill.self_checks", checks)
    fill(station, page, parts)
    station.until(lambda: page.said.text().startswith("filling was cancelled"))
    station.until(lambda: page.state.text().startswith("Test part read, not filled"))
    monkeypatch.setattr("inspector.dossier.fill.self_checks", _checks)
    page.fill_button.click()
    station.until(lambda: page.state.text().startswith("1 not met"))


def test_another_recipe_and_a_changed_file_are_refused(station: Station, parts: Path) -> None:
    page = opened(station)
    lock(station, page, "V 1")
    recipe = assembly.find_recipe("Test", station.home)
    save_recipe(recipe.model_copy(update={"guard_rate": 0.02}), station.home.recipes)
    fill(station, page, parts)
    station.until(lambda: "is not as it was when the criteria were locked" in page.said.text())
    assert not (station.home.dossiers / "V 1" / "test.csv").exists()
    path = station.home.dossiers / "V 1" / "locked.json"
    path.write_bytes(path.read_bytes().replace(b"0.05", b"0.5"))
    page.enter()
    station.until(lambda: "is not as this station has signed it" in page.state.text())
    assert not page.run_row.isVisible()


def test_an_operator_locks_nothing(qtbot: QtBot, home: Home, users: Users) -> None:
    station = Station(qtbot, home)
    page = opened(station)
    page.new_button.click()
    page.form.name.setText("V 1")
    page.form.title.setText("T")
    qtbot.mouseClick(page.form.lock_button, Qt.MouseButton.LeftButton)
    assert page.question is None
    assert not list_dossiers(home, home.log)
    station.close()
