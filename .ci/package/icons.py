"""Draws resources/icons/inspector.svg as PNG and ICO: `python .ci/package/icons.py`; the results are checked in."""

from __future__ import annotations

import struct
from pathlib import Path

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, Qt
from PySide6.QtGui import QGuiApplication, QImage, QPainter
from PySide6.QtSvg import QSvgRenderer

_ICONS = Path(__file__).resolve().parents[2] / "resources" / "icons"
_PNG_PX = 256
_ICO_PX = (16, 24, 32, 48, 64, 256)


def _png(renderer: QSvgRenderer, size: int) -> bytes:
    image = QImage(size, size, QImage.Format.Format_ARGB32)
    image.fill(Qt.GlobalColor.transparent)
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    renderer.render(painter)
    painter.end()
    data = QByteArray()
    buffer = QBuffer(data)
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    image.save(buffer, "PNG")  # type: ignore[call-overload]
    return bytes(data.data())


def _ico(pictures: list[tuple[int, bytes]]) -> bytes:
    """Return a Windows icon that holds PNGs: a header, an entry of 16 bytes for each, the pictures."""
    offset = 6 + 16 * len(pictures)
    entries = b""
    for size, data in pictures:
        entries += struct.pack("<BBBBHHII", size % 256, size % 256, 0, 0, 1, 32, len(data), offset)
        offset += len(data)
    return struct.pack("<HHH", 0, 1, len(pictures)) + entries + b"".join(data for _, data in pictures)


def main() -> None:
    """Draw both."""
    application = QGuiApplication(["icons", "-platform", "offscreen"])
    renderer = QSvgRenderer(str(_ICONS / "inspector.svg"))
    (_ICONS / "inspector.png").write_bytes(_png(renderer, _PNG_PX))
    (_ICONS / "inspector.ico").write_bytes(_ico([(size, _png(renderer, size)) for size in _ICO_PX]))
    application.quit()


if __name__ == "__main__":
    main()
