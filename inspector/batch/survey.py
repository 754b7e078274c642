"""What a folder holds, before anything is judged."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from pydantic import BaseModel, ConfigDict

from inspector.batch.labels import FolderLabels, TableLabels, read_labels
from inspector.domain.confusion import DEFECTIVE, GOOD
from inspector.pictures import LeftOut

if TYPE_CHECKING:
    from pathlib import Path

    from inspector.batch.labels import Labels
    from inspector.batch.listing import Listing


class Survey(BaseModel):
    """How many pictures a folder holds, and what is known of them."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    pictures: int
    good: int = 0
    defective: int = 0
    unlabelled: int = 0
    types: dict[str, int] = {}  #: defective pictures by defect type
    categories: dict[str, int] = {}  #: labelled pictures by category, where categories have names
    masks_left_out: int = 0  #: pictures in folders called ground_truth
    left_out: tuple[LeftOut, ...] = ()  #: what else the folder holds, and is no picture to be judged
    not_in_folder: int = 0  #: lines of the table of labels whose picture is not there
    good_in: tuple[str, ...] = ()  #: as `FolderLabels.good_in`


def labels_for(folder: Path, table: Path | None = None, good_in: tuple[str, ...] = ()) -> Labels:
    """Return what is known of a folder's pictures.

    Args:
        folder: Of the pictures.
        table: A table of labels (`read_labels`); None for the folders' names.
        good_in: As `FolderLabels.good_in`, where it is known already.

    Raises:
        LabelsError: If the table cannot be used.
    """
    return read_labels(table, folder) if table is not None else FolderLabels(folder.absolute().name, good_in)


def survey(listing: Listing, labels: Labels) -> Survey:
    """Count a listing's pictures by label.

    Args:
        labels: What is known of them; folders' names are noted in it.
    """
    for folder in {name.rpartition("/")[0] for name in listing.names}:
        labels.see(folder)
    values: Counter[int] = Counter()
    types: Counter[str] = Counter()
    categories: Counter[str] = Counter()
    named = 0
    for index in range(len(listing)):
        label = labels.label(listing.key(index))
        values[label.value] += 1
        types[label.defect] += 1
        categories[label.category] += 1
        named += label.value in {GOOD, DEFECTIVE} or bool(label.category)
    return Survey(
        pictures=len(listing),
        good=values[GOOD],
        defective=values[DEFECTIVE],
        unlabelled=len(listing) - values[GOOD] - values[DEFECTIVE],
        types={name: types[name] for name in sorted(types) if name},
        categories={name: categories[name] for name in sorted(categories) if name},
        masks_left_out=listing.masks_left_out,
        left_out=listing.left_out,
        not_in_folder=max(0, len(labels) - named) if isinstance(labels, TableLabels) else 0,
        good_in=labels.good_in if isinstance(labels, FolderLabels) else (),
    )
