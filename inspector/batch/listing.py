"""The picture files of a folder by name: all that is held of a file before it is read."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from inspector.batch.rows import storable
from inspector.domain.class_words import ClassWords, Meaning, masks_among
from inspector.pictures import LeftOutTally, natural_key, walk_pictures

if TYPE_CHECKING:
    from inspector.pictures import LeftOut

#: Names that are kept of what is left out.
_SHOWN = 3


@dataclass(frozen=True, slots=True)
class Listing:
    """Names within a folder, in natural order. About 90 bytes per file; nothing is asked of the files themselves.

    Args:
        folder: Where the pictures are.
        names: Paths within it, with slashes, as the operating system spells them.
        masks_left_out: Pictures of no parts, which are not among them: masks, drawings, results of other batches.
        masks: Names of the first of these.
        left_out: What else the folder holds, and is no picture to be judged.
    """

    folder: Path
    names: tuple[str, ...]
    masks_left_out: int = 0
    masks: tuple[str, ...] = ()
    left_out: tuple[LeftOut, ...] = ()

    def __len__(self) -> int:
        return len(self.names)

    def path(self, index: int) -> Path:
        """Where a file is."""
        return self.folder / self.names[index]

    def key(self, index: int) -> str:
        """The file's name in its row."""
        return storable(self.names[index])


def list_pictures(
    folder: Path, *, recursive: bool = False, leave_out: Path | None = None, words: ClassWords | None = None
) -> Listing:
    """List the picture files of a folder; masks and drawings are none (`inspector.domain.class_words`).

    Args:
        recursive: Whether sub-folders are listed too.
        leave_out: A folder whose pictures are not meant: our own overlays.
        words: What the user has said of words: a folder that he calls good holds no masks.

    Raises:
        PictureError: As `inspector.pictures.find_pictures`.
    """
    ours = "" if leave_out is None else os.path.join(leave_out.absolute(), "")  # noqa: PTH118 - a trailing separator
    paths: list[str] = []
    masks: list[str] = []
    words = words or ClassWords()
    others = LeftOutTally()
    for root, names in walk_pictures(folder, recursive=recursive, left_out=others):
        place = Path(root)
        if ours and os.path.join(place.absolute(), "").startswith(ours):  # noqa: PTH118
            continue
        inside = place.relative_to(folder).as_posix()
        above = "" if inside == "." else f"{inside}/"
        no_part = any(words.of_folder(part) is Meaning.NO_PART for part in inside.split("/"))
        left = set(names) if no_part else masks_among(names)
        masks += [above + name for name in left]
        paths += [above + name for name in names if name not in left]
    paths.sort(key=natural_key)
    shown = tuple(map(storable, sorted(masks, key=natural_key)[:_SHOWN]))
    return Listing(folder, tuple(paths), len(masks), shown, others.listed())
