"""What rank 0 asks the other ranks for: features of pictures, and the gradients of a training's steps."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from enum import IntEnum
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import torch

from inspector.files import write_bytes
from inspector.vision.openvino_core import openvino_core
from trainer.cache import OpenVinoExtractor, Plain, fill, pictures_at_once
from trainer.protocol import Command, Progress

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Sequence

    from numpy.typing import NDArray
    from torch import nn

    from inspector.vision.preprocess import Preprocessing
    from trainer.augment import Augmentation
    from trainer.cache import Extractor
    from trainer.dataset import Sample
    from trainer.fitting import Activations, FitRun, FitSettings
    from trainer.ranks import Ranks

#: Signals of `Ranks`: a task is announced; features are fetched.
TASK, FETCH = "task", "fetch"
#: Pictures that a rank computes before they are fetched, about.
_BLOCK = 16
_PIECE_BYTES = 32 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class SentExtractor:
    """An extractor on its way to another rank.

    Args:
        key: Its number; 0 for one that only normalises.
        graph: The graph's description and its numbers; None where the rank was given it with the task before.
        precision: As of `OpenVinoExtractor`.
    """

    key: int
    graph: tuple[bytes, bytes] | None
    precision: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FillTask:
    """Compute features of every rank's blocks of pictures, as `trainer.cache.fill` does.

    Args:
        shape: (V, C, h, w) of the features of one picture.
        block: Pictures of a block; block k is that of rank k modulo the number of ranks.
    """

    extractor: SentExtractor
    also: SentExtractor | None
    samples: tuple[Sample, ...]
    preprocessing: Preprocessing
    augmentation: Augmentation
    seed: int
    shape: tuple[int, ...]
    block: int


@dataclass(frozen=True, slots=True, kw_only=True)
class FitTask:
    """Take part in a training of the layers behind the cut.

    Args:
        tail: As `trainer.fit.fit` takes it, with ``groups``, whose parameters are its own.
        training: Shape of the activations, (N, V, C, h, w), and their labels.
        validation: The same of the pictures that are validated by.
        state: Content of a checkpoint that is gone on from; empty for none.
    """

    tail: nn.Module
    groups: list[tuple[list[nn.Parameter], float]]
    training: tuple[tuple[int, ...], NDArray[np.int64]]
    validation: tuple[tuple[int, ...], NDArray[np.int64]]
    settings: FitSettings
    seed: int
    state: bytes


class FitStep(IntEnum):
    """What is done next of a `FitTask`; an epoch and a step go with it."""

    END = 0
    EPOCH = 1  #: everybody takes rank 0's weights
    LEARN = 2
    VALIDATE = 3
    HOLD = 4  #: nothing, rank 0 is paused


def fill_by_all(  # noqa: PLR0913 - as `fill`, and the ranks
    ranks: Ranks | None,
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
    """Do what `trainer.cache.fill` does, with all ranks where there are some; it is the same to the last bit.

    Raises:
        PictureError: If a picture cannot be read.
        RankError: If a rank is gone, or does not see the same pictures.
    """
    if ranks is None:
        yield from fill(room, extractor, samples, preprocessing, augmentation, seed, stage, also=also)
        return
    count = room.shape[1] - (also is not None)
    block = block_of(len(samples), ranks.place.size, count)
    first_sent, *second_sent = _sent(ranks, [extractor] if also is None else [extractor, also])
    task = FillTask(
        extractor=first_sent,
        also=second_sent[0] if second_sent else None,
        samples=tuple(samples),
        preprocessing=preprocessing,
        augmentation=augmentation,
        seed=seed,
        shape=room.shape[1:],
        block=block,
    )
    ranks.signal(TASK)
    ranks.told(task)
    slower = [_share_of(ranks, each) for each in (extractor, also)]
    assert slower[0] is not None
    done = 0
    for first in range(0, len(samples), block * ranks.place.size):
        mine = slice(first, min(first + block, len(samples)))
        for report in fill(
            room[mine], slower[0], samples[mine], preprocessing, augmentation, seed, stage, also=slower[1]
        ):
            yield report.model_copy(update={"done": done + report.done, "total": len(samples)})
        done += mine.stop - mine.start
        ranks.signal(FETCH)
        for rank in range(1, ranks.place.size):
            theirs = slice(first + rank * block, min(first + (rank + 1) * block, len(samples)))
            if theirs.start < theirs.stop:
                room[theirs] = ranks.receive(rank, room[theirs])
                done += theirs.stop - theirs.start
        yield Progress(stage=stage, done=done, total=len(samples))


def block_of(pictures: int, size: int, views: int) -> int:
    """Return how many pictures a rank computes before they are fetched.

    A block is a multiple of what is computed at once, so that every picture is computed beside the same others as in
    one process: what a graph computes depends on that on some processors.
    """
    together = pictures_at_once(views)
    share = min(_BLOCK, -(-pictures // size))
    return max(1, -(-share // together)) * together


class FitAlone:
    """What a training tells other ranks: nothing, as there are none."""

    def epoch(self) -> None:
        """An epoch begins."""

    def learn(self, step: int) -> None:
        """A step is about to be taken."""

    def validate(self) -> None:
        """The weights are about to be validated."""

    def holding(self, command: Callable[[], Command]) -> Callable[[], Command]:
        """Return what is asked for commands."""
        return command

    def end(self) -> None:
        """The training has ended, however."""


class FitTogether(FitAlone):
    """Rank 0's side of a `FitTask`.

    Args:
        run: Rank 0's own state, which a checkpoint may have gone into.
        state: Content of that checkpoint; empty for none.
    """

    def __init__(
        self,
        ranks: Ranks,
        run: FitRun,
        groups: list[tuple[list[nn.Parameter], float]],
        training: Activations,
        validation: Activations,
        settings: FitSettings,
        state: bytes,
    ) -> None:
        self._ranks, self._run = ranks, run
        self._threads = torch.get_num_threads()
        torch.set_num_threads(ranks.threads)
        ranks.signal(TASK)
        ranks.told(
            FitTask(
                tail=run.tail,
                groups=groups,
                training=(training.room.shape, training.labels),
                validation=(validation.room.shape, validation.labels),
                settings=settings,
                seed=run.seed,
                state=state,
            )
        )
        for room in (training.room, validation.room):
            spread_room(ranks, room)

    def epoch(self) -> None:
        """Let every rank take rank 0's weights."""
        self._ranks.code(FitStep.EPOCH, self._run.epoch, 0)
        self._run.spread()

    def learn(self, step: int) -> None:
        """Let the others take part in a step; the caller takes it."""
        self._ranks.code(FitStep.LEARN, self._run.epoch, step)

    def validate(self) -> None:
        """Let the others take part in a validation; the caller makes it."""
        self._ranks.code(FitStep.VALIDATE, self._run.epoch, 0)

    def holding(self, command: Callable[[], Command]) -> Callable[[], Command]:
        """Return the same, but the others hear that rank 0 is paused: they would give it up."""

        def asked() -> Command:
            told = command()
            if told is Command.PAUSE:
                self._ranks.code(FitStep.HOLD, self._run.epoch, 0)
            return told

        return asked

    def end(self) -> None:
        """Let the others wait for another task."""
        torch.set_num_threads(self._threads)
        if not self._run.broken:
            self._ranks.code(FitStep.END, self._run.epoch, 0)


def spread_room(ranks: Ranks, room: NDArray[np.float16]) -> None:
    """Give rank 0's activations to all, piece by piece; (N, V, C, h, w)."""
    each = max(1, _PIECE_BYTES // max(1, room[:1].nbytes))
    for first in range(0, len(room), each):
        piece = torch.from_numpy(np.ascontiguousarray(room[first : first + each]).view(np.uint8))
        ranks.spread(piece)
        if not ranks.leads:
            room[first : first + each] = piece.numpy().view(np.float16)


# --- extractors on their way ------------------------------------------------------------------------------------------


def _sent(ranks: Ranks, extractors: Sequence[Extractor]) -> list[SentExtractor]:
    """Pack extractors; what the others have from the task before is not sent again."""
    sent, keys = [], []
    number = max((number for number, _ in ranks.sent), default=0)
    for extractor in extractors:
        if not isinstance(extractor, OpenVinoExtractor):
            sent.append(SentExtractor(key=0, graph=None, precision=""))
            continue
        known = next((key for key, other in ranks.sent if other is extractor), 0)
        number += not known
        keys.append((known or number, extractor))
        graph = None if known else _content_of(extractor)
        sent.append(SentExtractor(key=known or number, graph=graph, precision=extractor.precision))
    ranks.sent = tuple(keys)
    return sent


def _content_of(extractor: OpenVinoExtractor) -> tuple[bytes, bytes]:
    import openvino as ov  # seconds

    with tempfile.TemporaryDirectory(prefix="trainer-") as folder:
        graph = Path(folder) / "graph.xml"
        ov.serialize(extractor.model, graph)
        return graph.read_bytes(), graph.with_suffix(".bin").read_bytes()


def received(sent: SentExtractor, preprocessing: Preprocessing, threads: int) -> Extractor:
    """Return the extractor that another rank has sent, with its graph."""
    if not sent.key:
        return Plain(preprocessing)

    assert sent.graph is not None
    with tempfile.TemporaryDirectory(prefix="trainer-") as folder:
        graph = Path(folder) / "graph.xml"
        write_bytes(graph, sent.graph[0])
        write_bytes(graph.with_suffix(".bin"), sent.graph[1])
        model: Any = openvino_core().read_model(graph)
        return OpenVinoExtractor(model, preprocessing, sent.precision, threads=threads)


def _share_of(ranks: Ranks, extractor: Extractor | None) -> Extractor | None:
    """Return the same extractor with rank 0's share of the cores."""
    return extractor.with_threads(ranks.threads) if isinstance(extractor, OpenVinoExtractor) else extractor
