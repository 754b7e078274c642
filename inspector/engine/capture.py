"""Keeps a source open: it is tried again after longer and longer waits, until it has ended or the line stops."""

from __future__ import annotations

import logging
import time
from typing import TYPE_CHECKING

from inspector.domain.errors import SourceCutShortError, SourceError
from inspector.domain.memory import reason_of
from inspector.sources.base import SourceEndedError

if TYPE_CHECKING:
    import threading
    from collections.abc import Callable

_log = logging.getLogger(__name__)
_FIRST_RETRY_S = 0.5
_LONGEST_RETRY_S = 5.0
_RAN_S = 10.0


def keep_open(
    stop: threading.Event,
    *,
    read: Callable[[], None],
    close: Callable[[], None],
    ended: Callable[[SourceCutShortError | None], None],
    lost: Callable[[str], None],
) -> None:
    """Read a source until there will be no further picture or the line stops.

    Args:
        stop: Ends it, also while it waits.
        read: Opens the source and reads it; returns only once the line stops.
        close: Called after each reading, whatever became of it.
        ended: The source has delivered its last picture; with the error where that came too early.
        lost: Why it does not deliver; then it is tried again.
    """
    retry_s = _FIRST_RETRY_S
    while not stop.is_set():
        opened_s = time.perf_counter()
        try:
            read()
        except SourceEndedError:
            ended(None)
            return
        except SourceCutShortError as error:
            ended(error)
            return
        except SourceError as error:
            lost(str(error))
        except Exception as error:
            _log.exception("the source failed")
            lost(reason_of(error))
        finally:
            close()
        if time.perf_counter() - opened_s > _RAN_S:
            retry_s = _FIRST_RETRY_S
        if stop.wait(retry_s):
            return
        retry_s = min(2 * retry_s, _LONGEST_RETRY_S)
