"""Applies the archive's limits while the line runs."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from inspector.domain.causes import cause_of
from inspector.domain.errors import InspectorError

if TYPE_CHECKING:
    import threading

    from inspector.engine.board import Board
    from inspector.engine.job import LineJob

_log = logging.getLogger(__name__)
_FIRST_AFTER_S, _PRUNE_EVERY_S = 5.0, 60.0


def keep_house(job: LineJob, stop: threading.Event, board: Board) -> None:
    """Remove what the archive's limits do not allow, until the line stops.

    Whatever breaks here takes nothing from a part: it is begun again a minute later, and counted.
    """
    wait_s = _FIRST_AFTER_S
    while not stop.wait(wait_s):
        wait_s = _PRUNE_EVERY_S
        try:
            job.archive.prune(job.log.failure_pictures(), job.log.unsent_pictures, job.log.note_removed)
        except (InspectorError, OSError):
            _log.exception("the archive's limits could not be applied")
        except Exception as error:
            _log.exception("the housekeeping broke")
            board.restarted(f"the housekeeping, after {type(error).__name__}: {cause_of(error)}")
