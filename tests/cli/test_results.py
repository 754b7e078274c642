"""``inspector results``: batches by name, folder or file, and what is said of them."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from inspector.batch.learnt import LearntPictures, write_learnt
from inspector.batch.progress import RunProgress
from inspector.cli import main
from inspector.runs.state import ProcessState
from tests.batch.samples import R, write_results
from tests.bundles import make_bundle
from tests.gui.conftest import picture


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with one batch of labelled pictures, called “one”."""
    place = tmp_path_factory.mktemp("results")
    make_bundle(place / "home" / "models" / "tiny")
    for name, bad in (("good/1.png", False), ("good/2.png", True), ("red/1.png", True), ("red/2.png", False)):
        path = place / "lids" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        picture(path, bad=bad)
    out = place / "home" / "batches" / "one"
    arguments = ("--model", "tiny", "--recursive", "--out", str(out), "--home", str(place / "home"))
    assert main(["batch", str(place / "lids"), *arguments]) == 0
    return place


def results(capsys: pytest.CaptureFixture[str], place: Path, *arguments: object) -> tuple[int, Any, str]:
    code = main(["results", *map(str, arguments), "--home", str(place / "home"), "--json"])
    captured = capsys.readouterr()
    return code, json.loads(captured.out), captured.err


def said(capsys: pytest.CaptureFixture[str], place: Path, *arguments: object) -> str:
    assert main(["results", *map(str, arguments), "--home", str(place / "home")]) == 0
    return capsys.readouterr().out


def test_a_batch_is_shown_by_name_folder_or_file(capsys: pytest.CaptureFixture[str], place: Path) -> None:
    run = place / "home" / "batches" / "one"
    for name in ("one", run, run / "results.csv"):
        code, found, _ = results(capsys, place, "show", name)
        assert (code, found["pictures"], found["record"]["judge"]["model_name"]) == (0, 4, "tiny")
        assert (found["escapes"]["events"], found["escapes"]["of"], found["overkill"]["rate"]) == (1, 2, 0.5)
        assert found["types"]["red"]["escapes"]["of"] == 2
    text = said(capsys, place, "show", "one")
    assert "Escapes: defective parts that passed: 50.0 % (1 of 2; 95 %: 9.5 to 90.5 %)" in text
    assert "takes 299 defective parts" in text


def test_batches_are_listed(capsys: pytest.CaptureFixture[str], place: Path) -> None:
    code, found, _ = results(capsys, place, "list")
    assert (code, [one["id"] for one in found["batches"]]) == (0, ["one"])
    assert "one" in said(capsys, place, "list")
    # other programs read these: they stay
    assert list(found["batches"][0]["progress"]) == ["stage", "done", "total", "rate", "seconds_left"]
    assert RunProgress().figures()["stage"] == ""  # before its first word
    assert str(ProcessState.BLOCKED) == "model changed"


def test_rows_and_pictures_are_exported(capsys: pytest.CaptureFixture[str], place: Path, tmp_path: Path) -> None:
    code, found, _ = results(capsys, place, "export", "one", "--csv", tmp_path / "rows.csv", "--wrong")
    assert (code, found["rows"]) == (0, 2)
    assert len((tmp_path / "rows.csv").read_text(encoding="utf-8").splitlines()) == 3
    code, found, _ = results(capsys, place, "export", "one", "--excel", tmp_path / "rows.xlsx", "--verdict", "FAIL")
    assert (code, found["rows"], (tmp_path / "rows.xlsx").read_bytes()[:2]) == (0, 2, b"PK")
    code, found, _ = results(capsys, place, "export", "one", "--sorted", tmp_path / "sorted")
    assert (code, found["copied"], (tmp_path / "sorted" / "fail" / "red" / "1.png").is_file()) == (0, 4, True)
    assert "0 pictures copied, 4 were there" in said(capsys, place, "export", "one", "--sorted", tmp_path / "sorted")


def test_a_report_has_heatmaps_while_its_model_is_there(
    capsys: pytest.CaptureFixture[str], place: Path, tmp_path: Path
) -> None:
    code, found, _ = results(capsys, place, "report", "one", "--out", tmp_path / "a.html", "--pictures", 2)
    assert (code, found["heatmaps"], found["why_no_heatmaps"]) == (0, True, "")
    assert (tmp_path / "a.html").read_text(encoding="utf-8").count("data:image/jpeg") == 4
    home = tmp_path / "home"
    shutil.copytree(place / "home" / "batches", home / "batches")
    record = home / "batches" / "one" / "run.json"
    changed = record.read_text(encoding="utf-8").replace(str(place / "home" / "models"), str(home / "models"))
    record.write_text(changed, encoding="utf-8")
    code, found, words = results(capsys, tmp_path, "report", "one", "--out", tmp_path / "b.html")
    assert (code, found["heatmaps"]) == (0, False)
    assert "any more" in found["why_no_heatmaps"]
    assert "warning: the report has no heatmaps" in words
    assert (tmp_path / "b.html").read_text(encoding="utf-8").count("data:image/jpeg") == 3


def test_two_batches_are_compared(capsys: pytest.CaptureFixture[str], place: Path, tmp_path: Path) -> None:
    first = write_results(tmp_path / "a" / "results.csv", [R("good/1.png"), R("red/1.png"), R("red/2.png")])
    second = write_results(tmp_path / "b" / "results.csv", [R("good/1.png"), R("red/1.png", "FAIL", 0.9)])
    code, found, _ = results(capsys, place, "compare", first, second)
    assert (code, found["compared"], found["only_first"], found["verdicts"]["PASS"]["FAIL"]) == (0, 2, 1, 1)
    assert found["flips"] == [
        {
            "path": "red/1.png",
            "label": "defective",
            "first": "PASS",
            "second": "FAIL",
            "p_first": 0.1,
            "p_second": 0.9,
        }
    ]
    assert (found["defective"]["only_second"], found["all"]["p_value"]) == (1, 1.0)
    assert (found["learnt"], "learnt" in said(capsys, place, "compare", first, second)) == ([0, 0], False)
    write_learnt(second.parent, LearntPictures(paths=("red/1.png",), renamed_too=True))
    code, found, _ = results(capsys, place, "compare", first, second)
    assert found["learnt"] == [0, 1]
    words = "Of 2 compared pictures the second model has learnt from 1 of them"
    assert words in said(capsys, place, "compare", first, second)
    assert "PASS    → FAIL    red/1.png  (defective)" in said(capsys, place, "compare", first, second)
    code, found, _ = results(capsys, place, "compare", first, "one")
    assert (code, len(found["changed"])) == (0, 3)
    other = write_results(tmp_path / "c" / "results.csv", [R("9.png")])
    code, found, _ = results(capsys, place, "compare", first, other)
    assert (code, "no picture in common" in found["error"]["what"]) == (1, True)


def test_what_is_not_there_is_explained(capsys: pytest.CaptureFixture[str], place: Path, tmp_path: Path) -> None:
    code, found, _ = results(capsys, place, "show", "nothing")
    assert (code, "there are no results" in found["error"]["what"]) == (1, True)
    alone = write_results(tmp_path / "results.csv", [R("1.png")])
    code, found, _ = results(capsys, place, "report", alone, "--out", tmp_path / "report.html")
    assert (code, "no run.json" in found["error"]["what"]) == (1, True)
    assert results(capsys, place, "show", alone)[1]["unlabelled"]["passed"] == 1
