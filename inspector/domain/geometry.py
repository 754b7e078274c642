"""Pictures as arrays, and rectangles in them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from inspector.domain.about import About, told
from inspector.domain.errors import PictureError

#: Pixels as they leave a source: ``(H, W)``, ``(H, W, 3)`` BGR or ``(H, W, 4)`` BGRA; uint8 or uint16; read-only.
#: No picture is larger.
MOST_PX = 100_000
Image = Any  # NDArray[np.uint8] | NDArray[np.uint16]


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    """A rectangle in picture pixels, origin top left.

    Args:
        x: Left edge, in pixels.
        y: Top edge, in pixels.
        width: At least 1 pixel.
        height: At least 1 pixel.

    Raises:
        ValueError: If width or height is below 1.
    """

    x: int = field(metadata=told(About("left", unit="pixels", low=0, high=MOST_PX)))
    y: int = field(metadata=told(About("top", unit="pixels", low=0, high=MOST_PX)))
    width: int = field(metadata=told(About("width", unit="pixels", low=1, high=MOST_PX)))
    height: int = field(metadata=told(About("height", unit="pixels", low=1, high=MOST_PX)))

    def __post_init__(self) -> None:
        if self.width < 1 or self.height < 1:
            msg = f"a box needs a width and a height of at least 1, got {self.width} × {self.height}"
            raise ValueError(msg)

    @property
    def centre(self) -> tuple[float, float]:
        """The middle of the box as ``(x, y)`` in pixels."""
        return self.x + self.width / 2, self.y + self.height / 2

    def clipped(self, width: int, height: int) -> Box | None:
        """Return the part of the box inside a picture of ``width`` × ``height``; None where nothing is inside."""
        left, top = max(0, self.x), max(0, self.y)
        right, bottom = min(width, self.x + self.width), min(height, self.y + self.height)
        if right <= left or bottom <= top:
            return None
        return Box(x=left, y=top, width=right - left, height=bottom - top)

    def cut(self, image: Image) -> Image:
        """Return the view of ``image`` inside the box, clipped to the picture.

        Raises:
            PictureError: If nothing of the box is inside the picture.
        """
        height, width = image.shape[:2]
        inside = self.clipped(width, height)
        if inside is None:
            raise PictureError(
                f"the region {self.width}×{self.height} at {self.x}, {self.y} is outside the {width}×{height} picture",
                "Set the region of interest inside the picture (Settings, Trigger and region).",
            )
        return image[inside.y : inside.y + inside.height, inside.x : inside.x + inside.width]

    def cut_whole(self, image: Image) -> Image:
        """Return the view of ``image`` inside the box, all of which lies in the picture.

        Raises:
            PictureError: If something of the box is outside the picture.
        """
        pixels = self.cut(image)
        if pixels.shape[:2] != (self.height, self.width):
            height, width = image.shape[:2]
            raise PictureError(
                f"the region {self.width}×{self.height} at {self.x}, {self.y} reaches outside the {width}×{height} "
                "picture",
                "Set the region of interest inside the picture (Settings, Region and trigger).",
            )
        return pixels
