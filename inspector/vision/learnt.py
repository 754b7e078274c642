"""Which pictures a model has learnt from: those say nothing of how it judges others."""

from __future__ import annotations

import csv
import hashlib
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from inspector.domain.causes import cause_of
from inspector.domain.cells import plain_cells
from inspector.domain.errors import BundleError
from inspector.pictures import StorePath
from inspector.pictures.held import read_places
from inspector.vision.bundle import load_manifest

if TYPE_CHECKING:
    import threading
    from collections.abc import Generator, Sequence

    from inspector.pictures import Place
    from inspector.vision.manifest import Manifest

_TABLES = frozenset({".csv", ".parquet"})
SPLIT_FILE = "report/split.csv"
_TEST = "test"
#: Up to so many pictures are compared by content; of more only those whose file name occurs in the split.
HASHED_AT_MOST = 2000


@dataclass(frozen=True, slots=True, kw_only=True)
class Learnt:
    """The pictures of a model's training and validation parts.

    Args:
        data: Where they lay; None where it is not known.
        names: Paths of the pictures within that folder.
        hashes: SHA-256 of their files.
    """

    data: Path | None
    names: frozenset[str]
    hashes: frozenset[str]

    def among(self, pictures: Sequence[Place], stop: threading.Event | None = None) -> tuple[list[int], bool]:
        """Find those that the model has learnt from.

        Args:
            pictures: Files, which need not exist any more; of a store they are fetched where names do not tell.
            stop: When set, no further file is read.

        Returns:
            Their places, and whether all that they hold was compared: copies under other names were found too.

        Raises:
            FolderAwayError: If the store that they are in cannot be read.
        """
        files = {name.rpartition("/")[2] for name in self.names}
        every = len(pictures) <= HASHED_AT_MOST
        here = {place for place, path in enumerate(pictures) if self._name(path) in self.names}
        asked = [place for place, path in enumerate(pictures) if place not in here and (every or path.name in files)]
        with closing(_sha256_of_all([pictures[place] for place in asked])) as hashes:
            for place in asked:
                if stop is not None and stop.is_set():
                    return sorted(here), False
                if next(hashes) in self.hashes:
                    here.add(place)
        return sorted(here), every

    def _name(self, path: Place) -> str:
        if self.data is None or isinstance(path, StorePath) or not path.is_relative_to(self.data):
            return ""
        return path.relative_to(self.data).as_posix()


def learnt_from(folder: Path) -> Learnt:
    """Read which pictures a model has learnt from.

    Args:
        folder: Of the model's bundle.

    Raises:
        BundleError: If the bundle cannot be read, or does not say, as an imported one.
    """
    manifest = load_manifest(folder)
    path = folder / SPLIT_FILE
    try:
        with path.open(encoding="utf-8", newline="") as file:
            rows = [plain_cells(row) for row in csv.DictReader(file) if row["split"] != _TEST]
        return Learnt(
            data=data_folder(manifest),
            names=frozenset(row["path"] for row in rows),
            hashes=frozenset(row["sha256"] for row in rows if row["sha256"]),
        )
    except FileNotFoundError as error:
        what = f"the model {manifest.name} does not say which pictures it has learnt from, as shipped and imported ones"
        raise BundleError(what, "Train it again.") from error
    except (OSError, UnicodeDecodeError, csv.Error, KeyError) as error:
        raise BundleError(
            f"the model {manifest.name} does not say which pictures it has learnt from: {cause_of(error)}",
            "Train it again.",
        ) from error


def data_folder(manifest: Manifest) -> Path | None:
    """Return where the pictures lay that a model was trained on; None where the manifest does not say."""
    if not manifest.trained_on:
        return None
    path = Path(manifest.trained_on)
    return path.parent if path.suffix.lower() in _TABLES else path  # a manifest names its pictures from where it is


def _sha256_of_all(places: Sequence[Place]) -> Generator[str]:
    """Yield the SHA-256 of files; empty where one is gone since: its score stays."""
    for held in read_places([place for place in places if isinstance(place, StorePath)]):
        yield hashlib.sha256(held.content).hexdigest() if isinstance(held.content, bytes) else ""
    yield from (_sha256(place) for place in places if isinstance(place, Path))


def _sha256(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:  # gone since; its score stays
        return ""
