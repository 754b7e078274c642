"""Which method suits the pictures that are there; and when the memory of good judges alone, what is said of it."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from inspector.domain.counts import counted
from inspector.domain.records import Thresholds
from inspector.domain.statistics import wilson_interval
from inspector.domain.strangeness import DEFAULT_RATE
from inspector.pictures import PICTURE_SUFFIXES
from trainer.labelled import FLAT, LEAST, TEST, DatasetError
from trainer.protocol import FEW, GOOD_ONLY

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from inspector.domain.strangeness import GoodScale
    from inspector.vision.manifest import MemoryNote
    from trainer.dataset import Dataset
    from trainer.protocol import Method, TrainRequest

#: Good pictures that it needs.
LEAST_GOOD = 5
#: So many good pictures leave some for a test.
LEAST_FOR_TEST = 20
#: A part fails nowhere, as no defect was ever shown; from even odds on, which are the limit of strangeness, a part goes
#: to review, whatever a recipe's guard rate.
THRESHOLDS = Thresholds(fail_at=1.0, review_from=0.5)
#: What to do next.
LEARN_MORE = (
    "What is unlike good parts will go to review. Judge it there, and train again: from the first defective picture on "
    "defects are learnt too."
)
#: So many defective pictures, at most, are few: with more of them ``auto`` trains layers.
MOST_FEW = 20
#: P(defective) that a usual good part has.
_USUAL = 0.05
_STEEPNESS = (2.0, 30.0)


def asked_for(request: TrainRequest, dataset: Dataset) -> tuple[TrainRequest, str]:
    """Say which request is trained: ``auto`` goes by the pictures that are there.

    Without a defect it takes this method; of a few defects `trainer.few`; of more it trains layers.

    Returns:
        The request; and why the method was taken, empty where ``auto`` decided nothing.

    Raises:
        DatasetError: If there are too few pictures of a class.
    """
    good = sum(not sample.defective for sample in dataset.samples)
    defective = len(dataset.samples) - good
    if not dataset.samples:
        raise DatasetError(
            f"{request.data} has no pictures to learn from", f"Pictures are {', '.join(sorted(PICTURE_SUFFIXES))}."
        )
    method, why = _method(request, dataset, good, defective)
    there = f"{request.data} has {good} good and {counted(defective, 'defective picture')}"
    if method in {GOOD_ONLY, FEW} and good < LEAST_GOOD:
        raise DatasetError(f"{there}; {LEAST_GOOD} good ones are the least", "Add pictures of good parts.")
    if method == FEW and not defective:
        raise DatasetError(
            f"{there}; one defective is the least for the method {FEW}",
            f"Add a defective picture, or take the method {GOOD_ONLY}.",
        )
    if method not in {GOOD_ONLY, FEW} and min(good, defective) < LEAST:
        raise DatasetError(
            f"{there}; {LEAST} of each are the least for the method {method}",
            "Add pictures of the class that has too few, or take the method auto, which does with fewer.",
        )
    if method == GOOD_ONLY and request.folds:
        raise DatasetError(
            f"a cross-test in {request.folds} folds needs defective pictures; there are {defective}",
            "Ask for no folds: each good picture is measured against a memory without it anyway.",
        )
    words = request.good
    if (
        method == GOOD_ONLY and dataset.layout == FLAT
    ):  # whoever reads the folder again, as an evaluation does, reads it so
        words = tuple(dict.fromkeys((*words, dataset.understood[0].word)))
    return request.model_copy(update={"method": method, "good": words}), why


def _method(request: TrainRequest, dataset: Dataset, good: int, defective: int) -> tuple[Method, str]:
    """Return the method that is trained, and why ``auto`` takes it."""
    if request.method != "auto":
        return request.method, ""
    learnt = [sample for sample in dataset.samples if sample.defective and sample.part != TEST]
    if not learnt:
        kept = ", all of them kept for the test" if defective else ""
        return GOOD_ONLY, (
            f"Learns from good parts only (method {GOOD_ONLY}), as there are {defective} defective pictures{kept}; one "
            "is the least to learn defects from."
        )
    if len(learnt) > MOST_FEW and good >= LEAST:
        return "auto", ""
    return FEW, (
        f"Learns from few defects (method {FEW}), as there are {counted(len(learnt), 'defective picture')} to learn "
        "from. The memory of good judges, and a head beside it as far as cross-validation says. From "
        f"{MOST_FEW + 1} on layers are trained: fewer cannot tell a better setting from a lucky one."
    )


def steepness(scale: GoodScale) -> float:
    """Return how steeply the odds rise with the strangeness: a usual good part has P(defective) 0.05."""
    usual = min(-1e-3, scale.mean_log)
    return float(np.clip(math.log((1 - _USUAL) / _USUAL) / -usual, *_STEEPNESS))


def p_defective(strangeness: Sequence[float], steep: float) -> NDArray[np.float64]:
    """Return P(defective) as `inspector.vision.memory.MemoryOfGood.judged` gives it: even odds at strangeness 1."""
    odds = np.clip(steep * np.log(np.maximum(strangeness, 1e-12)), -9.0, 9.0)
    return np.asarray(1 / (1 + np.exp(-odds)), np.float64)


def said_of(note: MemoryNote, defective: int) -> list[str]:
    """Say what a model without defects can and cannot show.

    Args:
        defective: How many defective pictures it was tested on.
    """
    low, high = wilson_interval(note.beyond, note.good_scale.pictures)
    measured, beyond = note.good_scale.pictures, note.beyond
    sentences = [
        "This model has learnt from good pictures alone. It fails no part: what is unlike good parts goes to review.",
    ]
    sentences.append(
        f"Of {measured} good pictures, each against a memory without it, {beyond} would go to review: "
        f"{100 * beyond / measured:.1f} % (95 %: {100 * low:.1f} to {100 * high:.1f} %). The limit is set for "
        f"{100 * DEFAULT_RATE:g} % of good parts; it comes from these same pictures."
    )
    if not defective:
        sentences.append(f"No defective picture was there: nothing is known of recall, F1 or escapes. {LEARN_MORE}")
    return sentences
