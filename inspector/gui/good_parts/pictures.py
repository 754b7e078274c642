"""The good parts of a recipe that were shown to the station: pictures on disk, and which of them are the same."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import cv2
import numpy as np

from inspector.domain.causes import cause_of
from inspector.domain.errors import InspectorError, PictureError
from inspector.domain.ids import new_id
from inspector.domain.quality import grey8
from inspector.files import write_bytes
from inspector.pictures import read_picture

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from inspector.domain.records import Image

#: Fewest, what is better, and what is enough; the fewest are those of the method good-only.
LEAST, BETTER, MOST = 5, 20, 50
_CELLS = 64
#: Two pictures are of the same part where no cell of theirs differs by so many grey levels: the noise of a camera is
#: below 1 there, as a cell is the mean of a hundred pixels and more.
_SAME_GREY = 3.0
_THUMB_PX = 128
_SUFFIX = ".png"


class NotTakenError(InspectorError):
    """A picture is not taken as one of a good part."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class GoodPicture:
    """One of them.

    Args:
        thumb: (h, w, 3) uint8 BGR, at most 128 pixels wide and tall.
        cells: (64, 64) float32, mean grey of each cell, less the mean of all: another lamp alone makes no other part.
    """

    path: Path
    thumb: Image = field(repr=False)
    cells: NDArray[np.float32] = field(repr=False)


class GoodPictures:
    """A folder ``good`` of PNG files, which a training reads as it is; they stay when the dialog is closed.

    Two threads use it: the one that looks at the source adds, the window's worker loads and removes.

    Args:
        folder: The data set of one recipe.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._good = folder / "good"
        self._lock = threading.Lock()
        self._taken: list[GoodPicture] = []

    def load(self) -> tuple[GoodPicture, ...]:
        """Read what is there; a file that cannot be read is left where it is, and out."""
        there = []
        for path in sorted(self._good.glob(f"*{_SUFFIX}")):
            try:
                there.append(_described(path, read_picture(path)))
            except PictureError:
                continue
        with self._lock:
            self._taken = there
            return tuple(there)

    def taken(self) -> tuple[GoodPicture, ...]:
        """Return all, in the order in which they were taken."""
        with self._lock:
            return tuple(self._taken)

    def add(self, pixels: Image) -> GoodPicture:
        """Take a picture.

        Args:
            pixels: What the line would inspect.

        Raises:
            NotTakenError: If there are enough, or one of the same part is there.
            FileError: If it cannot be written; nothing of it is left then.
        """
        picture = _described(self._good / f"{new_id()}{_SUFFIX}", pixels)
        with self._lock:
            number = next((n for n, other in enumerate(self._taken, 1) if _is_same(picture, other)), None)
            full = len(self._taken) >= MOST
        if full:
            raise NotTakenError(f"{MOST} good parts are enough", "Remove some first, or teach with these.")
        if number is not None:
            raise NotTakenError(
                f"this picture is the same as number {number}: nothing has moved", "Show another good part."
            )
        ok, data = cv2.imencode(_SUFFIX, pixels)
        if not ok:
            raise NotTakenError("the picture cannot be kept as a PNG file", "Check the source's pixel format.")
        write_bytes(picture.path, data.tobytes())
        with self._lock:
            self._taken.append(picture)
        return picture

    def remove(self, picture: GoodPicture) -> None:
        """Take one out again.

        Raises:
            NotTakenError: If its file cannot be removed.
        """
        try:
            picture.path.unlink(missing_ok=True)
        except OSError as error:
            raise NotTakenError(
                f"{picture.path} cannot be removed: {cause_of(error)}", "Close what uses the file."
            ) from error
        with self._lock:
            self._taken = [other for other in self._taken if other.path != picture.path]


def _described(path: Path, pixels: Image) -> GoodPicture:
    grey = grey8(pixels)
    cells = cv2.resize(grey, (_CELLS, _CELLS), interpolation=cv2.INTER_AREA).astype(np.float32)
    scale = min(1.0, _THUMB_PX / max(grey.shape))
    size = (max(1, round(grey.shape[1] * scale)), max(1, round(grey.shape[0] * scale)))
    eight = pixels if pixels.dtype == np.uint8 else cv2.convertScaleAbs(pixels, alpha=1 / 257.0)
    small = cv2.resize(eight, size, interpolation=cv2.INTER_AREA)
    if small.ndim == 2:
        small = cv2.cvtColor(small, cv2.COLOR_GRAY2BGR)
    return GoodPicture(path=path, thumb=np.ascontiguousarray(small[:, :, :3]), cells=cells - cells.mean())


def _is_same(picture: GoodPicture, other: GoodPicture) -> bool:
    return float(np.abs(picture.cells - other.cells).max()) < _SAME_GREY
