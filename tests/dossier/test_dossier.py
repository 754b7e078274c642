"""A validation dossier: what is locked stays, what was learnt from is refused, what is not shown is said."""

from __future__ import annotations

import csv
import hashlib
import json
import shutil
from contextlib import closing
from typing import TYPE_CHECKING

import cv2
import numpy as np
import pytest

from inspector import assembly
from inspector.batch.rows import Row
from inspector.cli import main
from inspector.dossier.criteria import EXAMPLE, AcceptanceCriteria, DossierError, read_criteria
from inspector.dossier.fill import DossierWork
from inspector.dossier.locked import LOCK, TestPicture
from inspector.dossier.page import dossier_page
from inspector.dossier.performance import performance_lines, read_test_folder
from inspector.dossier.result import Came, DossierLine, DossierResult, Qualify
from inspector.outputs.result_log import SqliteResultLog
from inspector.paths import Home, shipped_models_dir
from inspector.recipes.recipe import Recipe, save_recipe
from inspector.settings import Settings
from inspector.signing import station_key
from tests.bundles import make_bundle
from tests.reports.commands import printed_commands, refused_commands

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from inspector.dossier.locked import LockedCriteria

CRITERIA = AcceptanceCriteria(title="Flanges", most_escapes=0.05, most_overkill=0.2)
STRICTER = CRITERIA.model_copy(update={"most_escapes": 0.01})


@pytest.fixture
def home(tmp_path: Path) -> Home:
    made = Home(root=tmp_path / "home")
    with closing(SqliteResultLog(made.log)):
        pass
    return made


def work(home: Home) -> DossierWork:
    settings = Settings()
    return DossierWork(assembly.places(home, settings), settings, "Ada")


def pictures(folder: Path, good: int = 3, defective: int = 2) -> Path:
    for number in range(good + defective):
        place = folder / ("good" if number < good else "scratch") / f"{number}.png"
        place.parent.mkdir(parents=True, exist_ok=True)
        cv2.imwrite(str(place), np.full((8, 8, 3), number + 1, np.uint8))
    return folder


def told(folder: Path) -> list[TestPicture]:
    return list(read_test_folder(folder, shipped_models_dir() / "demo").pictures)


def row(name: str, verdict: str) -> Row:
    return Row(
        path=name, size="1", mtime_ns="1", verdict=verdict, p_defective="", class_name="", probabilities="", reason="r",
        overlay="", model="",
    )  # fmt: skip


def test_what_is_locked_stays_and_other_criteria_are_refused(home: Home, tmp_path: Path) -> None:
    locked = work(home).begin("V 1", CRITERIA)
    assert work(home).dossier("V 1").locked() == locked
    with pytest.raises(DossierError, match="locked already"):
        work(home).begin("V 1", STRICTER)
    with pytest.raises(DossierError, match="not those that were locked"):
        work(home).fill("V 1", pictures(tmp_path / "test"), STRICTER, lambda _: None)


def test_a_locked_file_that_was_edited_is_refused_even_with_a_new_signature(home: Home) -> None:
    work(home).begin("V 1", CRITERIA)
    path = home.dossiers / "V 1" / LOCK
    path.write_text(path.read_text().replace("0.05", "0.5"))
    with pytest.raises(DossierError, match="not as this station has signed it"):
        work(home).dossier("V 1").locked()
    path.with_name(f"{LOCK}.sig").write_text(station_key(home.root).sign(path.read_bytes()).hex())
    with pytest.raises(DossierError, match="not what the audit trail says"):
        work(home).dossier("V 1").locked()


def test_a_test_part_that_was_read_is_refused_under_other_criteria(home: Home, tmp_path: Path) -> None:
    first = work(home).begin("first", CRITERIA)
    seen = told(pictures(tmp_path / "test"))
    work(home).dossier("first").begin_reading(first, seen)
    work(home).dossier("first").begin_reading(first, seen)  # filled once more
    second = work(home).begin("second", STRICTER)
    with pytest.raises(DossierError, match=r"2 pictures of the test part were read by the dossier “first”"):
        work(home).dossier("second").begin_reading(second, seen[:2])
    shutil.rmtree(home.dossiers / "first")  # the trail still has it
    with pytest.raises(DossierError, match="by the audit trail this test part was read"):
        work(home).dossier("second").begin_reading(second, seen)
    again = work(home).begin("same criteria", CRITERIA)
    work(home).dossier("same criteria").begin_reading(again, seen)
    with pytest.raises(DossierError, match="has read another test part already"):
        work(home).dossier("same criteria").begin_reading(again, seen[1:])


def test_what_the_model_has_learnt_from_is_found_by_content_under_another_name(tmp_path: Path) -> None:
    model = tmp_path / "model"
    shutil.copytree(shipped_models_dir() / "demo", model)
    folder = pictures(tmp_path / "test")
    digest = hashlib.sha256((folder / "good" / "0.png").read_bytes()).hexdigest()
    with (model / "report" / "split.csv").open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerows([("path", "split", "sha256"), ("elsewhere.png", "train", digest), ("t.png", "test", "0" * 64)])
    with pytest.raises(DossierError, match=r"has learnt from 1 picture of the test part: good/0.png"):
        read_test_folder(folder, model)
    (folder / "good" / "0.png").unlink()
    shutil.copyfile(folder / "good" / "1.png", folder / "good" / "copy.png")
    part = read_test_folder(folder, model)
    assert part.independent
    assert (len(part.pictures), part.twice) == (4, ("good/copy.png",))


def test_a_test_part_that_cannot_be_used_says_why(tmp_path: Path) -> None:
    folder = pictures(tmp_path / "test")
    (folder / "unsorted.png").write_bytes((folder / "good" / "0.png").read_bytes()[:-1] + b"x")
    with pytest.raises(DossierError, match="it is not known what they are: unsorted.png"):
        read_test_folder(folder, shipped_models_dir() / "demo")


def test_too_few_parts_and_a_model_without_a_training_report_are_not_shown_but_said(home: Home, tmp_path: Path) -> None:
    part = read_test_folder(pictures(tmp_path / "test", good=30, defective=20), shipped_models_dir() / "demo")
    rows = {each.name: row(each.name, "FAIL" if each.defective else "PASS") for each in part.pictures}
    lines, wrong = performance_lines(part, rows, CRITERIA, "inspector batch")
    by_name = {line.name: line for line in lines}
    assert by_name["Independent of the training, by content"].shown is Came.NOT_SHOWN
    assert "does not say which pictures it has learnt from" in by_name["Independent of the training, by content"].said
    assert by_name["Overkill"].shown is Came.MET
    assert by_name["Escapes"].shown is Came.NOT_SHOWN
    assert "39 more defective parts, all judged rightly, would show it (59 without a miss)" in by_name["Escapes"].said
    assert not wrong


def test_escapes_and_errors_count_against_the_station_and_are_named(home: Home, tmp_path: Path) -> None:
    part = read_test_folder(pictures(tmp_path / "test", good=30, defective=20), shipped_models_dir() / "demo")
    verdicts = {each.name: "FAIL" if each.defective else "PASS" for each in part.pictures}
    verdicts |= {"scratch/30.png": "PASS", "scratch/31.png": "ERROR", "good/0.png": "REVIEW"}
    lines, wrong = performance_lines(part, {name: row(name, said) for name, said in verdicts.items()}, CRITERIA, "x")
    escapes = next(line for line in lines if line.name == "Escapes")
    assert (escapes.shown, escapes.said[:8]) == (Came.NOT_MET, "2 of 20;")
    assert [(name, verdict) for name, _, verdict, _ in wrong] == [
        ("scratch/30.png", "PASS"),
        ("scratch/31.png", "ERROR"),
        ("good/0.png", "REVIEW"),
    ]
    page = dossier_page(work(home).begin("V", CRITERIA), _result(home, lines, wrong))
    assert "1 is not met" in page
    assert "The record was changed" in page


def _result(home: Home, lines: list[DossierLine], wrong: list[tuple[str, str, str, str]]) -> DossierResult:
    locked: LockedCriteria = work(home).begin("other", CRITERIA)
    return DossierResult(
        filled=locked.locked, who="Ada", station="S", software="0", lines=tuple(lines), names=tuple(wrong),
        pictures=50, chain="The record was changed: 1 finding.", chain_whole=False,
    )  # fmt: skip


def test_the_commands_print_an_example_lock_it_and_print_the_dossier(
    home: Home, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["dossier", "example"]) == 0
    file = tmp_path / "criteria.json"
    file.write_text(capsys.readouterr().out)
    assert read_criteria(file) == EXAMPLE
    options = ("--json", "--home", str(home.root))
    assert main(["dossier", "begin", "V 1", "--criteria", str(file), *options]) == 0
    assert json.loads(capsys.readouterr().out)["criteria_sha256"] == EXAMPLE.sha256
    assert main(["dossier", "list", *options]) == 0
    (known,) = json.loads(capsys.readouterr().out)["dossiers"]
    assert (known["name"], known["state"], known["folder"]) == ("V 1", "criteria locked", str(home.dossiers / "V 1"))
    assert main(["dossier", "list", "--home", str(home.root)]) == 0
    assert capsys.readouterr().out.startswith("V 1: criteria locked; Demo line, version 1, demo; locked ")
    assert main(["dossier", "print", "V 1", *options]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert (home.dossiers / answer["pdf"]).read_bytes().startswith(b"%PDF")
    page = (home.dossiers / answer["page"]).read_text(encoding="utf-8")
    assert "The criteria are locked. No picture of the test part was read yet." in page
    file.write_text('{"most_escapes": 2}')
    assert main(["dossier", "begin", "V 2", "--criteria", str(file), *options]) == 1
    assert "most_escapes" in json.loads(capsys.readouterr().out)["error"]["what"]
    home.log.write_bytes(b"no database, but long enough to be looked at as one" * 100)
    assert main(["dossier", "list", *options]) == 0
    (known,) = json.loads(capsys.readouterr().out)["dossiers"]
    assert known["state"] == "the record cannot be read", "a log that cannot be asked says nothing of the signature"


def _checks() -> Iterator[DossierLine]:
    yield DossierLine(
        stage=Qualify.OPERATION, name="A check", asked="holds", said="yes", shown=Came.MET,
        again="inspector dossier self-checks",
    )  # fmt: skip


def test_a_dossier_is_begun_filled_and_printed_by_commands_and_another_recipe_or_model_is_refused(
    home: Home, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("inspector.dossier.fill.self_checks", _checks)
    make_bundle(home.models / "tiny")
    (tmp_path / "parts").mkdir()
    save_recipe(Recipe(name="Big flanges", source=f"folder:{tmp_path / 'parts'}", model="tiny"), home.recipes)
    folder = tmp_path / "test"
    for number, kind in enumerate(("good", "good", "red", "green")):
        image = np.random.default_rng(number).integers(90, 140, (128, 128, 3), dtype=np.uint8)
        if kind != "good":
            image[40:72, 40:72] = (0, 0, 255) if kind == "red" else (0, 255, 0)
        (folder / kind).mkdir(parents=True, exist_ok=True)
        cv2.imwrite(str(folder / kind / f"{number}.png"), image)
    file, options = tmp_path / "criteria.json", ("--json", "--home", str(home.root))
    file.write_text(CRITERIA.model_dump_json(), encoding="utf-8")
    assert main(["dossier", "begin", "V", "--criteria", str(file), "--recipe", "Big flanges", *options]) == 0
    capsys.readouterr()
    run = ["dossier", "run", "V", "--test", str(folder), *options]
    assert main(run) == 3
    answer = json.loads(capsys.readouterr().out)
    lines = {line["name"]: line for line in answer["lines"]}
    assert (lines["Escapes"]["shown"], lines["Escapes"]["said"][:7]) == ("not met", "1 of 2;")
    assert answer["pictures"] == 4
    assert [name[0] for name in answer["names"]] == ["green/3.png"]
    assert main(["dossier", "print", "V", "--pdf", str(tmp_path / "V.pdf"), *options]) == 0
    assert (tmp_path / "V.pdf").read_bytes().startswith(b"%PDF")
    page = (home.dossiers / "V" / "dossier.html").read_text(encoding="utf-8")
    assert refused_commands(page) == []
    assert "inspector challenge status 'Big flanges'" in printed_commands(page)
    capsys.readouterr()
    save_recipe(
        Recipe(name="Big flanges", source=f"folder:{tmp_path / 'parts'}", model="tiny", guard_rate=0.02), home.recipes
    )
    assert main(run) == 1
    assert "is not as it was when the criteria were locked" in json.loads(capsys.readouterr().out)["error"]["what"]
    assert main(["dossier", "begin", "W", "--criteria", str(file), "--recipe", "Big flanges", *options]) == 0
    shutil.rmtree(home.models / "tiny")
    make_bundle(home.models / "tiny", seed=1)
    capsys.readouterr()
    assert main(["dossier", "run", "W", "--test", str(folder), *options]) == 1
    assert "is not as it was when the criteria were locked" in json.loads(capsys.readouterr().out)["error"]["what"]
    assert not (home.dossiers / "W" / "test.csv").exists()
