"""Only the user may: the data folder's rights, and folders by which a process is told what to do."""

from __future__ import annotations

import logging
import os
import stat
from typing import TYPE_CHECKING

from inspector.domain.errors import InspectorError

if TYPE_CHECKING:
    from pathlib import Path

_log = logging.getLogger(__name__)

#: What the user alone may read, write and enter; what the user alone may read and write.
FOLDER_MODE, FILE_MODE = 0o700, 0o600
#: One of these makes a folder a data folder.
_OF_A_STATION = (
    *("version.json", "settings.json", "passwords.json", "results.sqlite3"),
    *("recipes", "models", "batches", "logs", "trail"),
)


class ForeignError(InspectorError):
    """Somebody else could have written what a process is told by."""


def make_private(root: Path) -> None:
    """Let only its user into a data folder: pictures, reviewers and addresses are nobody else's business.

    The folder, and the folders and files that lie in it, get modes 700 and 600; what lies deeper is behind them. Where
    that cannot be said (Windows, a share of somebody else) they stay as they are; so does a folder that is none.

    Args:
        root: The data folder; it need not exist.
    """
    if os.name != "posix" or not any((root / name).exists() for name in _OF_A_STATION):
        return
    try:
        _tighten(root)
        for path in root.iterdir():
            if not path.is_symlink():
                _tighten(path)
    except FileNotFoundError:
        return  # a file that came and went meanwhile
    except OSError as error:
        _log.info("the data folder %s stays open to others: %s", root, error)


def refuse_foreign(*paths: Path) -> None:
    """Refuse folders and files that somebody else owns or may write: what a process is told by them is the user's word.

    On Windows the rights of the folder that holds them count, and nothing is looked at.

    Args:
        paths: What is not there is left out.

    Raises:
        ForeignError: If somebody else could have written one of them.
    """
    if os.name != "posix":
        return
    for path in paths:
        try:
            status = path.stat()
        except OSError:
            continue  # whoever reads it says so
        if status.st_uid not in {os.getuid(), 0}:
            raise ForeignError(f"{path} belongs to another user (number {status.st_uid})", "Use a folder of your own.")
        if status.st_mode & (stat.S_IWGRP | stat.S_IWOTH):
            raise ForeignError(
                f"others may write {path} (mode {stat.S_IMODE(status.st_mode):o})",
                f"Take their right away, if what is in it is yours: chmod go-w '{path}'.",
            )


def _tighten(path: Path) -> None:
    mode = stat.S_IMODE(path.stat().st_mode)
    if mode & 0o077:
        path.chmod(mode & ~0o077)
