"""Pictures of challenges: those of the set, named by their content, and those of the parts that were shown."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

import cv2

from inspector.domain.causes import cause_of
from inspector.domain.errors import InspectorError
from inspector.files import FileError, write_bytes

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from inspector.domain.records import Image

FOLDER = "challenges"
_MOST_BYTES = 500_000_000


class ChallengeError(InspectorError):
    """A challenge cannot be shown, kept or defined."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownPicture:
    """A picture of a part that was shown.

    Args:
        view: Name of the view; empty where the parts have one.
        path: Where it lies.
        sha256: Of its file.
    """

    view: str
    path: str
    sha256: str


class ChallengePictures:
    """Both kinds, in the data folder; any thread. Nothing removes them.

    Args:
        root: The data folder.
    """

    def __init__(self, root: Path) -> None:
        self._set, self._shown = root / FOLDER / "set", root / FOLDER / "shown"

    def take(self, path: Path) -> str:
        """Copy a picture into the set; return what a recipe calls it.

        Raises:
            ChallengeError: If it cannot be read or kept.
        """
        try:
            if path.stat().st_size > _MOST_BYTES:
                raise ChallengeError(f"the picture {path} has more than 500 MB", "Choose another one.")
            content = path.read_bytes()
        except OSError as error:
            raise ChallengeError(
                f"the picture {path} cannot be taken into the challenge: {cause_of(error)}", "Choose another one."
            ) from error
        name = f"{hashlib.sha256(content).hexdigest()}{path.suffix.lower()}"
        self.put(name, content)
        return name

    def put(self, name: str, content: bytes) -> None:
        """Keep a picture of the set; one that is here already stays.

        Args:
            name: As a recipe calls it: its SHA-256 with a suffix.

        Raises:
            ChallengeError: If it cannot be kept.
        """
        if self._is_kept(name):
            return
        try:
            write_bytes(self._set / name, content)
        except FileError as error:
            raise ChallengeError(
                f"the picture of a challenge part cannot be kept: {cause_of(error)}", "Free space, or fix permissions."
            ) from error

    def _is_kept(self, name: str) -> bool:
        try:
            self.of_set(name)
        except ChallengeError:
            return False
        return True

    def of_set(self, name: str) -> Path:
        """Return a picture of the set, as it was taken.

        Args:
            name: As a recipe calls it.

        Raises:
            ChallengeError: If it is gone, or is another one now.
        """
        path = self._set / name
        step = "An engineer must take it into the set once more, or show the parts to the camera."
        try:
            sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
        except OSError as error:
            raise ChallengeError(f"the challenge picture {path} cannot be read: {cause_of(error)}", step) from error
        if sha256 != path.stem:
            raise ChallengeError(f"the challenge picture {path} is not the one that was taken into the set", step)
        return path

    def has(self, name: str) -> bool:
        """Say whether a picture of the set lies here."""
        return bool(name) and (self._set / name).is_file()

    def keep(self, image: Image, at: datetime, name: str, view: str = "") -> ShownPicture:
        """Keep the pixels of a part that was shown, lossless.

        Raises:
            ChallengeError: If they cannot be kept.
        """
        path = self._shown / f"{at:%Y-%m-%d}" / f"{name}.png"
        try:
            encoded = cv2.imencode(".png", image, (cv2.IMWRITE_PNG_COMPRESSION, 1))[1].tobytes()
            write_bytes(path, encoded)
        except (cv2.error, FileError) as error:
            raise ChallengeError(
                f"the picture of the challenge part cannot be kept: {cause_of(error)}",
                "Free the disk, then show the part again.",
            ) from error
        return ShownPicture(view=view, path=str(path), sha256=hashlib.sha256(encoded).hexdigest())
