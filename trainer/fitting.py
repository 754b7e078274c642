"""The state of a training of the layers behind the cut: its order, its steps, its validation, its checkpoint."""

from __future__ import annotations

import math
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
from trainer.protocol import Epoch
from trainer.steps import fast_bf16, learn_pointwise, mix, probabilities, tensor_of, weighted_log_loss
from trainer.thresholds import choose_thresholds

if TYPE_CHECKING:
    from io import BytesIO
    from pathlib import Path

    from numpy.typing import NDArray

    from trainer.ranks import Ranks


class FitError(InspectorError):
    """A training cannot go on."""


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


class FitRun:
    """The state of one training."""

    def __init__(
        self,
        tail: nn.Module,
        groups: list[tuple[list[nn.Parameter], float]],
        training: Activations,
        settings: FitSettings,
        seed: int,
        device: str,
        ranks: Ranks | None = None,
    ) -> None:
        self.tail, self.training, self.settings, self.seed, self.device = tail, training, settings, seed, device
        self._ranks, self._kind = ranks, device.partition(":")[0]
        self.broken = False
        self.epoch = 0
        self.history: list[Epoch] = []
        self._mixed = self._kind == "cuda" or fast_bf16()
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
        """Learn from one batch and return its loss; with other ranks, each computes the gradients of its rows.

        Raises:
            FitError: If the loss is no number.
        """
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
        value = self._learn(chosen, done)
        if not math.isfinite(value):
            raise FitError(
                f"the loss became {value} in epoch {self.epoch + 1}, step {number + 1}",
                f"Use a smaller learning rate than {settings.rate:g}, or other backbone weights.",
            )
        nn.utils.clip_grad_norm_(self._trained, 5.0)
        self._optimiser.step()
        decay = min(settings.averaging, (1 + done) / (10 + done)) if settings.averaging else 0.0
        for mean, parameter in zip(self._average, self._trained, strict=True):
            mean.lerp_(parameter.detach(), 1 - decay)
        return value

    def scores_of(self, room: NDArray[np.float16]) -> NDArray[np.float64]:
        """Judge the first view of pictures with the averaged weights: (N, V, C, h, w) → (N,) P(defective)."""
        place = (0, 1) if self._ranks is None else (self._ranks.place.rank, self._ranks.place.size)
        with self._weights(self._average):
            scores = probabilities(self.tail, room[:, 0], self.device, mixed=self._mixed, share=place)
        if self._ranks is not None:
            self._ranks.add(torch.from_numpy(scores))  # those of other ranks are zero
        return scores

    def spread(self) -> None:
        """Give rank 0's weights to all: no rounding of one rank can lead it away from the others."""
        assert self._ranks is not None
        for weights in (*self._trained, *self._average):
            self._ranks.spread(weights.detach())

    def finish_epoch(self, training_loss: float, validation: Activations) -> Epoch:
        """Validate the averaged weights and keep them if they are the best."""
        scores = self.scores_of(validation.room)
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

    def load(self, path: Path | BytesIO) -> None:
        """Go on from a saved state, or from its content.

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

    def _learn(self, chosen: NDArray[np.int64], done: int) -> float:
        """Compute the gradients of a batch's mean loss, which is returned; of all ranks' rows together."""
        self._optimiser.zero_grad()
        if self._ranks is None:
            return self._gradients(chosen, done, slice(0, len(chosen)))
        value, fault = 0.0, None
        try:
            value = self._gradients(chosen, done, self._ranks.rows(len(chosen)))
        except (RuntimeError, MemoryError) as error:  # the others hear of it in the sum, and do not wait in vain
            fault = error
        value, failed = self._ranks.add_gradients(self._trained, value, failed=fault is not None)
        self.broken = failed
        if fault is not None:
            raise fault
        if failed:
            self._ranks.refuse_fault()
        return value

    def _gradients(self, chosen: NDArray[np.int64], done: int, rows: slice) -> float:
        """Compute gradients of some rows, with their share of the batch's weight; return their share of the loss."""
        how = self.settings.mixing
        torch.manual_seed(self.seed * 1_000_003 + done)
        if rows.start == rows.stop:
            return 0.0
        labels = torch.from_numpy(self.training.labels[chosen[:, 0]]).to(self.device)
        needed = chosen[rows] if how == "none" else chosen  # what is mixed comes from anywhere in the batch
        batch = tensor_of(self.training.room[needed[:, 0], needed[:, 1]], self.device)
        self.tail.train()
        for module in self.tail.modules():
            if isinstance(module, nn.BatchNorm2d):
                module.eval()
        batch, other, share_of_first = mix(batch, how, self.seed, done)
        with torch.autocast(self._kind, torch.bfloat16, enabled=self._mixed):
            logits = self.tail(batch if how == "none" else batch[rows])
        loss = self._loss(logits.float(), labels[rows], labels)
        if other is not None:
            loss = share_of_first * loss + (1 - share_of_first) * self._loss(
                logits.float(), labels[other][rows], labels
            )
        loss.backward()  # type: ignore[no-untyped-call]
        return float(loss.detach())

    def _loss(self, logits: Tensor, labels: Tensor, batch: Tensor) -> Tensor:
        """Return the loss of some rows as their share of the mean over the batch; classes are weighted."""
        weights = self._class_weights
        if self.settings.loss == "focal":
            each = functional.cross_entropy(logits, labels, weight=weights, reduction="none")
            sure = torch.softmax(logits, 1).gather(1, labels[:, None])[:, 0]
            return ((1 - sure) ** 2 * each).sum() / weights[batch].sum()
        share = weights[labels].sum() / weights[batch].sum()
        return share * functional.cross_entropy(logits, labels, weight=weights)

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
