"""The picture files of a folder by name: all that is held of a file before it is read."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from inspector.batch.rows import storable
from inspector.domain.class_words import ClassWords, Meaning, masks_among
from inspector.pictures import LeftOutTally, StorePath, natural_key, walk_pictures, walk_store
from inspector.pictures.content import Stamp, StampColumns

if TYPE_CHECKING:
    from inspector.pictures import LeftOut, Place

#: Names that are kept of what is left out.
_SHOWN = 3


@dataclass(frozen=True, slots=True)
class Listing:
    """Names within a folder, in natural order. About 90 bytes per file, 115 in a store, as its list says more of each.

    Args:
        folder: Where the pictures are.
        names: Paths within it, with slashes, as the operating system spells them.
        masks_left_out: Pictures of no parts, which are not among them: masks, drawings, results of other batches.
        masks: Names of the first of these.
        left_out: What else the folder holds, and is no picture to be judged.
        stamps: What a store has said of each when it was listed; None of a folder of this computer.
    """

    folder: Place
    names: tuple[str, ...]
    masks_left_out: int = 0
    masks: tuple[str, ...] = ()
    left_out: tuple[LeftOut, ...] = ()
    stamps: StampColumns | None = None

    def __len__(self) -> int:
        return len(self.names)

    def path(self, index: int) -> Place:
        """Where a file is."""
        return self.folder / self.names[index]

    def stamp(self, index: int) -> Stamp:
        """Return what is said of a file without its being read.

        Raises:
            OSError: If it is gone, or cannot be asked for.
        """
        if self.stamps is not None:
            return self.stamps[index]
        # without a Path, which takes longer than asking
        return Stamp.of(os.stat(f"{self.folder}{os.sep}{self.names[index]}"))  # noqa: PTH116

    def key(self, index: int) -> str:
        """The file's name in its row."""
        return storable(self.names[index])


def list_pictures(
    folder: Place, *, recursive: bool = False, leave_out: Path | None = None, words: ClassWords | None = None
) -> Listing:
    """List the picture files of a folder; masks and drawings are none (`inspector.domain.class_words`).

    Args:
        recursive: Whether sub-folders are listed too.
        leave_out: A folder whose pictures are not meant: our own overlays.
        words: What the user has said of words: a folder that he calls good holds no masks.

    Raises:
        PictureError: As `inspector.pictures.find_pictures`.
    """
    if isinstance(folder, StorePath):
        return _list_store(folder, words or ClassWords(), recursive=recursive)
    ours = "" if leave_out is None else os.path.join(leave_out.absolute(), "")  # noqa: PTH118 - a trailing separator
    entries = _Entries(words or ClassWords())
    others = LeftOutTally()
    for root, names in walk_pictures(folder, recursive=recursive, left_out=others):
        place = Path(root)
        if not (ours and os.path.join(place.absolute(), "").startswith(ours)):  # noqa: PTH118
            inside = place.relative_to(folder).as_posix()
            entries.take("" if inside == "." else inside, names)
    entries.paths.sort(key=natural_key)
    return Listing(folder, tuple(entries.paths), len(entries.masks), entries.shown_masks(), others.listed())


# --- inside -----------------------------------------------------------------------------------------------------------


class _Entries:
    """The pictures of folders, and apart from them the masks."""

    def __init__(self, words: ClassWords) -> None:
        self.paths: list[str] = []
        self.masks: list[str] = []
        self._words = words

    def take(self, inside: str, names: list[str]) -> list[int]:
        """Take a folder's names in; return the places of those that are no masks."""
        above = f"{inside}/" if inside else ""
        no_part = any(self._words.of_folder(part) is Meaning.NO_PART for part in inside.split("/"))
        left = set(names) if no_part else masks_among(names)
        self.masks += [above + name for name in left]
        kept = [place for place, name in enumerate(names) if name not in left]
        self.paths += [above + names[place] for place in kept]
        return kept

    def shown_masks(self) -> tuple[str, ...]:
        return tuple(map(storable, sorted(self.masks, key=natural_key)[:_SHOWN]))


def _list_store(folder: StorePath, words: ClassWords, *, recursive: bool) -> Listing:
    entries, stamps, others = _Entries(words), StampColumns(), LeftOutTally()
    for inside, names, said in walk_store(folder, recursive=recursive, left_out=others):
        for place in entries.take(inside, names):
            stamps.append(said[place])
    order = sorted(range(len(entries.paths)), key=lambda place: natural_key(entries.paths[place]))
    paths = tuple(entries.paths[place] for place in order)
    masks = len(entries.masks)
    return Listing(folder, paths, masks, entries.shown_masks(), others.listed(), stamps.chosen(order))
