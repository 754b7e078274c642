"""What a rank does that does not decide: it computes what rank 0 asks for, until the training ends."""

from __future__ import annotations

import contextlib
import gc
import sys
from io import BytesIO
from typing import TYPE_CHECKING

import numpy as np
import torch

from inspector.domain.causes import cause_of
from inspector.domain.errors import InspectorError
from inspector.domain.memory import ran_out_of_memory
from inspector.vision.torchvision_compat import import_torchvision
from trainer.cache import fill, room_of
from trainer.fitting import Activations, FitError, FitRun
from trainer.place import RankError
from trainer.shared_sample import shared
from trainer.together import FETCH, TASK, FillTask, FitStep, FitTask, received, spread_room

if TYPE_CHECKING:
    from trainer.cache import Extractor
    from trainer.ranks import Ranks


def follow(ranks: Ranks) -> int:
    """Do what rank 0 asks for until it ends; whatever breaks here is told to rank 0.

    Returns:
        The exit code: 0 where rank 0 has ended, 1 where this rank could not go on; stderr says why.
    """
    import_torchvision()  # before a network comes that is made of it
    torch.set_num_threads(ranks.threads)
    known: dict[int, Extractor] = {}
    try:
        while ranks.await_signal(TASK):
            task = ranks.told()
            if isinstance(task, FillTask):
                known = _fill(ranks, task, known)
            elif isinstance(task, FitTask):
                _fit(ranks, task)
            del task
            gc.collect()  # of the next training's activations there may be no room beside these
    except Exception as error:  # noqa: BLE001 - the top of this process
        shown = _in_words(error)
        ranks.confess(shown)
        print(f"error: {ranks.name(ranks.place.rank)}: {shown}", file=sys.stderr, flush=True)
        return 1
    finally:
        ranks.close()
    return 0


def _fill(ranks: Ranks, task: FillTask, before: dict[int, Extractor]) -> dict[int, Extractor]:
    """Compute this rank's blocks; return the extractors that rank 0 will not send again."""
    known = {
        sent.key: before[sent.key]
        if sent.key and sent.graph is None
        else received(sent, task.preprocessing, ranks.threads)
        for sent in (task.extractor, task.also)
        if sent is not None
    }
    extractor, also = known[task.extractor.key], None if task.also is None else known[task.also.key]
    samples = [shared(sample) for sample in task.samples]
    size, block = ranks.place.size, task.block
    for first in range(0, len(samples), block * size):
        start = first + ranks.place.rank * block
        mine = samples[start : start + block]
        room = np.empty((len(mine), *task.shape), np.float16)
        for _ in fill(room, extractor, mine, task.preprocessing, task.augmentation, task.seed, "", also=also):
            pass
        if not ranks.await_signal(FETCH):
            raise RankError("rank 0 has ended this training", "It says why.")
        if mine:
            ranks.send(room)
    return known


def _fit(ranks: Ranks, task: FitTask) -> None:
    (first, labels), (second, _) = task.training, task.validation
    beside = ranks.place.beside
    with (
        room_of(first, f"{first[0]} pictures", beside=beside) as training,
        room_of(second, f"{second[0]} pictures", beside=beside) as validation,
    ):
        for room in (training, validation):
            spread_room(ranks, room)
        run = FitRun(
            task.tail,
            task.groups,
            Activations(training, labels),
            task.settings,
            task.seed,
            ranks.device,
            ranks,
        )
        if task.state:
            run.load(BytesIO(task.state))
        while True:
            code, epoch, step = ranks.code()
            if code == FitStep.END:
                return
            if code == FitStep.EPOCH:
                run.epoch = epoch
                batches = run.order(epoch)
                run.spread()
            elif code == FitStep.LEARN:
                with contextlib.suppress(FitError):  # the sum is no number in rank 0 either, which ends this training
                    run.step(batches[step], step)
            elif code == FitStep.VALIDATE:
                run.scores_of(validation)


def _in_words(error: Exception) -> InspectorError:
    if ran_out_of_memory(error):
        return RankError(
            f"there is not enough memory: {cause_of(error)}", "Choose a smaller batch or input, or fewer ranks."
        )
    return error if isinstance(error, InspectorError) else RankError(f"{type(error).__name__}: {cause_of(error)}")
