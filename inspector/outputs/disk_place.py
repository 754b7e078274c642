"""Where a disk is mounted: without the disk, its place is an ordinary folder of the disk above."""

from __future__ import annotations

import errno
import os
from pathlib import Path

#: File systems that keep no times of folders, or not for this user.
_NO_TIMES = frozenset({errno.EPERM, errno.EACCES, errno.ENOSYS, errno.EOPNOTSUPP, errno.EINVAL})


class DiskPlace:
    """The mount point that a path lies under, as it was when this was made.

    What is written to a path whose disk is gone lands on the disk above, and is hidden once the disk is back.

    Args:
        path: A file or folder; it need not be there.
    """

    def __init__(self, path: Path) -> None:
        whole = path.resolve()
        top = Path(whole.anchor)
        self._at = next((place for place in (whole, *whole.parents) if os.path.ismount(place)), top)
        self._is_top = self._at == top

    @property
    def is_mounted(self) -> bool:
        """Whether a disk of its own is there; a disk that was connected again may have another number."""
        return not self._is_top and os.path.ismount(self._at)

    @property
    def is_gone(self) -> bool:
        """Whether there was a disk of its own, and is none now."""
        return not self._is_top and not os.path.ismount(self._at)


def refuse_silent_disk(folder: Path) -> None:
    """Have a folder's times written: a disk that has given up refuses, and one that stalls holds this up.

    Without it such a disk would be noticed by the next part only.

    Raises:
        OSError: If there is no such folder, or the disk has given up or has turned read-only.
    """
    try:
        os.utime(folder)
    except OSError as error:
        if error.errno not in _NO_TIMES:
            raise
