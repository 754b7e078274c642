"""Reads the code on a part beside its inspection, for no longer than the recipe lets it."""

from __future__ import annotations

import logging
import threading
import time
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from inspector.domain.memory import reason_of
from inspector.domain.part_code import CodeKinds, CodeReading, with_code
from inspector.pictures.codes import read_codes

if TYPE_CHECKING:
    from collections.abc import Callable

    from inspector.domain.geometry import Image
    from inspector.domain.records import Part
    from inspector.engine.inspect import Judged
    from inspector.recipes.recipe import Recipe

_log = logging.getLogger(__name__)
#: A file's code may take as long as its prediction.
_FILE_S = 5.0


class _Reading:
    """One part's code, on its way."""

    def __init__(self, part: Part) -> None:
        self.part = part
        self.begun_s = time.perf_counter()
        self.done = threading.Event()
        self.answer = CodeReading("", "no code was read")


class CodeReader:
    """Owned by the inspection thread, which alone calls it; it reads on a thread of its own.

    Args:
        recipe: Says which codes, where, and within what time.
        read: Returns the texts of the codes in a picture.

    Raises:
        CodeLibraryError: If codes are to be read and what reads them is not installed.
    """

    def __init__(self, recipe: Recipe, read: Callable[[Image, CodeKinds], tuple[str, ...]] = read_codes) -> None:
        self._config, self._region, self._read = recipe.code, recipe.code_region_used, read
        self._changed = threading.Condition()
        self._next: _Reading | None = None
        self._busy = self._closed = self._runs = False
        if self._config.kinds is not CodeKinds.OFF:
            read(np.zeros((8, 8), np.uint8), self._config.kinds)  # the library is imported before the first part comes

    def begin(self, part: Part) -> _Reading | None:
        """Begin to read a part's code; None where none is to be read."""
        if self._config.kinds is CodeKinds.OFF:
            return None
        if not self._runs:
            self._runs = True
            threading.Thread(target=self._run, name="code", daemon=True).start()
        reading = _Reading(part)
        with self._changed:
            if self._busy:
                reading.answer = CodeReading("", "no code was read: that of an earlier part is still being looked for")
                reading.done.set()
            else:
                self._next, self._busy = reading, True
                self._changed.notify_all()
        return reading

    def finish(self, reading: _Reading, judged: Judged, *, patient: bool) -> tuple[str, Judged]:
        """Wait for the code as long as its time lasts.

        Args:
            reading: As it was begun, before the part was judged.
            judged: Without the code.
            patient: Whether the part can wait: a file.

        Returns:
            The part's serial number, and the judgement once the code was looked for.
        """
        limit_s = _FILE_S if patient else self._config.budget_ms / 1000
        if reading.done.wait(max(0.0, reading.begun_s + limit_s - time.perf_counter())):
            answer = reading.answer
        else:
            answer = CodeReading("", f"no code was read within {1000 * limit_s:.0f} ms")
        serial, decision = with_code(judged.decision, reading.part.part_serial, answer, self._config.unread)
        return serial, replace(judged, decision=decision)

    def close(self) -> None:
        """End the thread; one that still reads is left behind."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()

    def _run(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._next is not None or self._closed)
                reading, self._next = self._next, None
            if reading is None:
                return
            reading.answer = self._look(reading.part)
            with self._changed:
                self._busy = False
            reading.done.set()

    def _look(self, part: Part) -> CodeReading:
        try:
            pixels = part.pixels() if self._region is None else self._region.cut_whole(part.frame.image)
            return CodeReading.of(self._read(pixels, self._config.kinds))
        except Exception as error:
            _log.warning("the code on a part cannot be read: %s", error)
            return CodeReading("", f"no code was read: {reason_of(error)}")
