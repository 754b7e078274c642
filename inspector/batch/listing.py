"""The picture files of a folder by name: all that is held of a file before it is read."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from inspector.batch.labels import MASK_FOLDER
from inspector.batch.rows import storable
from inspector.pictures import LeftOutTally, natural_key, walk_pictures

if TYPE_CHECKING:
    from inspector.pictures import LeftOut


@dataclass(frozen=True, slots=True)
class Listing:
    """Names within a folder, in natural order. About 90 bytes per file; nothing is asked of the files themselves.

    Args:
        folder: Where the pictures are.
        names: Paths within it, with slashes, as the operating system spells them.
        masks_left_out: Pictures in folders called `MASK_FOLDER`, which are not among them.
        left_out: What else the folder holds, and is no picture to be judged.
    """

    folder: Path
    names: tuple[str, ...]
    masks_left_out: int = 0
    left_out: tuple[LeftOut, ...] = ()

    def __len__(self) -> int:
        return len(self.names)

    def path(self, index: int) -> Path:
        """Where a file is."""
        return self.folder / self.names[index]

    def key(self, index: int) -> str:
        """The file's name in its row."""
        return storable(self.names[index])


def list_pictures(folder: Path, *, recursive: bool = False, leave_out: Path | None = None) -> Listing:
    """List the picture files of a folder; masks (MVTec AD keeps them in ``ground_truth``) are none.

    Args:
        recursive: Whether sub-folders are listed too.
        leave_out: A folder whose pictures are not meant: our own overlays.

    Raises:
        PictureError: As `inspector.pictures.find_pictures`.
    """
    ours = "" if leave_out is None else os.path.join(leave_out.absolute(), "")  # noqa: PTH118 - a trailing separator
    paths: list[str] = []
    masks = 0
    others = LeftOutTally()
    for root, names in walk_pictures(folder, recursive=recursive, left_out=others):
        place = Path(root)
        if ours and os.path.join(place.absolute(), "").startswith(ours):  # noqa: PTH118
            continue
        inside = place.relative_to(folder).as_posix()
        if MASK_FOLDER in inside.casefold().split("/"):
            masks += len(names)
            continue
        paths += names if inside == "." else [f"{inside}/{name}" for name in names]
    paths.sort(key=natural_key)
    return Listing(folder, tuple(paths), masks, others.listed())
