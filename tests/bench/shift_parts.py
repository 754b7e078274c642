"""The parts of the shift of `tests.bench.shift`: MVTec AD bottle, and which of it the challenge is made of."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import cv2
import numpy as np

from inspector.assembly import load_classifier
from inspector.domain.challenge import KnownAs
from inspector.domain.guard import in_force
from inspector.domain.policy import decide
from inspector.domain.records import Verdict
from inspector.domain.strangeness import DEFAULT_RATE
from tests.stream_camera import encoded

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from inspector.paths import Home

    Picture = NDArray[np.uint8]

_GOOD, _DEFECTIVE = 7, 5
#: So often is a part of the challenge tried before.
_SHOTS = 3


@dataclass(kw_only=True)
class ShiftPictures:
    """The pictures of the shift: of parts that the model has learnt from, good ones that it has not, and the new defect."""

    learnt_good: list[Path]
    learnt_defective: list[Path]
    good: list[Path]
    new_kind: list[Path]

    @classmethod
    def of(cls, data: Path) -> ShiftPictures:
        """Find them in the folder of MVTec AD bottle."""

        def all_in(*folders: str) -> list[Path]:
            return [path for folder in folders for path in sorted((data / folder).glob("*.png"))]

        return cls(
            learnt_good=all_in("train/good"),
            learnt_defective=all_in("test/broken_large", "test/broken_small"),
            good=all_in("test/good"),
            new_kind=all_in("test/contamination"),
        )


def known_parts(model: Path, home: Home, pictures: ShiftPictures) -> list[tuple[KnownAs, Path]]:
    """Return the parts of the challenge: those whose verdict is right each time, as whoever makes a set chooses them."""
    classifier = load_classifier(str(model), home, device="cpu", precision="auto")
    rng = np.random.default_rng(1)
    thresholds = in_force(None, classifier.thresholds, classifier.identity.good_scale, DEFAULT_RATE)

    def shots(path: Path) -> Iterator[Picture]:
        yield np.asarray(cv2.imread(str(path)), np.uint8)
        for _ in range(_SHOTS):
            sent = np.frombuffer(encoded(path, 1.0, rng), np.uint8)
            yield np.asarray(cv2.imdecode(sent, cv2.IMREAD_COLOR), np.uint8)

    def judged(paths: list[Path], verdict: Verdict, count: int) -> Iterator[Path]:
        right = (
            path
            for path in paths
            if all(decide(classifier.predict(shot), thresholds).verdict is verdict for shot in shots(path))
        )
        for _, path in zip(range(count), right, strict=False):
            yield path

    good = [(KnownAs.GOOD, path) for path in judged(pictures.learnt_good, Verdict.PASS, _GOOD)]
    bad = [(KnownAs.DEFECTIVE, path) for path in judged(pictures.learnt_defective, Verdict.FAIL, _DEFECTIVE)]
    classifier.close()
    if (len(good), len(bad)) != (_GOOD, _DEFECTIVE):
        msg = f"the model judges {len(good)} of the good and {len(bad)} of the defective parts rightly: too few"
        raise SystemExit(msg)
    return [*good, *bad]
