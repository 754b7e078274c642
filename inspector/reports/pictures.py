"""Kept pictures and heatmaps as data that a page holds, no larger than it needs."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import cv2

from inspector.domain.errors import PictureError
from inspector.outputs.kept import kept_heatmap
from inspector.pictures import encode_picture, read_picture
from inspector.vision.overlay import displayable, draw_overlay

if TYPE_CHECKING:
    from inspector.domain.records import Image

_SIDE_PX, _JPEG_QUALITY = 440, 82


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptPictures:
    """What a page shows of a part.

    Args:
        picture: A data URI.
        heatmap: Drawn over the picture, a data URI too; empty where none was kept, or it is gone.
    """

    picture: str
    heatmap: str


def kept_pictures(picture: str | None, heatmap: str | None) -> KeptPictures | None:
    """Return what was kept of a part; None where the picture is not there.

    Args:
        picture: Its file.
        heatmap: Of the PNG beside it; None for none.
    """
    if picture is None:
        return None
    try:
        shown = small(read_picture(Path(picture), at_least=_SIDE_PX))
    except PictureError:
        return None
    drawn = ""
    if heatmap is not None:
        try:
            drawn = data_uri(draw_overlay(shown, kept_heatmap(Path(heatmap))))
        except PictureError:
            drawn = ""
    return KeptPictures(picture=data_uri(shown), heatmap=drawn)


def small(picture: Image) -> Image:
    """Return a picture as (h, w, 3) uint8 BGR, no side longer than a page needs."""
    shown: Image = displayable(picture)
    factor = _SIDE_PX / max(shown.shape[:2])
    if factor < 1:
        size = (max(1, round(shown.shape[1] * factor)), max(1, round(shown.shape[0] * factor)))
        shown = cv2.resize(shown, size, interpolation=cv2.INTER_AREA)
    return shown


def data_uri(picture: Image) -> str:
    """Return a picture, (h, w, 3) uint8 BGR, as a data URI."""
    data = encode_picture(picture, ".jpg", quality=_JPEG_QUALITY)
    return f"data:image/jpeg;base64,{base64.b64encode(data).decode()}"
