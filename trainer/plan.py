"""What a training is made of: its setting, what every method needs besides, and what comes out."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from inspector.vision.graph import BACKBONE, JOINED_BACKBONE, SHORT_BACKBONE
from trainer.augment import plain_views
from trainer.fit import cancelled, wait_while_paused
from trainer.framing import WHOLE, Framing
from trainer.frozen import freezer
from trainer.protocol import FEW, GOOD_ONLY, Command, Paused

if TYPE_CHECKING:
    from collections.abc import Callable, Generator
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray
    from torch import nn

    from inspector.vision.preprocess import Preprocessing
    from trainer.crew import Crew
    from trainer.dataset import Sample
    from trainer.few import Few
    from trainer.frozen import Freezer, Frozen
    from trainer.memory import Remembered
    from trainer.protocol import Epoch, MethodName, PoolingName, Report, TrainRequest
    from trainer.ranks import Ranks


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """One setting, whole.

    Args:
        size: Side of the input, pixels.
        pooling: Between the last map and the logits.
        strength: Strength of the augmentation, 0..2.
        views: Views of each picture, the plain one included.
        epochs: Largest number of epochs.
        patience: Epochs without a better validation loss.
        rate: Peak learning rate.
        framing: What of the picture is judged.
    """

    method: MethodName
    size: int
    pooling: PoolingName
    strength: float
    views: int
    epochs: int
    patience: int
    rate: float
    framing: Framing = WHOLE

    @property
    def words(self) -> str:
        """The setting for a reader."""
        size = f"{self.size} px{'' if self.framing == WHOLE else ' around the part'}"
        if self.method == FEW:
            return f"{FEW} (memory and head), {size}"
        if self.method in {"baseline-cnn", "baseline-svm", "good-only"}:
            return f"{self.method}, {size}"
        return f"{self.method}, {size}, {self.pooling} pooling"

    @property
    def backbone(self) -> str:
        """How much of the ResNet-50 judges: what learns nothing of the network ends with layer3.

        A head that is fitted in closed form has layer2 beside it.
        """
        if self.method in {"head", FEW} and self.pooling != "mix":
            return JOINED_BACKBONE
        return SHORT_BACKBONE if self.method in {"head", GOOD_ONLY} else BACKBONE

    def framed(self, framing: Framing) -> Plan:
        """Return the same for a square around the part, or none; a part that is level is learnt either way round."""
        return replace(self, framing=framing, views=max(self.views, plain_views(upright=framing.upright)))


@dataclass(slots=True, kw_only=True)
class Trained:
    """A network that is ready for its bundle.

    Args:
        network: (N, 3, S, S) pictures → probabilities and maps.
        frozen: The part of it that was not trained, as what was trained saw it.
        trunk: Name of the trunk in the manifest.
        judged: The pictures that were not learnt from when their score was made.
        scores: (N,) P(defective) of these.
        loss: Their class-weighted log loss.
        history: Every epoch; none for closed-form methods.
        seconds: Duration of the training.
        remembered: Its memory of good; None before it is made, and for a network that has none.
        few: How its memory and its head judge together; None where one of the two judges alone.
    """

    network: nn.Module
    frozen: Frozen
    preprocessing: Preprocessing
    plan: Plan
    trunk: str
    judged: list[Sample]
    scores: NDArray[np.float64]
    loss: float
    history: list[Epoch] = field(default_factory=list)
    seconds: float = 0.0
    remembered: Remembered | None = None
    few: Few | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """What every method needs besides its plan.

    Args:
        weights: Backbone weights; the empty path for a baseline, which has none.
        command: Asked between steps: pause, stop (keep the best), cancel.
        checkpoints: Folder of checkpoints; None keeps none.
        ranks: That compute side by side; None for this process alone.
        crew: Workers for trainings that do not depend on one another; None where they are done here, in turn.
    """

    request: TrainRequest
    weights: Path
    command: Callable[[], Command]
    freezer: Freezer
    checkpoints: Path | None = None
    ranks: Ranks | None = None
    crew: Crew | None = None

    def in_float(self) -> Context:
        """Return the same, but nothing is quantised."""
        request = self.request.model_copy(update={"precision": "float"})
        return replace(self, request=request, freezer=freezer(request.precision))

    def heed(self) -> Generator[Report]:
        """Wait while paused; leave if cancelled.

        Raises:
            CancelledError: If so.
        """
        told = self.command()
        if told is Command.PAUSE:
            yield Paused(paused=True)
            told = wait_while_paused(self.command)
            yield Paused(paused=False)
        if told is Command.CANCEL:
            raise cancelled()


_DEFAULTS: dict[str, tuple[int, int, int, float]] = {  # views, epochs, patience, rate
    "good-only": (1, 1, 1, 1.0),
    "few": (4, 1, 1, 1e-3),
    "baseline-cnn": (6, 40, 10, 2e-3),
    "baseline-svm": (1, 1, 1, 1.0),
    "head": (1, 1, 1, 1e-3),
    "layer4": (4, 16, 6, 5e-4),
    "deeper": (4, 14, 5, 3e-4),
}


def plan_of(request: TrainRequest, method: MethodName, *, size: int = 224, pooling: PoolingName | None = None) -> Plan:
    """Fill what the request leaves open with the method's defaults."""
    views, epochs, patience, rate = _DEFAULTS[method]
    usual: PoolingName = "generalised-mean" if method in {"head", "few"} else "average"
    chosen = request.pooling or pooling or usual
    if method in {"few", "good-only"} and chosen == "mix":
        chosen = usual  # what is fitted in closed form takes pooled features, and `mix` pools verdicts
    if method == "head" and chosen == "mix":
        views, epochs, patience = 4, 40, 10
    return Plan(
        method=method,
        size=request.input_size or size,
        pooling=chosen,
        strength=request.strength,
        views=request.views or views,
        epochs=request.epochs or epochs,
        patience=request.patience or patience,
        rate=request.learning_rate or rate,
    )
