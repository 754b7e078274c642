"""The folder beside the log where station and shadow meet: which is wanted, parts that wait, kept differences."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from pydantic import BaseModel, ConfigDict

from inspector.domain.records import Verdict
from inspector.files import FileError, atomic_file
from inspector.json_file import JsonError, parse_model, read_model
from inspector.outputs.shadow_log import kept_differences, shadow_folder

if TYPE_CHECKING:
    from pathlib import Path

    from inspector.domain.records import Image

#: So many parts wait for the candidate at most; further ones are not handed over: it judges a sample.
MOST_WAITING = 8
#: Not that of a file that is being written.
_ENDING = ".waits"
#: Parts of which something is said that is not in the record yet.
_SAID = ".said"


class _WantedFile(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")

    shadow: str
    recipe: str


class _PartHead(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")

    inspection_id: str
    verdict: Verdict
    model: str
    model_sha256: str
    recipe_version: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which shadow is wanted.

    Args:
        shadow: Its id.
        recipe: Of which recipe the parts are.
    """

    shadow: str
    recipe: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HandedPart:
    """A committed part for the candidate.

    Args:
        image: The inspected pixels, (H, W, 3) uint8 BGR.
        verdict: Of the model in force, on these pixels.
        model: Name of the model in force.
        model_sha256: Its hash, hex.
    """

    inspection_id: str
    image: Image
    verdict: Verdict
    model: str
    model_sha256: str
    recipe_version: int


class ShadowPlace:
    """The folder of a log. Any thread.

    Args:
        log: The result log.
    """

    def __init__(self, log: Path) -> None:
        self.folder, self.pictures = shadow_folder(log), kept_differences(log)
        self._waiting, self._wanted = self.folder / "waiting", self.folder / "wanted.json"

    def wanted(self) -> Wanted | None:
        """Return which shadow is wanted; None for none, or where that cannot be read."""
        try:
            read = read_model(self._wanted, _WantedFile)
        except JsonError:
            return None
        return Wanted(shadow=read.shadow, recipe=read.recipe)

    def want(self, wanted: Wanted | None) -> None:
        """Have parts handed to a shadow from now on, or to none.

        Raises:
            FileError: If it cannot be written.
        """
        if wanted is None:
            try:
                self._wanted.unlink(missing_ok=True)
            except OSError as error:
                raise FileError(self._wanted, error) from error
            return
        with atomic_file(self._wanted) as file:
            file.write(_WantedFile(shadow=wanted.shadow, recipe=wanted.recipe).model_dump_json().encode())

    def picture(self, name: str) -> Path:
        """Return where the copy of a picture should be."""
        return self.pictures / name

    # --- parts that wait ----------------------------------------------------------------------------------------------

    def waiting(self, shadow: str) -> list[Path]:
        """Return the parts that wait for a shadow, the oldest first: their names rise with the time."""
        try:
            return sorted(path for path in (self._waiting / shadow).iterdir() if path.suffix == _ENDING)
        except OSError:
            return []

    def hand_over(self, shadow: str, part: HandedPart) -> bool:
        """Let a part wait for a shadow; False where there is no room.

        It need not survive a power cut: the record has the part.

        Raises:
            FileError: If it cannot be written.
        """
        if len(self.waiting(shadow)) >= MOST_WAITING:
            return False
        head = _PartHead(
            inspection_id=part.inspection_id,
            verdict=part.verdict,
            model=part.model,
            model_sha256=part.model_sha256,
            recipe_version=part.recipe_version,
        )
        with atomic_file(self._waiting / shadow / f"{part.inspection_id}{_ENDING}", lasting=False) as file:
            file.write(head.model_dump_json().encode() + b"\n")
            np.save(file, np.ascontiguousarray(part.image), allow_pickle=False)
        return True

    def said(self, path: Path) -> Path:
        """Let a part wait no more, as it is judged; return what is removed once that is in the record.

        Whoever has ended the shadow meanwhile has removed it.
        """
        said = path.with_suffix(_SAID)
        with contextlib.suppress(FileNotFoundError):
            path.replace(said)
        return said

    def let_wait_again(self, shadow: str) -> None:
        """Let those parts wait again whose judgement did not come into the record, as the power was cut."""
        with contextlib.suppress(OSError):
            for path in (self._waiting / shadow).glob(f"*{_SAID}"):
                path.replace(path.with_suffix(_ENDING))

    def take(self, path: Path) -> HandedPart | None:
        """Return a part that waits; None where the file is damaged or gone."""
        try:
            with path.open("rb") as file:
                head = parse_model(file.readline(), _PartHead, where=str(path))
                image = np.load(file, allow_pickle=False)
        except (OSError, JsonError, ValueError, EOFError):
            return None
        if image.ndim != 3 or image.dtype != np.uint8:
            return None
        return HandedPart(
            inspection_id=head.inspection_id,
            image=image,
            verdict=head.verdict,
            model=head.model,
            model_sha256=head.model_sha256,
            recipe_version=head.recipe_version,
        )

    def forget(self, keep: str = "") -> None:
        """Remove the parts that wait for other shadows than one."""
        with contextlib.suppress(OSError):
            for folder in self._waiting.iterdir():
                if folder.name != keep:
                    for path in folder.iterdir():
                        path.unlink(missing_ok=True)
                    folder.rmdir()

    def keep_newest(self, most: int) -> int:
        """Remove the oldest copies of differences; return how many are left."""
        try:
            names = sorted(self.pictures.iterdir(), key=lambda path: path.name)
        except OSError:
            return 0
        for path in names[:-most] if most else names:
            with contextlib.suppress(OSError):
                path.unlink()
        return min(len(names), most)
