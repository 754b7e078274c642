"""A visit of a folder, step by step in the test's own thread."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from inspector.domain.records import BadPicture, Frame, Origin
from inspector.domain.source_options import SourceOptions
from inspector.pictures import encode_picture
from inspector.pictures.content import Stamp, digest_of
from inspector.sources import visit as visit_module
from inspector.sources.identity import FileKey, KnownFiles, storable_path
from inspector.sources.notices import Change
from inspector.sources.visit import Patience, Visit, folder_identity
from inspector.sources.waiting import Waiting

#: A time of the clock at which every file is old.
LONG_AFTER_S = 1e11
PNG = encode_picture(np.arange(12 * 16, dtype=np.uint8).reshape(12, 16), ".png")


def file_key(path: Path) -> FileKey:
    """The identity of what a file holds now."""
    return FileKey(storable_path(path), Stamp.of(path.stat()), digest_of(path.read_bytes()))


class Told:
    """Stands in for `Notices`: tells what a test says, of ``paths`` only that they changed."""

    def __init__(self, *, watching: bool = True) -> None:
        self.watching = watching
        self.folders_changed = False
        self.paths: list[Path] = []
        self.changes: list[tuple[Path, Change]] = []
        self.waits: list[float] = []

    def drain(self, wait_s: float) -> Iterator[tuple[Path, Change]]:
        self.waits.append(wait_s)
        paths, self.paths = self.paths, []
        changes, self.changes = self.changes, []
        yield from [*((path, Change.CHANGED) for path in paths), *changes]


class Watch:
    """A visit of a folder, its clock and what it is told."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch, **patience: float) -> None:
        self.folder, self.now_s, self.clock_s = folder, 100.0, 1_000_000.0
        monkeypatch.setattr(
            visit_module, "time", SimpleNamespace(perf_counter=lambda: self.now_s, time=lambda: self.clock_s)
        )
        self.known = KnownFiles()
        values = Patience(
            **(
                {"settle_s": 1.0, "quiet_s": 2.0, "whole_s": 3.0, "locked_s": 9.0, "open_s": 20.0, "rescan_s": 5.0}
                | patience
            )
        )
        self.visit = Visit("folder:x", folder, folder_identity(folder), self.known, values, SourceOptions())
        self.visit._waiting = Waiting(values.settle_s, lambda: self.now_s)
        self.told, self.stop = Told(), threading.Event()
        self._items: Iterator[Frame | BadPicture | None] | None = None

    def put(self, name: str, content: bytes = PNG, *, changed_s: float = 1_000_000.0) -> Path:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        os.utime(path, (changed_s, changed_s))
        return path

    def step(self, now_s: float | None = None) -> Frame | BadPicture | None:
        """The next that it yields."""
        if now_s is not None:
            self.now_s = now_s
        if self._items is None:
            self._items = self.visit.watch(self.stop, self.told)  # type: ignore[arg-type]
        return next(self._items)

    def origin(self, path: Path, item: Frame | BadPicture) -> Origin:
        """Where a picture that is taken up now comes from."""
        assert item.origin.captured_at.tzinfo is UTC
        assert abs(item.origin.captured_at - datetime.now(UTC)) < timedelta(minutes=1)
        return Origin(
            captured_at=item.origin.captured_at,
            captured_s=self.now_s,
            source="folder:x",
            path=path,
            file_key=str(file_key(path)),
        )

    def name(self, now_s: float | None = None) -> str | None:
        item = self.step(now_s)
        return None if item is None or item.origin.path is None else item.origin.path.name
