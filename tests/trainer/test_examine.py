"""What a set of pictures holds beside its pictures is named, and stops nothing."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np
import pytest

from inspector.vision.locked import write_locked
from trainer.dataset import hashed, read_dataset
from trainer.examine import examine
from trainer.held_back import without_locked
from trainer.protocol import Finding, TrainRequest
from trainer.split import split, split_as_written
from trainer.split_file import split_csv

if TYPE_CHECKING:
    from collections.abc import Generator

    from trainer.dataset import Dataset
    from trainer.protocol import Report


def looked_at(data: Path, locked: str = "") -> tuple[Dataset, dict[str, Finding]]:
    """The set, and the findings by code."""
    looked: Generator[Report, None, tuple[Dataset, Any, Any]] = examine(
        TrainRequest(data=str(data), out="unused", locked=locked)
    )
    while True:
        try:
            next(looked)
        except StopIteration as end:
            dataset, findings, _ = end.value
            return dataset, {finding.code: finding for finding in findings}


def sha256_of(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


@pytest.fixture
def data(tmp_path: Path) -> Path:
    rng = np.random.default_rng(0)
    for label in ("good", "dent"):
        (tmp_path / "data" / label).mkdir(parents=True)
        for number in range(6):
            cv2.imwrite(str(tmp_path / "data" / label / f"{number}.png"), rng.integers(0, 255, (40, 40), np.uint8))
    return tmp_path / "data"


def test_what_is_left_out_is_a_finding(data: Path) -> None:
    (data / "good" / "7.heic").write_bytes(b"x")
    (data / "good" / "8.png").symlink_to("gone.png")
    (data / "loose.png").write_bytes((data / "good" / "0.png").read_bytes())
    (data / "README.txt").write_text("x", encoding="utf-8")
    dataset, findings = looked_at(data)
    assert len(dataset.samples) == 12
    assert (findings["no-class"].severity, findings["no-class"].files) == ("warning", ["loose.png"])
    assert findings["no-class"].what == "1 picture is left out: in no folder that says good or defective."
    assert (findings["not-taken"].severity, findings["not-taken"].what) == (
        "warning",
        "Not taken: 1 .heic file (good/7.heic), 1 .txt file (README.txt), 1 link that leads nowhere (good/8.png).",
    )


def test_what_is_surely_no_picture_is_only_a_note(data: Path) -> None:
    (data / "README.txt").write_text("x", encoding="utf-8")
    _, findings = looked_at(data)
    assert findings["not-taken"].severity == "note"
    assert "no-class" not in findings


def test_a_folder_of_pictures_alone_has_nothing_left_out(data: Path) -> None:
    assert {"no-class", "not-taken"}.isdisjoint(looked_at(data)[1])


def test_a_picture_whose_file_cannot_be_read_is_left_out_and_named(data: Path) -> None:
    memory = Path("/proc/self/mem")
    if not memory.exists():
        pytest.skip("needs a file that opens and cannot be read, as Linux has")
    (data / "good" / "7.png").symlink_to(memory)
    dataset, findings = looked_at(data)
    assert len(dataset.samples) == 12
    assert findings["unreadable"].files == ["good/7.png"]
    assert findings["unreadable"].what.startswith("1 picture cannot be read")


def test_a_locked_picture_is_left_out_by_what_it_holds_and_the_report_says_so(data: Path, tmp_path: Path) -> None:
    locked = sha256_of(data / "dent" / "0.png")
    (data / "dent" / "0.png").rename(data / "dent" / "another name.png")
    write_locked(tmp_path / "locked.csv", [(locked, "Flange", "an id"), ("0" * 64, "Other", "another id")])
    dataset, findings = looked_at(data, str(tmp_path / "locked.csv"))
    assert locked not in {sample.sha256 for sample in dataset.samples}
    assert len(dataset.samples) == 11
    assert findings["locked"].what == (
        "1 picture is left out: locked test part of Flange, which no model may learn from."
    )
    assert findings["locked"].files == ["dent/another name.png"]
    # beside the split of a model it says what the split does not know
    report = tmp_path / "model" / "report"
    report.mkdir(parents=True)
    (report / "locked.csv").write_text(dataset.locked, encoding="utf-8")
    (report / "split.csv").write_text(split_csv(split(dataset, TrainRequest(data="x", out="x"))), encoding="utf-8")
    again = split_as_written(hashed(read_dataset(data, least=0)), str(report / "split.csv"))
    assert [sample.sha256 for sample in again.samples] == [sample.sha256 for sample in dataset.samples]
    # one that the data keep for the test stays there, and is trained on by nobody
    tested = tuple(replace(sample, part="test") for sample in hashed(read_dataset(data, least=0)).samples)
    assert len(without_locked(replace(dataset, samples=tested), str(tmp_path / "locked.csv")).dataset.samples) == 12
