"""Runs a graph as fast as the CPU can: several requests at once, under the schedule that suits it best."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

import numpy as np
import openvino as ov

from inspector.vision.graphs import has_bf16
from inspector.vision.processor import this_processor

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

_TRIALS = 2
_TRIAL_S = 0.1


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """How the cores are divided.

    Args:
        streams: Calls that run at the same time, each on its share of the cores.
        batch: Pictures per call.
    """

    streams: int
    batch: int

    def __str__(self) -> str:
        return f"{self.streams} × {self.batch}"


def schedules(core_count: int) -> list[Schedule]:
    """The schedules that are tried: one call per core, of one picture and of four.

    All cores on one call were slower by 15 to 25 % for every precision, the limit as well as the network (two cores of
    an AMD EPYC, by processor time), as each convolution then waits for its slowest share.

    Args:
        core_count: Cores that this process may use.
    """
    return [Schedule(streams=core_count, batch=batch) for batch in (1, 4)]


class GraphRunner:
    """A compiled graph under one schedule, fed with the same noise again and again. Used by one thread.

    Args:
        core: An `openvino.Core`.
        model: With one input of fixed shape, the batch first.
        precision: "fp32", "bf16" or "int8".
        schedule: Its batch is the model's.

    Raises:
        RuntimeError: If OpenVINO cannot compile it.
    """

    def __init__(self, core: Any, model: Any, precision: str, schedule: Schedule) -> None:  # noqa: ANN401 - openvino
        self.schedule = schedule
        config = {
            "PERFORMANCE_HINT": "THROUGHPUT" if schedule.streams > 1 else "LATENCY",
            "NUM_STREAMS": str(schedule.streams),
            "INFERENCE_PRECISION_HINT": hint(core, precision),
        }
        compiled = core.compile_model(model, "CPU", config)
        self._queue: Any = ov.AsyncInferQueue(compiled, schedule.streams)
        shape, kind = compiled.inputs[0].shape, compiled.inputs[0].element_type
        noise = np.random.default_rng(0).random(list(shape), np.float32)
        for request in self._queue:
            values = (255 * noise).astype(np.uint8) if kind == ov.Type.u8 else noise.copy()
            request.set_input_tensor(0, ov.Tensor(values))
        step = self.whole(1)
        self.seconds(step)  # the first calls choose kernels and touch memory
        self._per_picture_s = self.seconds(step) / step

    @classmethod
    def fastest(
        cls,
        core: Any,  # noqa: ANN401 - openvino.Core
        model_of: Callable[[int], Any],
        precision: str,
        tried: Sequence[Schedule],
    ) -> Self:
        """Compile the graph under every schedule, try each for a few moments, and keep the best.

        Args:
            core: An `openvino.Core`.
            model_of: Makes the model for a batch.
            precision: "fp32", "bf16" or "int8".
            tried: One schedule or more.

        Raises:
            RuntimeError: If OpenVINO cannot compile it.
        """
        runners = [cls(core, model_of(schedule.batch), precision, schedule) for schedule in tried]
        best = [0.0] * len(runners)
        for _ in range(_TRIALS):  # in turns, and the best of each, so that a busy moment decides nothing
            best = [max(rate, runner.rate(_TRIAL_S)) for rate, runner in zip(best, runners, strict=True)]
        return runners[best.index(max(best))]

    def seconds(self, pictures: int) -> float:
        """Run at least so many pictures, whole calls on every stream; return the time.

        Args:
            pictures: How many; see `whole`.
        """
        calls = self.whole(pictures) // self.schedule.batch
        start = time.perf_counter()
        for _ in range(calls):
            self._queue.start_async()
        self._queue.wait_all()
        return time.perf_counter() - start

    def whole(self, pictures: int) -> int:
        """The next number of pictures that gives every stream the same number of whole calls."""
        step = self.schedule.streams * self.schedule.batch
        return -(-pictures // step) * step

    def rate(self, seconds: float) -> float:
        """Pictures per second, measured for about so long."""
        pictures = self.whole(max(1, round(seconds / self._per_picture_s)))
        return pictures / self.seconds(pictures)


def hint(core: Any, precision: str) -> Any:  # noqa: ANN401 - openvino.Core, openvino.Type
    """What INFERENCE_PRECISION_HINT must be; what an int8 graph leaves in float runs in bf16 where the CPU has it."""
    if precision == "int8":
        return ov.Type.bf16 if has_bf16(core, "CPU", this_processor()) else ov.Type.f32
    return {"fp32": ov.Type.f32, "bf16": ov.Type.bf16}[precision]
