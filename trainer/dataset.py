"""Pictures with labels: a folder or a table becomes a set."""

from __future__ import annotations

import hashlib
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from inspector.domain.class_words import ClassWords
from inspector.domain.counts import counted
from inspector.pictures import PICTURE_SUFFIXES, address_in
from trainer.folders import from_folder
from trainer.labelled import DEFECTIVE, GOOD, LEAST, TEST, TRAIN, VAL, Dataset, DatasetError, NotTaken, Sample
from trainer.manifests import from_table

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

__all__ = [
    "DEFECTIVE",
    "GOOD",
    "LEAST",
    "TEST",
    "TRAIN",
    "VAL",
    "Dataset",
    "DatasetError",
    "NotTaken",
    "Sample",
    "hashed",
    "labels",
    "read_dataset",
]


def read_dataset(
    data: Path,
    *,
    least: int = LEAST,
    words: ClassWords | None = None,
    bit_depth: int | None = None,
    all_good: bool = False,
) -> Dataset:
    """Recognise the layout of a folder, or read a manifest.

    What folders' names say, `inspector.domain.class_folders` knows, for the station alike; `trainer.folders` adds the
    parts of a split (``train``, ``val``, ``test``) and masks. A manifest is a table (`trainer.manifests`).

    Args:
        data: A folder, or a manifest: a ``.csv`` or ``.parquet`` table.
        least: Fewest pictures of each class.
        words: What the user has said of words.
        bit_depth: As in `trainer.labelled.decoded`.
        all_good: Pictures that lie in the folder itself, and in no folder of a class, are of good parts.

    Raises:
        DatasetError: If it is none of these, a class has too few pictures, or a line of a manifest is wrong.
        WordsError: If a word is to be explained.
    """
    words = words or ClassWords()
    if data.is_file():
        dataset = from_table(data, words)
    elif data.is_dir():
        dataset = from_folder(data, words, all_good=all_good)
    else:
        if address := address_in(data):
            raise DatasetError(
                f"{address} is an address, and a training reads files of this computer",
                "Copy the pictures into a folder, or mount the store as one.",
            )
        raise DatasetError(f"there is neither a folder nor a manifest {data}", "Check the path.")
    samples = dataset.samples
    good = sum(not sample.defective for sample in samples)
    if min(good, len(samples) - good) < least:
        raise DatasetError(
            f"{data} has {good} good and {counted(len(samples) - good, 'defective picture')}; {least} of each are "
            f"the least",
            "Add pictures of the class that has too few."
            if samples
            else f"Pictures are {', '.join(sorted(PICTURE_SUFFIXES))}.",
        )
    ordered = sorted(samples, key=lambda sample: sample.name)
    return replace(dataset, samples=tuple(replace(sample, bit_depth=bit_depth) for sample in ordered))


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
