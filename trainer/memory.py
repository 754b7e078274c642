"""Makes the memory of good: which cells of good pictures it holds, whether their place counts, and its scale."""

from __future__ import annotations

from collections import deque
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from inspector.domain.outline import outline_of, small_picture
from inspector.domain.strangeness import DEFAULT_RATE, LEAST_PICTURES, GoodScale
from inspector.domain.views import GoodViews, view_of
from inspector.vision.export import joined, to_openvino, traced_behind
from inspector.vision.manifest import MemoryNote
from inspector.vision.memory import DIMENSIONS, MemoryOfGood
from inspector.vision.network import InspectionNetwork
from inspector.vision.preprocess import fit
from trainer.cache import OpenVinoExtractor
from trainer.cells import CANDIDATES_EACH, ROWS, ROWS_TURNED, Pool, candidates, placed, strangest, weight_of
from trainer.frozen import CellsOf, sees_cells
from trainer.orientation import (
    PLACE_COUNTS,
    RIGHT_ANGLES,
    Turned,
    asked_of,
    copies_of,
    lie_still,
    may_be_turned,
    turned_by,
)
from trainer.outlines import good_outlines
from trainer.protocol import Progress
from trainer.whole import OTHER_LIGHT, PictureContents, crossed, limit_of, lit, lit_of, whole_of

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Sequence

    from numpy.typing import NDArray

    from trainer.dataset import Sample
    from trainer.methods import Trained
    from trainer.protocol import Report

    Cells = Callable[[NDArray[np.uint8]], NDArray[np.float32]]

#: Good pictures that are looked at, at most; of more some are drawn. Each graph's cells of 224 pixels take 0.2 MB.
MOST_PICTURES = 400
#: What their cells may take for each graph; larger inputs have more of them.
MOST_BYTES = 400_000_000
FOLDS = 5
_BATCH = 8
#: Good pictures that are looked at as views.
_VIEWS = 60
#: Pixels a side of a cell.
_CELL_PX = 8
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
        in_graph: The same without the outline of the part, which no graph measures.
    """

    exact: MemoryOfGood
    int8: MemoryOfGood | None
    note: MemoryNote
    strangeness: dict[str, float]
    in_graph: dict[str, float]


def remember(
    trained: Trained, good: Sequence[Sample], seed: int, *, turns: bool = True
) -> Generator[Report, None, Remembered | None]:
    """Make the memory of a trained network; the value is None for a network that is no ResNet-50.

    The numbers that describe a cell are projected at random; a greedy choice of far-apart cells (Gonzalez 1985; the
    coreset of PatchCore, arXiv 2106.08265, 3.2) keeps those that say most. The scale comes from folds: each good
    picture is measured against a memory that holds no cell of it, nor of a turned copy of it. Copies are remembered
    where orientation does not matter, see `trainer.orientation`; there the place of a cell does not count.

    Args:
        trained: Its network judges as the line will.
        good: Good pictures that are not tested; near duplicates share a fold.
        seed: Of the choice of pictures and cells.
        turns: Whether a part may lie turned at all, as far as the user has said.

    Raises:
        PictureError: If a picture cannot be read.
    """
    network = trained.network
    if not isinstance(network, InspectionNetwork) or len(good) < LEAST_PICTURES:
        return None
    seers = _seers(trained, network)
    good = drawn(good, trained.preprocessing.input_size, seed)
    cells = yield from _seen(trained, good, seers, [(picture, 0) for picture in range(len(good))])
    folds = _folds(good)
    turn, upright = False, trained.preprocessing.upright
    if turns and not upright:
        asked = [(picture, angle) for picture in asked_of(len(good)) for angle in RIGHT_ANGLES]
        copies = yield from _seen(trained, good, seers[:1], asked)
        turn = may_be_turned(cells[0], [picture for picture, _ in asked], copies[0], folds, seed)
    position = PLACE_COUNTS if not turn and not upright and lie_still(cells[0], folds, seed) else 0.0
    pairs = copies_of(len(good), trained.preprocessing.input_size, turn=turn, upright=upright)
    more = (yield from _seen(trained, good, seers, pairs)) if pairs else []
    in_light = lit_of(len(good))
    others = []
    for light in OTHER_LIGHT:
        lit_cells = yield from _seen(trained, good, seers, [(picture, 0) for picture in in_light], light)
        others.append([PictureContents.of(some) for some in lit_cells])
    looked_at = list(range(0, len(good), -(-len(good) // _VIEWS)))
    pictures = (good[place].picture() for place in looked_at)
    looks = [(view_of(picture), outline_of(small_picture(picture))) for picture in pictures]
    outlines, apart = good_outlines([outline for _, outline in looks], folds[looked_at])
    beside = np.zeros(len(good))
    beside[looked_at] = apart
    made = []
    for number, described in enumerate(cells):
        rounded = trained.frozen.int8 is not None and number == 0
        turned = more[number] if pairs else None
        weight = weight_of(described, position)
        pool = _pool(placed(described, weight), turned, pairs)
        contents = PictureContents.of(described).in_light([each[number] for each in others], in_light)
        made.append(_memory(described, pool, weight, folds, seed, contents, rounded=rounded, beside=beside))
        yield Progress(stage="memory of good", done=number + 1, total=len(cells))
    memory, strangeness, in_graph, scale, unit = made[0]
    note = MemoryNote(
        pictures=len(good),
        rows=len(memory.rows),
        dimensions=DIMENSIONS,
        position=position,
        good_scale=scale,
        beyond=sum(value >= 1.0 for value in strangeness),
        whole=True,
        views=GoodViews.of([view for view, _ in looks]),
        outlines=None if outlines is None else replace(outlines, unit=outlines.unit * unit),
    )
    names = [sample.name for sample in good]
    return Remembered(
        exact=made[-1].memory,
        int8=None if len(made) == 1 else memory,
        note=note,
        strangeness=dict(zip(names, strangeness, strict=True)),
        in_graph=dict(zip(names, in_graph, strict=True)),
    )


def strangeness_of(
    trained: Trained, remembered: Remembered, samples: Sequence[Sample]
) -> Generator[Report, None, NDArray[np.float64]]:
    """Measure pictures against the memory that the line will use; the value is (N,) strangeness.

    Args:
        trained: As for `remember`.
        remembered: Its memory.
        samples: Pictures that are not in it.

    Raises:
        PictureError: If a picture cannot be read.
    """
    assert isinstance(trained.network, InspectionNetwork)
    cells = yield from _seen(
        trained, samples, _seers(trained, trained.network)[:1], [(picture, 0) for picture in range(len(samples))]
    )
    return strangest(remembered.exact if remembered.int8 is None else remembered.int8, cells[0])


def memory_of(
    cells: NDArray[np.float32],
    good: Sequence[Sample],
    seed: int,
    see: Callable[[int, int], NDArray[np.float32]] | None = None,
    *,
    see_lit: Callable[[int, tuple[float, float]], NDArray[np.float32]] | None = None,
    upright: bool = False,
) -> tuple[MemoryOfGood, GoodScale]:
    """Make a memory of the cells of good pictures, and its scale; see `remember`.

    Args:
        cells: (N, h·w, 128) float.
        good: The N pictures.
        seed: Of the choice.
        see: Gives the cells of a picture that is turned by so many degrees, (h·w, 128); None turns none.
        see_lit: Likewise of a picture in a light of `trainer.whole.OTHER_LIGHT`; None lights none.
        upright: Whether the pictures show parts that were turned level.
    """
    folds = _folds(good)
    turned, pairs = None, []
    turn = False
    if see is not None and not upright:
        asked = [(picture, angle) for picture in asked_of(len(good)) for angle in RIGHT_ANGLES]
        copies = np.stack([see(*pair) for pair in asked])
        turn = may_be_turned(cells, [picture for picture, _ in asked], copies, folds, seed)
    if see is not None:
        pairs = copies_of(len(good), _CELL_PX * round(cells.shape[1] ** 0.5), turn=turn, upright=upright)
        turned = np.stack([see(*pair) for pair in pairs]) if pairs else None
    position = PLACE_COUNTS if not turn and not upright and lie_still(cells, folds, seed) else 0.0
    contents = PictureContents.of(cells)
    if see_lit is not None:
        of = lit_of(len(good))
        others = [PictureContents.of(np.stack([see_lit(picture, light) for picture in of])) for light in OTHER_LIGHT]
        contents = contents.in_light(others, of)
    weight = weight_of(cells, position)
    pool = _pool(placed(cells, weight), turned, pairs)
    made = _memory(cells, pool, weight, folds, seed, contents, rounded=False, beside=np.zeros(len(cells)))
    return made.memory, made.scale


class _Made(NamedTuple):
    """A memory with what it says of the good pictures.

    Args:
        memory: It holds cells of all of them.
        strangeness: (N,) of each, against a memory without it.
        in_graph: (N,) the same without its outline.
        scale: Of the strangeness.
        unit: What the measures, each in units of its own limit, were divided by.
    """

    memory: MemoryOfGood
    strangeness: list[float]
    in_graph: list[float]
    scale: GoodScale
    unit: float


def _memory(
    cells: NDArray[np.float32],
    pool: Pool,
    weight: float,
    folds: NDArray[np.int64],
    seed: int,
    contents: PictureContents,
    *,
    rounded: bool,
    beside: NDArray[np.float64],
) -> _Made:
    """Return a memory of all pictures, how strange each is to one without it, and the scale of that.

    The strangest cell, the whole picture and the outline are each measured in units of its own limit; the largest
    counts. ``pool`` holds the cells to choose from, with their places at this ``weight``; ``contents`` is what the
    pictures are made of, ``beside`` (N,) what their outlines say.
    """
    sample = cells[:: max(1, len(cells) // 50)].astype(np.float32)
    step = _HEADROOM * float(np.abs(sample - sample.mean(axis=(0, 1))).max()) / 127 if rounded else 0.0
    chosen = pool.all(seed)
    measured = np.empty(len(cells))
    for fold in np.unique(folds):
        inside = folds == fold
        without = MemoryOfGood(pool.without(chosen, inside), position=weight, step=step)
        measured[inside] = strangest(without, cells[inside])
    wholes = crossed(contents, folds)
    of_cell, of_whole = _scale_of(measured).limit(DEFAULT_RATE), limit_of(wholes)
    in_graph = np.maximum(measured / of_cell, wholes / of_whole)
    largest = np.maximum(in_graph, beside)
    raw = _scale_of(largest)
    unit = raw.limit(DEFAULT_RATE)
    whole = whole_of(contents, unit * of_whole)
    scale = replace(raw, mean_log=raw.mean_log - float(np.log(unit)))
    known = pool.cells[chosen].astype(np.float32)
    memory = MemoryOfGood(known, scale=unit * of_cell, position=weight, step=step, whole=whole)
    return _Made(memory, (largest / unit).tolist(), (in_graph / unit).tolist(), scale, unit)


def _pool(cells: NDArray[np.float32], turned: NDArray[np.float32] | None, pairs: Sequence[tuple[int, int]]) -> Pool:
    """Gather cells to choose from: as many of each picture, and of each turned copy."""
    rows = ROWS if turned is None else ROWS_TURNED
    each = max(1, CANDIDATES_EACH * rows // (len(cells) + len(pairs)))
    some = [candidates(picture, each) for picture in cells]
    owner = np.repeat(np.arange(len(cells)), [len(picture) for picture in some])
    if turned is None:
        return Pool(cells=np.concatenate(some), owner=owner, rows=rows)
    copies = Turned.of(turned, pairs, each)
    return Pool(cells=np.concatenate([*some, copies.cells]), owner=np.concatenate([owner, copies.owner]), rows=rows)


def _scale_of(measured: NDArray[np.float64]) -> GoodScale:
    return GoodScale.of([max(_LEAST_SCALE, float(value)) for value in measured])


def drawn(good: Sequence[Sample], size: int, seed: int) -> Sequence[Sample]:
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


def cells_of(
    trained: Trained, network: InspectionNetwork, pictures: Sequence[Sample]
) -> Generator[Report, None, list[NDArray[np.float32]]]:
    """Describe pictures, (N, h·w, 128) float16, for each way of `_seers`."""
    seers = _seers(trained, network)
    return (yield from _seen(trained, pictures, seers, [(picture, 0) for picture in range(len(pictures))]))


def _seers(trained: Trained, network: InspectionNetwork) -> list[Cells]:
    """Return what makes cells, as the line's usual graph sees them; where that is int8, then as the float one does."""
    frozen, preprocessing = trained.frozen, trained.preprocessing
    if sees_cells(frozen.cut):
        extractors = [frozen.extractor] if frozen.in_float is None else [frozen.extractor, frozen.in_float]
        return [extractor.second() for extractor in extractors if isinstance(extractor, OpenVinoExtractor)]
    trunks = [trunk for trunk in (frozen.int8, frozen.model) if trunk is not None]
    if not trunks:
        whole = to_openvino(CellsOf(network), preprocessing.input_size)
        return [OpenVinoExtractor(whole, preprocessing, "f32")]
    graphs = [joined(trunk, traced_behind(trunk, CellsOf(network, frozen.cut))) for trunk in trunks]
    return [OpenVinoExtractor(graph, preprocessing, "f32") for graph in graphs]


def _seen(
    trained: Trained,
    good: Sequence[Sample],
    seers: Sequence[Cells],
    pairs: Sequence[tuple[int, int]],
    light: tuple[float, float] | None = None,
) -> Generator[Report, None, list[NDArray[np.float32]]]:
    """Return (M, h·w, 128) float16 cells for each who sees; of M pairs of a picture and the degrees it is turned by.

    All are seen as they are, or in a ``light`` of `OTHER_LIGHT`.
    """
    described: list[list[NDArray[np.float16]]] = [[] for _ in seers]
    plain = not any(angle for _, angle in pairs)
    stage = "cells of pictures" if plain and light is None else "cells of copies"

    def load(pair: tuple[int, int]) -> NDArray[np.uint8]:
        turned = turned_by(fit(good[pair[0]].picture(), trained.preprocessing), pair[1])
        return turned if light is None else lit(turned, *light)

    with ThreadPoolExecutor(2, thread_name_prefix="decode") as pool:
        waiting = deque(pool.submit(load, pair) for pair in pairs[: 2 * _BATCH])
        for first in range(0, len(pairs), _BATCH):
            count = min(_BATCH, len(pairs) - first)
            pictures = np.stack([waiting.popleft().result() for _ in range(count)])
            ahead = first + 2 * _BATCH
            waiting.extend(pool.submit(load, pair) for pair in pairs[ahead : ahead + _BATCH])
            for place, see in zip(described, seers, strict=True):
                cells = see(pictures)
                place.append(cells.reshape(*cells.shape[:2], -1).transpose(0, 2, 1).astype(np.float16))
            yield Progress(stage=stage, done=first + count, total=len(pairs))
    return [np.concatenate(place) for place in described]
