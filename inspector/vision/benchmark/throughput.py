"""Runs a graph as fast as the CPU can: several requests at once, under the schedule that suits it best."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

import numpy as np
import openvino as ov

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

_TRIAL_S = 0.25
_FIRST_CALLS = 2


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
    """The schedules that are tried: all cores on one call, and one call per core.

    Args:
        core_count: Cores that this process may use.
    """
    tried = [(1, 8), (core_count, 1), (core_count, 4)]
    return [Schedule(streams=streams, batch=batch) for streams, batch in dict.fromkeys(tried)]


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
        self.seconds(_FIRST_CALLS * schedule.streams * schedule.batch)

    @classmethod
    def fastest(
        cls,
        core: Any,  # noqa: ANN401 - openvino.Core
        model_of: Callable[[int], Any],
        precision: str,
        tried: Sequence[Schedule],
    ) -> Self:
        """Compile the graph under every schedule, try each for a moment, and keep the best.

        Args:
            core: An `openvino.Core`.
            model_of: Makes the model for a batch.
            precision: As above.
            tried: One schedule or more.

        Raises:
            RuntimeError: If OpenVINO cannot compile it.
        """
        best: Self | None = None
        best_rate = 0.0
        for schedule in tried:
            runner = cls(core, model_of(schedule.batch), precision, schedule)
            rate = runner.rate(_TRIAL_S)
            if best is None or rate > best_rate:
                best, best_rate = runner, rate
        assert best is not None
        return best

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
        step = self.whole(1)
        once = self.seconds(step)
        pictures = self.whole(max(step, int(step * seconds / max(once, 1e-9))))
        return pictures / self.seconds(pictures)


def hint(core: Any, precision: str) -> Any:  # noqa: ANN401 - openvino.Core, openvino.Type
    """What INFERENCE_PRECISION_HINT must be; what an int8 graph leaves in float runs in bf16 where the CPU has it."""
    if precision == "int8":
        return ov.Type.bf16 if "BF16" in core.get_property("CPU", "OPTIMIZATION_CAPABILITIES") else ov.Type.f32
    return {"fp32": ov.Type.f32, "bf16": ov.Type.bf16}[precision]
