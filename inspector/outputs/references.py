"""What good parts' pictures are like, kept beside the log: figures and one picture for each view of a recipe."""

from __future__ import annotations

import zipfile
from dataclasses import dataclass
from io import BytesIO
from typing import TYPE_CHECKING

import cv2
import numpy as np
from pydantic import AwareDatetime, BaseModel, ConfigDict

from inspector.domain.assignable import WIDTH
from inspector.domain.causes import cause_of
from inspector.files import FileError, make_folder, write_bytes, write_text
from inspector.json_file import JsonAbsentError, read_model

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from inspector.domain.records import Image

_LONGEST_PX = 900
_MOST_BYTES = 200_000_000


class KeptFinding(BaseModel):
    """What was found last at a view."""

    model_config = ConfigDict(frozen=True, extra="ignore", allow_inf_nan=False)

    cause: str
    evidence: str
    since: AwareDatetime
    noticed: AwareDatetime
    parts: int


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptReference:
    """The figures of good parts.

    Args:
        identity: Of model, camera settings and number of the reference: it counts for these alone.
        model_sha256: Which model judged them.
        good: How many of the parts had passed.
        complete: Whether these are enough.
        values: (n, k) float, in the order of the parts.
    """

    identity: str
    model_sha256: str
    good: int
    complete: bool
    values: NDArray[np.floating]


def references_folder(log: Path) -> Path:
    """Return the folder beside a log."""
    return log.with_name(f"{log.stem}.references")


@dataclass(frozen=True, slots=True)
class ReferenceFiles:
    """The files of one view.

    Args:
        folder: See `references_folder`.
        place: Of the view in the recipe, 0 is the main one.
    """

    folder: Path
    recipe: str
    place: int

    @property
    def good(self) -> Path:
        """A picture of a good part of the reference."""
        return self._named("good.png")

    @property
    def now(self) -> Path:
        """A picture of a part when something was found."""
        return self._named("found.png")

    def write(self, kept: KeptReference) -> None:
        """Replace the figures.

        Raises:
            FileError: If they cannot be written.
        """
        make_folder(self.folder)
        buffer = BytesIO()
        texts = np.array([kept.identity, kept.model_sha256, str(kept.good), str(int(kept.complete))])
        np.savez_compressed(buffer, texts=texts, values=kept.values.astype(np.float32))
        write_bytes(self._named("npz"), buffer.getvalue())

    def read(self) -> KeptReference | None:
        """Return the figures; None where there are none that can be used, so that others are taken.

        Those of a program of before, which measured other figures, cannot.
        """
        path = self._named("npz")
        try:
            if path.stat().st_size > _MOST_BYTES:
                return None
            with path.open("rb") as file, np.load(file, allow_pickle=False) as kept:
                identity, model, good, complete = (str(text) for text in kept["texts"])
                values = np.asarray(kept["values"], np.float32)
        except (OSError, ValueError, KeyError, EOFError, TypeError, zipfile.BadZipFile):
            return None
        if values.ndim != 2 or values.shape[1] != WIDTH or not good.isdecimal():
            return None
        return KeptReference(
            identity=identity, model_sha256=model, good=int(good), complete=complete == "1", values=values
        )

    def write_picture(self, path: Path, image: Image) -> None:
        """Replace one of the pictures; a large one becomes smaller.

        Raises:
            FileError: If it cannot be written.
        """
        make_folder(self.folder)
        scale = _LONGEST_PX / max(image.shape[:2])
        if scale < 1.0:
            image = np.asarray(cv2.resize(image, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA), image.dtype)
        try:
            write_bytes(path, cv2.imencode(".png", image)[1].tobytes())
        except cv2.error as error:
            raise FileError(path, OSError(cause_of(error))) from error

    def write_finding(self, finding: KeptFinding) -> None:
        """Replace what was found last.

        Raises:
            FileError: If it cannot be written.
        """
        make_folder(self.folder)
        write_text(self._named("json"), finding.model_dump_json(indent=2) + "\n")

    def read_finding(self) -> KeptFinding | None:
        """Return what was found last; None for nothing.

        Raises:
            JsonError: If it cannot be read.
        """
        try:
            return read_model(self._named("json"), KeptFinding)
        except JsonAbsentError:
            return None

    def forget_finding(self) -> None:
        """Remove what was found against another reference."""
        for path in (self._named("json"), self.now):
            path.unlink(missing_ok=True)

    def _named(self, ending: str) -> Path:
        return self.folder / f"{self.recipe}.{self.place}.{ending}"
