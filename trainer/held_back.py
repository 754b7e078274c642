"""Pictures that no model may learn from are left out by what they hold: the locked parts of the station's recipes."""

from __future__ import annotations

import csv
import io
from collections import Counter
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from inspector.domain.cells import safe_cell
from inspector.domain.counts import counted, verb
from inspector.vision.locked import read_locked
from trainer.dataset import TEST
from trainer.protocol import Finding

if TYPE_CHECKING:
    from trainer.dataset import Dataset, Sample

#: Which pictures of the data a model was kept from, beside its split.
LOCKED_FILE = "report/locked.csv"
#: Files that a finding names.
_NAMES = 50


@dataclass(frozen=True, slots=True)
class HeldBack:
    """What was left out.

    Args:
        dataset: The set without it.
        recipes: How many pictures are locked for which recipe.
        names: Of these pictures.
    """

    dataset: Dataset
    recipes: Counter[str]
    names: list[str]

    def findings(self) -> list[Finding]:
        """Say it; nothing where nothing is locked."""
        count = len(self.names)
        if not count:
            return []
        of = ", ".join(sorted(self.recipes))
        return [
            Finding(
                severity="note",
                code="locked",
                what=f"{counted(count, 'picture')} {verb(count, 'is')} left out: locked test "
                f"{'part' if count == 1 else 'parts'} of {of}, which no model may learn from.",
                action="Nothing has to be done. What is to be learnt from is released with a reason first: inspector "
                "regression release.",
                files=self.names[:_NAMES],
            )
        ]


def without_locked(dataset: Dataset, file: str) -> HeldBack:
    """Leave out what is locked, whatever it is called; a picture of the test part stays there.

    Asked before a split and after it: a split may deal a picture otherwise than its folder or table said.

    Args:
        dataset: Its samples have hashes.
        file: The station's list of locked pictures; empty for none.

    Raises:
        LockedListError: If it cannot be read.
    """
    locked = read_locked(Path(file)) if file else {}
    out = [sample for sample in dataset.samples if sample.sha256 in locked and sample.part != TEST]
    if not out:
        return HeldBack(dataset, Counter(), [])
    kept = tuple(sample for sample in dataset.samples if sample.sha256 not in locked or sample.part == TEST)
    return HeldBack(
        replace(dataset, samples=kept, locked=dataset.locked + _table(out, locked, begun=bool(dataset.locked))),
        Counter(locked[sample.sha256] for sample in out),
        [sample.name for sample in out],
    )


def without_held_back(dataset: Dataset, split: str) -> Dataset:
    """Leave out what was left out when a split was made.

    Args:
        dataset: Its samples have hashes.
        split: A bundle's ``report/split.csv``.

    Raises:
        LockedListError: If what stands beside it cannot be read.
    """
    return without_locked(dataset, str(Path(split).with_name(Path(LOCKED_FILE).name))).dataset


def _table(out: list[Sample], locked: dict[str, str], *, begun: bool) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    if not begun:
        writer.writerow(("sha256", "recipe", "path"))
    writer.writerows(map(safe_cell, (sample.sha256, locked[sample.sha256], sample.name)) for sample in out)
    return text.getvalue()
