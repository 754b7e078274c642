"""Which files of a station are in its backup."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from inspector.backup.manifest import HOME, PICTURES, SUFFIX

if TYPE_CHECKING:
    from collections.abc import Iterator

#: Made again, of a run that has ended, or of this moment: the cache, program logs, trainings, batches.
_LEFT_OUT = {"cache", "logs", "trainings", "batches"}
#: Pictures of the data folder beside the archive.
_WITH_PICTURES = {"learning", "good_parts"}
#: Who has these can act as the station, or reach its cameras.
_KEYS = {"passwords.json", "station_key.pem"}
#: Files of a moment: locks, half-written ones, the state of a running line, databases (the log is read otherwise).
_OF_A_MOMENT = re.compile(r"\..*\.part|.*\.(lock|tmp|sock)|.*\.line\.json|.*\.sqlite3([-.].*)?", re.IGNORECASE)
#: What a backup says of itself in its data folder; it is not of the station that is restored.
STATE = "backup.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class BackupChoice:
    """What is in a backup, besides settings, recipes, models, users and the log.

    Args:
        pictures: Kept pictures, pictures to be learned and of good parts.
        keys: Passwords that are in a file, and the station's private key.
    """

    pictures: bool = False
    keys: bool = False


def files_of(root: Path, archive: Path, choice: BackupChoice) -> Iterator[tuple[str, Path]]:
    """Walk through the files, links left out; each as (name in the backup, file).

    Args:
        root: The data folder.
        archive: The folder of kept pictures.
    """
    for path in _walk(root, {archive.resolve()}):
        first, *inner = path.relative_to(root).parts
        left_out = first in _LEFT_OUT or (first in _WITH_PICTURES and not choice.pictures)
        left_out |= not inner and (first == STATE or (first in _KEYS and not choice.keys))
        if not left_out:
            yield f"{HOME}/{path.relative_to(root).as_posix()}", path
    if choice.pictures:
        for path in _walk(archive, set()):
            yield f"{PICTURES}/{path.relative_to(archive).as_posix()}", path


def _walk(folder: Path, apart: set[Path]) -> Iterator[Path]:
    for place, folders, names in os.walk(folder, followlinks=False):
        here = Path(place)
        folders[:] = sorted(
            name for name in folders if not (here / name).is_symlink() and (here / name).resolve() not in apart
        )
        for name in sorted(names):
            path = here / name
            plain = path.is_file() and not path.is_symlink() and not _OF_A_MOMENT.fullmatch(name)
            if plain and not name.endswith(SUFFIX):
                yield path
