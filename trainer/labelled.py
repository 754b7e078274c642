"""Pictures with labels: the records that everything in the trainer works on."""

from __future__ import annotations

import hashlib
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from inspector.domain.errors import DepthError, InspectorError
from inspector.pictures import decode_picture, read_content

if TYPE_CHECKING:
    from pathlib import Path

    from inspector.domain.class_folders import Understood
    from inspector.domain.picture_range import PictureLook
    from inspector.domain.records import Image
    from inspector.pictures import LeftOut

GOOD = "good"
TRAIN, VAL, TEST = "train", "val", "test"
#: The folder that holds defective pictures of all types, or types as folders.
DEFECTIVE = "defective"
#: Fewest pictures of each class.
LEAST = 6
#: Layout of a folder whose own name says what all of its pictures are.
FLAT = "one folder of pictures"


class DatasetError(InspectorError):
    """Pictures cannot be trained on."""


@dataclass(frozen=True, slots=True)
class Sample:
    """One picture.

    Args:
        name: Its path within the data folder, with forward slashes.
        defect: Its defect type; "good" for a good part.
        part: "train", "val" or "test"; empty before the split.
        sha256: Of the file; empty before the split, and where it cannot be read.
        fold: Number of the validation fold of a picture that is not tested; else -1.
        category: Which product; empty where there is one only.
        group: Pictures of one group are of one part, or otherwise belong together; empty where unknown.
        mask: Picture of the defect's pixels.
        look: Size, bits and colour; None before it has been looked at.
        bit_depth: As in `decoded`.
        judged: Whether a person has judged its label; see `trainer.corrections`.
    """

    path: Path
    name: str
    defect: str
    part: str = ""
    sha256: str = ""
    fold: int = -1
    category: str = ""
    group: str = ""
    mask: Path | None = None
    look: PictureLook | None = None
    bit_depth: int | None = None
    judged: bool = False

    @property
    def defective(self) -> bool:
        """True for a defective part."""
        return self.defect != GOOD

    def picture(self) -> Image:
        """Read it, in full range.

        Raises:
            PictureError: If it cannot be read.
        """
        return decoded(read_content(self.path), str(self.path), self.bit_depth)[0]


def decoded(data: bytes, name: str, bit_depth: int | None) -> tuple[Image, bool]:
    """Decode a picture, which may be in full range already although the depth says otherwise, as the station keeps it.

    Args:
        bit_depth: How many bits of a channel are used in files that say 16; None as the files say.

    Returns:
        The pixels; whether they have more bits than said, and were taken as they are.

    Raises:
        PictureError: If it cannot be decoded.
    """
    try:
        return decode_picture(data, name, bit_depth=bit_depth), False
    except DepthError:
        return decode_picture(data, name), True


@dataclass(frozen=True, slots=True, kw_only=True)
class NotTaken:
    """Pictures that are not trained on.

    Args:
        why: What they are, as “in a folder …”.
        meant: Whether they may be meant, so that somebody should look; masks are not.
        names: Of all of them, within the data folder.
    """

    why: str
    meant: bool
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Dataset:
    """All pictures.

    Args:
        layout: Name of the layout that was recognised, as ``folders by label``.
        samples: In the order of their names.
        understood: What the words of folders or table were understood to mean.
        not_taken: Pictures that are left out, by reason.
        others: What else the folder holds, and is no picture.
        corrections: Which labels people have judged, as a table: the content of `trainer.protocol.CORRECTIONS_FILE`.
        locked: Which pictures were left out as no model may learn from them, as a table; see `trainer.held_back`.
    """

    layout: str
    samples: tuple[Sample, ...]
    understood: tuple[Understood, ...] = ()
    not_taken: tuple[NotTaken, ...] = ()
    others: tuple[LeftOut, ...] = ()
    corrections: str = ""
    locked: str = ""

    def of(self, *parts: str) -> list[Sample]:
        """Return the pictures of some parts of the split."""
        return [sample for sample in self.samples if sample.part in parts]

    def counts(self) -> dict[str, dict[str, int]]:
        """Return how many there are, by part and defect type."""
        parts = [part for part in ("", TRAIN, VAL, TEST) if any(s.part == part for s in self.samples)]
        return {part: dict(sorted(Counter(s.defect for s in self.of(part)).items())) for part in parts}

    def categories(self) -> dict[str, dict[str, int]]:
        """Return how many there are, by category and defect type."""
        names = sorted({sample.category for sample in self.samples})
        return {
            name: dict(sorted(Counter(s.defect for s in self.samples if s.category == name).items())) for name in names
        }

    def fingerprint(self) -> str:
        """Return the SHA-256 over names, labels and contents of what is not tested."""
        lines = sorted(f"{s.name}\t{s.defect}\t{s.part}\t{s.sha256}" for s in self.samples if s.part != TEST)
        return hashlib.sha256("\n".join(lines).encode("utf-8", "backslashreplace")).hexdigest()
