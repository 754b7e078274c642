"""With few defects: the memory of good and a head on the features judge together, as far as cross-validation says."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import torch
from scipy.optimize import minimize

from inspector.domain.counts import counted
from inspector.domain.policy import FAILED, PASSED, REVIEW, verdicts_of
from inspector.domain.records import Thresholds
from inspector.domain.statistics import logits, wilson_interval
from inspector.domain.strangeness import GoodScale
from trainer.good_only import MOST_FEW, steepness
from trainer.head import EVERY, cross_validate, fit_rows, scores_of
from trainer.judged import CLIP
from trainer.thresholds import operating_point

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from inspector.vision.network import InspectionNetwork
    from trainer.head import Columns, Head, Validated
    from trainer.memory import Remembered
    from trainer.protocol import TrainRequest

#: From so many of each class on some pictures are kept for a test; below that all are needed.
LEAST_GOOD_TO_TEST, LEAST_DEFECTIVE_TO_TEST = 20, 10
#: Shares of good parts: that fail; that go to review, as what they reach is still below known defects; that go to
#: review at most, where known defects lie among them. See `few_thresholds`.
FAIL_RATE, UNSURE_RATE, REVIEW_RATE = 0.001, 0.02, 0.05
#: What to do next.
LEARN_FROM_REVIEW = (
    "What is like known defects fails, what is strange goes to review. Judge it there, and train again with it."
)
#: Spreads of what is taken for granted before a picture is seen: that the memory's log odds hold within a factor of e,
#: that a head says nothing, within two of its usual margins, and that the odds at the limit are even, within a factor
#: of e.
_PRIOR_STEEPNESS, _PRIOR_HEAD, _PRIOR_OFFSET = 1.0, 2.0, 1.0
_MOST_LOG_ODDS = 9.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Shares:
    """How memory and head judge together: the log odds are steepness · log(strangeness) + head · margin + offset.

    Args:
        steepness: Above 0.
        head: 0 where nothing speaks for the head, as with one defect.
        usual_margin: Root mean square of the head's margins, out of fold; 0 without a head.
    """

    steepness: float
    head: float
    offset: float
    usual_margin: float

    def log_odds(self, strangeness: NDArray[np.float64], margins: NDArray[np.float64]) -> NDArray[np.float64]:
        """Judge pictures: (N,) strangeness and (N,) margins → (N,) log odds of P(defective)."""
        memory = self.steepness * np.log(np.maximum(strangeness, 1e-12))
        return np.asarray(np.clip(memory + self.head * margins + self.offset, -_MOST_LOG_ODDS, _MOST_LOG_ODDS))

    @property
    def part_of_head(self) -> float:
        """The head's part in a usual verdict, 0..1: a doubling of the strangeness against a usual margin."""
        head, memory = self.head * self.usual_margin, self.steepness * math.log(2.0)
        return head / (head + memory)


@dataclass(frozen=True, slots=True, kw_only=True)
class Few:
    """What was learnt from few defects.

    Args:
        shares: As cross-validation has them.
        head: Fitted to all pictures; None where it has no share.
        scores: (N,) P(defective) of each picture, by a head and a memory without it.
    """

    shares: Shares
    head: Head | None
    scores: NDArray[np.float64]


def learn_few(
    strangeness: NDArray[np.float64],
    features: NDArray[np.float32],
    truth: NDArray[np.int64],
    folds: NDArray[np.int64],
    plain: Sequence[int] = (0,),
    choices: Sequence[Columns] = (EVERY,),
) -> Few:
    """Learn how far a head is to be believed beside the memory.

    The head's strength and its margins come from folds; a good picture's strangeness from a memory without it. The
    shares are those of the largest posterior (MAP): of few pictures hardly anything moves them from the memory alone.
    Both classes weigh the same, as much as the smaller one has pictures.

    Args:
        strangeness: (N,) in units of the limit.
        features: (N, R, D) float32, each picture in R ways.
        truth: (N,) 0 good, 1 defective; both are there.
        folds: (N,) number of the fold of each picture.
        plain: Which of the R ways show a picture as it is; the folds that choose the head's strength learn from these.
        choices: Which of the D features the head may judge by.
    """
    good = GoodScale.of([max(1e-9, value) for value in strangeness[truth == 0].tolist()])
    usual = steepness(good)
    best = _validated(features[:, list(plain)], truth, folds, choices)
    margins = np.zeros(len(truth))
    if best is not None:
        margins = logits(scores_of(best, features, truth, folds, len(plain)), CLIP)
    shares = _shares(np.log(np.maximum(strangeness, 1e-12)), margins, truth, usual)
    head = None if best is None or shares.head == 0.0 else fit_rows(features, truth, best.strength, best.columns)
    return Few(shares=shares, head=head, scores=_sigmoid(shares.log_odds(strangeness, margins)))


def put_into(few: Few, network: InspectionNetwork, memory: Remembered) -> None:
    """Let a network judge so: its head has its share and the offset, its memory the steepness."""
    with torch.no_grad():
        network.head.weight.zero_()
        if few.head is not None:
            network.head.weight.copy_(torch.from_numpy(few.shares.head * few.head.weight))
        bias = np.zeros(2) if few.head is None else few.shares.head * few.head.bias.astype(np.float64)
        half = few.shares.offset / 2
        network.head.bias.copy_(torch.from_numpy((bias + np.array([-half, half])).astype(np.float32)))
    for part in (memory.exact, memory.int8):
        if part is not None:
            part.judge(few.shares.steepness, with_head=True)
    network.memory = memory.exact


def few_thresholds(few: Few, truth: NDArray[np.int64], request: TrainRequest) -> Thresholds:
    """Choose where parts fail and where they go to review.

    The rule's cut lies between few defects and the good pictures. A part fails from there on, but only beyond what one
    of 1,000 good parts reaches, by the prediction limit of `inspector.domain.strangeness`. It goes to review from where
    one of 50 good parts reaches, as weaker defects than the known ones lie there, or from the cut, where that is lower.
    Where known defects lie among good parts the best F1 may reject a third of these: no more than one of 20 goes to
    review for it. A rule that names its price is followed.

    Args:
        few: What was learnt; its scores decide.
        truth: (N,) 0 good, 1 defective.
        request: The rule and its numbers.
    """
    cut = operating_point(few.scores, truth, request)
    steep, held = few.shares.steepness, few.scores[truth == 0]
    # on the scale of the strangeness, whose usual spread is known
    good = GoodScale.of(np.exp(logits(held, CLIP) / steep).tolist())
    fail_at = max(cut.fail_at, _at(good.limit(FAIL_RATE), steep))
    review_from = cut.fail_at if cut.review_from is None else cut.review_from
    if request.rule == "f1" and cut.review_from is None:
        most = float(np.quantile(held, 1.0 - REVIEW_RATE, method="inverted_cdf"))
        review_from = max(float(np.nextafter(most, 1.0)), min(review_from, _at(good.limit(UNSURE_RATE), steep)))
    return Thresholds(fail_at=fail_at, review_from=min(review_from, fail_at))


def said_of_few(few: Few, truth: NDArray[np.int64], points: Thresholds) -> list[str]:
    """Say how the model judges, and what few defects can show.

    Args:
        few: What was learnt.
        truth: (N,) 0 good, 1 defective: of its scores.
        points: The thresholds in force.
    """
    codes = verdicts_of(few.scores, points)
    defects, good = codes[truth == 1], codes[truth == 0]
    head = few.shares.part_of_head
    leans = (
        "the memory of good judges alone, as nothing speaks for more yet"
        if head == 0.0
        else f"of a usual verdict the memory of good has {100 * (1 - head):.0f} %, and what was learnt of defects "
        f"{100 * head:.0f} %"
    )
    low, high = wilson_interval(int((defects == PASSED).sum()), len(defects))
    each = (
        f"Each picture judged without itself: of {counted(len(defects), 'defective picture')} "
        f"{int((defects == FAILED).sum())} fail, {int((defects == REVIEW).sum())} go to review and "
        f"{int((defects == PASSED).sum())} pass (95 %: {100 * low:.0f} to {100 * high:.0f} %); of "
        f"{counted(len(good), 'good picture')} {int((good == FAILED).sum())} fail and {int((good == REVIEW).sum())} go "
        "to review. The guard is not counted here."
    )
    if len(defects) > MOST_FEW:
        return [f"A memory of good and a head judge together: {leans}. Cross-validation decided so."]
    said = [f"This model has learnt from few defects: {leans}. Cross-validation decided so.", each]
    if 2 * int((defects == PASSED).sum()) > len(defects):
        said.append(
            "Most of the known defects would pass: they look like good parts here. Add defective pictures, or take the "
            "method layer4, which learns what to look at."
        )
    return said


def _at(strangeness: float, steep: float) -> float:
    """Return P(defective) where log(strangeness) times the steepness are the log odds."""
    odds = min(_MOST_LOG_ODDS, steep * math.log(strangeness))
    return 1.0 / (1.0 + math.exp(-odds))


def _sigmoid(odds: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(1.0 / (1.0 + np.exp(-odds)), np.float64)


def _validated(
    features: NDArray[np.float32], truth: NDArray[np.int64], folds: NDArray[np.int64], choices: Sequence[Columns]
) -> Validated | None:
    """Return what validates best; None where no fold can do without a defect."""
    if len(np.unique(folds[truth == 1])) < 2 or len(np.unique(folds[truth == 0])) < 2:
        return None
    return min(cross_validate(features, truth, folds, choices), key=lambda tried: tried.loss)


def _shares(
    log_strangeness: NDArray[np.float64], margins: NDArray[np.float64], truth: NDArray[np.int64], usual: float
) -> Shares:
    """Return the shares of the largest posterior; see `learn_few`."""
    size = float(np.sqrt(np.mean(margins**2)))
    relative = margins / size if size > 0.0 else margins
    counts = np.bincount(truth, minlength=2)
    weights = np.where(truth == 1, 1.0 / counts[1], 1.0 / counts[0]) * counts.min()
    # Platt's targets, as `trainer.calibration.temperature` has them
    target = np.where(truth == 1, (counts[1] + 1) / (counts[1] + 2), 1 / (counts[0] + 2))

    def loss(at: NDArray[np.float64]) -> float:
        odds = usual * math.exp(at[0]) * log_strangeness + at[1] * relative + at[2]
        prior = (at / (_PRIOR_STEEPNESS, _PRIOR_HEAD, _PRIOR_OFFSET)) ** 2
        return float(np.sum(weights * (np.logaddexp(0.0, odds) - target * odds)) + 0.5 * prior.sum())

    bounds = [(-3.0, 3.0), (0.0, None if size > 0.0 else 0.0), (None, None)]
    best = minimize(loss, np.zeros(3), bounds=bounds, method="L-BFGS-B").x
    head = float(best[1]) / size if size > 0.0 else 0.0
    return Shares(steepness=usual * math.exp(best[0]), head=head, offset=float(best[2]), usual_margin=size)
