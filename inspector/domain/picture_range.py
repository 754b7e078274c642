"""What pictures are like as pictures: size, bits, colour; and whether one is unlike those that a model learnt from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable

    from inspector.domain.records import Image

#: How a remark begins.
UNLIKE = "unlike the training pictures"
#: A side may be longer or shorter by this share before it is said: a part's square differs by a few pixels.
SLACK = 0.1
#: Grey pictures saved in colour differ between their channels by rounding only, in levels of 255.
_GREY_LEVELS = 3
#: Pixels a side that are looked at for colour.
_LOOKED_AT_PX = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class PictureLook:
    """What one picture is like.

    Args:
        bits: Bits of a channel, 8 or 16.
        coloured: Whether it shows colours; a grey picture with three channels does not.
    """

    width_px: int
    height_px: int
    bits: int
    coloured: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class PictureRange:
    """What the pictures are like that a model learnt from.

    Args:
        width_px: The least and the largest width.
        height_px: The least and the largest height.
        bits: All that occur.
        coloured: All that occur.
    """

    width_px: tuple[int, int]
    height_px: tuple[int, int]
    bits: tuple[int, ...]
    coloured: tuple[bool, ...]

    @classmethod
    def of(cls, looks: Iterable[PictureLook]) -> PictureRange | None:
        """Return the range of some pictures; None where there is none."""
        listed = list(looks)
        if not listed:
            return None
        widths, heights = [look.width_px for look in listed], [look.height_px for look in listed]
        return cls(
            width_px=(min(widths), max(widths)),
            height_px=(min(heights), max(heights)),
            bits=tuple(sorted({look.bits for look in listed})),
            coloured=tuple(sorted({look.coloured for look in listed})),
        )

    def remark(self, look: PictureLook) -> str:
        """Say in what a picture is unlike these; empty where it is like them.

        Size counts from `SLACK` on. It is a remark and no error: a network may judge such a picture well, but nobody
        has tested it.
        """
        unlike = []
        if look.coloured not in self.coloured:
            unlike.append("in colour (they are grey)" if look.coloured else "grey (they are in colour)")
        if look.bits not in self.bits:
            unlike.append(f"{look.bits} bits a channel (they have {self.bits[0]})")
        if not (_fits(look.width_px, self.width_px) and _fits(look.height_px, self.height_px)):
            sides = f"{_sides(self.width_px)} × {_sides(self.height_px)}"
            unlike.append(f"{look.width_px} × {look.height_px} pixels (they have {sides})")
        return f"{UNLIKE}: {', '.join(unlike)}" if unlike else ""


def look_of(image: Image, divisor: int = 1) -> PictureLook:
    """Return what a picture is like.

    Args:
        image: Its pixels.
        divisor: By which its sides were divided when it was decoded.
    """
    return PictureLook(
        width_px=image.shape[1] * divisor,
        height_px=image.shape[0] * divisor,
        bits=16 if image.dtype == np.uint16 else 8,
        coloured=_is_coloured(image),
    )


def _is_coloured(image: Image) -> bool:
    if image.ndim == 2:
        return False
    down, along = (max(1, side // _LOOKED_AT_PX) for side in image.shape[:2])
    some = image[::down, ::along, :3].astype(np.int32)
    most = _GREY_LEVELS * (257 if image.dtype == np.uint16 else 1)
    return bool((some.max(axis=2) - some.min(axis=2)).max() > most)


def _fits(side: int, known: tuple[int, int]) -> bool:
    return (1 - SLACK) * known[0] <= side <= (1 + SLACK) * known[1]


def _sides(known: tuple[int, int]) -> str:
    return str(known[0]) if known[0] == known[1] else f"{known[0]}–{known[1]}"
