"""Picture files in folders: what is one, and what else a folder holds. The one definition, for everybody."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from inspector.domain.causes import cause_of
from inspector.domain.errors import PictureError
from inspector.pictures.content import StampColumns
from inspector.pictures.files import WRITTEN_SUFFIXES
from inspector.pictures.left_out import LeftOutTally, Reason

if TYPE_CHECKING:
    from collections.abc import Iterator

    from inspector.pictures.store import StorePath

#: Suffixes of picture files that are read, lower case; the content decides how a file is decoded.
PICTURE_SUFFIXES = WRITTEN_SUFFIXES | {".jfif", ".jpe", ".dib", ".pbm", ".pgm", ".ppm", ".pnm", ".jp2", ".tga", ".gif"}
#: How the names of pictures end that this program draws itself; they are no parts.
_DRAWN = (".overlay.jpg", ".overlay.png", ".heatmap.png")
#: Other files that it writes beside pictures.
_WRITTEN = frozenset({"results.csv", "run.json", "progress.jsonl", "process.json", "errors.txt", "learnt.json"})
#: How the names of files end that are not whole yet.
_TEMPORARY = (".part", ".tmp", ".temp", ".crdownload", ".filepart", ".partial")
#: What systems leave in every folder; nobody misses it.
_LITTER = frozenset({".DS_Store", "Thumbs.db", "ehthumbs.db", "desktop.ini", ".directory"})
_DIGITS = re.compile(r"\d+")


def is_picture(path: Path) -> bool:
    """True where the name is that of a picture file that is not hidden, not being written, and not drawn by us."""
    return _why_not(path.name) is None


def natural_key(path: Path | str) -> tuple[str, str]:
    """Sort key under which ``part 10`` comes after ``part 9``.

    A run of digits becomes a zero byte, how many digits it has, and the digits: a shorter number is smaller. The key is
    text, not pieces, as a hundred thousand keys are held while a folder is sorted.
    """
    text = str(path)
    return _DIGITS.sub(_sortable, text.casefold()), text


def walk_pictures(
    folder: Path, *, recursive: bool = False, left_out: LeftOutTally | None = None
) -> Iterator[tuple[str, list[str]]]:
    """Iterate over a folder, and with ``recursive`` those inside it, with the names of the picture files in each.

    A link to a folder is read as that folder, once: one that leads to a folder that is read anyway, or to one that
    holds ``folder`` itself, is left out.

    Args:
        left_out: Takes note of everything else that the folders hold.

    Yields:
        The folder's path and the names in it, as the file system lists them.

    Raises:
        PictureError: If ``folder`` does not exist or cannot be read.
    """
    walk = _Walk(folder, recursive=recursive, left_out=left_out or LeftOutTally())
    while (place := walk.next_place()) is not None:
        try:
            with os.scandir(place.path) as entries:
                names = [entry.name for entry in entries if walk.takes(entry, place)]
        except OSError as error:
            if place.inside:
                walk.leave_out_folder(place, error)
                continue
            raise _unreadable(folder, error) from error
        yield place.path, names


def walk_store(
    folder: StorePath, *, recursive: bool = False, left_out: LeftOutTally | None = None
) -> Iterator[tuple[str, list[str], StampColumns]]:
    """Iterate over a folder of an object store as `walk_pictures` does over one of this computer.

    Yields:
        The folder's path within ``folder``, the names of the picture files in it, and what the store says of each.

    Raises:
        FolderAwayError: If the store does not answer, or there is nothing there.
    """
    tally = left_out or LeftOutTally()
    folder.check()
    waiting = [""]
    while waiting:
        inside = waiting.pop()
        names: list[str] = []
        stamps = StampColumns()
        for page in (folder / inside if inside else folder).pages():
            for name, stamp in page:
                within = f"{inside}/{name}" if inside else name
                if stamp is None and recursive and not name.startswith("."):
                    waiting.append(within)
                    continue
                reason = _why_not(name) if stamp is not None else _why_no_folder(name)
                if stamp is not None and reason is None:
                    names.append(name)
                    stamps.append(stamp)
                elif reason is not None and name not in _LITTER:
                    tally.note(reason, within, _suffix(name) if reason is Reason.KIND else "")
        yield inside, names, stamps


def iter_pictures(
    folder: Path, *, recursive: bool = False, left_out: LeftOutTally | None = None
) -> Iterator[Path | None]:
    """Iterate over the picture files of a folder as the file system lists them; see `find_pictures`.

    Yields:
        A picture file; None after every sub-folder, so that a long search shows that it goes on.

    Raises:
        PictureError: As `walk_pictures`.
    """
    for root, names in walk_pictures(folder, recursive=recursive, left_out=left_out):
        yield from (Path(root, name) for name in names)
        yield None


def find_pictures(folder: Path, *, recursive: bool = False, left_out: LeftOutTally | None = None) -> list[Path]:
    """Return the picture files of a folder in natural order.

    Args:
        recursive: Sub-folders too.
        left_out: Takes note of everything else that the folder holds.

    Raises:
        PictureError: As `walk_pictures`.
    """
    paths = (path for path in iter_pictures(folder, recursive=recursive, left_out=left_out) if path)
    return sorted(paths, key=natural_key)


# --- inside -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Place:
    """A folder to be read: its path, its path within the chosen one, and where it really is."""

    path: str
    inside: str
    real: str


class _Walk:
    """Which folders are still to be read, and which entries of one are pictures."""

    def __init__(self, folder: Path, *, recursive: bool, left_out: LeftOutTally) -> None:
        self._recursive = recursive
        self._left_out = left_out
        top = _Place(os.fspath(folder), "", os.path.realpath(folder))
        self._top = top.real
        self._read: set[str] = set()
        self._waiting = [top]
        self._linked: list[_Place] = []  # last, so that a folder is read under its own name where it has one

    def next_place(self) -> _Place | None:
        """Return the next folder to be read; None at the end."""
        while self._waiting or self._linked:
            place = (self._waiting or self._linked).pop()
            if place.real in self._read or self._top.startswith(os.path.join(place.real, "")):  # noqa: PTH118
                self._left_out.note(Reason.READ_ALREADY, place.inside)
                continue
            self._read.add(place.real)
            return place
        return None

    def leave_out_folder(self, place: _Place, error: OSError) -> None:
        """Note a sub-folder that cannot be read; one that was removed meanwhile is none."""
        if not isinstance(error, FileNotFoundError):
            self._left_out.note(Reason.UNREADABLE, place.inside)

    def takes(self, entry: os.DirEntry[str], place: _Place) -> bool:
        """True for a picture file; a folder is put down to be read, and anything else noted as left out."""
        name, inside = entry.name, f"{place.inside}/{entry.name}" if place.inside else entry.name
        linked = entry.is_symlink()
        reason = None
        try:
            if entry.is_dir():
                self._put_down(entry, inside, place, linked=linked)
                return False
            reason = _why_not(name)
            if reason is not Reason.HIDDEN and not entry.is_file():
                reason = Reason.BROKEN_LINK if linked and not os.path.exists(entry.path) else Reason.NO_FILE  # noqa: PTH110
        except OSError:  # a link in a circle
            reason = Reason.BROKEN_LINK
        if reason is not None and name not in _LITTER:
            self._left_out.note(reason, inside, _suffix(name) if reason is Reason.KIND else "")
        return reason is None

    def _put_down(self, entry: os.DirEntry[str], inside: str, place: _Place, *, linked: bool) -> None:
        if entry.name.startswith("."):
            self._left_out.note(Reason.HIDDEN, inside)
        elif not self._recursive:
            self._left_out.note(Reason.SUB_FOLDER, inside)
        elif linked or os.name == "nt":  # a junction does not say that it is a link
            self._linked.append(_Place(entry.path, inside, os.path.realpath(entry.path)))
        else:
            self._waiting.append(_Place(entry.path, inside, os.path.join(place.real, entry.name)))  # noqa: PTH118


def _why_not(name: str) -> Reason | None:
    """Return why a file of that name is no picture to be judged; None where it is one."""
    plain = name.lower()
    if name.startswith((".", "~")) or plain.endswith(_TEMPORARY) or name in _LITTER:
        return Reason.HIDDEN
    if plain.endswith(_DRAWN) or plain in _WRITTEN:
        return Reason.OURS
    return None if _suffix(name) in PICTURE_SUFFIXES else Reason.KIND


def _why_no_folder(name: str) -> Reason:
    return Reason.HIDDEN if name.startswith(".") else Reason.SUB_FOLDER


def _suffix(name: str) -> str:
    return os.path.splitext(name)[1].lower()  # noqa: PTH122 - without a Path, for a hundred thousand names


def _sortable(match: re.Match[str]) -> str:
    digits = str(int(match[0]))
    return f"\0{chr(len(digits))}{digits}"


def _unreadable(folder: Path, error: OSError) -> PictureError:
    if isinstance(error, FileNotFoundError):
        return PictureError(f"there is no folder {folder}", "Check the path.")
    if isinstance(error, NotADirectoryError):
        return PictureError(f"{folder} is not a folder", "Name a folder of pictures.")
    return PictureError(f"the folder {folder} cannot be read: {cause_of(error)}", "Check its permissions.")
