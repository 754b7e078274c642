"""Where kept pictures are sent, as a person types it: a folder, or the address of one in an object store."""

from __future__ import annotations

import re
from pathlib import PurePosixPath, PureWindowsPath

from inspector.domain.secret import has_credentials, masked

#: How a place is written.
EXAMPLE = "/mnt/quality/pictures or s3://BUCKET/FOLDER"
_ADDRESS = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+://[^/]+")


def checked_picture_place(text: str) -> str:
    """Return the place as it was typed; an empty one is none.

    Raises:
        ValueError: If it is neither a whole path nor an address without credentials.
    """
    if not text:
        return text
    if "://" in text:
        if has_credentials(text):
            msg = (
                f"{masked(text)} holds credentials; they belong where the store's own tools look for them, "
                "as in the environment"
            )
            raise ValueError(msg)
        if not _ADDRESS.match(text):
            msg = f"{text} names no folder, as {EXAMPLE}"
            raise ValueError(msg)
    elif not (PurePosixPath(text).is_absolute() or PureWindowsPath(text).is_absolute()):
        msg = f"{text} is no whole path, as {EXAMPLE}"
        raise ValueError(msg)
    return text
