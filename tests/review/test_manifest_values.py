"""The manifest for a new training, row by row: where pictures and masks are looked for, and what is said of the rest."""

from __future__ import annotations

import csv
import hashlib
import os
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from inspector.domain.errors import BundleError, LearningError
from inspector.files import FileError
from inspector.review import manifest as manifest_module
from inspector.review.learning import LearningSet, file_sha256
from inspector.review.lesson import Lesson
from inspector.review.manifest import LabelCounts, PartCounts, TrainingManifest, training_manifest
from inspector.vision.manifest import Manifest

HEADER = ["path", "label", "defect_type", "category", "group", "mask", "split"]
FILE_HEADER = ("path", "label", "defect_type", "category", "group", "split", "sha256")


def sha256(content: str) -> str:
    return hashlib.sha256(content.encode()).hexdigest()


class Station:
    """A model with its own data, and a set to be learned; every file holds its own name."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.folder = folder
        self.data: Path = folder / "data"
        self.model = folder / "model"
        (self.model / "report").mkdir(parents=True)
        self.learning = LearningSet(folder / "learning", "R")
        self.learning.pictures.mkdir(parents=True)
        self.request: object = {"data": str(self.data)}
        self.lessons: list[Lesson] = []
        monkeypatch.setattr(
            manifest_module, "load_manifest", lambda model: Manifest.model_construct(training={"request": self.request})
        )
        monkeypatch.setattr(LearningSet, "lessons", lambda learning: tuple(self.lessons))

    def own(self, *rows: dict[str, str]) -> None:
        """Write the model's split, and the pictures that it names."""
        with (self.model / "report/split.csv").open("w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, FILE_HEADER, restval="")
            writer.writeheader()
            for row in rows:
                writer.writerow({"sha256": sha256(row["path"])} | row)
                self.put(row["path"])

    def put(self, name: str) -> Path:
        path = self.data / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(name)
        return path

    def learn(self, name: str, label: str = "defective", *, content: str = "", **fields: str) -> Path:
        """Add a lesson with its picture."""
        path = self.learning.pictures / name
        path.write_text(content or name)
        empty = dict.fromkeys(Lesson.__dataclass_fields__, "")
        values = empty | {"picture": name, "label": label, "sha256": sha256(content or name)} | fields
        self.lessons.append(Lesson(**values))
        return path.absolute()

    def made(self, *, alone: bool = False) -> tuple[TrainingManifest, list[list[str]]]:
        manifest = training_manifest(self.learning, None if alone else self.model)
        with manifest.path.open(newline="", encoding="utf-8") as file:
            rows = list(csv.reader(file))
        assert rows[0] == HEADER
        return manifest, rows[1:]


@pytest.fixture
def station(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Station:
    return Station(tmp_path, monkeypatch)


def test_own_and_learned_pictures_row_by_row(station: Station) -> None:
    station.own(
        {
            "path": "good/1.png",
            "label": "good",
            "split": "train",
            "defect_type": "none",
            "group": "g1",
            "category": "c",
        },
        {"path": "crack/2.png", "label": "defective", "split": "val", "defect_type": "crack"},
        {"path": "crack/3.png", "label": "anything else", "split": "test", "defect_type": "crack"},
    )
    first = station.learn("a.png", defect_type="scratch")
    second = station.learn("b.png", "good", split="test")
    manifest, rows = station.made()
    data = station.data
    assert rows == [
        [str(data / "good/1.png"), "good", "", "c", "g1", "", "train"],
        [str(data / "crack/2.png"), "defective", "crack", "", "", "", "val"],
        [str(data / "crack/3.png"), "defective", "crack", "", "", "", "test"],
        [str(first), "defective", "scratch", "", "", "", ""],
        [str(second), "good", "", "", "", "", "test"],
    ]
    assert manifest == TrainingManifest(
        path=manifest.path,
        own=PartCounts(train=1, val=1, test=1),
        learned=1,
        audited=1,
        labels=LabelCounts(good=2, defective=3),
        notes=(),
        model=str(station.model.absolute()),
    )
    digest = hashlib.sha256(manifest.path.read_bytes()).hexdigest()[:12]
    assert manifest.path == station.learning.folder / f"manifest-{digest}.csv"


def test_masks_lie_where_data_sets_have_them(station: Station) -> None:
    kinds = [("ground_truth", "_mask"), ("ground_truth", ""), ("masks", "_mask"), ("masks", "")]
    rows = []
    for number, (base, end) in enumerate(kinds):
        mask = station.data / "bottle" / base / "crack" / f"{number}{end}.png"
        mask.parent.mkdir(parents=True, exist_ok=True)
        mask.write_text("mask")
        rows.append({"path": f"p/{number}.png", "label": "defective", "defect_type": "crack", "category": "bottle"})
    good = station.data / "bottle/ground_truth/crack/9.png"
    good.write_text("mask")
    beside = station.data / "p/7_gt.png"
    beside.parent.mkdir(exist_ok=True)
    beside.write_text("mask")
    rows.append({"path": "p/7.png", "label": "defective", "defect_type": "crack", "category": "bottle"})
    station.own(
        *rows, {"path": "p/9.png", "label": "good", "defect_type": "crack", "category": "bottle"},
        {"path": "p/8.png", "label": "defective", "defect_type": "crack", "category": "bottle"},
    )  # fmt: skip
    station.learn("a.png")
    _, written = station.made()
    masks = [row[5] for row in written]
    assert masks[:4] == [
        str(station.data / f"bottle/{base}/crack/{number}{end}.png") for number, (base, end) in enumerate(kinds)
    ]
    assert masks[4:] == [str(beside), "", "", ""]


def test_a_manifest_s_own_masks_and_pictures_lie_beside_it(station: Station) -> None:
    table = station.data / "data.CSV"
    table.parent.mkdir(parents=True)
    table.write_text("\ufeffpath;mask\np/1.png;m\\1.png\np/2.png;\n", encoding="utf-8")
    station.request = {"data": str(table)}
    (station.data / "ground_truth/crack").mkdir(parents=True)
    (station.data / "ground_truth/crack/2.png").write_text("mask")
    station.own(
        *({"path": f"p/{number}.png", "label": "defective", "defect_type": "crack"} for number in (1, 2)),
        {"path": "p/3.png", "label": "good"},
    )
    station.learn("a.png")
    _, rows = station.made()
    assert [row[0] for row in rows[:3]] == [str(station.data / f"p/{number}.png") for number in (1, 2, 3)]
    assert [row[5] for row in rows[:3]] == [str(station.data / "m/1.png"), "", ""]
    table.write_bytes(b"\xff\xfe\x00")
    _, rows = station.made()
    assert [row[5] for row in rows[:3]] == ["", "", ""]


@pytest.mark.parametrize("name", ["pictures.parquet", "gone.csv"])
def test_a_table_that_is_gone_still_says_where_its_pictures_are(station: Station, name: str) -> None:
    station.request = {"data": str(station.data / name)}
    station.own({"path": "p/1.png", "label": "good"})
    station.learn("a.png")
    _, rows = station.made()
    assert rows[0][0] == str(station.data / "p/1.png")


def test_what_is_gone_or_altered_is_left_out_and_said(station: Station) -> None:
    names = [f"p/{number}.png" for number in range(5)]
    station.own(*({"path": name, "label": "good", "split": "train"} for name in names))
    for name in names[:2]:
        (station.data / name).unlink()
    (station.data / names[2]).write_text("altered")
    station.learn("a.png")
    spoilt = [station.learn(f"{name}.png") for name in "bc"]
    spoilt[0].unlink()
    spoilt[1].write_text("altered")
    manifest, rows = station.made()
    assert len(rows) == 3
    assert manifest.notes == (
        f"2 of the 5 pictures that model was made from are gone, as {station.data / names[0]}: left out.",
        (
            f"1 of the 5 pictures that model was made from has been altered since, as {station.data / names[2]}: "
            "left out."
        ),
        f"2 learned pictures are gone or altered, as {spoilt[0]}: left out.",
    )


def test_of_what_is_in_both_the_reviewers_label_counts_and_the_test_stays_the_test(station: Station) -> None:
    station.own(
        {"path": "1.png", "label": "good", "split": "train", "category": "c"},
        {"path": "2.png", "label": "good", "split": "test"},
        {"path": "3.png", "label": "good", "split": "val"},
        {"path": "4.png", "label": "good", "split": "train"},
    )
    first = station.learn("a.png", content="1.png")
    second = station.learn("b.png", content="2.png")
    third = station.learn("c.png", content="3.png", split="test")
    manifest, rows = station.made()
    assert [row[0] for row in rows] == [str(station.data / "4.png"), str(first), str(second), str(third)]
    assert [(row[1], row[3], row[6]) for row in rows[1:]] == [
        ("defective", "c", "train"),
        ("defective", "", "test"),
        ("defective", "", "test"),
    ]
    assert manifest.notes == (
        (
            "The present model had learned from 1 picture before the blind judgement: a test of the new one only, and "
            "the present one has an advantage in a comparison."
        ),
    )
    assert (manifest.own, manifest.learned, manifest.audited) == (PartCounts(train=1, val=0, test=0), 0, 2)


def test_what_was_learned_before_keeps_its_part_and_what_was_withdrawn_leaves(station: Station) -> None:
    kept, gone = station.learn("a.png"), station.learn("b.png")
    del station.lessons[1]
    station.own(
        *({"path": str(path), "label": "good", "split": "val", "sha256": file_sha256(path)} for path in (kept, gone))
    )
    for path in (kept, gone):
        path.write_text(path.name)
    station.learn("d.png", "good")
    manifest, rows = station.made()
    assert [(row[0], row[1], row[6]) for row in rows] == [
        (str(kept), "defective", "val"),
        (str(station.learning.pictures / "d.png"), "good", ""),
    ]
    assert manifest.notes == ("1 picture that the model has learned from is withdrawn: left out.",)


def test_a_model_that_does_not_say_where_its_pictures_are(station: Station, monkeypatch: pytest.MonkeyPatch) -> None:
    station.learn("a.png")
    station.learn("b.png", "good")
    alone = "only what was learned is in."
    assert station.made(alone=True)[0].notes == ("The model's own data were left out.",)
    notes = station.made()[0].notes
    assert notes[0].startswith("The model model does not say what it was made from (")
    assert notes[0].endswith(f"split.csv: it is not there): {alone}")
    station.own()
    for request in ({}, {"data": ""}, None, "x"):
        station.request = request
        assert station.made()[0].notes == (f"The model model does not say where its pictures are: {alone}",)

    def broken(model: Path) -> Any:
        raise BundleError("it is altered", "Restore it.")

    monkeypatch.setattr(manifest_module, "load_manifest", broken)
    assert station.made()[0].notes == (f"The model model does not say what it was made from (it is altered): {alone}",)


@pytest.mark.skipif(sys.platform == "win32", reason="names are text there")
def test_a_folder_whose_name_is_no_text_is_spelled_out(station: Station) -> None:
    station.learning = LearningSet(station.folder / os.fsdecode(b"caf\xe9"), "R")
    station.learning.pictures.mkdir(parents=True)
    station.learn("a.png")
    station.learn("b.png", "good")
    manifest, rows = station.made(alone=True)
    assert rows[0][0] == str(station.folder / "caf\\udce9" / "R" / "pictures" / "a.png")
    assert manifest.path.is_file()


def test_what_cannot_be_trained_on_says_what_to_do(station: Station, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused() -> tuple[str, str]:
        with pytest.raises(LearningError) as caught:
            training_manifest(station.learning, None)
        return caught.value.what, caught.value.next_step

    step = "Review failures, or take in confirmed ones too; what was judged blind is for the test only."
    assert refused() == ("there is no picture to be learned for R (0 for the test)", step)
    station.learn("a.png", split="test")
    assert refused() == ("there is no picture to be learned for R (1 for the test)", step)
    station.learn("b.png")
    words = (
        "A model needs good parts: restore its own data, or review more of them. The model's own data were left out."
    )
    assert refused() == ("there are 0 good and 2 defective pictures in all", words)
    station.lessons = [replace(lesson, label="good") for lesson in station.lessons]
    assert training_manifest(station.learning, None).labels.good == 2  # the trainer does without a defect

    def full(path: Path, text: str) -> None:
        raise FileError(path, OSError(28, "No space left on device"))

    station.learn("c.png")
    monkeypatch.setattr(manifest_module, "write_text", full)
    assert refused()[0].endswith("cannot be written: the disk is full")
