"""``python -m tests.bench.wrong_views --model BUNDLE --own FOLDER --others FOLDER …``: what passes that is no good part.

The bundle judges pictures of other sets as wrong products, empty views, and good pictures of its own set that are cut, moved,
made smaller or larger, turned, blurred, or lit a little or much otherwise, by its own thresholds and the guard's usual rate. Of its own set the good
pictures of the test part are judged too, which it has not learnt from.
"""

from __future__ import annotations

import argparse
import json
from collections import Counter
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import cv2
import numpy as np

from inspector.domain.guard import in_force
from inspector.domain.policy import decide
from inspector.domain.records import Verdict
from inspector.domain.strangeness import DEFAULT_RATE
from inspector.vision.backends import load_classifier
from inspector.vision.bundle import Bundle
from inspector.vision.scores import ScorePart, read_scores
from trainer.dataset import read_dataset

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from numpy.typing import NDArray

    from trainer.dataset import Dataset

    Picture = NDArray[np.uint8]


def coloured(picture: Picture) -> Picture:
    """(H, W) or (H, W, 3) uint8 → (H, W, 3)."""
    return np.repeat(picture[..., None], 3, axis=2) if picture.ndim == 2 else picture


def moved(picture: Picture, across: float, down: float) -> Picture:
    """Shift by fractions of the sides; the rim is drawn out."""
    return _warped(picture, np.array([[1, 0, across * picture.shape[1]], [0, 1, down * picture.shape[0]]]))


def scaled(picture: Picture, factor: float) -> Picture:
    """Enlarge about the middle; below 1 the rim is drawn out."""
    height, width = picture.shape[:2]
    rest = (1 - factor) / 2
    return _warped(picture, np.array([[factor, 0, rest * width], [0, factor, rest * height]]))


def _warped(picture: Picture, matrix: NDArray[np.float64]) -> Picture:
    size = (picture.shape[1], picture.shape[0])
    return np.asarray(cv2.warpAffine(picture, matrix, size, borderMode=cv2.BORDER_REPLICATE), np.uint8)


def half_gone(picture: Picture, side: str) -> Picture:
    """Replace half of the picture by the ground, which is the median of its rim."""
    height, width = picture.shape[:2]
    rim = np.concatenate([picture[0], picture[-1], picture[:, 0], picture[:, -1]])
    left = picture.copy()
    rows = {"top": slice(0, height // 2), "bottom": slice(height // 2, height)}.get(side, slice(None))
    columns = {"left": slice(0, width // 2), "right": slice(width // 2, width)}.get(side, slice(None))
    left[rows, columns] = np.median(rim, axis=0).astype(np.uint8)
    return left


def cut_out(picture: Picture, across: float, down: float, share: float) -> Picture:
    """Show a part of the picture as if it were all."""
    height, width = picture.shape[:2]
    top, left = int(down * height), int(across * width)
    part = picture[top : top + int(share * height), left : left + int(share * width)]
    return np.asarray(cv2.resize(part, (width, height)), np.uint8)


def lit(picture: Picture, factor: float, colours: Sequence[float] = (1, 1, 1)) -> Picture:
    """Multiply the light; clipped at full scale."""
    return np.asarray(np.clip(picture * (factor * np.array(colours)), 0, 255), np.uint8)


def noisy(picture: Picture, light: float) -> Picture:
    """Multiply the light, and add a sensor's noise of 1.5 grey levels."""
    noise = np.random.default_rng(0).normal(0.0, 1.5, picture.shape[:2])[..., None]
    return np.asarray(np.clip(picture * light + noise, 0, 255), np.uint8)


def flatter(picture: Picture, factor: float) -> Picture:
    """Draw every pixel towards the picture's mean."""
    mean = picture.mean(axis=(0, 1))
    return np.asarray(np.clip((picture - mean) * factor + mean, 0, 255), np.uint8)


def blurred(picture: Picture) -> Picture:
    """Blur by 2 % of the width."""
    return np.asarray(cv2.GaussianBlur(picture, (0, 0), 0.02 * picture.shape[1]), np.uint8)


def turned(picture: Picture, quarters: int) -> Picture:
    """Turn the picture by right angles."""
    return np.ascontiguousarray(np.rot90(picture, quarters))


VIEWS: dict[str, tuple[Callable[[Picture], Picture], ...]] = {
    "half part": tuple(partial(half_gone, side=side) for side in ("left", "right", "top", "bottom")),
    "a quarter as all": tuple(partial(cut_out, across=x, down=y, share=0.5) for x in (0, 0.5) for y in (0, 0.5)),
    "0.7 as all": (lambda p: cut_out(p, 0.3, 0.15, 0.7), lambda p: cut_out(p, 0, 0.15, 0.7)),
    "moved by 0.35": (lambda p: moved(p, 0.35, 0), lambda p: moved(p, 0, -0.35)),
    "moved by 0.2": (lambda p: moved(p, 0.2, 0.1), lambda p: moved(p, -0.1, 0.2)),
    "too small": (lambda p: scaled(p, 0.6), lambda p: scaled(p, 0.4)),
    "too large": (lambda p: scaled(p, 1.6), lambda p: scaled(p, 2.2)),
    "turned": tuple(partial(turned, quarters=quarters) for quarters in (1, 2, 3)),
    "blurred": (blurred,),
    "a lamp's usual light": tuple(partial(lit, factor=factor) for factor in (0.95, 0.97, 1.03, 1.05)),
    "… and noise": tuple(partial(noisy, light=light) for light in (0.95, 0.97, 0.995)),
    "darker, brighter": (lambda p: lit(p, 0.6), lambda p: lit(p, 1.4)),
    "colour cast": (lambda p: lit(p, 1, (1.25, 1, 0.75)), lambda p: lit(p, 1, (0.75, 1, 1.25))),
    "half the contrast": (lambda p: flatter(p, 0.5),),
}


def empty_views() -> Iterator[Picture]:
    """Draw 40 views without a part: even, noisy, shaded, clouded, and with a hand."""
    rng = np.random.default_rng(0)
    for level in np.linspace(12, 243, 12):
        yield np.full((400, 400, 3), level, np.uint8)
    for level in np.linspace(30, 220, 8):
        yield np.clip(rng.normal(level, 6, (400, 400, 3)), 0, 255).astype(np.uint8)
    for turn in range(8):
        ramp = np.linspace(40 + 10 * turn, 200, 400)[None, :, None] * np.ones((400, 1, 3))
        yield np.ascontiguousarray(np.rot90(ramp, turn).astype(np.uint8))
    for size in (3, 6, 10, 20) * 2:
        coarse = rng.normal(128, 30, (size, size, 3)).astype(np.float32)
        yield np.clip(cv2.resize(coarse, (400, 400), interpolation=cv2.INTER_CUBIC), 0, 255).astype(np.uint8)
    for ground in (40, 90, 160, 220):
        hand = np.full((400, 400, 3), ground, np.uint8)
        cv2.ellipse(hand, (250, 260), (140, 90), 30, 0, 360, (120, 150, 210), -1)
        for finger in range(4):
            ends = (180 - 10 * finger, 200 + 30 * finger), (40, 140 + 50 * finger)
            cv2.line(hand, ends[0], ends[1], (120, 150, 210), 34)
        yield np.asarray(cv2.GaussianBlur(hand, (0, 0), 3), np.uint8)


def pictures(
    own: Dataset, others: Sequence[Dataset], tested: set[str], count: int, views: int
) -> Iterator[tuple[str, Picture]]:
    """Yield each picture with its kind.

    Args:
        own: The set that the bundle learnt.
        others: Other sets.
        tested: Paths of the good pictures that it was tested on.
        count: Pictures of each other set.
        views: Good pictures of its own set that views are made of, each in one way of every kind.
    """
    good = [sample for sample in own.samples if not sample.defective]
    for sample in good:
        if sample.name in tested:
            yield "good, not learnt from", sample.picture()
    for other in others:
        chosen = np.random.default_rng(0).permutation(len(other.samples))[:count]
        for place in chosen.tolist():
            yield "wrong product", other.samples[place].picture()
    for view in empty_views():
        yield "empty view", view
    bases = [good[place] for place in np.random.default_rng(1).permutation(len(good))[:views].tolist()]
    for number, sample in enumerate(bases):
        picture = coloured(sample.picture())
        for kind, ways in VIEWS.items():
            yield kind, ways[number % len(ways)](picture)


def main() -> None:
    """Judge, and print a line for each kind."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", type=Path, required=True, help="a bundle with a memory of good")
    parser.add_argument("--own", type=Path, required=True, help="the folder that it learnt")
    parser.add_argument("--others", type=Path, nargs="+", required=True, help="folders of other products")
    parser.add_argument("--count", type=int, default=24, help="pictures of each other set")
    parser.add_argument("--views", type=int, default=24, help="good pictures that are spoilt")
    parsed = parser.parse_args()
    bundle = Bundle.load(parsed.model)
    classifier = load_classifier(bundle)
    thresholds = in_force(None, classifier.thresholds, classifier.identity.good_scale, DEFAULT_RATE)
    scores = read_scores(parsed.model)
    tested = {score.path for score in scores if score.part is ScorePart.TEST and not score.defective}
    sets = [read_dataset(folder) for folder in (parsed.own, *parsed.others)]
    verdicts: dict[str, Counter[str]] = {}
    said: dict[str, Counter[str]] = {}
    for kind, picture in pictures(sets[0], sets[1:], tested, parsed.count, parsed.views):
        decision = decide(classifier.predict(picture), thresholds)
        verdicts.setdefault(kind, Counter())[decision.verdict.name] += 1
        if decision.verdict is Verdict.REVIEW:
            said.setdefault(kind, Counter())[decision.reason.split(" (")[0].split(":")[0]] += 1
    classifier.close()
    for kind, counts in verdicts.items():
        print(json.dumps({"kind": kind, "pictures": counts.total(), **counts, "said": said.get(kind, {})}), flush=True)


if __name__ == "__main__":
    main()
