"""The set of challenge parts, made from pictures."""

from __future__ import annotations

from typing import TYPE_CHECKING

from inspector.domain.challenge import ChallengePart, KnownAs
from inspector.domain.text import CHALLENGE_PART
from inspector.pictures import find_pictures
from inspector.release.pictures import ChallengeError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from inspector.release.pictures import ChallengePictures


def parts_of(
    paths: Sequence[Path], expected: KnownAs, pictures: ChallengePictures, taken: frozenset[str]
) -> tuple[ChallengePart, ...]:
    """Return a part for each picture, called as its file is; the pictures are copied.

    Args:
        paths: Pictures, and folders of pictures.
        taken: Names that other parts have.

    Raises:
        ChallengeError: If there is no picture, or one cannot be kept.
        PictureError: If a folder cannot be read.
    """
    files = [file for path in paths for file in (find_pictures(path) if path.is_dir() else [path])]
    if not files:
        raise ChallengeError(f"there is no picture in {', '.join(map(str, paths))}", "Name a folder with pictures.")
    parts: list[ChallengePart] = []
    names = set(taken)
    for file in files:
        name = free_name(CHALLENGE_PART.cleaned(file.stem) or expected.value, names)
        names.add(name)
        parts.append(ChallengePart(name=name, expected=expected, picture=pictures.take(file)))
    return tuple(parts)


def free_name(name: str, taken: set[str]) -> str:
    """Return a name that no other part has."""
    if name not in taken:
        return name
    return next(free for number in range(2, 1000) if (free := f"{name[:70]} ({number})") not in taken)
