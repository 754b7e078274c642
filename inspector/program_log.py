"""The program log (not the result log): a rotating file without secrets."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from inspector.domain.secret import redacted

if TYPE_CHECKING:
    from pathlib import Path

_FORMAT = "%(asctime)s %(levelname)s %(threadName)s %(name)s: %(message)s"
_BYTES = 1_000_000
_FILES = 3


class RedactedFormatter(logging.Formatter):
    """Writes a record, its traceback too, without passwords and tokens of addresses."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the record's lines."""
        return redacted(super().format(record))


def log_handler(path: Path) -> logging.Handler:
    """Return what writes the program log (3 × 1 MB); where the file's folder cannot be made, stderr instead."""
    from logging.handlers import RotatingFileHandler  # noqa: PLC0415 - imports sockets, and is seldom needed

    handler: logging.Handler
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handler = RotatingFileHandler(path, maxBytes=_BYTES, backupCount=_FILES, encoding="utf-8", delay=True)
    except OSError:
        handler = logging.StreamHandler()
    handler.setFormatter(RedactedFormatter(_FORMAT))
    return handler
