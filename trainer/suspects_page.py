"""The section of a report that shows the pictures whose labels look wrong."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

import cv2
import numpy as np

from inspector.vision.overlay import displayable
from trainer.page_parts import beside, href, image
from trainer.suspects_words import HOW, OF_THE_TEST, audit_sentence

if TYPE_CHECKING:
    from collections.abc import Sequence

    from inspector.domain.records import Image
    from trainer.evaluation import LabelAudit, Suspect

#: So many pictures the page shows.
SHOWN = 12
_ACROSS = 3
_SIDE_PX = 320


def suspects_section(audit: LabelAudit | None, shown: Sequence[tuple[Suspect, str]]) -> list[str]:
    """Write the section; nothing where labels were not looked at.

    Args:
        shown: The first suspects, with the data URIs of their pictures.
    """
    if audit is None:
        return []
    more = f" The first {len(shown)} are shown." if audit.wrong > len(shown) else ""
    parts = ["<h2>Labels</h2>", f'<p class="box">{escape(audit_sentence(audit))}{more}</p>']
    cells = []
    for suspect, uri in shown:
        name = escape(suspect.name)
        link = f'<a href="{escape(href(suspect.path))}">{name}</a>'
        said = escape(f"{suspect.evidence}; {suspect.part} part")
        cells.append(f'{image(uri, name, _ACROSS)}<p class="caption">{link}<br>{said}</p>')
    if cells:
        parts.append(beside(cells, _ACROSS))
    rest = f" {OF_THE_TEST}" if audit.wrong_in_test else ""
    parts.append(
        f'<p class="muted">{escape(HOW)} A label looks wrong where its picture is as surely of the other class as the '
        f"pictures of that class are. All pictures stand in suspects.csv, the likeliest first.{escape(rest)}</p>"
    )
    return parts


def thumbnail(picture: Image) -> bytes:
    """Return a picture as a small JPEG, for the page."""
    plain = displayable(picture)
    scale = min(1.0, _SIDE_PX / max(plain.shape[:2]))
    size = max(1, round(plain.shape[1] * scale)), max(1, round(plain.shape[0] * scale))
    small = np.asarray(cv2.resize(plain, size, interpolation=cv2.INTER_AREA), np.uint8)
    return bytes(cv2.imencode(".jpg", small, [cv2.IMWRITE_JPEG_QUALITY, 85])[1])
