"""Pictures with labels from folders, and their split."""

from __future__ import annotations

import csv
import hashlib
import io
from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from inspector.domain.errors import InspectorError
from inspector.pictures import find_pictures

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

GOOD = "good"
TRAIN, TEST = "train", "test"
#: Validation folds of the pictures that are not held out.
FOLDS = 5
#: Fewest pictures of each class.
LEAST = 6


class DatasetError(InspectorError):
    """A folder of pictures cannot be trained on."""


@dataclass(frozen=True, slots=True)
class Sample:
    """One picture.

    Args:
        path: The file.
        name: Its path within the data folder, with forward slashes.
        defect: Its defect type; "good" for a good part.
        part: "train" or "test"; empty before the split.
        sha256: Of the file; empty before the split.
        fold: The validation fold of a training picture; -1 for a test picture and before the split.
    """

    path: Path
    name: str
    defect: str
    part: str = ""
    sha256: str = ""
    fold: int = -1

    @property
    def defective(self) -> bool:
        """True for a defective part."""
        return self.defect != GOOD


@dataclass(frozen=True, slots=True)
class Dataset:
    """All pictures.

    Args:
        layout: What was recognised.
        samples: The pictures, by name.
    """

    layout: str
    samples: tuple[Sample, ...]

    def of(self, part: str) -> list[Sample]:
        """Return the pictures of one part of the split."""
        return [sample for sample in self.samples if sample.part == part]

    def counts(self) -> dict[str, dict[str, int]]:
        """Return how many there are, by part and defect type."""
        parts = sorted({sample.part for sample in self.samples})
        return {part: dict(sorted(Counter(s.defect for s in self.of(part)).items())) for part in parts}

    def fingerprint(self) -> str:
        """Return the SHA-256 over names, labels and contents of the training part."""
        lines = sorted(f"{s.name}\t{s.defect}\t{s.sha256}" for s in self.samples if s.part != TEST)
        return hashlib.sha256("\n".join(lines).encode("utf-8", "backslashreplace")).hexdigest()

    def split_csv(self) -> str:
        """Return the split as CSV: path, label, defect_type, split, fold, sha256."""
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(("path", "label", "defect_type", "split", "fold", "sha256"))
        for sample in self.samples:
            label = "defective" if sample.defective else GOOD
            writer.writerow((sample.name, label, sample.defect, sample.part, sample.fold, sample.sha256))
        return text.getvalue()


def read_dataset(folder: Path) -> Dataset:
    """Recognise the layout of a folder.

    MVTec AD: ``train/good`` and ``test/TYPE`` (their pictures are pooled, as its train part has no defective ones; a
    ``ground_truth`` folder is left out). Otherwise: one folder per label, of which one is ``good``; every other one is
    a defect type.

    Raises:
        DatasetError: If it is neither, or a class has too few pictures.
    """
    if not folder.is_dir():
        raise DatasetError(f"there is no folder {folder}", "Check the path.")
    if (folder / "train" / GOOD).is_dir() and (folder / "test").is_dir():
        layout, roots = (
            "MVTec AD",
            [folder / "train" / GOOD, *sorted(p for p in (folder / "test").iterdir() if p.is_dir())],
        )
    elif (folder / GOOD).is_dir():
        layout, roots = (
            "folders by label",
            sorted(p for p in folder.iterdir() if p.is_dir() and not p.name.startswith(".")),
        )
    else:
        inside = ", ".join(sorted(p.name for p in folder.iterdir())[:8]) or "nothing"
        raise DatasetError(
            f"{folder} is no data set: there is neither a folder “good” nor train/good and test (found: {inside})",
            "Put good parts into good/ and defective ones into defective/, or one folder per defect type.",
        )
    samples = [
        Sample(path, path.relative_to(folder).as_posix(), root.name)
        for root in roots
        for path in find_pictures(root, recursive=True)
    ]
    good = sum(not sample.defective for sample in samples)
    if min(good, len(samples) - good) < LEAST:
        raise DatasetError(
            f"{folder} has {good} good and {len(samples) - good} defective pictures; {LEAST} of each are the least",
            "Add pictures.",
        )
    return Dataset(layout, tuple(sorted(samples, key=lambda sample: sample.name)))


def _folders(folder: Path) -> list[Path]:
    return sorted(path for path in folder.iterdir() if path.is_dir() and not path.name.startswith("."))


def split(dataset: Dataset, *, seed: int, test_fraction: float) -> Dataset:
    """Split by defect type, at random by seed, into a held-out test part and a training part in validation folds.

    Identical files go into the same part and fold.

    Args:
        dataset: Unsplit.
        seed: 0 or more.
        test_fraction: Of all pictures, 0..1.
    """
    rng = np.random.default_rng(seed)
    hashed = [replace(s, sha256=hashlib.sha256(s.path.read_bytes()).hexdigest()) for s in dataset.samples]
    assigned: dict[str, tuple[str, int]] = {}
    turn = {False: 0, True: 0}  # folds are dealt out in turn, so that each holds both classes
    for defect in sorted({sample.defect for sample in hashed}):
        contents = sorted({s.sha256 for s in hashed if s.defect == defect and s.sha256 not in assigned})
        order = [contents[index] for index in rng.permutation(len(contents))]
        test = _share(len(order), test_fraction)
        for place, content in enumerate(order):
            if place < test:
                assigned[content] = (TEST, -1)
            else:
                assigned[content] = (TRAIN, turn[defect != GOOD] % FOLDS)
                turn[defect != GOOD] += 1
    samples = (replace(sample, part=assigned[sample.sha256][0], fold=assigned[sample.sha256][1]) for sample in hashed)
    return Dataset(dataset.layout, tuple(samples))


def _share(count: int, fraction: float) -> int:
    """Return a rounded share that leaves at least one picture out of it, and takes one where there are two."""
    return min(max(1, round(count * fraction)), count - 1) if count > 1 else 0


def labels(samples: Sequence[Sample]) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    """Return (N,) int64: 0 good, 1 defective."""
    return np.array([int(sample.defective) for sample in samples], dtype=np.int64)
