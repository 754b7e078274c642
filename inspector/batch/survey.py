"""What a folder holds, before anything is judged."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from pydantic import BaseModel, ConfigDict, model_validator

from inspector.batch.labels import FolderLabels, TableLabels, read_labels
from inspector.domain.class_folders import Understood
from inspector.domain.class_words import Meaning
from inspector.domain.confusion import DEFECTIVE, GOOD
from inspector.pictures import LeftOut

if TYPE_CHECKING:
    from pathlib import Path

    from inspector.batch.labels import Labels
    from inspector.batch.listing import Listing
    from inspector.domain.class_words import ClassWords
    from inspector.pictures import Place


class Survey(BaseModel):
    """How many pictures a folder holds, and what is known of them."""

    model_config = ConfigDict(frozen=True, extra="ignore", allow_inf_nan=False)

    pictures: int
    good: int = 0
    defective: int = 0
    unlabelled: int = 0
    types: dict[str, int] = {}  #: defective pictures by defect type
    categories: dict[str, int] = {}  #: labelled pictures by category, where categories have names
    masks_left_out: int = 0  #: pictures of no parts: masks, drawings, results of other batches
    masks: tuple[str, ...] = ()  #: names of the first of these
    left_out: tuple[LeftOut, ...] = ()  #: what else the folder holds, and is no picture to be judged
    not_in_folder: int = 0  #: lines of the table of labels whose picture is not there
    telling: tuple[str, ...] = ()  #: as `FolderLabels.telling`
    words: tuple[Understood, ...] = ()  #: how the words of folders or table were understood

    @model_validator(mode="before")
    @classmethod
    def _of_before(cls, data: object) -> object:
        """Take over what a batch of an earlier version has noted: the folders that hold one called good."""
        if isinstance(data, dict) and "good_in" in data and "telling" not in data:
            return data | {"telling": [f"{folder}/good".removeprefix("/") for folder in data["good_in"]]}
        return data

    @property
    def mask_words(self) -> str:
        """Return how many pictures of no parts are left out, and the names of some; empty where there is none."""
        more = ", …" if self.masks_left_out > len(self.masks) else ""
        named = f" ({', '.join(self.masks)}{more})" if self.masks else ""
        return f"{self.masks_left_out:,} masks or drawings{named}" if self.masks_left_out else ""

    @property
    def unknown(self) -> tuple[str, ...]:
        """Words that are to be explained before anything is judged."""
        return tuple(word.word for word in self.words if word.meaning is Meaning.UNKNOWN)


def labels_for(
    folder: Place,
    table: Path | None = None,
    telling: tuple[str, ...] = (),
    words: ClassWords | None = None,
) -> Labels:
    """Return what is known of a folder's pictures.

    Args:
        folder: Of the pictures.
        table: A table of labels (`read_labels`); None for the folders' names.
        telling: As `FolderLabels.telling`, where it is known already.
        words: What the user has said of words.

    Raises:
        LabelsError: If the table cannot be used.
    """
    if table is not None:
        return read_labels(table, folder, words)
    return FolderLabels(folder.absolute().name, telling, words)


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
        masks=listing.masks,
        left_out=listing.left_out,
        not_in_folder=max(0, len(labels) - named) if isinstance(labels, TableLabels) else 0,
        telling=labels.telling if isinstance(labels, FolderLabels) else (),
        words=labels.understood(listing.key(index) for index in range(len(listing))),
    )
