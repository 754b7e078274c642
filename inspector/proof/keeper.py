"""Signs the record's head when a shift has ended and when a run ends, and puts it into the folder that takes it."""

from __future__ import annotations

import logging
import threading
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from inspector.domain.errors import InspectorError
from inspector.domain.shifts import shift_start
from inspector.files import write_text
from inspector.proof.heads import RecordHead, sign_head

if TYPE_CHECKING:
    from collections.abc import Callable

    from inspector.settings import Settings

_log = logging.getLogger(__name__)
_LOOK_EVERY_S = 20.0
_END_S = 5.0
SHIFT, RUN, ASKED = "end of a shift", "end of a run", "asked for"


class HeadKeeper:
    """Runs beside the station; `start` and `stop` by its owner, the signing on a thread of its own.

    Args:
        root: The data folder, with the station's key.
        settings: The station's, as they are in force.
        log: Where the result log is.
    """

    def __init__(self, root: Path, *, settings: Callable[[], Settings], log: Callable[[], Path]) -> None:
        self._root, self._settings, self._where = root, settings, log
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="signed heads", daemon=True)

    def start(self) -> None:
        """Look from now on; does nothing where it does so already."""
        if self._thread.ident is None:
            self._thread.start()

    def stop(self) -> None:
        """Sign what the run has recorded; the log's station may have closed it, or not."""
        self._ending.set()
        if self._thread.ident is not None:
            self._thread.join(_END_S)
        self._sign(RUN)

    def _watch(self) -> None:
        shift = self._shift()
        while not self._ending.wait(_LOOK_EVERY_S):
            if (now := self._shift()) != shift and self._sign(SHIFT):
                shift = now

    def _shift(self) -> datetime:
        return shift_start(datetime.now(UTC), self._settings().shift_starts)

    def _sign(self, why: str) -> bool:
        if not self._where().is_file():
            return True
        try:
            settings = self._settings()
            sign_and_send(self._where(), self._root, settings, why)
        except InspectorError as error:
            _log.warning("the head of the record was not signed or not sent: %s", error)  # the next one covers it
            return False
        return True


def sign_and_send(log: Path, root: Path, settings: Settings, why: str) -> tuple[RecordHead, Path | None]:
    """Sign the head, and write it into the folder of the settings.

    Args:
        log: The result log.
        root: The data folder.
        why: What led to it, as the record says it.

    Returns:
        The head, and the file; None where no folder is set.

    Raises:
        LogError: If the log cannot be written.
        SigningError: If the key cannot be read or made.
        FileError: If the file cannot be written; the head is signed and recorded.
    """
    head = sign_head(log, root, settings.station, why)
    return head, send_to(Path(settings.heads_to), head) if settings.heads_to else None


def send_to(folder: Path, head: RecordHead) -> Path:
    """Write a head into a folder, under a name of its own; one that is there stays.

    Raises:
        FileError: If it cannot be written.
    """
    name = "".join(letter if letter.isalnum() else "-" for letter in head.station)
    file = folder / f"{name}-{head.entries:010}-{head.hash[:12]}.head.txt"
    if not file.exists():
        write_text(file, head.as_text())
    return file
