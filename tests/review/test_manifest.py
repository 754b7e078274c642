"""What a model is trained anew on: its own data in their parts, what was learned, and never a tested picture."""

from __future__ import annotations

import csv
import shutil
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np
import pytest

from inspector.domain.errors import LearningError
from inspector.domain.records import Verdict
from inspector.domain.review import Judgement, QueueKind
from inspector.outputs.reviews import ReviewLog
from inspector.review.learning import LearningSet
from inspector.review.manifest import LabelCounts, PartCounts, TrainingManifest, training_manifest
from inspector.vision.bundle import Bundle
from tests.outputs.by_hand import by_hand
from tests.review.parts import fill, said
from trainer.dataset import TEST, TRAIN, VAL
from trainer.examine import examine
from trainer.loop import train
from trainer.protocol import Report, Result, TrainRequest
from trainer.split import split

if TYPE_CHECKING:
    from collections.abc import Generator
    from pathlib import Path

    from inspector.domain.records import Inspection
    from trainer.dataset import Dataset

P, F = Verdict.PASS, Verdict.FAIL
GOOD, BAD = Judgement.GOOD, Judgement.DEFECTIVE


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model, made from 20 good and 20 defective pictures beside it."""
    folder = tmp_path_factory.mktemp("made")
    rng = np.random.default_rng(0)
    for label in ("good", "spot"):
        (folder / "data" / label).mkdir(parents=True)
        for number in range(20):
            cv2.imwrite(str(folder / "data" / label / f"{number:02}.png"), scene(rng, spot=label == "spot"))
    fit(folder / "data", folder / "model")
    return folder / "model"


def scene(rng: np.random.Generator, *, spot: bool) -> np.ndarray:
    image = rng.normal(110, 12, (72, 72)).clip(0, 255).astype(np.uint8)
    if spot:
        x, y = (int(v) for v in rng.integers(16, 56, 2))
        cv2.circle(image, (x, y), 7, 250, -1)
    return image


def asked(data: Path, out: Path) -> TrainRequest:
    return TrainRequest(data=str(data), out=str(out), method="baseline-svm", input_size=64, views=1, seed=1)


def fit(data: Path, out: Path, **changes: object) -> Result:
    last = list(train(asked(data, out).model_copy(update=changes)))[-1]
    assert isinstance(last, Result)
    return last


def dealt(manifest: Path) -> Dataset:
    """The split that the trainer makes of a manifest."""
    request = asked(manifest, manifest.parent / "unused")
    looked: Generator[Report, None, tuple[Dataset, Any, dict[str, int]]] = examine(request)
    while True:
        try:
            next(looked)
        except StopIteration as end:
            dataset, _, clusters = end.value
            return split(dataset, request, clusters)


@pytest.fixture
def station(tmp_path: Path) -> tuple[ReviewLog, list[Inspection], LearningSet]:
    path, parts = fill(tmp_path, [P] * 12 + [F] * 12)
    return ReviewLog(path), parts, LearningSet(tmp_path / "learning", "R")


Station = tuple[ReviewLog, "list[Inspection]", LearningSet]


def rows_of(manifest: TrainingManifest) -> list[dict[str, str]]:
    with manifest.path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_the_models_own_pictures_keep_their_parts_and_what_was_judged_blind_is_tested(
    model: Path, station: Station
) -> None:
    log, parts, learning = station
    for number, part in enumerate(parts):
        blind = number % 4 == 0
        said_so = BAD if part.decision.verdict is P else GOOD
        log.add(said(part.id, said_so, blind=blind, queue=QueueKind.AUDIT if blind else QueueKind.DIRECT))
    learning.update(log)
    manifest = training_manifest(learning, model)
    assert manifest.own == PartCounts(train=26, val=6, test=8)
    assert (manifest.learned, manifest.audited) == (18, 6)
    assert (manifest.labels, manifest.notes) == (LabelCounts(good=32, defective=32), ())
    with (model / "report" / "split.csv").open(newline="") as file:
        before = {row["sha256"]: row["split"] for row in csv.DictReader(file)}
    after = dealt(manifest.path)
    assert {sample.sha256: sample.part for sample in after.samples if sample.sha256 in before} == before
    tested = {sample.path.stem for sample in after.of(TEST)}
    audited = {part.id for part in parts[::4]}
    assert audited <= tested
    learned = [sample for sample in after.of(TRAIN, VAL) if sample.path.parent == learning.pictures]
    assert {sample.path.stem for sample in learned} == {part.id for part in parts} - audited
    assert {sample.part for sample in learned} == {TRAIN, VAL}


def test_what_is_nearly_a_tested_picture_never_trains(model: Path, station: Station, tmp_path: Path) -> None:
    """Poisoned: learned pictures that are the tested ones, written anew with noise, or as another format."""
    log, parts, learning = station
    with (model / "report" / "split.csv").open(newline="") as file:
        tested = [row["path"] for row in csv.DictReader(file) if row["split"] == "test"]
    stolen = [model.parent / "data" / name for name in tested]
    rng = np.random.default_rng(5)
    for part, path in zip(parts, stolen, strict=False):
        assert part.picture is not None
        image = cv2.imread(str(path), cv2.IMREAD_GRAYSCALE)
        assert image is not None
        noisy = np.clip(image + rng.normal(0, 1.0, image.shape), 0, 255).astype(np.uint8)
        cv2.imwrite(str(tmp_path / "p.png"), noisy)
        replace_picture(log, part, (tmp_path / "p.png").read_bytes())
        log.add(said(part.id, BAD))
    for part in parts[12:]:
        log.add(said(part.id, GOOD))
    learning.update(log)
    assert len(learning.lessons()) == 8 + 12
    samples = dealt(training_manifest(learning, model).path)
    parts_of = {sample.path.stem: sample.part for sample in samples.samples}
    assert [parts_of[part.id] for part in parts[:8]] == ["test"] * 8
    assert {parts_of[part.id] for part in parts[12:]} == {"train", "val"}


def replace_picture(log: ReviewLog, part: Inspection, data: bytes) -> None:
    """Give a part another picture, in the archive and in the record."""
    import hashlib

    assert part.picture is not None
    part.picture.path.write_bytes(data)
    with by_hand(log.path) as raw:
        values = (hashlib.sha256(data).hexdigest(), part.id)
        raw.execute("UPDATE inspections SET picture_sha256 = ? WHERE id = ?", values)


def test_the_labels_of_what_is_tested_change_nothing_in_the_model(model: Path, station: Station) -> None:
    """Poisoned: the same learned pictures; all that was judged blind is called defective."""
    log, parts, learning = station
    for number, part in enumerate(parts):
        if number % 3:
            log.add(said(part.id, BAD if part.decision.verdict is P else GOOD))
    learning.update(log)
    audited = parts[::3]
    results = []
    for name, poisoned in (("clean", False), ("poisoned", True)):
        for part in audited:
            judgement = BAD if part.decision.verdict is P or poisoned else GOOD
            log.add(said(part.id, judgement, by="Auditor", blind=True, queue=QueueKind.AUDIT))
        learning.update(log)
        manifest = training_manifest(learning, model)
        assert manifest.audited == 8
        results.append(fit(manifest.path, learning.folder / name, method="baseline-cnn", epochs=2))
    weights = [Bundle.load(learning.folder / name).manifest.files["graph.bin"] for name in ("clean", "poisoned")]
    assert weights[0] == weights[1]
    assert results[0].threshold == results[1].threshold
    assert results[0].test.confusion != results[1].test.confusion


def test_a_second_round_goes_on_with_the_first_and_what_was_withdrawn_leaves(model: Path, station: Station) -> None:
    log, parts, learning = station
    first = [said(part.id, BAD if part.decision.verdict is P else GOOD) for part in parts[6:18]]
    for review in first:
        log.add(review)
    learning.update(log)
    fit(training_manifest(learning, model).path, learning.folder / "round-1")
    log.add(said(first[0].inspection_id, None, undoes=first[0].id))
    log.add(said(first[1].inspection_id, BAD, by="Auditor", blind=True, queue=QueueKind.AUDIT))
    log.add(said(parts[0].id, BAD))
    learning.update(log)
    manifest = training_manifest(learning, learning.folder / "round-1")
    assert sum(asdict(manifest.own).values()) == 40  # what was learned is counted as learned
    assert any("is withdrawn: left out" in note for note in manifest.notes)
    rows = {row["path"].rsplit("/", 1)[-1].split(".")[0]: row for row in rows_of(manifest)}
    assert first[0].inspection_id not in rows
    assert rows[first[1].inspection_id]["split"] == "test"
    assert rows[first[2].inspection_id]["split"] in {"train", "val"}  # as in the first round
    assert rows[parts[0].id]["split"] == ""


def test_a_model_whose_data_are_gone_is_told_and_what_was_learned_is_enough_alone(
    model: Path, station: Station, tmp_path: Path
) -> None:
    log, parts, learning = station
    for part in parts:
        log.add(said(part.id, BAD if part.decision.verdict is P else GOOD))
    learning.update(log)
    moved = tmp_path / "elsewhere"
    shutil.copytree(model, moved)
    shutil.move(model.parent / "data", model.parent / "away")
    try:
        manifest = training_manifest(learning, moved)
    finally:
        shutil.move(model.parent / "away", model.parent / "data")
    assert sum(asdict(manifest.own).values()) == 0
    assert "40 of the 40 pictures that elsewhere was made from are gone" in manifest.notes[0]
    assert str(model.parent / "data") in manifest.notes[0]
    kinds = {(sample.part, sample.defective) for sample in dealt(manifest.path).samples}
    assert kinds == {(part, defective) for part in (TRAIN, VAL, TEST) for defective in (False, True)}
    (moved / "report" / "split.csv").unlink()
    assert "does not say what it was made from" in training_manifest(learning, moved).notes[0]


def test_an_altered_picture_is_left_out_and_a_relabelled_one_takes_the_reviewers_label(
    model: Path, station: Station
) -> None:
    log, parts, learning = station
    own = model.parent / "data" / "good" / "00.png"
    was = own.read_bytes()
    replace_picture(log, parts[0], (model.parent / "data" / "good" / "01.png").read_bytes())
    log.add(said(parts[0].id, BAD))
    learning.update(log)
    own.write_bytes((model.parent / "data" / "good" / "02.png").read_bytes())
    try:
        manifest = training_manifest(learning, model)
    finally:
        own.write_bytes(was)
    assert "1 of the 40 pictures that model was made from has been altered" in manifest.notes[0]
    assert sum(asdict(manifest.own).values()) == 38
    rows = {row["path"]: row for row in rows_of(manifest)}
    assert str(model.parent / "data" / "good" / "01.png") not in rows
    mine = rows[str(learning.pictures / f"{parts[0].id}.png")]
    assert (mine["label"], mine["split"] != "") == ("defective", True)


def test_nothing_to_be_learned_or_one_class_alone_is_refused(station: Station) -> None:
    log, parts, learning = station
    with pytest.raises(LearningError, match="no picture to be learned"):
        training_manifest(learning, None)
    log.add(said(parts[0].id, BAD, blind=True, queue=QueueKind.AUDIT))
    learning.update(log)
    with pytest.raises(LearningError, match=r"no picture to be learned.*1 for the test"):
        training_manifest(learning, None)
    log.add(said(parts[1].id, BAD))
    learning.update(log)
    with pytest.raises(LearningError, match="0 good and 2 defective"):
        training_manifest(learning, None)
