"""How much work a training is: counted, not timed, so that it is the same on every machine and beside any load."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from trainer.dataset import TRAIN, VAL

if TYPE_CHECKING:
    from collections.abc import Mapping

    from trainer.dataset import Dataset
    from trainer.methods import Plan
    from trainer.protocol import TrainRequest

#: Multiply-adds of ResNet-50's convolutions up to each cut, for one picture of 224 × 224 pixels.
_UNTIL: Mapping[str, float] = MappingProxyType(
    {"input": 0.0, "layer1": 0.786e9, "layer2": 1.814e9, "layer3": 3.278e9, "layer4": 4.087e9}
)
#: Likewise of `trainer.networks.BaselineCnn`.
_CNN = 0.275e9
_SIDE_PX = 224
#: What two quiet cores do in a second, of what is frozen and of what learns (forward, backward and the step), and how
#: long they take to read and place a picture. They are constants: a slower machine takes longer and does the same.
_FROZEN_PER_S, _LEARNT_PER_S, _VIEW_S = 0.4e12, 0.12e12, 0.005
#: A step backward takes twice what a step forward takes.
_FORWARD_AND_BACKWARD = 3


def effort_s(plan: Plan, dataset: Dataset, request: TrainRequest) -> float:
    """Return the seconds that two quiet cores would take for one setting; no clock is asked.

    Args:
        dataset: Already split.
        request: As the plan was made for.
    """
    training, others = len(dataset.of(TRAIN)), len(dataset.of(VAL))
    area = (plan.size / _SIDE_PX) ** 2
    views = (training + others) * (plan.views + 1)  # the plain view once more in float, whether this processor has int8
    cut, learnt = _learnt(plan, request)
    work_s = views * (_VIEW_S + _UNTIL[cut] * area / _FROZEN_PER_S)
    passes = plan.epochs * (_FORWARD_AND_BACKWARD * training + others)
    return work_s + passes * learnt * area / _LEARNT_PER_S


def _learnt(plan: Plan, request: TrainRequest) -> tuple[str, float]:
    """Return the cut before what learns, and the multiply-adds behind it for one picture and one pass."""
    if plan.method == "baseline-cnn":
        return "input", _CNN
    if plan.method == "baseline-svm":
        return "input", 0.0
    if plan.method == "layer4":
        return "layer3", _UNTIL["layer4"] - _UNTIL["layer3"]
    if plan.method == "deeper":
        cut = "layer2" if request.unfreeze == "layer3" else "input"
        return cut, _UNTIL["layer4"] - _UNTIL[cut]
    return "layer3", 0.0
