"""The one preprocessing, used by training and by inspection, and the way back from the map to the picture."""

from __future__ import annotations

import math
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple

import numpy as np
from pydantic import BaseModel, ConfigDict, Field

from inspector.domain.errors import PictureError
from inspector.vision.framing import MapPlace, cut_out, place_of, square_of
from inspector.vision.resample import Span, resample

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from inspector.domain.records import Image
    from inspector.vision.framing import Square

_STRIP_ROWS = 256


class ResizePolicy(StrEnum):
    """How a picture of any shape becomes the network's square."""

    SQUASH = "squash"  #: both sides to the input size; the shape is not kept
    LETTERBOX = "letterbox"  #: the long side to the input size; the rest is filled with the mean colour
    CENTRE_CROP = "centre-crop"  #: the short side to the input size; what protrudes is cut off on both ends


class ColourOrder(StrEnum):
    """Order of the network's input channels."""

    RGB = "rgb"
    BGR = "bgr"


_Mean = Annotated[float, Field(ge=0.0, le=1.0)]
_Deviation = Annotated[float, Field(gt=0.0, le=10.0)]


class Preprocessing(BaseModel):
    """What is done to a picture before the network; it travels with the weights. The defaults are ImageNet's."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    input_size: Annotated[int, Field(ge=32, le=4096, description="side of the network's square input, pixels")] = 224
    resize_policy: ResizePolicy = ResizePolicy.SQUASH
    mean: Annotated[tuple[_Mean, _Mean, _Mean], Field(description="per channel in colour order, 0..1")] = (
        0.485,
        0.456,
        0.406,
    )
    std: Annotated[tuple[_Deviation, _Deviation, _Deviation], Field(description="per channel in colour order")] = (
        0.229,
        0.224,
        0.225,
    )
    colour_order: ColourOrder = ColourOrder.RGB
    part_side: Annotated[
        float | None,
        Field(
            gt=0.0,
            le=2.0,
            description="side of the square around the part that is judged, as a share of the picture's shorter side; "
            "null: the whole picture",
        ),
    ] = None
    upright: Annotated[bool, Field(description="whether that square is turned so that the part lies level")] = False

    @property
    def picture_px(self) -> int:
        """What the whole picture's shorter side has in the network's scale, pixels: a smaller one shows less."""
        return self.input_size if self.part_side is None else math.ceil(self.input_size / self.part_side)


class _Placement(NamedTuple):
    """Where the resized picture (height × width) lies in the input: its top left corner, negative where cut off."""

    height: int
    width: int
    top: int
    left: int


def preprocess(image: Image, preprocessing: Preprocessing) -> NDArray[np.float32]:
    """Make the float input of a picture, for torch and for training: `fit` and then `normalise`.

    What runs at the line takes the bytes of `fit` and normalises them inside its graph, so both see the same pixels.

    Args:
        image: As in `fit`.
        preprocessing: Input size, policy, mean, deviation and colour order.

    Returns:
        (3, S, S) float32, S the input size.

    Raises:
        PictureError: If the array is not a picture.
    """
    return normalise(fit(image, preprocessing), preprocessing)


def fit(
    image: Image,
    preprocessing: Preprocessing,
    out: NDArray[np.uint8] | None = None,
    *,
    shows: Image | None = None,
) -> NDArray[np.uint8]:
    """Bring a picture into the network's square: antialiased resize, rounded to bytes.

    Full scale is 255 for 8 bit and 65535 for 16 bit; a camera that delivers 12 bits in 16 must be set to scale them
    up. A 16-bit picture is resized with all its bits and rounded to 8 afterwards; halves are rounded up, as Pillow
    does. Grey is repeated on all three channels. A picture with transparency is laid over black, so that colours
    hidden under transparent pixels cannot sway a verdict. What a letterbox leaves free has the network's mean colour,
    rounded. The orientation in a file's EXIF data is applied by the reader.

    Where only the part is judged, it is cut out (`inspector.vision.framing`). A picture in which none stands alone is
    taken whole.

    Args:
        image: (H, W), (H, W, 1), (H, W, 3) BGR or (H, W, 4) BGRA; uint8 or uint16; any size from 1×1.
        preprocessing: Size, policy, and for a letterbox the mean.
        out: (S, S, 3) uint8, where the result goes, as a row of a batch; None for a new array.
        shows: In which the part is looked for, of the same size, where ``image`` is a mask; None: in itself.

    Returns:
        (S, S, 3) uint8 BGR, S the input size; ``out`` where it was given.

    Raises:
        PictureError: If the array is not a picture.
    """
    pixels = opaque(_checked(image))
    size = preprocessing.input_size
    square = _part_square(image if shows is None else shows, preprocessing)
    if square is not None:
        part = cut_out(pixels, square, size)
        if out is None:
            return part
        np.copyto(out, part)
        return out
    place = _placement(pixels.shape[1], pixels.shape[0], preprocessing)
    inside = resample(pixels, _span(place.height, place.top, size), _span(place.width, place.left, size))
    if pixels.dtype == np.uint16:
        inside *= np.float32(255.0 / 65535.0)
    inside += np.float32(0.5)  # the cast to bytes cuts off
    whole = np.empty((size, size, 3), np.uint8) if out is None else out
    if inside.shape[:2] == (size, size):
        np.copyto(whole, inside, casting="unsafe")
        return whole
    whole[:] = mean_colour(preprocessing)
    filled = whole[place.top : place.top + place.height, place.left : place.left + place.width]
    np.copyto(filled, inside, casting="unsafe")
    return whole


def normalise(square: NDArray[np.uint8], preprocessing: Preprocessing) -> NDArray[np.float32]:
    """Normalise the bytes of `fit`: range 0..1, mean and deviation, colour order, channels first.

    Args:
        square: (S, S, 3) uint8 BGR.
        preprocessing: Mean, deviation and colour order.

    Returns:
        (3, S, S) float32.
    """
    planes = square.transpose(2, 0, 1)
    if preprocessing.colour_order is ColourOrder.RGB:
        planes = planes[::-1]
    std = np.asarray(preprocessing.std, np.float32)[:, None, None]
    mean = np.asarray(preprocessing.mean, np.float32)[:, None, None]
    return np.ascontiguousarray(planes * (1.0 / (np.float32(255.0) * std)) - mean / std)


def mean_colour(preprocessing: Preprocessing) -> NDArray[np.uint8]:
    """Return the network's mean.

    Args:
        preprocessing: Mean and colour order.

    Returns:
        (3,) uint8 BGR.
    """
    mean = np.rint(255.0 * np.asarray(preprocessing.mean)).astype(np.uint8)
    return mean[::-1] if preprocessing.colour_order is ColourOrder.RGB else mean


def opaque(image: Image) -> NDArray[Any]:
    """Lay a picture with transparency over black; others are returned as they are.

    Args:
        image: (H, W), (H, W, 3) BGR or (H, W, 4) BGRA; uint8 or uint16.

    Returns:
        (H, W) or (H, W, 3) of the same type; a view of the same pixels where nothing is transparent.
    """
    if image.ndim == 2 or image.shape[2] != 4:
        return image  # type: ignore[no-any-return]
    full_scale = np.iinfo(image.dtype).max
    if int(image[..., 3].min()) == full_scale:
        return image[..., :3]  # type: ignore[no-any-return]
    result = np.empty((*image.shape[:2], 3), image.dtype)
    for start in range(0, image.shape[0], _STRIP_ROWS):  # strips, so that a huge picture needs no huge float copy
        strip = image[start : start + _STRIP_ROWS].astype(np.float32)
        result[start : start + _STRIP_ROWS] = np.rint(strip[..., :3] * (strip[..., 3:] / full_scale))
    return result


def input_box(width: int, height: int, preprocessing: Preprocessing) -> tuple[float, float, float, float]:
    """Where the network's square input lies on the picture.

    Args:
        width: Width of the picture, pixels.
        height: Height of the picture.
        preprocessing: As given to `preprocess`.

    Returns:
        Left, top, right, bottom as fractions of the picture's width and height: 0, 0, 1, 1 when squashed; outside
        0..1 where a letterbox reaches beyond the picture; inside where the centre is cut out.
    """
    place, size = _placement(width, height, preprocessing), preprocessing.input_size
    left, top = -place.left / place.width, -place.top / place.height
    return left, top, left + size / place.width, top + size / place.height


def map_place(image: Image, preprocessing: Preprocessing) -> MapPlace:
    """Say where the maps of a picture's square input lie on it: with `input_box`, or where the part was cut out.

    Args:
        image: As given to `fit`.
        preprocessing: With which the maps were computed.
    """
    height, width = image.shape[:2]
    square = _part_square(image, preprocessing)
    if square is not None:
        return place_of(square, width, height)
    return MapPlace(input_box(width, height, preprocessing), part_missing=preprocessing.part_side is not None)


def _part_square(image: Image, preprocessing: Preprocessing) -> Square | None:
    if preprocessing.part_side is None:
        return None
    return square_of(image, preprocessing.part_side, upright=preprocessing.upright)


def _placement(width: int, height: int, preprocessing: Preprocessing) -> _Placement:
    size = preprocessing.input_size
    match preprocessing.resize_policy:
        case ResizePolicy.SQUASH:
            return _Placement(size, size, 0, 0)
        case ResizePolicy.LETTERBOX:
            longest = max(width, height)
            new_height, new_width = max(1, round(height * size / longest)), max(1, round(width * size / longest))
            return _Placement(new_height, new_width, (size - new_height) // 2, (size - new_width) // 2)
        case ResizePolicy.CENTRE_CROP:
            # the rounding of torchvision's Resize(size) and CenterCrop(size)
            shortest = min(width, height)
            new_height, new_width = height * size // shortest, width * size // shortest
            return _Placement(new_height, new_width, -round((new_height - size) / 2), -round((new_width - size) / 2))


def _span(resized: int, offset: int, size: int) -> Span:
    return Span(resized, max(0, -offset), min(resized, size))


def _checked(image: Image) -> NDArray[Any]:
    ok = (
        isinstance(image, np.ndarray)
        and (image.ndim == 2 or (image.ndim == 3 and image.shape[2] in (1, 3, 4)))
        and image.size > 0
        and image.dtype in (np.uint8, np.uint16)
    )
    if not ok:
        shape, dtype = getattr(image, "shape", type(image).__name__), getattr(image, "dtype", "")
        raise PictureError(
            f"a picture must be (H, W), (H, W, 3) or (H, W, 4) of uint8 or uint16, got {shape} {dtype}",
            "Check the source's pixel format.",
        )
    return image  # type: ignore[no-any-return]
