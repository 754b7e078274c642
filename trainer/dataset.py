"""Pictures with labels: the layouts that are recognised."""

from __future__ import annotations

import hashlib
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from inspector.domain.errors import InspectorError
from inspector.pictures import PICTURE_SUFFIXES, find_pictures
from trainer.table import read_table

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

GOOD = "good"
TRAIN, VAL, TEST = "train", "val", "test"
#: The folder that holds defective pictures of all types, or types as folders.
DEFECTIVE = "defective"
#: Fewest pictures of each class.
LEAST = 6
_MASK_FOLDERS = ("ground_truth", "masks")
_NAMES_OF_GOOD = frozenset({"good", "ok", "0"})
_TABLES = frozenset({".csv", ".parquet"})


class DatasetError(InspectorError):
    """Pictures cannot be trained on."""


@dataclass(frozen=True, slots=True)
class Sample:
    """One picture.

    Args:
        name: Its path within the data folder, with forward slashes.
        defect: Its defect type; "good" for a good part.
        part: "train", "val" or "test"; empty before the split.
        sha256: Of the file; empty before the split, and where it cannot be read.
        fold: Number of the validation fold of a picture that is not tested; else -1.
        category: Which product; empty where there is one only.
        group: Pictures of one group are of one part, or otherwise belong together; empty where unknown.
        mask: Picture of the defect's pixels.
    """

    path: Path
    name: str
    defect: str
    part: str = ""
    sha256: str = ""
    fold: int = -1
    category: str = ""
    group: str = ""
    mask: Path | None = None

    @property
    def defective(self) -> bool:
        """True for a defective part."""
        return self.defect != GOOD


@dataclass(frozen=True, slots=True)
class Dataset:
    """All pictures.

    Args:
        layout: Name of the layout that was recognised, as ``folders by label``.
        samples: In the order of their names.
    """

    layout: str
    samples: tuple[Sample, ...]

    def of(self, *parts: str) -> list[Sample]:
        """Return the pictures of some parts of the split."""
        return [sample for sample in self.samples if sample.part in parts]

    def counts(self) -> dict[str, dict[str, int]]:
        """Return how many there are, by part and defect type."""
        parts = [part for part in ("", TRAIN, VAL, TEST) if any(s.part == part for s in self.samples)]
        return {part: dict(sorted(Counter(s.defect for s in self.of(part)).items())) for part in parts}

    def categories(self) -> dict[str, dict[str, int]]:
        """Return how many there are, by category and defect type."""
        names = sorted({sample.category for sample in self.samples})
        return {
            name: dict(sorted(Counter(s.defect for s in self.samples if s.category == name).items())) for name in names
        }

    def fingerprint(self) -> str:
        """Return the SHA-256 over names, labels and contents of what is not tested."""
        lines = sorted(f"{s.name}\t{s.defect}\t{s.part}\t{s.sha256}" for s in self.samples if s.part != TEST)
        return hashlib.sha256("\n".join(lines).encode("utf-8", "backslashreplace")).hexdigest()


def read_dataset(data: Path, *, least: int = LEAST) -> Dataset:
    """Recognise the layout of a folder, or read a manifest.

    MVTec AD: ``train/good`` and ``test/TYPE`` (their pictures are pooled, as its train part has no defective ones).
    Otherwise: one folder per label, of which one is ``good``; every other one is a defect type, and the folders inside
    ``defective`` are types of their own. A folder of such folders is a set with several categories. Masks are looked
    for in ``ground_truth`` under the picture's name, with or without ``_mask``.

    Args:
        data: A folder, or a manifest: a ``.csv`` or ``.parquet`` table with the columns path (relative to the table, or
            absolute), label ("good", or anything else for defective) and, where wanted, defect_type, category, group,
            mask, split (train, val or test; used as it is; rows without one are split around the others).
        least: Fewest pictures of each class.

    Raises:
        DatasetError: If it is none of these, a class has too few pictures, or a line of a manifest is wrong.
    """
    if data.is_file():
        layout, samples = "manifest", _from_table(data)
    elif data.is_dir():
        layout, samples = _from_folder(data)
    else:
        raise DatasetError(f"there is neither a folder nor a manifest {data}", "Check the path.")
    good = sum(not sample.defective for sample in samples)
    if min(good, len(samples) - good) < least:
        raise DatasetError(
            f"{data} has {good} good and {len(samples) - good} defective pictures; {least} of each are the least",
            "Add pictures of the class that has too few."
            if samples
            else f"Pictures are {', '.join(sorted(PICTURE_SUFFIXES))}.",
        )
    return Dataset(layout, tuple(sorted(samples, key=lambda sample: sample.name)))


def hashed(dataset: Dataset) -> Dataset:
    """Return the set with the SHA-256 of every file; that of one that cannot be read stays empty."""

    def digest(sample: Sample) -> Sample:
        try:
            with sample.path.open("rb") as file:
                return replace(sample, sha256=hashlib.file_digest(file, "sha256").hexdigest())
        except OSError:  # whoever decodes it says why
            return sample

    with ThreadPoolExecutor(4, thread_name_prefix="hash") as pool:
        return replace(dataset, samples=tuple(pool.map(digest, dataset.samples)))


def labels(samples: Sequence[Sample]) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    """Return (N,) int64: 0 good, 1 defective."""
    return np.array([int(sample.defective) for sample in samples], dtype=np.int64)


# --- folders ----------------------------------------------------------------------------------------------------------


def _from_folder(folder: Path) -> tuple[str, list[Sample]]:
    if layout := _layout(folder):
        return layout, _category(folder, folder, layout, "")
    inside = [(path, _layout(path)) for path in _folders(folder)]
    layouts = [(path, layout) for path, layout in inside if layout]
    if layouts:
        samples = [part for path, layout in layouts for part in _category(folder, path, layout, path.name)]
        return f"{len(layouts)} categories ({', '.join(sorted({layout for _, layout in layouts}))})", samples
    held = ", ".join(sorted(p.name for p in folder.iterdir())[:8]) or "nothing"
    raise DatasetError(
        f"{folder} is no data set: there is neither a folder “good” nor train/good and test (found: {held})",
        "Put good parts into good/ and defective ones into defective/, or one folder per defect type; or name a "
        "manifest (.csv, .parquet) with the columns path and label.",
    )


def _layout(folder: Path) -> str:
    if (folder / "train" / GOOD).is_dir() and (folder / "test").is_dir():
        return "MVTec AD"
    return "folders by label" if (folder / GOOD).is_dir() else ""


def _category(root: Path, folder: Path, layout: str, category: str) -> list[Sample]:
    if layout == "MVTec AD":
        roots = [folder / "train" / GOOD, *_folders(folder / "test")]
    else:
        roots = [path for path in _folders(folder) if path.name not in _MASK_FOLDERS]
    typed = [pair for path in roots for pair in _types(path)]
    return [
        Sample(
            path,
            path.relative_to(root).as_posix(),
            kind,
            category=category,
            mask=None if kind == GOOD else _mask(folder, kind, path),
        )
        for kind, place, recursive in typed
        for path in find_pictures(place, recursive=recursive)
    ]


def _types(folder: Path) -> list[tuple[str, Path, bool]]:
    """Return defect type, folder, and whether its sub-folders belong to it."""
    types = _folders(folder) if folder.name == DEFECTIVE else []
    if not types:
        return [(folder.name, folder, True)]
    return [(folder.name, folder, False), *((path.name, path, True) for path in types)]


def _mask(folder: Path, kind: str, picture: Path) -> Path | None:
    for base in _MASK_FOLDERS:
        for name in (f"{picture.stem}_mask.png", f"{picture.stem}.png"):
            if (path := folder / base / kind / name).is_file():
                return path
    return None


def _folders(folder: Path) -> list[Path]:
    return sorted(path for path in folder.iterdir() if path.is_dir() and not path.name.startswith("."))


# --- manifests --------------------------------------------------------------------------------------------------------


def _from_table(file: Path) -> list[Sample]:
    try:
        rows = read_table(file)
    except (OSError, ValueError) as error:
        raise DatasetError(
            f"the manifest {file} cannot be read: {error}", f"Give a table ({', '.join(sorted(_TABLES))})."
        ) from error
    samples, seen = [], set()
    for number, row in enumerate(rows, 2):
        sample = _from_row(file, number, row)
        if sample.path in seen:
            raise DatasetError(f"{file}, row {number}: {sample.path} is named twice", "Remove one of the rows.")
        seen.add(sample.path)
        samples.append(sample)
    return samples


def _from_row(file: Path, number: int, row: dict[str, str]) -> Sample:
    where = f"{file}, row {number}"
    if not row.get("path") or not row.get("label"):
        raise DatasetError(
            f"{where}: there is no path or no label (columns: {', '.join(row)})",
            "Every row needs both; a label is “good”, or anything else for defective.",
        )
    good = row["label"].lower() in _NAMES_OF_GOOD
    path, kind = file.parent / row["path"], row.get("defect_type", "")
    if not path.is_file():
        raise DatasetError(f"{where}: there is no file {path}", "Correct the path; it is relative to the manifest.")
    if good and kind not in {"", GOOD}:
        raise DatasetError(f"{where}: the label is good, and the defect type is “{kind}”", "Correct one of them.")
    if row.get("split", "") not in {"", TRAIN, VAL, TEST}:
        raise DatasetError(f"{where}: the split “{row['split']}” is not known", "Name train, val or test.")
    mask = file.parent / row["mask"] if row.get("mask") else None
    if mask is not None and not mask.is_file():
        raise DatasetError(f"{where}: there is no mask {mask}", "Correct the path, or leave it empty.")
    defect = GOOD if good else kind or (row["label"] if row["label"] != "1" else DEFECTIVE)
    return Sample(
        path,
        row["path"].replace("\\", "/"),
        defect,
        part=row.get("split", ""),
        category=row.get("category", ""),
        group=row.get("group", ""),
        mask=mask,
    )
