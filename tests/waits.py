"""How long a test waits for what another thread or another process does.

A wait that is granted ends at once, so its limit only says how long a failure takes. It is long enough for a child that
shares two cores with eight busy neighbours.
"""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

WAIT_S = 120.0
WAIT_MS = int(1000 * WAIT_S)
_LOOK_EVERY_S = 0.01


def until(condition: Callable[[], object], limit_s: float = WAIT_S) -> None:
    """Look again and again until a condition holds.

    Raises:
        AssertionError: If it does not hold within so many seconds.
    """
    ticks, end_s = threading.Event(), time.monotonic() + limit_s
    while not condition():
        assert time.monotonic() < end_s, f"waited {limit_s:g} s in vain"
        ticks.wait(_LOOK_EVERY_S)
