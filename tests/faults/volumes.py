"""Disks of the harness that fill, turn read-only, stall and vanish: file systems of their own, which take root on Linux."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

_SIZE_MB = 96


def why_no_volumes(*, stalling: bool = False) -> str:
    """Return why there can be none here; empty where there can."""
    if not sys.platform.startswith("linux"):
        return "file systems of its own are made on Linux only"
    if os.geteuid() != 0:
        return "file systems of its own take root"
    missing = [name for name in ("mount", *(("mkfs.ext4", "fsfreeze") if stalling else ())) if not shutil.which(name)]
    return f"{', '.join(missing)} is not installed" if missing else ""


class Volume:
    """A small file system at a folder.

    Args:
        at: An empty folder.
        stalling: Whether it can be frozen: ext4 in a file, frozen by ``fsfreeze``; otherwise it lies in memory (tmpfs).
        size_mb: How much it holds.

    Raises:
        RuntimeError: If it cannot be mounted, as in a container without that right.
    """

    def __init__(self, at: Path, *, stalling: bool = False, size_mb: int = _SIZE_MB) -> None:
        self.at, self._size_mb = at, size_mb
        self._stalling = stalling
        self._frozen = False
        self._image = at.with_name(f"{at.name}.image")
        at.mkdir(parents=True, exist_ok=True)
        if stalling:
            with self._image.open("wb") as file:
                file.truncate(size_mb << 20)
            self._do("mkfs.ext4", "-q", "-e", "remount-ro", str(self._image))
        self.appear()

    def appear(self) -> None:
        """Mount it; one in memory is empty then."""
        what = (
            ("-o", "loop", str(self._image))
            if self._stalling
            else ("-t", "tmpfs", "-o", f"size={self._size_mb}m", "none")
        )
        self._do("mount", *what, str(self.at))

    def vanish(self) -> None:
        """Take it away, whoever uses it: what is open stays so, and its path leads to an empty folder."""
        self._do("umount", "--lazy", str(self.at))

    def fill(self) -> None:
        """Leave no room."""
        with (self.at / "filler").open("ab", buffering=0) as file:
            try:
                while True:
                    file.write(bytes(4096))
            except OSError:
                return

    def free(self) -> None:
        """Take away what fills it."""
        (self.at / "filler").unlink()

    def set_read_only(self, *, read_only: bool) -> None:
        """Refuse writing, or allow it again; files that are open for writing keep the system from it."""
        self._do("mount", "-o", f"remount,{'ro' if read_only else 'rw'}", str(self.at))

    def abort(self) -> None:
        """Let the file system give up, as after an error of the disk: it is read-only until it is mounted again."""
        subprocess.run(["mount", "-o", "remount,abort", str(self.at)], check=False, capture_output=True)

    def stall(self) -> None:
        """Let every write wait."""
        self._do("fsfreeze", "--freeze", str(self.at))
        self._frozen = True

    def go_on(self) -> None:
        """Let what waits be written."""
        if self._frozen:
            self._do("fsfreeze", "--unfreeze", str(self.at))
            self._frozen = False

    def close(self) -> None:
        """Take it away for good."""
        self.go_on()
        subprocess.run(["umount", "--lazy", str(self.at)], check=False, capture_output=True)

    @staticmethod
    def _do(*command: str) -> None:
        done = subprocess.run(command, check=False, capture_output=True, text=True)
        if done.returncode:
            msg = f"{' '.join(command)}: {done.stderr.strip()}"
            raise RuntimeError(msg)
