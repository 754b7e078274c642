"""Holding a precision of the exported graph against the network as it was trained."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from inspector.domain.policy import PASSED, REVIEW, verdicts_of
from inspector.vision.manifest import PrecisionCheck

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from inspector.domain.records import Thresholds
    from inspector.vision.manifest import Precision
    from trainer.dataset import Sample

#: Largest difference of P(defective) between a precision at the line and the network as it was trained.
TOLERANCE = 0.05
#: The same of an int8 graph. A trained layer4 behind it computes in bf16 at the line; that moves P(defective) by up to
#: 0.04 on bottle and deeppcb; near an operating point the station judges again in float32, just as was trained.
INT8_TOLERANCE = 0.1
#: Least correlation of the two heatmaps of a defective picture that is found.
LEAST_CORRELATION = 0.95
#: Largest difference of a picture's strangeness, whose limit is 1. Near it the station judges again in float32.
STRANGENESS_TOLERANCE = 0.1
#: The same where the memory was made of other features, as of the float graph beside an int8 one: each has its own rows
#: and its own scale. Bottle's validation pictures differ by up to 0.12.
OTHER_FEATURES_TOLERANCE = 0.3


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """What a network says of N pictures, above all when it was trained.

    Args:
        scores: (N,) P(defective).
        maps: N times (h, w) float32, of the class "defective", laid on the picture as `trainer.judge.judge` does.
        strangeness: (N,) how unlike good parts; None without a memory of good.
    """

    scores: NDArray[np.float64]
    maps: list[NDArray[np.float32]]
    strangeness: NDArray[np.float64] | None = None


def check(
    expected: Expected,
    samples: Sequence[Sample],
    said: Expected,
    thresholds: Thresholds,
    *,
    tolerance: float = TOLERANCE,
    strangeness_tolerance: float = STRANGENESS_TOLERANCE,
) -> PrecisionCheck:
    """Hold what a precision says against what the network said when it was trained.

    Args:
        expected: Answers of the network as it was trained.
        samples: The N pictures, for the text.
        said: Answers of the exported model.
        thresholds: Operating point. A verdict counts as flipped unless the network itself would have asked for review.
        tolerance: Largest difference of P(defective) that is allowed.
        strangeness_tolerance: Largest difference of the strangeness that is allowed; of one above 1, as a share of it.

    Returns:
        Passed if no verdict flips, no P(defective) differs by more than the tolerance, and no heatmap of a defective
        picture that is found correlates by less than `LEAST_CORRELATION`, and no strangeness differs by more than its
        tolerance.
    """
    scores, maps = said.scores, said.maps
    before, after = verdicts_of(expected.scores, thresholds), verdicts_of(scores, thresholds)
    flipped = np.flatnonzero((before != after) & (before != REVIEW)).tolist()
    gaps = np.abs(expected.scores - scores)
    alike = {
        index: _correlation(expected.maps[index], maps[index])
        for index, sample in enumerate(samples)
        if sample.defective and before[index] != PASSED
    }
    worst = flipped[0] if flipped else int(gaps.argmax())
    reason = ""
    if flipped or gaps[worst] > tolerance:
        why = "it judges otherwise" if flipped else f"it differs by more than {tolerance:g}"
        reason = (
            f"{why} on {samples[worst].path}: P(defective) {scores[worst]:.4f}, in training "
            f"{expected.scores[worst]:.4f}; the threshold is {thresholds.fail_at:.4f}"
        )
    elif alike and min(alike.values()) < LEAST_CORRELATION:
        worst = min(alike, key=alike.__getitem__)
        reason = f"the heatmap of {samples[worst].path} correlates by {alike[worst]:.3f} only with that of training"
    reason = reason or _strangeness_differs(expected.strangeness, said.strangeness, samples, strangeness_tolerance)
    return PrecisionCheck(
        passed=not reason,
        pictures=len(samples),
        flips=len(flipped),
        largest_difference=round(float(gaps.max()), 5),
        least_map_correlation=round(min(alike.values()), 4) if alike else None,
        reason=reason,
    )


def _strangeness_differs(
    expected: NDArray[np.float64] | None, said: NDArray[np.float64] | None, samples: Sequence[Sample], allowed: float
) -> str:
    """Say where the strangeness differs; empty where it does not."""
    if expected is None or said is None:
        return "" if expected is said else "one of the two has no memory of good"
    # far below the limit, which is 1, a picture is held in the memory itself, and rounding is all that is left
    apart = np.abs(said - expected) / np.maximum(1.0, expected)
    worst = int(apart.argmax())
    if apart[worst] <= allowed:
        return ""
    return f"the strangeness of {samples[worst].path} is {said[worst]:.3f}, in training {expected[worst]:.3f}"


def in_words(checks: Mapping[Precision, PrecisionCheck]) -> list[str]:
    """Say what was checked, a sentence for each precision."""
    sentences = []
    for name, check in checks.items():
        if check.passed:
            least = check.least_map_correlation
            maps = "" if least is None else f", and heatmaps correlate by {least:.3f} or more"
            sentences.append(
                f"In {name} the exported model judges {_all(check.pictures)} as the network did in training; "
                f"P(defective) differs by at most {check.largest_difference:.4f}{maps}."
            )
        else:
            sentences.append(f"In {name} the model may not judge at the line: {check.reason}.")
    return sentences


def _correlation(first: NDArray[np.float32], second: NDArray[np.float32]) -> float:
    """Return Pearson's; 1 where both maps are flat, 0 where one is."""
    a, b = (heatmap.astype(np.float64).ravel() - float(heatmap.mean()) for heatmap in (first, second))
    size = float(np.linalg.norm(a) * np.linalg.norm(b))
    if size < 1e-12:
        return 1.0 if max(np.abs(a).max(), np.abs(b).max()) < 1e-6 else 0.0
    return float(np.clip(a @ b / size, -1.0, 1.0))


def _all(pictures: int) -> str:
    return f"all {pictures:,} validation pictures" if pictures > 1 else "the one validation picture"
