"""Trains the layers behind the cut, epoch by epoch, on cached activations."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import numpy as np

from inspector.domain.errors import InspectorError
from trainer.fitting import Activations, FitError, FitRun, FitSettings, Fitted
from trainer.place import RankError
from trainer.protocol import Command, Paused, Progress
from trainer.together import FitAlone, FitTogether

if TYPE_CHECKING:
    from collections.abc import Callable, Generator
    from pathlib import Path

    from torch import nn

    from trainer.protocol import Report
    from trainer.ranks import Ranks

__all__ = [
    "Activations",
    "CancelledError",
    "FitError",
    "FitSettings",
    "Fitted",
    "cancelled",
    "fit",
    "wait_while_paused",
]

_POLL_S = 0.3


class CancelledError(InspectorError):
    """Somebody cancelled the training."""


def fit(  # noqa: PLR0913 - what a training consists of
    tail: nn.Module,
    groups: list[tuple[list[nn.Parameter], float]],
    training: Activations,
    validation: Activations,
    settings: FitSettings,
    *,
    seed: int,
    command: Callable[[], Command],
    checkpoint: Path | None = None,
    device: str = "cpu",
    ranks: Ranks | None = None,
) -> Generator[Report, None, Fitted]:
    """Train in place; the generator's value says how it went.

    Args:
        tail: (N, C, h, w) activations → (N, K) logits. Batch norm stays in evaluation mode.
        groups: Parameters that are trained, with the factor of their learning rate.
        training: To learn from; each epoch sees one view of each picture.
        validation: To stop by and to choose the best epoch by; its first view is used.
        seed: Of the order, the views, the mixing and the dropout.
        command: Asked between steps: pause, stop (keep the best), cancel.
        checkpoint: Where the state is kept after each epoch; a state that is there is gone on from.
        device: "cpu" or "cuda"; of ranks each has its own.
        ranks: That share every batch; None for this process alone.

    Raises:
        FitError: If the loss is no number.
        CancelledError: If cancelled.
        RankError: If another rank is gone.
    """
    run = FitRun(tail, groups, training, settings, seed, device if ranks is None else ranks.device, ranks)
    state = b""
    if checkpoint is not None and checkpoint.is_file():
        run.load(checkpoint)
        state = b"" if ranks is None else checkpoint.read_bytes()
    together = FitAlone()
    if ranks is not None and not run.exhausted and run.epoch < settings.epochs:
        together = FitTogether(ranks, run, groups, training, validation, settings, state)
    try:
        yield from _epochs(run, validation, settings, together.holding(command), checkpoint, together)
    except RankError:
        run.broken = True
        raise
    finally:
        together.end()
    run.finish(checkpoint)
    return run.result()


def _epochs(
    run: FitRun,
    validation: Activations,
    settings: FitSettings,
    command: Callable[[], Command],
    checkpoint: Path | None,
    together: FitAlone,
) -> Generator[Report]:
    steps = len(run.order(0))
    while run.epoch < settings.epochs and not run.exhausted:
        losses = []
        began_s = time.perf_counter()
        stopping = False
        together.epoch()
        for step, chosen in enumerate(run.order(run.epoch)):
            together.learn(step)
            losses.append(run.step(chosen, step))
            told = command()
            if told is Command.PAUSE:
                yield Paused(paused=True)
                told = wait_while_paused(command)
                yield Paused(paused=False)
            if told is Command.CANCEL:
                raise cancelled()
            if told is Command.STOP and run.history:
                stopping = True
                break
            left = (time.perf_counter() - began_s) / (step + 1) * (steps * (settings.epochs - run.epoch) - step - 1)
            yield Progress(
                stage=f"epoch {run.epoch + 1} of {settings.epochs}{', ' if settings.name else ''}{settings.name}",
                done=step + 1,
                total=steps,
                seconds_left=round(left, 1),
            )
        if stopping:
            break
        together.validate()
        yield run.finish_epoch(float(np.mean(losses)), validation)
        if checkpoint is not None:
            run.save(checkpoint)
        if command() is Command.STOP:
            break


def wait_while_paused(command: Callable[[], Command]) -> Command:
    """Wait until another command is given, and return it."""
    while (told := command()) is Command.PAUSE:
        time.sleep(_POLL_S)
    return told


def cancelled() -> CancelledError:
    """Return what is raised when somebody cancels."""
    return CancelledError("the training was cancelled", "Nothing was written; start it again if wanted.")
