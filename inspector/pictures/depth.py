"""Pictures of 9 to 15 bits that are stored in 16: brought to full range, so that they are no darker than others."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from inspector.domain.errors import PictureError

if TYPE_CHECKING:
    from inspector.domain.records import Image


def full_range(image: Image, bits: int | None, name: str) -> Image:
    """Return a picture of 16 bits a channel, of which the lower ones hold the values, in full range.

    Args:
        image: See `Image`; an opacity stays as it is. One of 8 bits is returned as it is.
        bits: How many are used; None and 16 for all.
        name: Name of the file, for the error.

    Raises:
        PictureError: If a value needs more bits than that.
    """
    if bits is None or bits >= 16 or image.dtype != np.uint16:
        return image
    colours = image[..., :3] if image.ndim == 3 else image
    if (highest := int(colours.max())) >> bits:
        raise PictureError(
            f"the picture {name} holds the value {highest}, which is more than {bits} bits",
            "Correct the bit depth of the recipe's source.",
        )
    full = (colours.astype(np.uint32) * 65_535 // ((1 << bits) - 1)).astype(np.uint16)
    return full if image.shape == full.shape else np.dstack([full, image[..., 3:]])
