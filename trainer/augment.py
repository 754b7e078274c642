"""Augmented views of a picture: what may change without the part becoming another one."""

from __future__ import annotations

from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import TYPE_CHECKING

import cv2
import numpy as np

from inspector.vision.preprocess import fit, mean_colour

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from inspector.domain.records import Image
    from inspector.vision.preprocess import Preprocessing

#: Augmented views are cut from a picture so much larger than the network's input, so that zooming in stays sharp.
_MARGIN = 1.25
#: Parts that are turned level lie so to a fraction of a degree; those at the line no less, so a little more is enough.
_LEVEL_DEG = 2.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Augmentation:
    """Ranges of random changes.

    Args:
        zoom: The side of the random crop is between 1 - zoom and 1 + zoom/2 of the picture's.
        shift: Largest shift of the crop's middle, as a fraction of the side.
        stretch: Largest change of the aspect ratio, as a fraction.
        rotation_deg: Largest rotation, either way.
        turns: Whether it may be turned by 90, 180 or 270 degrees too.
        half_turns: Whether by 180 degrees alone, where ``turns`` is not set.
        mirror: Whether left and right may be exchanged.
        flip: Whether top and bottom may be exchanged.
        brightness: Added, in fractions of full scale.
        contrast: Largest c of a factor 1 ± c.
        saturation: Largest s of a factor 1 ± s, towards and away from grey.
        blur: Largest sigma of a Gaussian, pixels of the input; every third view.
        noise: Largest sigma of Gaussian noise, in fractions of full scale; every third view.
        erase: Probability that a small rectangle (1 to 4 % of the area) is replaced by the mean colour.
    """

    zoom: float = 0.12
    shift: float = 0.04
    stretch: float = 0.05
    rotation_deg: float = 10.0
    turns: bool = True
    half_turns: bool = False
    mirror: bool = True
    flip: bool = True
    brightness: float = 0.08
    contrast: float = 0.12
    saturation: float = 0.12
    blur: float = 0.6
    noise: float = 0.01
    erase: float = 0.0

    def scaled(self, strength: float) -> Augmentation:
        """Return ranges so many times as wide; turns and mirrors are allowed or not, whatever the strength above 0."""
        if strength == 0:
            return NONE
        numbers = {
            name: getattr(self, name) * strength
            for name in ("zoom", "shift", "stretch", "rotation_deg", "brightness", "contrast", "saturation")
        }
        numbers |= {name: getattr(self, name) * strength for name in ("blur", "noise")}
        return replace(self, **numbers, erase=min(1.0, self.erase * strength))

    def of_level_parts(self) -> Augmentation:
        """Return it for parts that are turned level before they are judged: only which end comes first is open."""
        return replace(
            self, turns=False, half_turns=self.turns or self.half_turns, rotation_deg=min(self.rotation_deg, _LEVEL_DEG)
        )


NONE = Augmentation(
    zoom=0, shift=0, stretch=0, rotation_deg=0, turns=False, mirror=False, flip=False,
    brightness=0, contrast=0, saturation=0, blur=0, noise=0,
)  # fmt: skip
STANDARD = Augmentation()
_COLOUR = {"brightness": 0.03, "contrast": 0.05, "saturation": 0.0}
_ORIENTED = {"turns": False, "mirror": False, "flip": False, "rotation_deg": 3.0}
#: By the names that `TrainRequest.preset` knows.
PRESETS: Mapping[str, Augmentation] = MappingProxyType(
    {
        "standard": STANDARD,
        "orientation-matters": replace(STANDARD, **_ORIENTED),  # type: ignore[arg-type]
        "colour-matters": replace(STANDARD, **_COLOUR),  # type: ignore[arg-type]
        "both-matter": replace(STANDARD, **_ORIENTED, **_COLOUR),  # type: ignore[arg-type]
        "none": NONE,
    }
)


def plain_views(*, upright: bool) -> int:
    """Return how many of the views show the picture as it is: a part that is turned level either way round."""
    return 2 if upright else 1


def views(
    image: Image, preprocessing: Preprocessing, augmentation: Augmentation, count: int, rng: np.random.Generator
) -> NDArray[np.uint8]:
    """Return the plain view, and augmented ones.

    Where the part is turned level the second is the plain one turned by 180 degrees, as its axis has no beginning.

    Args:
        image: As for `preprocess`.
        preprocessing: As the network has it.
        count: Number of views with the plain one, 1 or more.
        rng: All chance comes from it.

    Returns:
        (count, S, S, 3) uint8 BGR, as `fit` makes them; the first is what the network sees at the line.
    """
    size = preprocessing.input_size
    views = np.empty((count, size, size, 3), np.uint8)
    fit(image, preprocessing, views[0])
    first = plain_views(upright=preprocessing.upright)
    if preprocessing.upright:
        augmentation = augmentation.of_level_parts()
        views[1:first] = views[0, ::-1, ::-1]
    if count > first:
        base = fit(image, preprocessing.model_copy(update={"input_size": round(size * _MARGIN)}))
        for number in range(first, count):
            _view(base, views[number], augmentation, mean_colour(preprocessing), rng)
    return views


def _view(
    base: NDArray[np.uint8],
    view: NDArray[np.uint8],
    aug: Augmentation,
    mean: NDArray[np.uint8],
    rng: np.random.Generator,
) -> None:
    """Fill ``view``, (S, S, 3); every step rounds to bytes, as a camera does."""
    size = view.shape[0]
    cv2.warpAffine(
        base, _placement(base.shape[0], size, aug, rng), (size, size), dst=view,
        flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP, borderMode=cv2.BORDER_REFLECT_101,
    )  # fmt: skip
    colour = 1 + rng.uniform(-aug.saturation, aug.saturation) if aug.saturation else 1.0
    gain, more = 1.0, 0.0
    if aug.contrast or aug.brightness:
        gain = 1 + rng.uniform(-aug.contrast, aug.contrast)
        more = 255 * rng.uniform(-aug.brightness, aug.brightness)
    if (colour, gain, more) != (1.0, 1.0, 0.0):
        # towards grey or away from it, which leaves the mean, then contrast about the mean, and brightness: one matrix
        middle = float(np.mean(cv2.mean(view)[:3]))
        matrix = np.empty((3, 4))
        matrix[:, :3] = gain * (colour * np.eye(3) + (1 - colour) / 3)
        matrix[:, 3] = middle * (1 - gain) + more
        view[:] = cv2.transform(view, matrix)
    if aug.blur and rng.random() < 1 / 3:
        view[:] = cv2.GaussianBlur(view, (0, 0), max(0.1, rng.uniform(0, aug.blur)))
    if aug.noise and rng.random() < 1 / 3:
        noise = rng.standard_normal(view.shape, np.float32)
        noise *= np.float32(255 * rng.uniform(0, aug.noise))
        view[:] = cv2.add(view, noise, dtype=cv2.CV_8U)
    if aug.erase and rng.random() < aug.erase:
        height, width = (max(1, int(size * edge)) for edge in rng.uniform(0.1, 0.2, 2))
        top, left = int(rng.integers(size - height)), int(rng.integers(size - width))
        view[top : top + height, left : left + width] = mean


def _placement(side: int, size: int, aug: Augmentation, rng: np.random.Generator) -> NDArray[np.float64]:
    """Return the (2, 3) matrix from a pixel of the view to one of the base."""
    scale = side / size * rng.uniform(1 - aug.zoom, 1 + aug.zoom / 2)
    stretch = np.exp(rng.uniform(-aug.stretch, aug.stretch))
    angle = np.deg2rad(rng.uniform(-aug.rotation_deg, aug.rotation_deg))
    if aug.turns:
        angle += np.pi / 2 * int(rng.integers(4))
    elif aug.half_turns:
        angle += np.pi * int(rng.integers(2))
    cos, sin = np.cos(angle), np.sin(angle)
    turn = np.array([[cos, -sin], [sin, cos]]) @ np.diag([scale * stretch, scale / stretch])
    if aug.mirror and rng.random() < 0.5:
        turn = turn @ np.diag([-1.0, 1.0])
    if aug.flip and rng.random() < 0.5:
        turn = turn @ np.diag([1.0, -1.0])
    middle = (side - 1) / 2 + rng.uniform(-aug.shift, aug.shift, 2) * side
    centre = np.full(2, (size - 1) / 2)
    return np.column_stack([turn, middle - turn @ centre])
