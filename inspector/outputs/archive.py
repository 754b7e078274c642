"""The picture archive: original pixels and a small heatmap, in dated folders, within a size and an age."""

from __future__ import annotations

import contextlib
import errno
import hashlib
import logging
import os
import shutil
import threading
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import cv2
import numpy as np

from inspector.domain.causes import cause_of
from inspector.domain.config import KeepPolicy, PictureFormat
from inspector.domain.errors import ArchiveError, PictureError
from inspector.domain.heatmap import HeatmapKind
from inspector.domain.records import ArchivedPicture, Verdict
from inspector.domain.sampling import is_kept_pass
from inspector.files import DISK, Disk, FileError, atomic_file, remove_leftovers, write_bytes
from inspector.outputs.disk_place import DiskPlace, refuse_silent_disk
from inspector.outputs.kept import heatmap_suffix
from inspector.pictures import encode_picture

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from inspector.domain.config import ArchiveConfig
    from inspector.domain.records import Decision, Image, Part, Prediction

_log = logging.getLogger(__name__)
_HEATMAP_SUFFIX = ".heatmap.png"
#: With less room than this on the disk, no picture can be kept.
_LEAST_ROOM_BYTES = 1_000_000
_PROBE_NAME = ".write-test"
#: So many pictures are recorded as removed in one commit: the next part waits for it.
_REMOVED_AT_ONCE = 50


@dataclass(frozen=True, slots=True)
class _KeptPicture:
    """One kept picture with its heatmap."""

    path: Path
    size: int
    passed: bool
    time: datetime


class PictureArchive:
    """Keeps pictures as ``FOLDER/2026/01/31/VERDICT/ID.png`` with ``ID.KIND.heatmap.png`` beside them.

    Those of a part's further views are called ``ID-1.png`` and so on.

    The kind is that of the map that was kept, see `HeatmapKind`.

    The heatmap file is 8 bit grey, one pixel per cell of the map, or a finer one of the picture where the network saw
    a part of it or more. 255 is the most that a heatmap can show.

    Args:
        folder: Where; made when the first picture is kept.
        config: What is kept, how, and for how long.
        disk: What the operating system does when a picture is written.
    """

    def __init__(self, folder: Path, config: ArchiveConfig, *, disk: Disk = DISK) -> None:
        self._disk = disk
        self._tidied = False
        self._refused_bytes = 0  # size of the picture that was refused last; 0 once there is room for it again
        self._folder = folder
        self._place = DiskPlace(folder)
        self._config = config
        self._lock = threading.Lock()
        self._begun, self._begun_s = datetime.now(UTC), time.monotonic()

    def keep(
        self, *, inspection_id: str, part: Part, prediction: Prediction | None, decision: Decision, view: int = 0
    ) -> ArchivedPicture | None:
        """Keep the part's inspected pixels if the policy says so; see `Archive.keep`."""
        if not self._wanted(inspection_id, decision.verdict):
            return None
        day = part.origin.captured_at.astimezone(UTC)
        folder = self._folder / f"{day:%Y}" / f"{day:%m}" / f"{day:%d}" / decision.verdict.value.lower()
        data, name = b"", f"{inspection_id}-{view}" if view else inspection_id
        try:
            self._refuse_no_disk()
            pixels = part.pixels()
            path, data = self._encoded(folder / name, pixels)
            write_bytes(path, data, disk=self._disk)
            heatmap = None
            if prediction is not None:
                heatmap = folder / (name + heatmap_suffix(prediction.shows))
                small = encode_picture(_small_heatmap(prediction), ".png")
                # not flushed, so that a part costs two flushes: the picture's and its name's. A heatmap that a power
                # cut has taken is left out where it is shown.
                with atomic_file(heatmap, lasting=False, disk=self._disk) as file:
                    file.write(small)
        except PictureError as error:
            raise ArchiveError(error.what, error.next_step) from error
        except FileError as error:
            for suffix in (".png", ".webp"):
                with contextlib.suppress(OSError):  # on a disk that cannot be written there is nothing to take away
                    (folder / name).with_suffix(suffix).unlink(missing_ok=True)
            self._refused_bytes = max(len(data), _LEAST_ROOM_BYTES)
            raise ArchiveError(f"the picture cannot be kept: {error.what}", _advice(error)) from error
        self._refused_bytes = 0
        return ArchivedPicture(path=path, sha256=hashlib.sha256(data).hexdigest(), heatmap_path=heatmap)

    def check(self) -> None:
        """Look whether the next picture could be kept; see `Archive.check`.

        While all is well it writes nothing but the times of the folder. Once a picture was refused, it writes as much
        as that one had.
        """
        if self._config.keep is KeepPolicy.NONE:
            return
        try:
            self._look()
        except FileError as error:
            raise ArchiveError(f"pictures cannot be kept: {error.what}", _advice(error)) from error
        except OSError as error:
            raise ArchiveError(
                f"pictures cannot be kept: {cause_of(error)}", "Check the archive's folder and its disk."
            ) from error

    def _look(self) -> None:
        self._refuse_no_disk()
        folder = self._folder
        while not folder.is_dir() and folder != folder.parent:
            folder = folder.parent
        if not os.access(folder, os.W_OK):
            raise FileError(self._folder, _refusal(folder))
        if shutil.disk_usage(folder).free < _LEAST_ROOM_BYTES:
            raise FileError(self._folder, OSError(errno.ENOSPC, os.strerror(errno.ENOSPC)))
        refuse_silent_disk(folder)
        if self._refused_bytes:
            probe = self._folder / _PROBE_NAME
            write_bytes(probe, bytes(self._refused_bytes), disk=self._disk)
            probe.unlink(missing_ok=True)
            self._refused_bytes = 0

    def _refuse_no_disk(self) -> None:
        """Look whether the archive's disk is connected: without it, pictures would land on the disk above."""
        if self._place.is_gone:
            raise ArchiveError(
                f"pictures cannot be kept: the disk of {self._folder} is gone",
                "Connect it again, or choose another folder in Settings, Archive; inspection goes on without pictures.",
            )

    def prune(
        self,
        protected: Sequence[str],
        unsent: Callable[[frozenset[str]], frozenset[str]] | None = None,
        removing: Callable[[Sequence[str], str], None] | None = None,
    ) -> int:
        """Apply the limits; see `Archive.prune`."""
        config = self._config
        if not self._tidied:
            self._tidied = True
            remove_leftovers(list(self._folder.glob("*/*/*/*")))
        if not config.max_size_gb and not config.max_age_days:
            return 0
        keep = frozenset(protected)
        with self._lock:
            kept = self._scan()
            total = sum(picture.size for picture in kept)
            limit = config.max_size_gb * 1e9 if config.max_size_gb else float("inf")
            age = timedelta(days=config.max_age_days)
            oldest = self._now() - age if age else datetime.min.replace(tzinfo=UTC)
            removable = [picture for picture in kept if str(picture.path) not in keep]
            if total <= limit and all(picture.time >= oldest for picture in removable):
                return 0
            last = unsent(frozenset(str(picture.path) for picture in removable)) if unsent else frozenset()
            removable.sort(key=lambda picture: (str(picture.path) in last, not picture.passed, picture.time))
            too_old, too_much = list[_KeptPicture](), list[_KeptPicture]()
            for picture in removable:
                path = str(picture.path)
                if total <= limit and (path in last or picture.time >= oldest):
                    continue
                (too_old if picture.time < oldest else too_much).append(picture)
                total -= picture.size
            for pictures, why in ((too_old, "age"), (too_much, "size")):
                for begin in range(0, len(pictures), _REMOVED_AT_ONCE):
                    _remove(pictures[begin : begin + _REMOVED_AT_ONCE], why, removing)
            lost = sum(str(picture.path) in last for picture in (*too_old, *too_much))
            if lost:
                _log.warning("%d kept pictures were removed for the archive's size before they were sent", lost)
            return len(too_old) + len(too_much)

    def _now(self) -> datetime:
        """Return the time; a clock that has jumped ahead since the line was started makes no picture old."""
        elapsed = timedelta(seconds=time.monotonic() - self._begun_s)
        return min(datetime.now(UTC), self._begun + elapsed)

    def _wanted(self, inspection_id: str, verdict: Verdict) -> bool:
        config = self._config
        if config.keep is KeepPolicy.NONE:
            return False
        if config.keep is KeepPolicy.ALL or verdict is not Verdict.PASS:
            return True
        return config.keep is KeepPolicy.ONE_IN_N and is_kept_pass(inspection_id, config.one_in)

    def _encoded(self, stem: Path, pixels: Image) -> tuple[Path, bytes]:
        """Return the file and its content; 16 bit is always PNG, as WebP has 8."""
        webp = self._config.format is PictureFormat.WEBP and pixels.dtype == np.uint8 and max(pixels.shape[:2]) <= 16383
        if webp:
            return stem.with_suffix(".webp"), encode_picture(pixels, ".webp", quality=self._config.webp_quality)
        return stem.with_suffix(".png"), encode_picture(pixels, ".png")

    def _scan(self) -> list[_KeptPicture]:
        kept = []
        for path in self._folder.glob("*/*/*/*/*"):
            if path.name.endswith(_HEATMAP_SUFFIX) or path.suffix not in {".png", ".webp"}:
                continue
            try:
                status = path.stat()
            except OSError:
                continue
            written = datetime.fromtimestamp(status.st_mtime, UTC)
            kept.append(_KeptPicture(path, status.st_size, path.parent.name == Verdict.PASS.value.lower(), written))
        return kept


def _remove(pictures: Sequence[_KeptPicture], why: str, removing: Callable[[Sequence[str], str], None] | None) -> None:
    """Say which pictures go, then remove them with their heatmaps: after a power cut, none is gone without a word."""
    if removing is not None:
        removing([str(picture.path) for picture in pictures], why)
    for picture in pictures:
        picture.path.unlink(missing_ok=True)
        for suffix in (_HEATMAP_SUFFIX, *map(heatmap_suffix, HeatmapKind)):
            picture.path.with_name(picture.path.stem + suffix).unlink(missing_ok=True)


def _small_heatmap(prediction: Prediction) -> Image:
    """Return the heatmap as it lies on the whole picture, so that nobody has to know where the network looked."""
    heatmap, (left, top, right, bottom) = prediction.heatmap, prediction.map_box
    if (left, top, right, bottom) == (0.0, 0.0, 1.0, 1.0):
        return cv2.convertScaleAbs(heatmap, alpha=255.0)
    x, seen_columns = _across(heatmap.shape[1], left, right)
    y, seen_rows = _across(heatmap.shape[0], top, bottom)
    columns, rows = np.meshgrid(x, y)
    laid = cv2.remap(heatmap, columns, rows, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    laid[~(seen_rows[:, None] & seen_columns)] = 0.0
    return cv2.convertScaleAbs(laid, alpha=255.0)


def _across(cells: int, first: float, last: float) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
    """Return the places in a map of half a cell's steps across the picture, and which of them the network saw.

    Args:
        cells: Of the map.
        first: Where the map begins, as a fraction of the picture.
        last: Where it ends.
    """
    count = max(1, round(2 * cells / (last - first)))
    share = ((np.arange(count) + 0.5) / count - first) / (last - first)
    return (share * cells - 0.5).astype(np.float32), (share >= 0.0) & (share <= 1.0)


def _refusal(folder: Path) -> OSError:
    """Return why a folder cannot be written."""
    read_only = hasattr(os, "statvfs") and bool(os.statvfs(folder).f_flag & os.ST_RDONLY)
    number = errno.EROFS if read_only else errno.EACCES
    return OSError(number, os.strerror(number))


def _advice(error: FileError) -> str:
    if error.disk_full:
        return "Free space on the disk, or set a limit in Settings, Archive; inspection goes on without pictures."
    if error.forbidden:
        return "Allow this user to write there, or choose another folder in Settings, Archive; inspection goes on."
    return "Check the archive's folder in Settings, Archive; inspection goes on without pictures."
