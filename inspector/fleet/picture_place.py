"""The folder or object store that takes kept pictures: each is written, read back, and compared with its hash."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING

from inspector.domain.causes import cause_of
from inspector.domain.errors import PictureError
from inspector.domain.secret import redacted
from inspector.files import FileError, write_bytes
from inspector.fleet.faults import FleetError
from inspector.pictures import StorePath, place_of
from inspector.pictures.store_faults import words_of

if TYPE_CHECKING:
    from inspector.pictures import Place

_WAITS = "Nothing is lost: pictures wait at the station, and it goes on trying."


class PicturePlace:
    """Used by one thread.

    Args:
        text: A folder, or an address, as in the settings.

    Raises:
        FleetError: If it cannot be used.
    """

    def __init__(self, text: str) -> None:
        try:
            self._root: Place = place_of(text)
        except PictureError as error:
            raise FleetError(error.what, error.next_step) from error
        self.shown = redacted(str(self._root))

    def put(self, name: str, content: bytes) -> str:
        """Write a file, and read it back; one of that name that is there is replaced.

        Args:
            name: Its path in the folder, with slashes.
            content: What it holds.

        Returns:
            Where it is.

        Raises:
            FleetError: If it cannot be written, or is not what was written; to be tried again.
        """
        target = self._root / name
        kept = _put_object(target, content) if isinstance(target, StorePath) else self._put_file(target, content)
        if hashlib.sha256(kept).digest() != hashlib.sha256(content).digest():
            raise FleetError(
                f"{target} is not what was written: {len(kept):,} bytes came back of {len(content):,}",
                f"See to the disk or the store. {_WAITS}",
            )
        return str(target)

    def _put_file(self, target: Path, content: bytes) -> bytes:
        if isinstance(self._root, Path) and not self._root.is_dir():  # never made: a share that is away would be faked
            raise FleetError(
                f"the folder {self._root} for kept pictures is not there",
                f"Connect its drive or share, or make the folder. {_WAITS}",
            )
        try:
            write_bytes(target, content)
            return target.read_bytes()
        except FileError as error:
            raise FleetError(f"the picture {error.what}", f"{error.next_step} {_WAITS}") from error
        except OSError as error:
            what = f"{target} cannot be read back: {cause_of(error)}"
            raise FleetError(what, f"See to the disk. {_WAITS}") from error


def _put_object(target: StorePath, content: bytes) -> bytes:
    try:
        return target.write(content)
    except PictureError as error:
        raise FleetError(error.what, f"{error.next_step} {_WAITS}") from error
    except Exception as error:
        what, next_step = words_of(error)
        raise FleetError(f"{target} cannot be written: {what}", f"{next_step} {_WAITS}") from error
