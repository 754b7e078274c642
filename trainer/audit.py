"""Looks at the pictures before anything is trained: what cannot be read, what is there twice, what would mislead."""

from __future__ import annotations

from collections import Counter, deque
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING

import cv2
import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from sklearn.metrics import roc_auc_score

from inspector.domain.errors import InspectorError
from inspector.domain.statistics import parts_needed
from inspector.pictures import read_picture
from trainer.protocol import Finding

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from numpy.typing import NDArray

    from trainer.dataset import Sample

_SIDE = 64
_AHEAD = 8
_FILES = 50
_COMPARED_AT_ONCE, _LAID_AT_ONCE = 1000, 16
_UNSHIFTED = 4
_COMPARED = (_SIDE - 2) ** 2
#: So many of the compared pixels, at most, lie above a 99.5th percentile.
_FAR = _COMPARED - int(0.995 * (_COMPARED - 1)) - 1
_ROUNDING = 1e-3
#: Two pictures are near duplicates when, after the median difference is taken out and over the best shift of at most
#: one pixel of the 64, their thumbnails differ by no more than so many grey levels (of 255) in the mean …
NEAR_MEAN = 2.0
#: … and in the 99.5th percentile. Measured: JPEG at quality 80 and noise of 4 levels differ by at most 1.4 and 4, a
#: shift of one pixel on MVTec AD bottle by 0.9 and 9.7; the closest two different bottles by 3.0 and 26.
NEAR_LEVELS = 10.0
#: Alone, a figure that separates the classes so well (AUROC, either way) is a suspect.
SUSPECT_AUROC = 0.8
#: Fewer pictures of a kind than this teach and prove little.
TINY = 8
#: Of a group of near duplicates that follow one another by name, a burst has at least so many.
BURST = 3


@dataclass(frozen=True, slots=True)
class Miniature:
    """What is kept of a picture.

    Args:
        grey: (64, 64) float32, 0..255.
        width: Width of the picture, pixels.
        height: Height of the picture, pixels.
        brightness: Mean grey value, 0..255.
        colour: (3,) mean of blue, green, red, less the brightness.
        fault: Why it cannot be read; empty where it can.
    """

    grey: NDArray[np.float32]
    width: int = 0
    height: int = 0
    brightness: float = 0.0
    colour: NDArray[np.float32] = field(default_factory=lambda: np.zeros(3, np.float32))
    fault: str = ""

    @property
    def readable(self) -> bool:
        """Whether it could be read."""
        return not self.fault


def thumbnails(samples: Sequence[Sample]) -> Iterator[tuple[int, Miniature]]:
    """Yield number and thumbnail of every picture, in order; few full pictures are in memory at a time."""
    with ThreadPoolExecutor(4, thread_name_prefix="decode") as pool:
        waiting: deque[Future[Miniature]] = deque(pool.submit(_thumb, sample) for sample in samples[:_AHEAD])
        for number in range(len(samples)):
            yield number, waiting.popleft().result()
            if number + _AHEAD < len(samples):
                waiting.append(pool.submit(_thumb, samples[number + _AHEAD]))


def audit(
    samples: Sequence[Sample], thumbs: Sequence[Miniature], *, claim: float, groups: Sequence[int] | None = None
) -> list[Finding]:
    """Return what a user should know, the worst first.

    Args:
        samples: With hashes; with parts of a split, duplicates across them are named too.
        thumbs: One miniature for each sample.
        claim: Escape rate that is to be shown at 95 % confidence, 0..1.
        groups: Of `near_duplicate_groups`, for the readable ones; None finds them here.
    """
    findings = _unreadable(samples, thumbs) + _exact(samples)
    usable = [index for index, thumb in enumerate(thumbs) if thumb.readable]
    samples, thumbs = [samples[index] for index in usable], [thumbs[index] for index in usable]
    if groups is None:
        groups = near_duplicate_groups(thumbs, [sample.sha256 for sample in samples])
    findings += _near(samples, groups) + _counts(samples, claim) + _differences(samples, thumbs)
    return worst_first(findings)


def worst_first(findings: Sequence[Finding]) -> list[Finding]:
    """Return findings with the errors first, then the warnings, else in their order."""
    order = {"error": 0, "warning": 1, "note": 2}
    return sorted(findings, key=lambda finding: order[finding.severity])


def near_duplicate_groups(thumbs: Sequence[Miniature], contents: Sequence[str]) -> list[int]:
    """Return the number of its cluster for each picture; equal numbers are near duplicates, or the same file.

    Args:
        thumbs: Of pictures that could be read.
        contents: SHA-256 of each picture's file.
    """
    clusters = np.arange(len(thumbs))
    if len(thumbs) < 2:
        return list(range(len(thumbs)))
    blocks = np.stack([_blocks(thumb.grey) for thumb in thumbs])
    first: dict[str, int] = {}
    for index, content in enumerate(contents):
        if content:
            clusters[index] = first.setdefault(content, index)
    for picture, others in _candidates(thumbs):
        # pictures of a line are much alike: two of a cluster are not compared once more
        apart = others[clusters[others] != clusters[picture]]
        apart = apart[_may_be_near(blocks[picture, _UNSHIFTED], blocks[apart])]
        for start in range(0, len(apart), _LAID_AT_ONCE):
            some = apart[start : start + _LAID_AT_ONCE]
            some = some[clusters[some] != clusters[picture]]
            if len(some):
                near = _are_near(thumbs[picture].grey, np.stack([thumbs[other].grey for other in some]))
                for other in some[near]:
                    clusters[clusters == clusters[picture]] = clusters[other]
    groups: list[int] = clusters.tolist()
    return groups


# --- looking ----------------------------------------------------------------------------------------------------------


def _thumb(sample: Sample) -> Miniature:
    try:
        image = read_picture(sample.path)
    except InspectorError as error:
        return Miniature(np.zeros((_SIDE, _SIDE), np.float32), fault=str(error))
    scale = 255.0 / np.iinfo(image.dtype).max
    small = cv2.resize(image, (_SIDE, _SIDE), interpolation=cv2.INTER_AREA).astype(np.float32) * scale
    planes = small[..., :3] if small.ndim == 3 else np.repeat(small[..., None], 3, axis=2)
    grey = np.ascontiguousarray(planes.mean(axis=2))
    brightness = float(grey.mean())
    colour = planes.mean(axis=(0, 1)) - brightness
    return Miniature(grey, image.shape[1], image.shape[0], brightness, colour.astype(np.float32))


def _candidates(thumbs: Sequence[Miniature]) -> Iterator[tuple[int, NDArray[np.intp]]]:
    """Yield for each picture those behind it that may be near duplicates of it, by a sketch of 16 × 16 pixels."""
    flat = np.stack([cv2.resize(t.grey - t.brightness, (16, 16), interpolation=cv2.INTER_AREA).ravel() for t in thumbs])
    norms = (flat**2).mean(axis=1)
    wide = np.array([thumb.width > thumb.height for thumb in thumbs])
    for index in range(len(thumbs) - 1):
        rest = flat[index + 1 :]
        distance = np.sqrt(np.maximum(0, norms[index] + norms[index + 1 :] - 2 * (rest @ flat[index]) / flat.shape[1]))
        alike = (distance < 4 * NEAR_MEAN) & (wide[index + 1 :] == wide[index])
        others = index + 1 + np.flatnonzero(alike)
        for first in range(0, len(others), _COMPARED_AT_ONCE):
            yield index, others[first : first + _COMPARED_AT_ONCE]


def _blocks(grey: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return (9, 225) means of 15 × 15 blocks of 4 × 4 pixels, for each shift by at most one pixel."""
    shifted = [grey[row : row + 60, column : column + 60] for row in (1, 2, 3) for column in (1, 2, 3)]
    return np.stack([thumb.reshape(15, 4, 15, 4).mean(axis=(1, 3)).ravel() for thumb in shifted])


def _may_be_near(picture: NDArray[np.float32], others: NDArray[np.float32]) -> NDArray[np.bool_]:
    """Return for each of N pictures whether `_are_near` can be true, as far as means of blocks can tell.

    The mean gap of blocks is no larger than that of their pixels. Where that is small, the median lies near the mean,
    and a block that is far from the mean has a pixel that is far from the median.

    Args:
        picture: (225,) float32, a row of `_blocks`.
        others: (N, 9, 225) float32, as `_blocks` gives for each.
    """
    share = 60**2 / _COMPARED  # of the pixels that are compared in the end
    gaps = others - picture
    gaps -= gaps.mean(axis=2, keepdims=True)
    far = np.count_nonzero(np.abs(gaps) > NEAR_LEVELS + NEAR_MEAN / share + _ROUNDING, axis=2)
    # about the mean a mean gap is at most twice as large as about the median
    possible = (far <= _FAR) & (share * np.abs(gaps).mean(axis=2) <= 2 * NEAR_MEAN + _ROUNDING)
    seen = possible.any(axis=1)
    some = gaps[seen]
    middle = some.shape[2] // 2
    some -= np.partition(some, middle, axis=2)[:, :, middle, None]
    near = share * np.abs(some).mean(axis=2) <= NEAR_MEAN + _ROUNDING
    seen[seen] = (near & possible[seen]).any(axis=1)
    return np.asarray(seen)


def _are_near(picture: NDArray[np.float32], others: NDArray[np.float32]) -> NDArray[np.bool_]:
    """Return for each of N pictures whether it is a near duplicate.

    Args:
        picture: (64, 64) float32 grey values.
        others: (N, 64, 64) float32 grey values.
    """
    shifted = sliding_window_view(others, (_SIDE - 2, _SIDE - 2), axis=(1, 2))
    gaps = (shifted - picture[1:-1, 1:-1]).reshape(len(others), 9, _COMPARED)
    gaps -= gaps.mean(axis=2, keepdims=True)
    sizes = np.abs(gaps)
    possible = sizes.mean(axis=2) <= 2 * NEAR_MEAN + _ROUNDING  # as in `_may_be_near`, without sorting
    possible &= np.count_nonzero(sizes > NEAR_LEVELS + NEAR_MEAN + _ROUNDING, axis=2) <= _FAR
    alike = np.zeros(len(others), np.bool_)
    for number, shift in np.argwhere(possible):
        gap = gaps[number, shift]
        gap = np.abs(gap - np.median(gap))
        alike[number] |= gap.mean() <= NEAR_MEAN and float(np.percentile(gap, 99.5)) <= NEAR_LEVELS
    return alike


# --- findings ---------------------------------------------------------------------------------------------------------


def _unreadable(samples: Sequence[Sample], thumbs: Sequence[Miniature]) -> list[Finding]:
    bad = [sample.name for sample, thumb in zip(samples, thumbs, strict=True) if not thumb.readable]
    if not bad:
        return []
    fault = next(thumb.fault for thumb in thumbs if not thumb.readable)
    return [
        _finding("error", "unreadable", f"{_count(bad, 'picture')} cannot be read ({fault}).",
                 "They are left out. Mend or remove them.", bad)
    ]  # fmt: skip


def _exact(samples: Sequence[Sample]) -> list[Finding]:
    by_content: dict[str, list[Sample]] = {}
    for sample in samples:
        if sample.sha256:
            by_content.setdefault(sample.sha256, []).append(sample)
    same = [group for group in by_content.values() if len(group) > 1]
    crossed = [group for group in same if len({sample.defective for sample in group}) > 1]
    plain = [group for group in same if group not in crossed]
    findings = []
    if crossed:
        names = [sample.name for group in crossed for sample in group]
        findings.append(
            _finding("error", "exact-duplicate-labels",
                     f"{_count(crossed, 'file')} lie both under good and under a defect, byte for byte.",
                     "One of the labels is wrong: remove the wrong copies.", names)
        )  # fmt: skip
    if plain:
        names = [sample.name for group in plain for sample in group]
        findings.append(
            _finding("warning", "exact-duplicate",
                     f"{_count(plain, 'file')} are there more than once ({len(names)} copies in all).",
                     "Copies stay in one part of the split. Remove all but one of each.", names)
        )  # fmt: skip
    return findings


def _near(samples: Sequence[Sample], groups: Sequence[int]) -> list[Finding]:
    members: dict[int, list[int]] = {}
    for index, group in enumerate(groups):
        members.setdefault(group, []).append(index)
    whole = all(sample.part for sample in samples)
    near = [group for group in members.values() if len(group) > 1 and len({samples[i].sha256 for i in group}) > 1]
    crossed = [group for group in near if len({samples[i].defective for i in group}) > 1]
    parted = [group for group in near if _is_parted([samples[index] for index in group], whole)]
    bursts = [group for group in near if _longest_run(group) >= BURST]
    plain = [group for group in near if group not in crossed and group not in bursts]
    findings = []
    for kind, code, severity, words, action in (
        (crossed, "near-duplicate-labels", "warning", "are nearly the same picture under different labels",
         "Look at them: one part before and after it was damaged, or a wrong label? They stay in one part."),
        (parted, "near-duplicate-split", "warning", "are nearly the same picture in different parts of the split",
         "The test would know what was trained on: put them into one part."),
        (bursts, "burst", "warning", "are bursts: three or more nearly equal pictures in a row, as of one part",
         "A random split would test on what was trained on, so each burst stays in one part."),
        (plain, "near-duplicate", "note", "are nearly the same picture",
         "They stay in one part of the split."),
    ):  # fmt: skip
        if kind:
            names = [samples[index].name for group in kind for index in group]
            findings.append(
                _finding(severity, code, f"{_count(kind, 'group')} ({len(names)} pictures) {words}.", action, names)
            )
    return findings


def _is_parted(group: Sequence[Sample], whole: bool) -> bool:  # noqa: FBT001 - the one thing that it depends on
    """Say whether near duplicates stay in several parts; of a split that is given in part, the test takes them all."""
    parts = {sample.part for sample in group} - {""}
    return len(parts) > 1 and (whole or "test" not in parts)


def _longest_run(group: Sequence[int]) -> int:
    longest = run = 1
    for number, following in pairwise(sorted(group)):
        run = run + 1 if following == number + 1 else 1
        longest = max(longest, run)
    return longest


def _counts(samples: Sequence[Sample], claim: float) -> list[Finding]:
    findings = []
    kinds = Counter((sample.category, sample.defect) for sample in samples)
    tiny = {kind: count for kind, count in kinds.items() if count < TINY}
    if tiny:
        listed = ", ".join(f"{count} of {'/'.join(p for p in kind if p)}" for kind, count in sorted(tiny.items()))
        findings.append(
            _finding("warning", "tiny-class", f"Some kinds have very few pictures: {listed}.",
                     f"Add pictures, {TINY} or more of each, or use --folds so that each is tested.", [])
        )  # fmt: skip
    defective, needed = sum(sample.defective for sample in samples), parts_needed(claim)
    tested = sum(sample.defective and sample.part == "test" for sample in samples)
    have = f"the test part holds {tested}" if tested else f"there are {defective} in all"
    if (tested or defective) < needed:
        findings.append(
            _finding("note", "too-few", f"Escape ≤ {100 * claim:g} % at 95 % confidence needs {needed} defective test "
                     f"parts without a miss; {have}.",
                     "The report states what the test does show. Add defective pictures for a stronger claim.", [])
        )  # fmt: skip
    return findings


def _differences(samples: Sequence[Sample], thumbs: Sequence[Miniature]) -> list[Finding]:
    truth = np.array([sample.defective for sample in samples])
    if not 0 < truth.sum() < len(truth):
        return []
    figures: list[tuple[str, str, Callable[[Miniature], float]]] = [
        ("size-difference", "The size of the picture", lambda t: float(t.width * t.height)),
        ("size-difference", "The shape of the picture (width to height)", lambda t: t.width / t.height),
        ("brightness-difference", "The mean brightness", lambda t: t.brightness),
        ("brightness-difference", "The mean colour (red less blue)", lambda t: float(t.colour[2] - t.colour[0])),
    ]
    findings = []
    for code, words, figure in figures:
        values = np.array([figure(thumb) for thumb in thumbs])
        auroc = float(roc_auc_score(truth, values))
        if max(auroc, 1 - auroc) >= SUSPECT_AUROC:
            good, bad = float(np.median(values[~truth])), float(np.median(values[truth]))
            shown = f"AUROC {max(auroc, 1 - auroc):.2f}, median {good:.4g} and {bad:.4g}"
            what = f"{words} alone tells good from defective ({shown})."
            action = "A network would learn that instead of the defect: take both under the same conditions, cut alike."
            findings.append(_finding("warning", code, what, action, []))
    return findings


def _finding(severity: str, code: str, what: str, action: str, files: Sequence[str]) -> Finding:
    return Finding.model_validate(
        {"severity": severity, "code": code, "what": what, "action": action, "files": list(files[:_FILES])}
    )


def _count(things: Sequence[object], word: str) -> str:
    return f"{len(things)} {word}{'' if len(things) == 1 else 's'}"
