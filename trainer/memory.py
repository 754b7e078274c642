"""Makes the memory of good: which cells of good pictures it holds, whether their place counts, and its scale."""

from __future__ import annotations

from collections import deque
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import torch

from inspector.domain.strangeness import DEFAULT_RATE, LEAST_PICTURES, GoodScale
from inspector.vision.export import joined, to_openvino, traced_behind
from inspector.vision.manifest import MemoryNote
from inspector.vision.memory import DIMENSIONS, LEAST, MemoryOfGood, places
from inspector.vision.network import InspectionNetwork
from inspector.vision.preprocess import fit
from trainer.cache import OpenVinoExtractor
from trainer.frozen import CellsOf
from trainer.protocol import Progress

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Sequence

    from numpy.typing import NDArray

    from trainer.dataset import Sample
    from trainer.methods import Trained
    from trainer.protocol import Report

    Cells = Callable[[NDArray[np.uint8]], NDArray[np.float32]]

#: Cells that a memory holds at most.
ROWS = 1024
#: Cells of all good pictures that it is chosen from.
CANDIDATES = 12_000
#: Good pictures that are looked at, at most; of more some are drawn. Each graph's cells of 224 pixels take 0.2 MB.
MOST_PICTURES = 400
#: What their cells may take for each graph; larger inputs have more of them.
MOST_BYTES = 400_000_000
FOLDS = 5
#: How much the place counts where parts lie still, in spreads of the numbers that describe a cell.
PLACE_COUNTS = 0.3
#: Parts lie still where so many of their halves, exchanged, are stranger than any good part: see `lie_still`.
STILL_FROM = 0.95
#: … and where the pictures as they are look stranger by this factor at most.
STILL_COSTS = 1.1
_BATCH = 8
#: Pixels a side of a cell, and cells that are measured at once: each takes 4 KB.
_CELL_PX, _AT_ONCE = 8, 8 * 28 * 28
_CHOSEN_BY = 32
_HEADROOM = 1.5
_LEAST_SCALE = 1e-6


@dataclass(frozen=True, slots=True, kw_only=True)
class Remembered:
    """A memory of good for each graph of a bundle.

    Args:
        exact: As the float network sees good pictures.
        int8: As the int8 graph sees them; None without such a graph.
        note: What the manifest says of the one that the line will use.
        strangeness: Of the good pictures, each against a memory without it; by name.
    """

    exact: MemoryOfGood
    int8: MemoryOfGood | None
    note: MemoryNote
    strangeness: dict[str, float]


def remember(trained: Trained, good: Sequence[Sample], seed: int) -> Generator[Report, None, Remembered | None]:
    """Make the memory of a trained network; the value is None for a network that is no ResNet-50.

    The numbers that describe a cell are projected at random; a greedy choice of far-apart cells (Gonzalez 1985; the
    coreset of PatchCore, arXiv 2106.08265, 3.2) keeps those that say most. The scale comes from folds: each good
    picture is measured against a memory that holds no cell of it.

    Args:
        trained: Its network judges as the line will.
        good: Good pictures that are not tested; near duplicates share a fold.
        seed: Of the choice of pictures and cells.

    Raises:
        PictureError: If a picture cannot be read.
    """
    network = trained.network
    if not isinstance(network, InspectionNetwork) or len(good) < LEAST_PICTURES:
        return None
    seers = _seers(trained, network)
    good = _drawn(good, trained.preprocessing.input_size, seed)
    cells = yield from _seen(trained, good, seers)
    folds = _folds(good)
    position = PLACE_COUNTS if lie_still(cells[0], folds, seed) else 0.0
    made = []
    for number, described in enumerate(cells):
        rounded = trained.frozen.int8 is not None and number == 0
        made.append(_memory(described, folds, position, seed, rounded=rounded))
        yield Progress(stage="memory of good", done=number + 1, total=len(cells))
    memory, strangeness, scale = made[0]
    note = MemoryNote(
        pictures=len(good),
        rows=len(memory.rows),
        dimensions=DIMENSIONS,
        position=position,
        good_scale=scale,
        beyond=sum(value >= 1.0 for value in strangeness),
    )
    named = {sample.name: value for sample, value in zip(good, strangeness, strict=True)}
    if len(made) == 1:
        return Remembered(exact=memory, int8=None, note=note, strangeness=named)
    return Remembered(exact=made[1][0], int8=memory, note=note, strangeness=named)


def memory_of(cells: NDArray[np.float32], good: Sequence[Sample], seed: int) -> tuple[MemoryOfGood, GoodScale]:
    """Make a memory of the cells of good pictures, and its scale; see `remember`.

    Args:
        cells: (N, h·w, 128) float.
        good: The N pictures.
        seed: Of the choice.
    """
    folds = _folds(good)
    position = PLACE_COUNTS if lie_still(cells, folds, seed) else 0.0
    memory, _, scale = _memory(cells, folds, position, seed, rounded=False)
    return memory, scale


def lie_still(cells: NDArray[np.float32], folds: NDArray[np.int64], seed: int) -> bool:
    """Say whether parts lie still, by good pictures alone: then a cell's place tells something, and costs nothing.

    It tells something where held-out pictures look strange to a memory that knows places once their halves are
    exchanged; those of a texture do not. It costs nothing where the pictures as they are look no stranger to that
    memory than to one that knows no places; parts that turn or move do, as their cells are remembered elsewhere.

    Args:
        cells: (N, h·w, 128) float.
        folds: (N,) fold of each picture.
        seed: Of the choice of cells.
    """
    side = round(cells.shape[1] ** 0.5)
    inside = folds == folds[0]
    if inside.all():
        return False
    weight = _weight(cells, PLACE_COUNTS)
    memory = MemoryOfGood(_rows(_placed(cells[~inside], PLACE_COUNTS), seed), position=weight)
    free = MemoryOfGood(_rows(cells[~inside], seed))
    held = cells[inside]
    grid = held.reshape(len(held), side, side, DIMENSIONS)
    exchanged = np.roll(grid, (side // 2, side // 2), axis=(1, 2)).reshape(held.shape)
    plain, moved = _strangest(memory, held), _strangest(memory, exchanged)
    costs = float(np.median(plain) / max(LEAST, float(np.median(_strangest(free, held)))))
    return float((moved > plain.max()).mean()) >= STILL_FROM and costs <= STILL_COSTS


def _memory(
    cells: NDArray[np.float32], folds: NDArray[np.int64], position: float, seed: int, *, rounded: bool
) -> tuple[MemoryOfGood, list[float], GoodScale]:
    """Return a memory of all pictures, how strange each is to one without it, and the scale of that."""
    weight = _weight(cells, position)
    sample = cells[:: max(1, len(cells) // 50)].astype(np.float32)
    step = _HEADROOM * float(np.abs(sample - sample.mean(axis=(0, 1))).max()) / 127 if rounded else 0.0
    described = _placed(cells, position)
    measured = np.empty(len(cells))
    for fold in np.unique(folds):
        inside = folds == fold
        without = MemoryOfGood(_rows(described[~inside], seed), position=weight, step=step)
        measured[inside] = _strangest(without, cells[inside])
    raw = GoodScale.of([max(_LEAST_SCALE, float(value)) for value in measured])
    unit = raw.limit(DEFAULT_RATE)
    scale = GoodScale(pictures=raw.pictures, mean_log=raw.mean_log - float(np.log(unit)), sd_log=raw.sd_log)
    memory = MemoryOfGood(_rows(described, seed), scale=unit, position=weight, step=step)
    return memory, [float(value) / unit for value in measured], scale


def _rows(described: NDArray[np.float32], seed: int) -> NDArray[np.float32]:
    """Choose cells that lie far apart: each next one is the farthest from all before it.

    Args:
        described: (N, h·w, D) float.

    Returns:
        (M, D) float32.
    """
    rng = np.random.default_rng(seed)
    flat = described.reshape(-1, described.shape[2])
    if len(flat) > CANDIDATES:
        flat = flat[rng.choice(len(flat), CANDIDATES, replace=False)]
    if len(flat) <= ROWS:
        return flat.astype(np.float32)
    # the numbers are projected at random already: some of them tell distances well enough for a choice
    short = np.concatenate([flat[:, :_CHOSEN_BY], flat[:, DIMENSIONS - 2 :]], axis=1).astype(np.float32)
    squares = (short * short).sum(axis=1)

    def distances(index: int) -> NDArray[np.float32]:
        return np.asarray(squares + squares[index] - 2.0 * (short @ short[index]), np.float32)

    chosen = [int(rng.integers(len(short)))]
    nearest = distances(chosen[0])
    while len(chosen) < ROWS:
        chosen.append(int(nearest.argmax()))
        np.minimum(nearest, distances(chosen[-1]), out=nearest)
    return flat[chosen].astype(np.float32)


def _strangest(memory: MemoryOfGood, cells: NDArray[np.float32]) -> NDArray[np.float64]:
    """(N, h·w, 128) float → (N,) the strangest cell of each picture."""
    side = round(cells.shape[1] ** 0.5)
    values = []
    at_once = max(1, _AT_ONCE // cells.shape[1])
    with torch.inference_mode():
        for first in range(0, len(cells), at_once):
            some = np.asarray(cells[first : first + at_once], np.float32).transpose(0, 2, 1)
            grid = torch.from_numpy(np.ascontiguousarray(some)).reshape(len(some), DIMENSIONS, side, side)
            values.append(memory(grid).amax((1, 2, 3)).numpy())
    return np.concatenate(values).astype(np.float64) if values else np.empty(0)


def _placed(cells: NDArray[np.float32], position: float) -> NDArray[np.float32]:
    """Put each cell's place into what describes it, for its last two numbers; nothing where it does not count."""
    if not position:
        return cells
    side = round(cells.shape[1] ** 0.5)
    there = places(side, side)[0].numpy().reshape(2, -1).T * _weight(cells, position)
    repeated = np.broadcast_to(there.astype(cells.dtype), (len(cells), *there.shape))
    return np.concatenate([cells[..., : DIMENSIONS - 2], repeated], axis=2)


def _weight(cells: NDArray[np.float32], position: float) -> float:
    spread = float(cells[:: max(1, len(cells) // 20)].astype(np.float32).std())
    return position * spread * float(np.sqrt(DIMENSIONS))


def _drawn(good: Sequence[Sample], size: int, seed: int) -> Sequence[Sample]:
    """Draw as many pictures as memory is given for; all where they are few."""
    cells = (size // _CELL_PX) ** 2
    most = min(MOST_PICTURES, max(LEAST_PICTURES, MOST_BYTES // (2 * DIMENSIONS * cells)))
    if len(good) <= most:
        return good
    chosen = np.random.default_rng(seed).choice(len(good), most, replace=False)
    return [good[index] for index in np.sort(chosen).tolist()]


def _folds(good: Sequence[Sample]) -> NDArray[np.int64]:
    """Deal pictures into folds: those of the split where there are any, and each on its own where there are few."""
    known = np.array([sample.fold for sample in good], np.int64)
    if len(good) < 2 * FOLDS:
        return np.arange(len(good))
    return known if len(np.unique(known)) > 1 else np.arange(len(good)) % FOLDS


def _seers(trained: Trained, network: InspectionNetwork) -> list[Cells]:
    """Return what makes cells, as the line's usual graph sees them; where that is int8, then as the float one does."""
    frozen, preprocessing = trained.frozen, trained.preprocessing
    if frozen.cut in {"layer3", "layer4"}:
        extractors = [frozen.extractor] if frozen.in_float is None else [frozen.extractor, frozen.in_float]
        return [_second(extractor) for extractor in extractors if isinstance(extractor, OpenVinoExtractor)]
    trunks = [trunk for trunk in (frozen.int8, frozen.model) if trunk is not None]
    if not trunks:
        whole = to_openvino(CellsOf(network), preprocessing.input_size)
        return [OpenVinoExtractor(whole, preprocessing, "f32")]
    graphs = [joined(trunk, traced_behind(trunk, CellsOf(network, frozen.cut))) for trunk in trunks]
    return [OpenVinoExtractor(graph, preprocessing, "f32") for graph in graphs]


def _second(extractor: OpenVinoExtractor) -> Cells:
    return lambda pictures: extractor.seen(pictures)[1]


def _seen(
    trained: Trained, good: Sequence[Sample], seers: Sequence[Cells]
) -> Generator[Report, None, list[NDArray[np.float32]]]:
    """Return (N, h·w, 128) float16 cells for each who sees."""
    described: list[list[NDArray[np.float16]]] = [[] for _ in seers]

    def load(sample: Sample) -> NDArray[np.uint8]:
        return fit(sample.picture(), trained.preprocessing)

    with ThreadPoolExecutor(2, thread_name_prefix="decode") as pool:
        waiting = deque(pool.submit(load, sample) for sample in good[: 2 * _BATCH])
        for first in range(0, len(good), _BATCH):
            count = min(_BATCH, len(good) - first)
            pictures = np.stack([waiting.popleft().result() for _ in range(count)])
            ahead = first + 2 * _BATCH
            waiting.extend(pool.submit(load, sample) for sample in good[ahead : ahead + _BATCH])
            for place, see in zip(described, seers, strict=True):
                cells = see(pictures)
                place.append(cells.reshape(*cells.shape[:2], -1).transpose(0, 2, 1).astype(np.float16))
            yield Progress(stage="cells of good pictures", done=first + count, total=len(good))
    return [np.concatenate(place) for place in described]
