"""Pictures of 9 to 15 bits that are stored in 16: brought to full range, so that they are no darker than others."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from inspector.domain.errors import DepthError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from inspector.domain.records import Image

_ROWS = 256


def said_depth(image: Image, bits: int) -> int | None:
    """Return how many bits of a 16-bit channel hold its values, where a PNG says that so many of them matter (sBIT).

    The standard wants such values in the upper bits, and then they are in full range already. Many cameras' programs
    write them into the lower ones: no value is larger than those bits hold, and the bits below are in use.

    Args:
        bits: As the file says; 0 where it does not.

    Returns:
        The bits; None where the values are in full range.
    """
    if not 8 <= bits < 16 or image.dtype != np.uint16:
        return None
    colours = image[..., :3] if image.ndim == 3 else image
    if int(colours.max()) >> bits:
        return None
    # in full range they are multiples, rounded: of so small ones the bits below are all 0
    below = np.uint16((1 << (16 - bits)) - 1)
    used = (((rows & below) > 0) & (rows < 1 << (bits - 1)) for rows in _blocks(colours))
    return bits if any(bool(rows.any()) for rows in used) else None


def full_range(image: Image, bits: int | None, name: str) -> Image:
    """Return a picture of which only the lower bits of a channel hold the values, in full range.

    Args:
        image: See `Image`; an opacity stays as it is. One of 8 bits is returned as it is.
        bits: How many are used; None and 16 for all.
        name: Name of the file, for the error.

    Raises:
        DepthError: If a value needs more bits than that.
    """
    if bits is None or bits >= 16 or image.dtype != np.uint16:
        return image
    colours = image[..., :3] if image.ndim == 3 else image
    if (highest := int(colours.max())) >> bits:
        raise DepthError(
            f"the picture {name} holds the value {highest}, which is more than {bits} bits",
            "Correct the bit depth of the recipe's source.",
        )
    full = _scaled(colours, bits, np.uint16)
    return full if image.shape == full.shape else np.dstack([full, image[..., 3:]])


def widened(values: NDArray[Any], bits: int) -> Image:
    """Return values of 1 to 16 bits in the full range of 8 bits, or of 16 where they have more."""
    if values.dtype == np.bool_:
        return values.astype(np.uint8) * np.uint8(255)
    if bits in (8, 16):
        return values
    return _scaled(values, bits, np.uint8 if bits < 8 else np.uint16)


def _scaled(values: NDArray[Any], bits: int, kind: type[np.uint8 | np.uint16]) -> Image:
    """Return values of so many bits in the full range of a kind; some rows at a time, as each takes 8 bytes a value."""
    scaled = np.empty(values.shape, kind)
    for rows, target in zip(_blocks(values), _blocks(scaled), strict=True):
        target[...] = rows.astype(np.uint32) * np.iinfo(kind).max // ((1 << bits) - 1)
    return scaled


def _blocks(values: NDArray[Any]) -> Iterator[NDArray[Any]]:
    """Iterate over an array some rows at a time."""
    return (values[first : first + _ROWS] for first in range(0, len(values), _ROWS))
