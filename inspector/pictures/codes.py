"""Reads Data Matrix and QR codes in a picture, by zxing-cpp."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from inspector.domain.errors import InspectorError
from inspector.domain.part_code import CodeKinds
from inspector.domain.quality import grey8

if TYPE_CHECKING:
    from inspector.domain.geometry import Image


class CodeLibraryError(InspectorError):
    """What reads codes is not installed."""


def code_library() -> Any:  # noqa: ANN401 - a module
    """Import and return zxing-cpp, which is an extra.

    Raises:
        CodeLibraryError: If it is not installed.
    """
    try:
        import zxingcpp
    except ImportError as error:
        raise CodeLibraryError(
            "what reads codes on parts is not installed", "Install the extra: pip install 'inspector-station[line]'."
        ) from error
    return zxingcpp


def read_codes(image: Image, kinds: CodeKinds) -> tuple[str, ...]:
    """Return the texts of the codes in a picture, at any angle, light on dark too; what cannot be decoded is left out.

    Characters without a shape are written out (``<GS>``); GS1 is written with its brackets, as ``(01)…(21)…``. Other
    threads run meanwhile.

    Raises:
        CodeLibraryError: If zxing-cpp is not installed.
    """
    zxingcpp = code_library()
    formats = {
        CodeKinds.OFF: [],
        CodeKinds.DATA_MATRIX: [zxingcpp.BarcodeFormat.DataMatrix],
        CodeKinds.QR: [zxingcpp.BarcodeFormat.QRCode],
        CodeKinds.EITHER: [zxingcpp.BarcodeFormat.DataMatrix, zxingcpp.BarcodeFormat.QRCode],
    }[kinds]
    if not formats:
        return ()
    codes = zxingcpp.read_barcodes(np.ascontiguousarray(grey8(image)), zxingcpp.BarcodeFormats(formats))
    return tuple(code.text for code in codes)
