"""A restore that was cut short between the two names of its folder is finished by the next start."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

#: Of a restored folder that is whole, before it has the name of the data folder.
READY = ".restored-"


def finish_restore(root: Path) -> Path | None:
    """Finish a restore that was cut short between the two names; called before a data folder is used.

    Args:
        root: The data folder.

    Returns:
        It, where a restored folder was put into its place just now; else None.
    """
    if root.exists():
        return None
    ready = sorted(root.parent.glob(f".{root.name}{READY}*")) if root.parent.is_dir() else []
    if not ready:
        return None
    with contextlib.suppress(OSError):
        ready[-1].rename(root)
        return root
    return None
