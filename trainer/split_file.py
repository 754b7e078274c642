"""A split as a file: which picture was in which part, written with every bundle and read to be used again."""

from __future__ import annotations

import csv
import io
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

from inspector.domain.causes import cause_of
from inspector.domain.cells import safe_cell
from inspector.domain.counts import counted
from trainer.dataset import GOOD, TEST, TRAIN, VAL, Dataset, DatasetError
from trainer.protocol import Finding
from trainer.table import read_table

if TYPE_CHECKING:
    from collections.abc import Sequence

#: Files that a finding names.
_NAMES = 50


def split_csv(dataset: Dataset) -> str:
    """Return the split as CSV: path, label, defect_type, category, group, split, fold, sha256."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(("path", "label", "defect_type", "category", "group", "split", "fold", "sha256"))
    for s in dataset.samples:
        label = "defective" if s.defective else GOOD
        cells = (s.name, label, s.defect, s.category, s.group, s.part, s.fold, s.sha256)
        writer.writerow(map(safe_cell, cells))
    return text.getvalue()


def parts_of_file(dataset: Dataset, file: str) -> dict[int, str]:
    """Return the parts of those pictures that a split's file knows, by content or else by name.

    Args:
        dataset: Its samples have hashes.
        file: A bundle's ``report/split.csv``.

    Returns:
        The part by the picture's place in the set.

    Raises:
        DatasetError: If the file cannot be read, or knows none of them.
    """
    try:
        rows = [row.cells for row in read_table(Path(file)).rows]
    except (OSError, ValueError) as error:
        raise DatasetError(
            f"the split {file} cannot be read: {cause_of(error)}", "Name a bundle's report/split.csv."
        ) from error
    by_content = {row.get("sha256", ""): row.get("split", "") for row in rows if row.get("sha256")}
    by_name = {row.get("path", ""): row.get("split", "") for row in rows}
    said = {i: by_content.get(s.sha256) or by_name.get(s.name, "") for i, s in enumerate(dataset.samples)}
    parts = {index: part for index, part in said.items() if part in {TRAIN, VAL, TEST}}
    if dataset.samples and not parts:
        raise not_said(file, [sample.name for sample in dataset.samples])
    return parts


def not_said(file: str, missing: Sequence[str]) -> DatasetError:
    """Return the error for pictures, by name, that a split's file does not know."""
    return DatasetError(
        f"the split {file} does not say where {len(missing)} of the pictures belong, as {missing[0]}",
        "Use the split of the same pictures, or leave it out for a new split.",
    )


def added_since(dataset: Dataset, file: str) -> list[Finding]:
    """Return what is to be said of pictures that a split's file does not know; nothing where it knows all.

    Args:
        dataset: Already split.
        file: As for `parts_of_file`; empty for none.

    Raises:
        DatasetError: As `parts_of_file`.
    """
    known = parts_of_file(dataset, file) if file else None
    if known is None or len(known) == len(dataset.samples):
        return []
    new = [sample for index, sample in enumerate(dataset.samples) if index not in known]
    count = Counter(sample.part for sample in new)
    return [
        Finding(
            severity="note",
            code="added-since",
            what=f"{counted(len(new), 'picture')} came to the split that is used again: "
            f"{count[TRAIN]} to learn from, {count[VAL]} to decide by, {count[TEST]} to test.",
            action="All others keep their parts. Leave the split out to deal all of them anew.",
            files=[sample.name for sample in new[:_NAMES]],
        )
    ]
