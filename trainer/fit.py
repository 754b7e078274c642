"""Trains the layers behind the cut, epoch by epoch, on cached activations."""

from __future__ import annotations

import math
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from inspector.domain.causes import cause_of
from inspector.domain.confusion import confusion_at
from inspector.domain.errors import InspectorError
from inspector.files import atomic_file
from inspector.json_file import JsonError, parse_model
from trainer.evaluation import ConfusionCounts
from trainer.protocol import Command, Epoch, Paused, Progress
from trainer.steps import fast_bf16, learn_pointwise, mix, probabilities, tensor_of, weighted_log_loss
from trainer.thresholds import choose_thresholds

if TYPE_CHECKING:
    from collections.abc import Callable, Generator
    from pathlib import Path

    from numpy.typing import NDArray

    from trainer.protocol import Report

_POLL_S = 0.3


class FitError(InspectorError):
    """A training cannot go on."""


class CancelledError(InspectorError):
    """Somebody cancelled the training."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FitSettings:
    """How it is trained.

    Args:
        epochs: Largest number of epochs.
        patience: Epochs without a better validation loss before it ends.
        batch: Pictures per step.
        rate: Peak learning rate of the trained backbone layers; `groups` may scale it.
        weight_decay: As AdamW has it.
        loss: "cross-entropy" or "focal" (Lin et al., arXiv 1708.02002, gamma 2); classes are weighted inversely to
            their frequency in both.
        mixing: "none", "mixup" (Zhang et al., arXiv 1710.09412) or "cutmix" (Yun et al., arXiv 1905.04899), of the
            activations at the cut (as in manifold mixup, arXiv 1806.05236), Beta(0.2, 0.2).
        warm_up: Fraction of all steps in which the rate rises; then it falls along a cosine.
        averaging: Decay per step of the moving average of the weights that is validated and kept; 0 for none.
        name: Name of the setting in reports.
    """

    epochs: int = 12
    patience: int = 5
    batch: int = 32
    rate: float = 1e-4
    weight_decay: float = 0.01
    loss: str = "cross-entropy"
    mixing: str = "none"
    warm_up: float = 0.1
    averaging: float = 0.9
    name: str = ""


class Activations(NamedTuple):
    """Activations and labels of one part of the split.

    Args:
        room: (N, V, C, h, w) float16.
        labels: (N,) int64, 0 good, 1 defective.
    """

    room: NDArray[np.float16]
    labels: NDArray[np.int64]


@dataclass(slots=True)
class Fitted:
    """What was learnt; the tail holds the best weights.

    Args:
        scores: (N,) P(defective) of the validation part with the best weights.
        loss: Class-weighted log loss of these scores.
        history: Every epoch, with the best marked.
    """

    scores: NDArray[np.float64]
    loss: float
    history: list[Epoch] = field(default_factory=list)


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
        device: "cpu" or "cuda".

    Raises:
        FitError: If the loss is no number.
        CancelledError: If cancelled.
    """
    run = _Run(tail, groups, training, settings, seed, device)
    if checkpoint is not None and checkpoint.is_file():
        run.load(checkpoint)
    steps = len(run.order(0))
    while run.epoch < settings.epochs and not run.exhausted:
        losses = []
        began_s = time.perf_counter()
        stopping = False
        for step, chosen in enumerate(run.order(run.epoch)):
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
        yield run.finish_epoch(float(np.mean(losses)), validation)
        if checkpoint is not None:
            run.save(checkpoint)
        if command() is Command.STOP:
            break
    run.finish(checkpoint)
    return run.result()


def wait_while_paused(command: Callable[[], Command]) -> Command:
    """Wait until another command is given, and return it."""
    while (told := command()) is Command.PAUSE:
        time.sleep(_POLL_S)
    return told


def cancelled() -> CancelledError:
    """Return what is raised when somebody cancels."""
    return CancelledError("the training was cancelled", "Nothing was written; start it again if wanted.")


class _Run:
    """The state of one training."""

    def __init__(
        self,
        tail: nn.Module,
        groups: list[tuple[list[nn.Parameter], float]],
        training: Activations,
        settings: FitSettings,
        seed: int,
        device: str,
    ) -> None:
        self.tail, self.training, self.settings, self.seed, self.device = tail, training, settings, seed, device
        self.epoch = 0
        self.history: list[Epoch] = []
        self._mixed = device == "cuda" or fast_bf16()
        tail.to(device).requires_grad_(False)
        if device == "cpu":
            learn_pointwise(tail)
        for parameters, _ in groups:
            for parameter in parameters:
                parameter.requires_grad_(True)
        self._trained = [parameter for parameters, _ in groups for parameter in parameters]
        self._optimiser = torch.optim.AdamW(
            [
                {"params": list(ps), "lr": settings.rate * factor, "peak": settings.rate * factor}
                for ps, factor in groups
            ],
            weight_decay=settings.weight_decay,
            fused=True,  # layer4: 50 ms a step instead of 182, of 830 with 10 pictures
        )
        self._average = [parameter.detach().clone() for parameter in self._trained]
        self._best: list[Tensor] = []
        self._best_loss, self._best_scores = math.inf, np.empty(0)
        counts = np.bincount(training.labels, minlength=2)
        self._class_weights = torch.tensor(len(training.labels) / (2.0 * counts), dtype=torch.float32, device=device)
        self._steps = len(self.order(0)) * settings.epochs

    @property
    def exhausted(self) -> bool:
        """True when patience has run out."""
        return bool(self.history) and self.epoch - 1 - _best_epoch(self.history) >= self.settings.patience

    def order(self, epoch: int) -> list[NDArray[np.int64]]:
        """Return the batches of an epoch: (n, 2) picture and view."""
        rng = np.random.default_rng([self.seed, 11, epoch])
        count, views = self.training.room.shape[:2]
        pictures = rng.permutation(count)
        # over the epochs every view of a picture is used equally often
        first = np.random.default_rng([self.seed, 12]).permutation(count * views).reshape(count, views).argsort(axis=1)
        pairs = np.stack([pictures, first[pictures, epoch % views]], axis=1)
        size = self.settings.batch
        batches = [pairs[start : start + size] for start in range(0, count, size)]
        if len(batches) > 1 and len(batches[-1]) < max(2, size // 4):
            batches[-2:] = [np.concatenate(batches[-2:])]
        return batches

    def step(self, chosen: NDArray[np.int64], number: int) -> float:
        """Learn from one batch and return its loss."""
        settings = self.settings
        done = self.epoch * len(self.order(0)) + number
        warm = max(1, round(settings.warm_up * self._steps))
        share = (
            (done + 1) / warm
            if done < warm
            else 0.5 + 0.5 * math.cos(math.pi * (done - warm) / max(1, self._steps - warm))
        )
        for group in self._optimiser.param_groups:
            group["lr"] = group["peak"] * max(share, 0.01)
        torch.manual_seed(self.seed * 1_000_003 + done)
        batch = self._tensor(self.training.room[chosen[:, 0], chosen[:, 1]])
        labels = torch.from_numpy(self.training.labels[chosen[:, 0]]).to(self.device)
        self.tail.train()
        for module in self.tail.modules():
            if isinstance(module, nn.BatchNorm2d):
                module.eval()
        batch, other, share_of_first = mix(batch, settings.mixing, self.seed, done)
        with torch.autocast(self.device, torch.bfloat16, enabled=self._mixed):
            logits = self.tail(batch)
        loss = self._loss(logits.float(), labels)
        if other is not None:
            loss = share_of_first * loss + (1 - share_of_first) * self._loss(logits.float(), labels[other])
        value = float(loss.detach())
        if not math.isfinite(value):
            raise FitError(
                f"the loss became {value} in epoch {self.epoch + 1}, step {number + 1}",
                f"Use a smaller learning rate than {settings.rate:g}, or other backbone weights.",
            )
        self._optimiser.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        nn.utils.clip_grad_norm_(self._trained, 5.0)
        self._optimiser.step()
        decay = min(settings.averaging, (1 + done) / (10 + done)) if settings.averaging else 0.0
        for mean, parameter in zip(self._average, self._trained, strict=True):
            mean.lerp_(parameter.detach(), 1 - decay)
        return value

    def finish_epoch(self, training_loss: float, validation: Activations) -> Epoch:
        """Validate the averaged weights and keep them if they are the best."""
        with self._weights(self._average):
            scores = probabilities(self.tail, validation.room[:, 0], self.device, mixed=self._mixed)
        loss = weighted_log_loss(scores, validation.labels)
        if not math.isfinite(loss):
            raise FitError(
                f"the validation loss became {loss} in epoch {self.epoch + 1}", "Use a smaller learning rate."
            )
        best = loss < self._best_loss
        if best:
            self._best_loss, self._best_scores = loss, scores
            self._best = [weight.clone() for weight in self._average]
        thresholds = choose_thresholds(scores, validation.labels)
        confusion = confusion_at(scores, validation.labels, thresholds)
        self.epoch += 1
        report = Epoch(
            setting=self.settings.name,
            epoch=self.epoch,
            epochs=self.settings.epochs,
            training_loss=training_loss,
            validation_loss=loss,
            validation_f1=confusion.f1 or 0.0,
            threshold=thresholds.fail_at,
            confusion=ConfusionCounts.of(confusion),
            best=best,
        )
        self.history.append(report)
        return report

    def result(self) -> Fitted:
        """Put the best weights into the tail."""
        with torch.no_grad():
            for parameter, value in zip(self._trained, self._best, strict=True):
                parameter.copy_(value)
        self.tail.requires_grad_(False)
        self.tail.eval()
        return Fitted(self._best_scores, self._best_loss, self.history)

    def finish(self, checkpoint: Path | None) -> None:
        """Keep of a training that has nothing left to learn no more than its best."""
        if checkpoint is not None and (self.exhausted or self.epoch >= self.settings.epochs):
            self.save(checkpoint, finished=True)

    def save(self, path: Path, *, finished: bool = False) -> None:
        """Write the state, whole or not at all; one that is finished is nothing but its best, a fifth as large."""
        state = {
            "epoch": self.epoch,
            "finished": finished,
            "trained": [] if finished else [parameter.detach() for parameter in self._trained],
            "average": [] if finished else self._average,
            "best": self._best,
            "best_loss": self._best_loss,
            "best_scores": torch.from_numpy(self._best_scores),
            "optimiser": {} if finished else self._optimiser.state_dict(),
            "history": [epoch.model_dump_json() for epoch in self.history],
        }
        with atomic_file(path) as file:
            torch.save(state, file)

    def load(self, path: Path) -> None:
        """Go on from a saved state.

        Raises:
            FitError: If it does not fit.
        """
        try:
            state: dict[str, Any] = torch.load(path, map_location=self.device, weights_only=True)
            self._best, self._average = list(state["best"]), list(state["average"])
            if not state["finished"]:
                with torch.no_grad():
                    for parameter, value in zip(self._trained, state["trained"], strict=True):
                        parameter.copy_(value)
                self._optimiser.load_state_dict(state["optimiser"])
            self.history = [parse_model(line, Epoch, where=str(path)) for line in state["history"]]
            self.epoch, self._best_loss = int(state["epoch"]), float(state["best_loss"])
            self._best_scores = state["best_scores"].cpu().numpy()
        except (OSError, RuntimeError, KeyError, ValueError, EOFError, JsonError) as error:
            raise FitError(
                f"the checkpoint {path} cannot be used: {cause_of(error)}", "Delete it; the training begins anew then."
            ) from error

    def _loss(self, logits: Tensor, labels: Tensor) -> Tensor:
        if self.settings.loss == "focal":
            each = functional.cross_entropy(logits, labels, weight=self._class_weights, reduction="none")
            sure = torch.softmax(logits, 1).gather(1, labels[:, None])[:, 0]
            return ((1 - sure) ** 2 * each).sum() / self._class_weights[labels].sum()
        return functional.cross_entropy(logits, labels, weight=self._class_weights)

    def _tensor(self, values: NDArray[np.float16]) -> Tensor:
        return tensor_of(values, self.device)

    def _weights(self, values: list[Tensor]) -> _Swapped:
        return _Swapped(self._trained, values)


class _Swapped:
    """Other weights for a while."""

    def __init__(self, parameters: list[nn.Parameter], values: list[Tensor]) -> None:
        self._parameters, self._values = parameters, values

    def __enter__(self) -> None:
        self._own = [parameter.detach().clone() for parameter in self._parameters]
        self._put(self._values)

    def __exit__(self, *_: object) -> None:
        self._put(self._own)

    def _put(self, values: list[Tensor]) -> None:
        with torch.no_grad():
            for parameter, value in zip(self._parameters, values, strict=True):
                parameter.copy_(value)


def _best_epoch(history: list[Epoch]) -> int:
    return max(index for index, epoch in enumerate(history) if epoch.best)
