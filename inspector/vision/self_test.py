"""Pictures drawn by arithmetic alone, and whether a network still says of them what it said before."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

import cv2
import numpy as np
from pydantic import BaseModel, ConfigDict, Field

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from inspector.vision.prediction import Outputs

    Run = Callable[[NDArray[np.uint8]], Outputs]

#: Seed and contrast (percent) of every picture there is. The numbers stand in bundles: never change a line, add some.
_PATTERNS = tuple((seed, contrast) for seed in (1, 2) for contrast in (5, 10, 20, 35, 50, 80, 120, 220))
#: The strongest picture, which excites most of a network. It is always asked, with the one nearest to a verdict's edge.
_STRONGEST = 7
_CELLS_PX = (1, 2, 4, 8, 16, 32)
_GREY = 128
#: A heatmap is compared as so many rows and columns of means.
_GRID = 4
_LEAST_PROBABILITY = 1e-30
_LEAST_PEAK = 1e-4


class KnownAnswer(BaseModel):
    """What a network said of one picture."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    picture: Annotated[int, Field(ge=0, lt=len(_PATTERNS), description="which of the pictures that the program draws")]
    probabilities: Annotated[
        tuple[Annotated[float, Field(ge=0.0, le=1.0)], ...], Field(min_length=2, description="by class")
    ]
    maps: Annotated[
        tuple[tuple[Annotated[float, Field(allow_inf_nan=False)], ...], ...],
        Field(min_length=2, description="by class: means of the heatmap's cells in at most 4 × 4, row by row"),
    ]
    strangeness: Annotated[
        tuple[Annotated[float, Field(ge=0.0, allow_inf_nan=False)], ...],
        Field(description="likewise of the map of strangeness; empty without a memory of good"),
    ] = ()
    located: Annotated[
        tuple[Annotated[float, Field(ge=0.0, allow_inf_nan=False)], ...],
        Field(description="likewise of the places of defects; empty where no masks have taught them"),
    ] = ()
    whole: Annotated[
        float | None,
        Field(ge=0.0, allow_inf_nan=False, description="how strange the whole picture is; null without that measure"),
    ] = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Tolerance:
    """How far an answer may lie from the one before: more than processors differ, less than a verdict takes.

    Args:
        log_probability: Of the natural logarithm of each probability.
        share: The same, as a fraction of that logarithm.
        heatmap: Of each cell of the grid, as a fraction of the largest one.
    """

    log_probability: float
    share: float
    heatmap: float


# Processors differ by less than a third of these; see the decision on the self-test
_BY_HINT = {
    "f32": Tolerance(log_probability=0.02, share=0.002, heatmap=0.005),
    "f16": Tolerance(log_probability=0.1, share=0.02, heatmap=0.03),
    "bf16": Tolerance(log_probability=0.4, share=0.05, heatmap=0.1),
}
_INT8 = Tolerance(log_probability=0.1, share=0.02, heatmap=0.02)


def tolerance_of(hint: str, *, int8: bool) -> Tolerance:
    """Return how far answers may differ.

    Args:
        hint: How the float part computes: "f32", "f16" or "bf16".
        int8: Whether the network has an int8 part.
    """
    return _INT8 if int8 and hint == "f32" else _BY_HINT[hint]


def draw(picture: int, size: int) -> NDArray[np.uint8]:
    """Draw a picture: coloured noise in cells of 1 to 32 pixels, the same on every machine and in every version.

    Args:
        picture: As in `KnownAnswer`.
        size: Side in pixels.

    Returns:
        (size, size, 3) uint8 BGR.
    """
    seed, contrast = _PATTERNS[picture]
    total = np.zeros((size, size, 3), np.int32)
    for octave, cell in enumerate(_CELLS_PX):
        cells = _hashed(-(-size // cell), seed * len(_CELLS_PX) + octave)
        place = np.arange(size) // cell
        total += cells[place[:, None], place]
    levels = (total - _GREY * len(_CELLS_PX)) * contrast // (100 * len(_CELLS_PX)) + _GREY
    return np.clip(levels, 0, 255).astype(np.uint8)


def answer_of(picture: int, outputs: Outputs) -> KnownAnswer:
    """Return what is kept of an answer, with six digits.

    Args:
        picture: As in `KnownAnswer`.
        outputs: All finite.
    """
    return KnownAnswer(
        picture=picture,
        probabilities=tuple(min(1.0, float(f"{value:.6g}")) for value in outputs.probabilities),
        maps=tuple(_kept(each) for each in outputs.maps),
        strangeness=() if outputs.strangeness is None else _kept(outputs.strangeness),
        located=() if outputs.located is None else _kept(outputs.located),
        whole=None if outputs.whole is None else float(f"{outputs.whole:.6g}"),
    )


def choose(run: Run, size: int, *, all_pictures: bool = True) -> tuple[KnownAnswer, ...]:
    """Ask a network all pictures, and keep the answers to the strongest and to the one nearest to a verdict's edge.

    Args:
        run: Judges a picture (size, size, 3) uint8 BGR.
        size: Side of the network's input, pixels.
        all_pictures: Otherwise only the strongest is asked, where there is no time.

    Raises:
        ValueError: If an answer is not finite.
    """
    asked = range(len(_PATTERNS)) if all_pictures else (_STRONGEST,)
    answers = {picture: answer_of(picture, run(draw(picture, size))) for picture in asked}
    strongest = answers.pop(_STRONGEST)
    return (strongest, max(answers.values(), key=_doubt)) if answers else (strongest,)


def answered(run: Run, size: int, before: Sequence[KnownAnswer]) -> tuple[KnownAnswer, ...]:
    """Ask a network the pictures of known answers; see `choose`.

    Args:
        run: As for `choose`.
        size: As for `choose`.
        before: Of another way in which the same network computes.

    Raises:
        ValueError: As of `choose`.
    """
    return tuple(answer_of(known.picture, run(draw(known.picture, size))) for known in before)


def difference(expected: KnownAnswer, outputs: Outputs, tolerance: Tolerance) -> str:
    """Say how an answer differs from the one before.

    Args:
        expected: What was said before.
        outputs: As in `answer_of`, but what they hold is not known.
        tolerance: How far they may lie apart.

    Returns:
        What differs, with the values; empty where nothing does.
    """
    probabilities, maps = outputs.probabilities, outputs.maps
    if not all(np.isfinite(values).all() for values in outputs if values is not None):
        return "its answer holds values that are not numbers"
    before, now = (np.log(np.maximum(values, _LEAST_PROBABILITY)) for values in (expected.probabilities, probabilities))
    if before.shape != now.shape:
        return f"it has {len(now)} classes instead of {len(before)}"
    beyond = np.abs(now - before) - tolerance.log_probability - tolerance.share * np.abs(before)
    if beyond.max() > 0.0:
        worst = int(beyond.argmax())
        return f"a probability is {probabilities[worst]:.4g} instead of {expected.probabilities[worst]:.4g}"
    planes = (
        ("map of strangeness", expected.strangeness, outputs.strangeness),
        ("map of places", expected.located, outputs.located),
    )
    apart = _apart("heatmap", expected.maps, list(maps), tolerance) or next(
        filter(None, (_plane_apart(name, known, given, tolerance) for name, known, given in planes)), ""
    )
    return apart or _whole_apart(expected.whole, outputs.whole, tolerance)


def _plane_apart(name: str, known: tuple[float, ...], given: NDArray[np.float32] | None, tolerance: Tolerance) -> str:
    return _apart(name, [known] if known else [], [] if given is None else [given], tolerance)


def _whole_apart(known: float | None, now: float | None, tolerance: Tolerance) -> str:
    """Say how the strangeness of the whole picture differs; empty where it does not."""
    if known is None or now is None:
        return "" if known is now else "it does not agree with before whether it measures the whole picture"
    apart = abs(now - known) / max(_LEAST_PEAK, known)
    return f"the whole picture's strangeness is {now:.4g} instead of {known:.4g}" if apart > tolerance.heatmap else ""


def _apart(
    name: str, expected: Sequence[tuple[float, ...]], maps: Sequence[NDArray[np.float32]], tolerance: Tolerance
) -> str:
    """Say how maps differ from what was kept of those before; empty where they do not."""
    grids = np.array([_coarse(each).ravel() for each in maps])
    known = np.array(expected)
    if grids.shape != known.shape:
        return f"it gives {name}s of the shape {grids.shape} instead of {known.shape}"
    apart = float(np.abs(grids - known).max(initial=0.0)) / max(_LEAST_PEAK, float(np.abs(known).max(initial=0.0)))
    return f"its {name} differs by {100 * apart:.1f} % of its peak" if apart > tolerance.heatmap else ""


def _doubt(answer: KnownAnswer) -> float:
    """Return how much the network hesitates: its second probability."""
    return sorted(answer.probabilities)[-2]


def _kept(map_: NDArray[np.float32]) -> tuple[float, ...]:
    return tuple(float(f"{value:.6g}") for value in _coarse(map_).ravel())


def _coarse(map_: NDArray[np.float32]) -> NDArray[np.float32]:
    height, width = map_.shape
    size = (min(_GRID, width), min(_GRID, height))
    return np.asarray(cv2.resize(map_, size, interpolation=cv2.INTER_AREA), np.float32).reshape(size[::-1])


def _hashed(count: int, seed: int) -> NDArray[np.int32]:
    """Return (count, count, 3) numbers 0 … 255: place and seed mixed as in MurmurHash3's finaliser."""
    rows, columns, channels = (axis.astype(np.uint32) for axis in np.ogrid[:count, :count, :3])
    mixed: NDArray[np.uint32] = rows * np.uint32(0x9E3779B1) ^ columns * np.uint32(0x85EBCA77)
    mixed = mixed ^ channels * np.uint32(0xC2B2AE3D) ^ np.uint32(seed * 0x27D4EB2F & 0xFFFFFFFF)
    for shift, factor in ((16, 0x85EBCA6B), (13, 0xC2B2AE35)):
        mixed = (mixed ^ (mixed >> np.uint32(shift))) * np.uint32(factor)
    mixed = mixed ^ (mixed >> np.uint32(16))
    return (mixed >> np.uint32(24)).astype(np.int32)
