"""What a part's picture is like as a picture: light, sharpness, noise, colour, the part's place, a small pattern.

These say nothing of the part's quality. They move when lamp, lens or fixture do.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import cv2
import numpy as np

from inspector.domain.outline import outline_of, small_picture
from inspector.domain.quality import grey8

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from inspector.domain.outline import Outline
    from inspector.domain.records import Image

#: Cells a side of the pattern.
PATTERN = 64
_LONG_SIDE_PX = 640
_MASK = np.array([[1, -2, 1], [-2, 4, -2], [1, -2, 1]], np.float32)
#: Of a part that covers more of the rim the place is not known; one that was shifted may touch it.
_FREE = 0.3
#: A part that is no longer than this many times its width has no direction.
_LONG = 1.2
#: Below this coherence of its gradients a picture has no direction.
_COHERENT = 0.25


@dataclass(frozen=True, slots=True, kw_only=True)
class PictureMeasures:
    """What was measured.

    Args:
        brightness: Mean grey, 0 to 255.
        contrast: Standard deviation of the grey, 0 or more.
        sharpness: Variance of the Laplacian of the picture, divided by that of the picture at half its size, 0 or more:
            light does not change it (after Pech-Pacheco et al., ICPR 2000).
        noise: Standard deviation of the noise as a share of the brightness (Immerkær, CVIU 1996); fine texture counts.
        red: Red divided by green; None of a grey picture.
        blue: Blue divided by green; likewise.
        x: Middle of the part, as a share of the picture's width; None where no part stands free.
        y: As a share of its height; likewise.
        angle: Of the part's longer axis, degrees from -90 to 90; None where it has none, or does not stand free.
        grain: Direction across which the picture changes most, degrees from -90 to 90; None where it has none.
        pattern: (PATTERN, PATTERN) float32, grey as a share of the brightness. It is not recorded.
    """

    brightness: float
    contrast: float
    sharpness: float
    noise: float
    red: float | None = None
    blue: float | None = None
    x: float | None = None
    y: float | None = None
    angle: float | None = None
    grain: float | None = None
    pattern: NDArray[np.float32] | None = field(default=None, compare=False, repr=False)


def measure_picture(image: Image) -> PictureMeasures:
    """Measure a picture of a part, at no more than 640 pixels a side.

    Args:
        image: The inspected pixels, see `Image`.
    """
    colour = _small(image)
    grey = grey8(colour)
    mean, spread = (float(value[0, 0]) for value in cv2.meanStdDev(grey))
    half = cv2.resize(grey, (max(1, grey.shape[1] // 2), max(1, grey.shape[0] // 2)), interpolation=cv2.INTER_AREA)
    across, down = (cv2.Sobel(half, cv2.CV_32F, *step) for step in ((1, 0), (0, 1)))
    red, blue = _colours(colour)
    x, y, angle = _lie(outline_of(small_picture(image)), image.shape[1] / image.shape[0])
    cells = cv2.resize(half, (PATTERN, PATTERN), interpolation=cv2.INTER_AREA)
    return PictureMeasures(
        brightness=mean,
        contrast=spread,
        sharpness=_edges(grey) / max(_edges(half), 1e-6),
        noise=_noise(grey) / max(mean, 1.0),
        red=red,
        blue=blue,
        x=x,
        y=y,
        angle=angle,
        grain=_direction(across, down),
        pattern=np.asarray(cells / np.float32(max(mean, 1.0)), np.float32),
    )


def _small(image: Image) -> Image:
    """Return a picture of at most `_LONG_SIDE_PX`, 8 bits; halved first, which is faster."""
    while max(image.shape[:2]) >= 2 * _LONG_SIDE_PX:
        image = np.asarray(
            cv2.resize(image, (max(1, image.shape[1] // 2), max(1, image.shape[0] // 2)), interpolation=cv2.INTER_AREA),
            image.dtype,
        )
    scale = _LONG_SIDE_PX / max(image.shape[:2])
    if scale < 1.0:
        size = (max(1, round(image.shape[1] * scale)), max(1, round(image.shape[0] * scale)))
        image = np.asarray(cv2.resize(image, size, interpolation=cv2.INTER_AREA), image.dtype)
    if image.dtype == np.uint16:
        image = cv2.convertScaleAbs(image, alpha=1 / 257.0)
    return image


def _edges(grey: NDArray[np.uint8]) -> float:
    spread = float(cv2.meanStdDev(cv2.Laplacian(grey, cv2.CV_16S))[1][0, 0])
    return spread * spread


def _noise(grey: NDArray[np.uint8]) -> float:
    answer = cv2.filter2D(grey, cv2.CV_16S, _MASK)
    return math.sqrt(math.pi / 2) / 6 * float(cv2.norm(answer, cv2.NORM_L1)) / float(answer.size)


def _colours(image: Image) -> tuple[float | None, float | None]:
    if image.ndim == 2:
        return None, None
    blue, green, red = (float(value) + 1.0 for value in cv2.mean(image)[:3])
    return red / green, blue / green


def _direction(across: NDArray[np.float32], down: NDArray[np.float32]) -> float | None:
    """Return the main axis of the structure tensor (Förstner and Gülch, 1987); None where gradients have none."""
    xx, yy, xy = float(cv2.norm(across)) ** 2, float(cv2.norm(down)) ** 2, float(np.vdot(across, down))
    if math.hypot(xx - yy, 2 * xy) < _COHERENT * (xx + yy) or xx + yy <= 0.0:
        return None
    return math.degrees(0.5 * math.atan2(2 * xy, xx - yy))


def _lie(outline: Outline | None, aspect: float) -> tuple[float | None, float | None, float | None]:
    """Return where the part's middle is, and its angle in a picture that is so many times as wide as high."""
    if outline is None or outline.rim > _FREE:
        return None, None, None
    if outline.slimness < _LONG:
        return outline.x, outline.y, None
    moments = cv2.moments(outline.mask.astype(np.uint8), binaryImage=True)
    xx, yy, xy = moments["mu20"] * aspect**2, moments["mu02"], moments["mu11"] * aspect
    return outline.x, outline.y, math.degrees(0.5 * math.atan2(2 * xy, xx - yy))
