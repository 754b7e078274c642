"""Inference requests of a compiled graph, each with its own input; lent to one thread at a time."""

from __future__ import annotations

import queue
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import numpy as np
import openvino as ov

from inspector.domain.errors import ClassifierError
from inspector.vision.graph import (
    LOCATED_OUTPUT,
    MAPS_OUTPUT,
    PROBABILITIES_OUTPUT,
    STRANGENESS_OUTPUT,
    WHOLE_OUTPUT,
)
from inspector.vision.prediction import Outputs

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

_WAIT_S = 60.0


class Slot:
    """One request and the bytes that it reads; nothing is copied between them.

    Args:
        compiled: An `openvino.CompiledModel` that takes (1, S, S, 3) uint8.
    """

    def __init__(self, compiled: Any) -> None:  # noqa: ANN401
        self._batch = np.zeros(tuple(compiled.input(0).shape), np.uint8)
        self._request = compiled.create_infer_request()
        self._names = {name for output in compiled.outputs for name in output.get_names()}
        self._request.set_input_tensor(ov.Tensor(self._batch, shared_memory=True))

    @property
    def square(self) -> NDArray[np.uint8]:
        """(S, S, 3) uint8 BGR: what is judged next; write into it."""
        square: NDArray[np.uint8] = self._batch[0]
        return square

    def start(self) -> None:
        """Begin to judge what lies in `square`."""
        self._request.start_async()

    def finish(self) -> Outputs:
        """Wait for the answer.

        Raises:
            ClassifierError: If there is none within a minute.
        """
        if not self._request.wait_for(int(1e3 * _WAIT_S)):
            raise _silent()
        return Outputs(
            probabilities=self._first(PROBABILITIES_OUTPUT),
            maps=self._first(MAPS_OUTPUT),
            strangeness=self._first(STRANGENESS_OUTPUT)[0] if STRANGENESS_OUTPUT in self._names else None,
            located=self._first(LOCATED_OUTPUT)[0] if LOCATED_OUTPUT in self._names else None,
            whole=float(self._first(WHOLE_OUTPUT)) if WHOLE_OUTPUT in self._names else None,
        )

    def _first(self, output: str) -> NDArray[np.float32]:
        """Return what an output says of the one picture, as a copy."""
        return np.asarray(self._request.get_tensor(output).data[0], np.float32).copy()

    def run(self) -> Outputs:
        """Judge what lies in `square`; see `finish`."""
        self.start()
        return self.finish()


class Slots:
    """The slots of one compiled graph.

    Args:
        compiled: As in `Slot`.
        count: Number of slots, 1 or more.
    """

    def __init__(self, compiled: Any, count: int) -> None:  # noqa: ANN401
        self._free: queue.LifoQueue[Slot] = queue.LifoQueue()
        self._count = count
        self._whole = threading.Lock()
        for _ in range(count):
            self._free.put(Slot(compiled))
        self._closed = False

    @contextmanager
    def lend(self) -> Iterator[Slot]:
        """Lend a slot; waits while others use them all.

        Raises:
            ClassifierError: If the slots are closed, or none comes free within a minute.
        """
        slot = self._take()
        try:
            yield slot
        finally:
            self._give(slot)

    @contextmanager
    def all(self) -> Iterator[list[Slot]]:
        """Lend all slots, to keep them all busy; waits as `lend` does."""
        if not self._whole.acquire(timeout=_WAIT_S):  # two that each hold half would wait for one another
            raise _silent()
        taken: list[Slot] = []
        try:
            for _ in range(self._count):
                taken.append(self._take())  # noqa: PERF401 - what is taken must be given back when the next fails
            yield taken
        finally:
            for slot in taken:
                self._give(slot)
            self._whole.release()

    def close(self) -> None:
        """Drop the slots that are not in use; the others go when they are done."""
        self._closed = True
        while True:
            try:
                self._free.get_nowait()
            except queue.Empty:
                return

    def _take(self) -> Slot:
        if self._closed:
            raise ClassifierError("the classifier is closed", "Load the model again.")
        try:
            return self._free.get(timeout=_WAIT_S)
        except queue.Empty:
            raise _silent() from None

    def _give(self, slot: Slot) -> None:
        if not self._closed:
            self._free.put(slot)


def _silent() -> ClassifierError:
    return ClassifierError(f"the device did not answer within {_WAIT_S:.0f} s", "Restart the station.")
