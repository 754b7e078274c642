"""What tells good from defective without a look at the part: light, size, format, compression, sharpness, noise."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from sklearn.metrics import roc_auc_score

from inspector.domain.counts import counted
from trainer.protocol import Finding

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from trainer.dataset import Sample
    from trainer.miniatures import Miniature

#: Alone, a figure of light or size that separates the classes so well (AUROC, either way) is a suspect.
SUSPECT_AUROC = 0.8
#: A figure of how a picture was saved or focused: defects may change these a little, so they must separate better.
CLEAR_AUROC = 0.95
#: Fewest pictures of each class for these. With six of each, one figure in 460 separates them wholly by chance
#: (2 of 12 over 6 orders), and eight figures are looked at.
LEAST_EACH = 6
_CONDITIONS = "A network would learn that instead of the defect: take both under the same conditions, cut alike."
_SAVED = "A network would learn that instead of the defect: take and save the pictures of both classes in the same way."
_MAY_BE_RIGHT = f"{_SAVED} Where the defect itself causes it, nothing is wrong."


@dataclass(frozen=True, slots=True, kw_only=True)
class _Figure:
    """One figure of a picture; pictures without it are NaN and not compared."""

    code: str
    words: str
    of: Callable[[Miniature], float]
    least_auroc: float
    least_each: int
    action: str
    digits: int = 4


def _light_or_size(code: str, words: str, of: Callable[[Miniature], float]) -> _Figure:
    return _Figure(code=code, words=words, of=of, least_auroc=SUSPECT_AUROC, least_each=1, action=_CONDITIONS)


def _saving(code: str, words: str, of: Callable[[Miniature], float], action: str = _SAVED) -> _Figure:
    return _Figure(
        code=code, words=words, of=of, least_auroc=CLEAR_AUROC, least_each=LEAST_EACH, action=action, digits=3
    )


_FIGURES = (
    _light_or_size("size-difference", "The size of the picture", lambda t: float(t.look.width_px * t.look.height_px)),
    _light_or_size(
        "size-difference", "The shape of the picture (width to height)", lambda t: t.look.width_px / t.look.height_px
    ),
    _light_or_size("brightness-difference", "The mean brightness", lambda t: t.brightness),
    _light_or_size(
        "brightness-difference", "The mean colour (red less blue)", lambda t: float(t.colour[2] - t.colour[0])
    ),
    _saving("compression-difference", "The quality of the JPEGs", lambda t: t.quality),
    _saving("sharpness-difference", "The sharpness", lambda t: t.sharpness, _MAY_BE_RIGHT),
    _saving("noise-difference", "The noise", lambda t: t.noise, _MAY_BE_RIGHT),
    _saving("depth-difference", "The number of bits a channel", lambda t: float(t.look.bits)),
    _saving("colour-difference", "Colour (1) or grey (0)", lambda t: float(t.look.coloured)),
)


def differences(samples: Sequence[Sample], thumbs: Sequence[Miniature]) -> list[Finding]:
    """Return a warning for each figure that alone tells the classes apart.

    The measure is the area under the ROC curve of the single figure, which is the Mann–Whitney statistic over the
    number of pairs (Hanley and McNeil, Radiology 143, 1982): the share of pairs of a defective and a good picture that
    it puts in the same order.

    Args:
        samples: All readable.
        thumbs: One miniature for each sample.
    """
    truth = np.array([sample.defective for sample in samples], np.bool_)
    findings = [_compared(figure, truth, np.array([figure.of(thumb) for thumb in thumbs])) for figure in _FIGURES]
    return [finding for finding in (*findings, _formats(truth, thumbs)) if finding is not None]


def _compared(figure: _Figure, truth: NDArray[np.bool_], values: NDArray[np.float64]) -> Finding | None:
    known = ~np.isnan(values)
    truth, values = truth[known], values[known]
    auroc = _auroc(truth, values, figure.least_each)
    if auroc < figure.least_auroc:
        return None
    good, bad = float(np.median(values[~truth])), float(np.median(values[truth]))
    count = f"{np.count_nonzero(~truth)} good and {counted(int(np.count_nonzero(truth)), 'defective picture')}"
    shown = f"AUROC {auroc:.2f} over {count}, median {good:.{figure.digits}g} and {bad:.{figure.digits}g}"
    return _warning(figure.code, f"{figure.words} alone tells good from defective ({shown}).", figure.action)


def _formats(truth: NDArray[np.bool_], thumbs: Sequence[Miniature]) -> Finding | None:
    """Compare the kinds of files, each against all others."""
    kinds = np.array([thumb.kind for thumb in thumbs])
    best = max((_auroc(truth, kinds == kind, LEAST_EACH) for kind in set(kinds.tolist())), default=0.0)
    if best < CLEAR_AUROC:
        return None
    listed = "; ".join(
        f"{name}: {_kinds_of([thumb for thumb, bad in zip(thumbs, truth, strict=True) if bool(bad) is defective])}"
        for name, defective in (("good", False), ("defective", True))
    )
    what = f"The format of the files alone tells good from defective (AUROC {best:.2f}; {listed})."
    return _warning("format-difference", what, _SAVED)


def _kinds_of(thumbs: Sequence[Miniature]) -> str:
    words = []
    for kind, count in Counter(thumb.kind for thumb in thumbs).most_common():
        qualities = [thumb.quality for thumb in thumbs if thumb.kind == kind and not np.isnan(thumb.quality)]
        quality = f" of quality {np.median(qualities):.0f}" if qualities else ""
        words.append(f"{count} {kind}{quality}")
    return ", ".join(words)


def _auroc(truth: NDArray[np.bool_], values: NDArray[np.generic], least_each: int) -> float:
    """Return the area, either way; 0 where a class has too few pictures."""
    bad = int(np.count_nonzero(truth))
    if min(bad, len(truth) - bad) < least_each:
        return 0.0
    auroc = float(roc_auc_score(truth, values))
    return max(auroc, 1 - auroc)


def _warning(code: str, what: str, action: str) -> Finding:
    return Finding(severity="warning", code=code, what=what, action=action)
