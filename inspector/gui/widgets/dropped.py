"""Files and folders that are dragged over a window, and dropped onto it.

Qt asks the other program what it drags, and waits up to 5 s for one that does not answer. Python's lock is held
meanwhile, so that camera and verdicts stand still. So nothing is asked for before it is dropped.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PySide6.QtGui import QDragEnterEvent, QDropEvent


def holds_files(event: QDragEnterEvent) -> bool:
    """Say whether files can be what is dragged; which is not asked yet."""
    return event.mimeData().hasUrls()


def dropped_paths(event: QDropEvent) -> list[Path]:
    """Return the local files and folders of a drop."""
    return [Path(url.toLocalFile()) for url in event.mimeData().urls() if url.isLocalFile()]
