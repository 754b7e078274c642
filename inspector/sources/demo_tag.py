"""The tag that travels beside a part of the demo line: the part's number as a Data Matrix."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np

from inspector.pictures.codes import code_library

if TYPE_CHECKING:
    from inspector.domain.records import Image

#: Side of a tag, in pixels: 12 modules and a margin of one, six pixels each.
TAG_PX = 84
_WHITE, _BLACK = 205, 34


def tag_text(number: int) -> str:
    """Return what the tag of a part says, as “F-000123”.

    Args:
        number: Of the part, counted from 1; its last six digits are taken.
    """
    return f"F-{number % 1_000_000:06}"


def render_tag(number: int) -> Image:
    """Return the tag of a part, (84, 84, 3) uint8.

    Raises:
        CodeLibraryError: If what draws codes is not installed.
    """
    library = code_library()
    code = library.create_barcode(tag_text(number), library.BarcodeFormat.DataMatrix)
    modules = np.asarray(library.write_barcode_to_image(code, scale=1))
    grey = np.where(modules > 127, _WHITE, _BLACK).astype(np.uint8)
    tag = cv2.resize(grey, (TAG_PX, TAG_PX), interpolation=cv2.INTER_NEAREST)
    return np.repeat(tag[..., None], 3, axis=2)
