"""How long one waits for what does not work, and what is said of it meanwhile."""

from __future__ import annotations

import logging
import random
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from inspector.domain.errors import InspectorError

_log = logging.getLogger(__name__)
_FIRST_WAIT_S, _LONGEST_WAIT_S = 1.0, 60.0


@dataclass(slots=True)
class BackOff:
    """What is wrong, since when, and when it is tried again. Used by one thread.

    Args:
        what: What does not work then, for the program log.
    """

    what: str
    error: InspectorError | None = None
    error_since: datetime | None = None
    next_try: datetime | None = None
    tries: int = 0

    def failed(self, error: InspectorError) -> float:
        """Note what went wrong; return how long to wait before the next try, seconds."""
        if self.error is None or self.error.what != error.what:
            _log.warning("%s: %s", self.what, error)
            self.error_since = self.error_since or datetime.now(UTC)
        wait_s = min(_LONGEST_WAIT_S, _FIRST_WAIT_S * 2.0 ** min(self.tries, 10))
        wait_s *= random.uniform(0.75, 1.25)  # noqa: S311 - a hundred stations do not come back at the same moment
        self.error, self.tries = error, self.tries + 1
        self.next_try = datetime.now(UTC) + timedelta(seconds=wait_s)
        return wait_s

    def well(self) -> None:
        """It works."""
        self.error = self.error_since = self.next_try = None
        self.tries = 0
