"""What is kept of each picture for the audit: a thumbnail, and figures of the whole."""

from __future__ import annotations

from collections import deque
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import cv2
import numpy as np

from inspector.domain.errors import InspectorError
from inspector.domain.picture_range import PictureLook, look_of
from inspector.domain.quality import grey8, highest_of_dark_range, sharpness
from inspector.pictures import read_content
from inspector.pictures.compression import jpeg_quality
from inspector.pictures.header import read_header
from trainer.labelled import decoded

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from inspector.domain.records import Image
    from trainer.dataset import Sample

SIDE = 64
_AHEAD = 8
_MIDDLE_PX = 1024
_NOISE_MASK = np.array([[1, -2, 1], [-2, 4, -2], [1, -2, 1]], np.float32)
_NOTHING = PictureLook(width_px=0, height_px=0, bits=8, coloured=False)


@dataclass(frozen=True, slots=True)
class Miniature:
    """What is kept of a picture.

    Args:
        grey: (64, 64) float32, 0..255.
        look: Size, bits and colour of the whole picture.
        kind: Format of the file, as ``JPEG``.
        quality: Of a JPEG, 1..100; NaN for others.
        sharpness: Variance of the Laplacian, squared levels of 255, in the middle of the picture.
        noise: Standard deviation in levels of 255, in the middle of the picture.
        brightness: Mean grey value, 0..255.
        colour: (3,) mean of blue, green, red, less the brightness.
        highest_of_dark_range: Where nobody says its depth, as `inspector.domain.quality.highest_of_dark_range`; else 0.
        beyond_depth: Whether it has more bits than was said.
        fault: Why it cannot be read; empty where it can.
    """

    grey: NDArray[np.float32]
    look: PictureLook = _NOTHING
    kind: str = ""
    quality: float = float("nan")
    sharpness: float = 0.0
    noise: float = 0.0
    brightness: float = 0.0
    colour: NDArray[np.float32] = field(default_factory=lambda: np.zeros(3, np.float32))
    highest_of_dark_range: int = 0
    beyond_depth: bool = False
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


def _thumb(sample: Sample) -> Miniature:
    try:
        data = read_content(sample.path)
        image, beyond = decoded(data, str(sample.path), sample.bit_depth)
    except InspectorError as error:
        return Miniature(np.zeros((SIDE, SIDE), np.float32), fault=str(error))
    scale = 255.0 / np.iinfo(image.dtype).max
    small = cv2.resize(image, (SIDE, SIDE), interpolation=cv2.INTER_AREA).astype(np.float32) * scale
    planes = small[..., :3] if small.ndim == 3 else np.repeat(small[..., None], 3, axis=2)
    grey = np.ascontiguousarray(planes.mean(axis=2))
    brightness = float(grey.mean())
    colour = planes.mean(axis=(0, 1)) - brightness
    header = read_header(data, sample.path.suffix.lower())
    middle = grey8(_middle(image))
    return Miniature(
        grey,
        look=look_of(image),
        kind=header.kind if header else "",
        quality=jpeg_quality(data) or float("nan"),
        sharpness=sharpness(middle),
        noise=noise(middle),
        brightness=brightness,
        colour=colour.astype(np.float32),
        highest_of_dark_range=highest_of_dark_range(image) if sample.bit_depth is None or beyond else 0,
        beyond_depth=beyond,
    )


def noise(grey: NDArray[np.uint8]) -> float:
    """Return the standard deviation of the noise in levels of 255.

    A mask that answers neither to flat nor to evenly rising grey is laid over the picture, and the mean of its size is
    scaled to what normal noise would give (Immerkær, Fast noise variance estimation, CVIU 64, 1996).

    Args:
        grey: (H, W); at least 3 pixels a side, else there is none.
    """
    if min(grey.shape) < 3:
        return 0.0
    answer = np.abs(cv2.filter2D(grey, cv2.CV_32F, _NOISE_MASK)[1:-1, 1:-1])
    return float(np.sqrt(np.pi / 2) / 6 * answer.mean())


def _middle(image: Image) -> Image:
    """Return the middle of a picture, at its own scale."""
    top, left = (max(0, (side - _MIDDLE_PX) // 2) for side in image.shape[:2])
    return image[top : top + _MIDDLE_PX, left : left + _MIDDLE_PX]
