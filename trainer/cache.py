"""What is frozen is computed once: activations at the cut, of several views of each picture."""

from __future__ import annotations

import math
import shutil
import tempfile
from collections import deque
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
import psutil

from inspector.domain.errors import InspectorError
from inspector.vision.graph import JOINED_LAYER
from inspector.vision.graphs import has_bf16, take_bytes
from inspector.vision.openvino_core import openvino_core
from inspector.vision.preprocess import normalise
from inspector.vision.processor import this_processor
from trainer.augment import Augmentation, views
from trainer.protocol import Progress

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator, Sequence
    from concurrent.futures import Future

    from numpy.typing import NDArray

    from inspector.vision.preprocess import Preprocessing
    from trainer.dataset import Sample

_BATCH = 8
_AHEAD = 4
#: Activations up to so much, and up to a quarter of the free memory, are kept in memory; beyond it in a mapped file.
IN_MEMORY_BYTES = 4 << 30
_CHANNELS = {"input": 3, "layer1": 256, "layer2": 512, "layer3": 1024, "layer4": 2048, JOINED_LAYER: 1536}
_STRIDE = {"input": 1, "layer1": 4, "layer2": 8, "layer3": 16, "layer4": 32, JOINED_LAYER: 16}


class ResourceError(InspectorError):
    """The machine has too little memory or disk for what was asked."""


class Extractor(Protocol):
    """Computes activations at a cut; whatever graph runs at the line may stand behind it."""

    def __call__(self, pictures: NDArray[np.uint8]) -> NDArray[np.float32]:
        """(N, S, S, 3) uint8 BGR, as `inspector.vision.preprocess.fit` makes them → (N, C, h, w) float32."""
        ...


class OpenVinoExtractor:
    """A graph of the frozen part, computing as the line computes it.

    It gets its pictures just as at the line, as bytes, and so computes the same to the last bit. Where it is quantised
    a last bit matters: one at the input moved the log-odds of a fitted head by up to 0.2 (MVTec AD bottle).

    Args:
        model: An `openvino.Model`, quantised or not: pictures (?, 3, S, S), normalised → the activations at a cut.
        precision: Of what is not int8: "bf16" where the processor has it, or "f32".
        threads: That compute; None for one on each core. What is computed is the same to the last bit.
    """

    def __init__(
        self,
        model: Any,  # noqa: ANN401 - openvino.Model
        preprocessing: Preprocessing,
        precision: str = "bf16",
        *,
        threads: int | None = None,
    ) -> None:

        self._core = openvino_core()
        self.model = model
        self._preprocessing = preprocessing
        self._threads = threads
        self._second: OpenVinoExtractor | None = None
        self._narrow: tuple[int, OpenVinoExtractor] | None = None
        self.precision = precision if has_bf16(self._core, "CPU", this_processor()) else "f32"

    @cached_property
    def _compiled(self) -> Any:  # noqa: ANN401 - openvino.CompiledModel
        """The compiled graph; where only `second` is asked it is never made."""
        return self._core.compile_model(
            take_bytes(self.model.clone(), self._preprocessing),
            "CPU",
            {"INFERENCE_PRECISION_HINT": self.precision, "PERFORMANCE_HINT": "THROUGHPUT", "NUM_STREAMS": 1}
            | ({} if self._threads is None else {"INFERENCE_NUM_THREADS": self._threads}),
        )

    def __call__(self, pictures: NDArray[np.uint8]) -> NDArray[np.float32]:
        """See `Extractor`."""
        return np.asarray(self._compiled(pictures)[0])

    def seen(self, pictures: NDArray[np.uint8]) -> list[NDArray[np.float32]]:
        """Return all that the graph gives: the activations, and behind layer3 the cells for the memory of good."""
        return [np.asarray(output) for output in self._compiled(pictures).to_tuple()]

    def release(self) -> None:
        """Let go of the compiled graphs and their buffers; they are compiled again when they are asked again."""
        self.__dict__.pop("_compiled", None)
        self._second = self._narrow = None

    def with_threads(self, threads: int) -> OpenVinoExtractor:
        """Return one that computes the same with so many threads; the last one is kept."""
        if self._narrow is None or self._narrow[0] != threads:
            self._narrow = (
                threads,
                OpenVinoExtractor(self.model, self._preprocessing, self.precision, threads=threads),
            )
        return self._narrow[1]

    def second(self) -> OpenVinoExtractor:
        """Return one that computes the second output alone, and nothing that only the first needs; it is made once."""
        import openvino as ov  # seconds

        if self._second is None:
            model = self.model.clone()
            alone = ov.Model([model.get_results()[1]], model.get_parameters(), "second")
            self._second = OpenVinoExtractor(alone, self._preprocessing, self.precision)
        return self._second


class Plain:
    """For the cut "input": nothing is frozen, pictures are only normalised.

    Args:
        preprocessing: Mean, deviation and colour order.
    """

    def __init__(self, preprocessing: Preprocessing) -> None:
        self._preprocessing = preprocessing

    def __call__(self, pictures: NDArray[np.uint8]) -> NDArray[np.float32]:
        """See `Extractor`."""
        return np.stack([normalise(picture, self._preprocessing) for picture in pictures])


def bytes_per_view(cut: str, size: int) -> int:
    """Return how much one view takes, as float16."""
    cells = -(-size // _STRIDE[cut])
    return 2 * _CHANNELS[cut] * cells * cells


@contextmanager
def activations(
    cut: str, size: int, pictures: int, count: int, folder: Path | None = None
) -> Iterator[NDArray[np.float16]]:
    """Give room for activations: in memory, or in a memory-mapped file that is gone afterwards.

    Args:
        cut: One of `CUTS`.
        size: Side of the input, pixels.
        pictures: Number N of pictures.
        count: Number V of views of each picture.
        folder: Where a file would lie; None for the system's temporary folder.

    Yields:
        (N, V, C, h, w) float16.

    Raises:
        ResourceError: If neither memory nor disk suffice.
    """
    cells = -(-size // _STRIDE[cut])
    shape = (pictures, count, _CHANNELS[cut], cells, cells)
    with room_of(shape, f"{pictures} pictures in {count} views at {size} pixels", folder) as room:
        yield room


@contextmanager
def room_of(
    shape: tuple[int, ...], what: str, folder: Path | None = None, *, beside: int = 1
) -> Iterator[NDArray[np.float16]]:
    """Give room of a shape, as `activations`.

    Args:
        what: Whose activations they are, for a reader.
        beside: Processes of this machine that take as much.

    Raises:
        ResourceError: If neither memory nor disk suffice.
    """
    needed = 2 * math.prod(shape)
    if needed <= min(IN_MEMORY_BYTES, psutil.virtual_memory().available // (4 * beside)):
        yield np.empty(shape, np.float16)
        return
    place = Path(folder or tempfile.gettempdir())
    free = shutil.disk_usage(place).free
    if needed > 0.9 * free:
        raise ResourceError(
            f"the activations of {what} take {needed / 1e9:.1f} GB; {place} has {free / 1e9:.1f} GB free",
            "Free space, or ask for fewer views or a smaller input size.",
        )
    with tempfile.TemporaryDirectory(prefix="trainer-", dir=place) as inside:
        mapped = np.memmap(Path(inside) / "activations", np.float16, "w+", shape=shape)
        try:
            yield mapped
        finally:
            del mapped


def fill(
    room: NDArray[np.float16],
    extractor: Extractor,
    samples: Sequence[Sample],
    preprocessing: Preprocessing,
    augmentation: Augmentation,
    seed: int,
    stage: str,
    *,
    also: Extractor | None = None,
) -> Generator[Progress]:
    """Compute the views' activations, decoding ahead; every picture's views depend on the seed and its content only.

    Args:
        room: (N, V, C, h, w) float16, see `activations`.
        also: Another one, which computes the plain view once more; that is then the last of the V.
        samples: N pictures, with hashes.
        augmentation: For all views but the first.
        seed: Seed of the augmentation.
        stage: Its name in the reports.

    Yields:
        Progress.

    Raises:
        PictureError: If a picture cannot be read; the text names it.
    """
    count = room.shape[1] - (also is not None)

    def load(index: int) -> NDArray[np.uint8]:
        sample = samples[index]
        rng = np.random.default_rng([seed, int(sample.sha256[:12] or "0", 16)])
        return views(sample.picture(), preprocessing, augmentation, count, rng)

    with ThreadPoolExecutor(_AHEAD, thread_name_prefix="decode") as pool:
        waiting = deque(pool.submit(load, index) for index in range(min(2 * _AHEAD, len(samples))))
        together = pictures_at_once(count)
        for first in range(0, len(samples), together):
            last = min(first + together, len(samples))
            activations = np.concatenate(
                [_next(waiting, pool, load, index, len(samples)) for index in range(first, last)]
            )
            for start in range(0, len(activations), _BATCH):
                some = extractor(activations[start : start + _BATCH])
                places = np.arange(start, start + len(some))
                room[first + places // count, places % count] = some
            if also is not None:
                room[first:last, count] = also(activations[::count])
            yield Progress(stage=stage, done=last, total=len(samples))


def pictures_at_once(count: int) -> int:
    """Return the number of pictures whose views, so many of each, fill a batch."""
    return max(1, _BATCH // count)


def _next(
    waiting: deque[Future[NDArray[np.uint8]]],
    pool: ThreadPoolExecutor,
    load: Callable[[int], NDArray[np.uint8]],
    index: int,
    count: int,
) -> NDArray[np.uint8]:
    """Take the oldest picture, and let another one be decoded."""
    loaded = waiting.popleft().result()
    if index + 2 * _AHEAD < count:
        waiting.append(pool.submit(load, index + 2 * _AHEAD))
    return loaded
