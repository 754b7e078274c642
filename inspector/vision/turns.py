"""Keeps a few slots of a device busy: while one is at work the next is filled."""

from __future__ import annotations

import contextlib
from collections import deque
from typing import TYPE_CHECKING, Protocol, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

_Item = TypeVar("_Item")
_Answer_co = TypeVar("_Answer_co", covariant=True)


class Working(Protocol[_Answer_co]):
    """What has been started; the answer is asked for later."""

    def finish(self) -> _Answer_co:
        """Wait for the answer.

        Raises:
            ClassifierError: If the device does not answer.
            RuntimeError: If it fails.
        """
        ...


_Slot = TypeVar("_Slot", bound=Working[object])
_Answer = TypeVar("_Answer")


def in_turns(
    items: Iterable[_Item],
    slots: Sequence[_Slot],
    start: Callable[[_Item, _Slot], None],
    finish: Callable[[_Slot], _Answer],
) -> list[_Answer]:
    """Judge items with all slots at work.

    Args:
        items: What is judged.
        slots: One or more, none at work.
        start: Fills a slot with an item and starts it.
        finish: Waits for a slot and takes its answer.

    Returns:
        The answers, in the items' order. When an item fails, no slot is left at work.
    """
    free, busy = deque(slots), deque(slots[:0])
    answers: list[_Answer] = []

    def harvest() -> None:
        slot = busy.popleft()
        free.append(slot)
        answers.append(finish(slot))

    try:
        for item in items:
            if not free:
                harvest()
            start(item, free[0])
            busy.append(free.popleft())
        while busy:
            harvest()
    finally:
        for slot in busy:
            with contextlib.suppress(Exception):  # the first failure is the one that is told
                slot.finish()
    return answers
