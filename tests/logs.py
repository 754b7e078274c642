"""What a module logs, for tests that look at it."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def told(name: str, level: int = logging.WARNING) -> Iterator[list[str]]:
    """Collect what a module logs, with tracebacks, whatever other tests and libraries have done to logging."""
    found: list[str] = []

    class Ear(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            found.append(self.format(record))

    logger, ear = logging.getLogger(name), Ear()
    before = logger.level, logger.disabled
    logger.addHandler(ear)
    logger.setLevel(level)
    logger.disabled = False
    try:
        yield found
    finally:
        logger.removeHandler(ear)
        logger.setLevel(before[0])
        logger.disabled = before[1]
