"""How unlike good pictures a picture looks before any network: its outline, and whether anything is in it."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from inspector.domain.outline import outline_of, small_picture
from inspector.domain.views import EMPTY, LIGHT, PRODUCT, view_of

if TYPE_CHECKING:
    from inspector.domain.outline import Outline
    from inspector.domain.records import Image
    from inspector.vision.manifest import MemoryNote

#: What lies below no limit of a guard reaches.
STRANGE_FROM = 0.7


class ViewLook(NamedTuple):
    """What is seen of a picture.

    Args:
        strangeness: 0..100; 1 likewise as in `Prediction`. None where nothing is known of good pictures.
        outline: Of the part; None where there is none, or good parts have none that is known.
    """

    strangeness: float | None
    outline: Outline | None


def look_at(image: Image, memory: MemoryNote | None) -> ViewLook:
    """Look at a picture; it takes up to a millisecond.

    Args:
        image: As a source gives it.
        memory: What is known of good pictures.
    """
    if memory is None or (memory.views is None and memory.outlines is None):
        return ViewLook(None, None)
    small = small_picture(image)
    empty = 0.0 if memory.views is None else memory.views.emptiness(float(small.std()))
    if memory.outlines is None:
        return ViewLook(empty, None)
    outline = outline_of(small)
    return ViewLook(max(empty, memory.outlines.strangeness(outline)), outline)


def words_of(look: ViewLook, image: Image, memory: MemoryNote | None, whole: float | None) -> str:
    """Say in what a strange picture is unlike good ones; empty where it is not, or that cannot be told.

    It takes 1.5 ms, so it is asked only of pictures that are strange as a whole.

    Args:
        memory: As in `look_at`.
        whole: As in `Prediction`.
    """
    if memory is None or max(whole or 0.0, look.strangeness or 0.0) < STRANGE_FROM:
        return ""
    said = "" if memory.views is None else memory.views.words(view_of(image))
    if memory.outlines is None or said.startswith((EMPTY, LIGHT)):
        return said
    outline = memory.outlines.words(look.outline)
    # whatever fills the picture touches its edge: by that alone another product is not told from a part cut off
    return f"{said}, or {outline}" if said == PRODUCT and outline else outline or said
