"""No test of a source may leave a thread behind."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import pytest

from tests.waits import WAIT_S

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(autouse=True)
def no_thread_is_left() -> Iterator[None]:
    before = set(threading.enumerate())
    yield
    # a library that is first imported in a test may keep a pool for good (OpenVINO does); ours have names
    new = [thread for thread in threading.enumerate() if thread not in before]
    left = [thread for thread in new if not thread.name.startswith("ThreadPoolExecutor")]
    for thread in left:
        thread.join(WAIT_S)
    assert [thread.name for thread in left if thread.is_alive()] == []
