"""The report: what it shows first, that it stands alone, and what it says where something is missing."""

from __future__ import annotations

import base64
import os
import re
from pathlib import Path

import cv2
import numpy as np
import pytest

from inspector.batch import BatchTable, RunRecord, heatmap_fault, write_report
from inspector.batch.export import ExportError
from inspector.batch.reader import read_table
from inspector.batch.record import read_record
from inspector.batch.report import shown
from inspector.batch.report_page import page
from inspector.batch.summary import warnings
from inspector.batch.survey import labels_for
from inspector.cli import main
from inspector.vision.backends import load_classifier
from inspector.vision.bundle import Bundle
from tests.batch.samples import R, table_of
from tests.bundles import make_bundle
from tests.gui.conftest import picture


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A batch of labelled pictures in a folder with a name that HTML must spell."""
    place = tmp_path_factory.mktemp("report")
    make_bundle(place / "home" / "models" / "tiny")
    for name, bad in (
        ("good/1.png", False),
        ("good/2.png", True),
        ("red <b>/1.png", True),
        ("red <b>/2.png", True),
        ("red <b>/3.png", False),
    ):
        path = place / "a & b" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        picture(path, bad=bad)
    (place / "a & b" / "good" / "9.png").write_bytes(b"not a picture")
    out = place / "out"
    arguments = ("--model", "tiny", "--recursive", "--out", str(out), "--home", str(place / "home"))
    assert main(["batch", str(place / "a & b"), *arguments]) == 0
    return out


def opened(run: Path) -> tuple[BatchTable, RunRecord]:
    record = read_record(run)
    return read_table(run / "results.csv", labels_for(Path(record.folder))), record


def written(run: Path, path: Path, *, heatmaps: bool = True, most: int = 60, pictures: Path | None = None) -> str:
    table, record = opened(run)
    classifier = load_classifier(Bundle.load(run.parent / "home" / "models" / "tiny")) if heatmaps else None
    try:
        folder = pictures or Path(record.folder)
        steps = list(
            write_report(table, path, pictures=folder, record=record, classifier=classifier, who="Ada", most=most)
        )
    finally:
        if classifier is not None:
            classifier.close()
    assert (steps[0].done, steps[-1].done) == (0, steps[-1].total)
    return path.read_text(encoding="utf-8")


def test_what_needs_a_look_comes_first(tmp_path: Path) -> None:
    table = table_of(
        tmp_path,
        R("dent/caught.png", "FAIL", 0.9),
        R("dent/escaped.png", "PASS", 0.3),
        R("dent/escaped worse.png", "PASS", 0.1),
        R("good/error.png", "ERROR", None),
        R("good/over.png", "FAIL", 0.7),
        R("good/over worse.png", "FAIL", 0.8),
        R("good/right.png", "PASS", 0.1),
        R("good/unsure.png", "REVIEW", 0.5),
    )
    names = [table.path(int(index)).rpartition("/")[2].removesuffix(".png") for index in shown(table)]
    assert names == ["escaped worse", "escaped", "over worse", "over", "caught", "unsure", "error"]


def test_the_file_stands_alone_and_says_all_there_is(run: Path, tmp_path: Path) -> None:
    text = written(run, tmp_path / "report.html")
    assert "<h1>Batch: a &amp; b</h1>" in text
    assert "red &lt;b&gt;" in text
    assert "<b>/" not in text
    assert not re.search(r"(src|href)=\"(?!data:)", text)
    table, record = opened(run)
    assert record.judge is not None
    for said in (table.model, record.judge.precision, "0.5000", record.who, "takes 299 defective parts"):
        assert said in text
    assert "Escapes: defective parts that passed: <b>33.3 % (1 of 3; 95 %: 6.1 to 79.2 %)</b>" in text
    assert text.count("<figure>") == 5
    images = [np.asarray(cv2.imdecode(np.frombuffer(base64.b64decode(uri), np.uint8), 1)) for uri in uris(text)]
    assert len(images) == 8  # four with their heatmaps; of the damaged one there is none
    assert all(image.shape == (128, 128, 3) for image in images)
    assert np.abs(images[0].astype(int) - images[1]).mean() < 40
    assert "is not a picture" in text
    assert text.count("heatmap: Grad-CAM") == 4


def uris(text: str) -> list[str]:
    return re.findall(r'src="data:image/jpeg;base64,([^"]+)"', text)


def test_no_more_pictures_than_asked_for_and_the_rest_is_said(run: Path, tmp_path: Path) -> None:
    text = written(run, tmp_path / "report.html", heatmaps=False, most=2)
    assert text.count("<figure>") == 2
    assert "3 more are not shown" in text
    assert "without heatmap, as the model is not at hand" in text
    assert len(uris(text)) == 2


def test_a_picture_that_is_gone_is_said_in_its_place(run: Path, tmp_path: Path) -> None:
    text = written(run, tmp_path / "report.html", pictures=tmp_path)
    assert text.count("the picture is not there any more") == 5
    assert uris(text) == []


def test_a_model_that_did_not_judge_draws_no_heatmaps(run: Path, tmp_path: Path) -> None:
    other = load_classifier(Bundle.load(make_bundle(tmp_path / "other", seed=1)))
    try:
        assert "is not the one that judged" in heatmap_fault(opened(run)[0], other)
    finally:
        other.close()


def test_without_labels_the_page_says_how_to_get_them(tmp_path: Path) -> None:
    table = table_of(tmp_path, R("1.png"), R("2.png", "FAIL", 0.9))
    list(write_report(table, tmp_path / "report.html", pictures=tmp_path, who="Ada"))
    text = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert "have no labels" in text
    assert "Escapes" not in text


def test_an_empty_batch_has_a_report(tmp_path: Path) -> None:
    steps = list(write_report(table_of(tmp_path), tmp_path / "report.html", pictures=tmp_path, who="Ada"))
    assert (steps[-1].done, steps[-1].total) == (0, 0)


def test_a_report_that_cannot_be_written_is_explained(run: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way", encoding="utf-8")
    with pytest.raises(ExportError, match="cannot be written"):
        written(run, tmp_path / "file" / "report.html", heatmaps=False)


@pytest.mark.parametrize(
    ("data", "warned"),
    [("{0}", True), ("{0}/part", True), ("{0}/labels.csv", True), ("{0}/..", True), ("{0}-others", False), ("", False)],
)
def test_figures_of_pictures_that_the_model_may_have_learnt_from_are_said_to_flatter(
    run: Path, data: str, warned: bool
) -> None:
    table, record = opened(run)
    assert record.judge is not None
    trained_on = os.path.normpath(data.format(record.folder)) if data else ""
    judge = record.judge.model_copy(update={"trained_on": trained_on})
    record = record.model_copy(update={"judge": judge})  # it does not say which: made before, or imported
    assert bool(warnings(table, record)) is warned
    assert ("flatter it" in page(table, record, [], left_out=0, made="now")) is warned
    assert warnings(table, record, np.empty(0, np.intp)) == []  # no label, no figure
