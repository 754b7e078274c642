"""The demo line's product: a turned flange with six bolt holes, rendered from a seed, with or without one defect.

Everything is computed from signed distances on the part's own polar grid, so that edges are antialiased at any
rotation and the ground truth is exact.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import cv2
import numpy as np

from inspector.domain.records import Box

if TYPE_CHECKING:
    from numpy.typing import NDArray

    FloatArray = NDArray[np.float32]

#: Side of a rendered part with its surroundings, in pixels.
SPRITE_PX = 352
#: Nominal outer radius, in pixels.
RADIUS_PX = 150.0
#: The kinds of defect, equally frequent.
DEFECTS = ("scratch", "chip", "stain", "missing hole")
HOLES = 6

_AXIS = np.arange(SPRITE_PX, dtype=np.float32) - (SPRITE_PX - 1) / 2
_X, _Y = np.meshgrid(_AXIS, _AXIS)
_DISTANCE = np.hypot(_X, _Y)


@dataclass(frozen=True, slots=True, kw_only=True)
class RenderedPart:
    """One part, ready to be laid on the belt.

    Args:
        bgr: (352, 352, 3) uint8 surface.
        alpha: (352, 352) float32 coverage, 0..1.
        defect: One of `DEFECTS`; None for a good part.
        part_box: The part inside the sprite, in pixels.
        defect_box: The defect inside the sprite, in pixels; None for a good part.
        defect_mask: (352, 352) bool, where the defect is; all False for a good part.
    """

    bgr: NDArray[np.uint8]
    alpha: FloatArray
    defect: str | None
    part_box: Box
    defect_box: Box | None
    defect_mask: NDArray[np.bool_]


@dataclass(slots=True)
class _Canvas:
    """The part while it is being made: grey level 0..255, coverage 0..1, brown tint 0..1, defect mask."""

    rng: np.random.Generator
    radius: float
    turn: float
    grey: FloatArray
    alpha: FloatArray
    tint: FloatArray
    defect: NDArray[np.bool_]


def render_part(rng: np.random.Generator, defect: str | None) -> RenderedPart:
    """Render one part.

    Args:
        rng: Source of pose, light and texture; the same state gives the same part.
        defect: One of `DEFECTS`, or None for a good part.

    Raises:
        ValueError: If the defect is unknown.
    """
    if defect is not None and defect not in DEFECTS:
        msg = f"unknown defect {defect!r}; known are {', '.join(DEFECTS)}"
        raise ValueError(msg)
    canvas = _blank(rng)
    missing = int(rng.integers(HOLES)) if defect == "missing hole" else None
    _drill(canvas, missing)
    _dust(canvas)
    if defect == "scratch":
        _scratch(canvas)
    elif defect == "chip":
        _chip(canvas)
    elif defect == "stain":
        _stain(canvas)
    return _finish(canvas, defect)


def _smooth_noise(rng: np.random.Generator, scale_px: float) -> FloatArray:
    """Return (352, 352) float32 noise with features of about ``scale_px``, mean 0, deviation 1."""
    side = max(4, int(SPRITE_PX / scale_px) + 3)
    coarse = rng.standard_normal((side, side)).astype(np.float32)
    noise: FloatArray = cv2.resize(coarse, (SPRITE_PX, SPRITE_PX), interpolation=cv2.INTER_CUBIC)
    return noise


def _coverage(inside_px: FloatArray) -> FloatArray:
    """Turn a signed distance (positive inside, in pixels) into antialiased coverage 0..1."""
    cover: FloatArray = np.clip(inside_px + 0.5, 0.0, 1.0)
    return cover


def _blank(rng: np.random.Generator) -> _Canvas:
    """Return the turned disc before drilling: light, grooves, hub, chamfer."""
    radius = RADIUS_PX * float(rng.uniform(0.965, 1.035))
    turn = float(rng.uniform(0, 2 * np.pi))
    light = float(rng.normal(-0.8, 0.25))
    angle = np.arctan2(_Y, _X)
    base = float(rng.uniform(138, 172))
    grooves = cv2.GaussianBlur(rng.standard_normal((1, 400)).astype(np.float32), (0, 0), sigmaX=0.9)[0]
    grey = np.interp(_DISTANCE, np.arange(400), grooves).astype(np.float32) * float(rng.uniform(5.0, 9.0))
    # turned metal reflects in a bow tie across the light (anisotropic highlight)
    grey += base + float(rng.uniform(16, 30)) * np.cos(2 * (angle - light))
    grey += float(rng.uniform(6, 14)) * (_X * np.cos(light) + _Y * np.sin(light)) / radius
    grey += _smooth_noise(rng, 40) * float(rng.uniform(1.5, 3.5)) + _smooth_noise(rng, 3) * 2.0
    toward = np.cos(angle - light)
    for edge, width, gain in ((radius - 5, 4.0, 34.0), (0.44 * radius, 3.0, -30.0), (0.33 * radius, 3.0, 30.0)):
        grey += gain * toward * np.exp(-(((_DISTANCE - edge) / width) ** 2))
    return _Canvas(
        rng=rng,
        radius=radius,
        turn=turn,
        grey=grey,
        alpha=_coverage(radius - _DISTANCE),
        tint=np.zeros_like(grey),
        defect=np.zeros(grey.shape, dtype=np.bool_),
    )


def _drill(canvas: _Canvas, missing: int | None) -> None:
    """Cut the bore with its keyway, and the bolt holes but ``missing``; the belt shows through, darkened."""
    radius, turn = canvas.radius, canvas.turn
    along = _X * np.cos(turn) + _Y * np.sin(turn)
    across = -_X * np.sin(turn) + _Y * np.cos(turn)
    bore = 0.28 * radius - _DISTANCE
    keyway = np.minimum(np.minimum(0.36 * radius - along, along), 0.055 * radius - np.abs(across))
    cut = np.maximum(bore, keyway)
    for hole in range(HOLES):
        theta = turn + (hole + 0.5) * 2 * np.pi / HOLES
        x, y = 0.69 * radius * np.cos(theta), 0.69 * radius * np.sin(theta)
        inside = (0.088 * radius - np.hypot(_X - x, _Y - y)).astype(np.float32)
        if hole == missing:
            canvas.defect |= inside > 0
            continue
        cut = np.maximum(cut, inside)
    depth = _coverage(cut.astype(np.float32))
    rim = np.exp(-((cut / 2.2) ** 2)).astype(np.float32)
    canvas.grey += rim * 26.0 * np.sin(np.arctan2(_Y, _X) - turn).astype(np.float32)
    canvas.grey = canvas.grey * (1 - depth) + depth * (20.0 + 5.0 * _smooth_noise(canvas.rng, 6))


def _dust(canvas: _Canvas) -> None:
    """Sprinkle specks that any good part may carry: smaller than every defect."""
    for _ in range(int(canvas.rng.integers(0, 7))):
        distance = canvas.radius * float(canvas.rng.uniform(0.4, 0.95))
        theta = float(canvas.rng.uniform(0, 2 * np.pi))
        spot = np.hypot(_X - distance * np.cos(theta), _Y - distance * np.sin(theta))
        size = float(canvas.rng.uniform(0.8, 1.7))
        canvas.grey += float(canvas.rng.uniform(-38, 30)) * np.exp(-((spot / size) ** 2)).astype(np.float32)


def _on_metal(canvas: _Canvas, low: float, high: float) -> tuple[float, float]:
    """Return a point ``(x, y)`` of the face between two fractions of the radius, away from the bolt holes."""
    for _ in range(64):
        theta = float(canvas.rng.uniform(0, 2 * np.pi))
        distance = canvas.radius * float(canvas.rng.uniform(low, high))
        x, y = distance * np.cos(theta), distance * np.sin(theta)
        holes = canvas.turn + (np.arange(HOLES) + 0.5) * 2 * np.pi / HOLES
        centres = 0.69 * canvas.radius * np.stack([np.cos(holes), np.sin(holes)])
        if np.hypot(centres[0] - x, centres[1] - y).min() > 0.17 * canvas.radius:
            break
    return x, y


def _scratch(canvas: _Canvas) -> None:
    """Draw one bent scratch: a bright burr beside a dark groove."""
    rng = canvas.rng
    x, y = _on_metal(canvas, 0.5, 0.85)
    length = float(rng.uniform(70, 170))
    heading = float(rng.uniform(0, np.pi))
    bend = float(rng.uniform(-0.5, 0.5)) / length
    steps = np.linspace(-length / 2, length / 2, 48)
    headings = heading + bend * steps
    points = np.stack(
        [
            x + np.cumsum(np.cos(headings)) * length / 48 - length / 2 * np.cos(heading),
            y + np.cumsum(np.sin(headings)) * length / 48 - length / 2 * np.sin(heading),
        ],
        axis=1,
    )
    width = float(rng.uniform(2.2, 4.0))
    line = np.full((SPRITE_PX, SPRITE_PX), 255, dtype=np.uint8)
    middle = (SPRITE_PX - 1) / 2
    cv2.polylines(line, [np.round(points + middle).astype(np.int32).reshape(-1, 1, 2)], isClosed=False, color=0)
    far = cv2.distanceTransform(line, cv2.DIST_L2, 5)
    metal = (canvas.grey > 60) & (canvas.radius - 2 > _DISTANCE)
    depth = float(rng.uniform(55, 90)) * (1 if rng.random() < 0.65 else -1)
    shape = np.exp(-((far / (width / 1.6)) ** 2))
    canvas.grey += np.where(metal, depth * shape - 0.45 * depth * np.exp(-(((far - width) / 1.3) ** 2)), 0.0)
    canvas.defect |= metal & (far <= width)


def _chip(canvas: _Canvas) -> None:
    """Break a ragged piece out of the rim."""
    rng = canvas.rng
    theta = float(rng.uniform(0, 2 * np.pi))
    size = float(rng.uniform(17, 32))
    out = canvas.radius + size * float(rng.uniform(-0.05, 0.2))
    ragged = _smooth_noise(rng, 9) * 2.6
    inside = size - np.hypot(_X - out * np.cos(theta), _Y - out * np.sin(theta)) + ragged
    was = canvas.alpha.copy()
    canvas.alpha = canvas.alpha * (1 - _coverage(inside))
    fracture = np.exp(-(((inside + 3.5) / 3.2) ** 2)) * was
    canvas.grey += fracture * float(rng.uniform(30, 60)) * (1 + 0.5 * _smooth_noise(rng, 4))
    canvas.defect |= (was > 0.5) & (inside > -5)


def _stain(canvas: _Canvas) -> None:
    """Lay an oily brown patch on the face."""
    rng = canvas.rng
    x, y = _on_metal(canvas, 0.5, 0.88)
    size = float(rng.uniform(20, 42))
    squeeze = float(rng.uniform(0.7, 1.0))
    tilt = float(rng.uniform(0, np.pi))
    along = (_X - x) * np.cos(tilt) + (_Y - y) * np.sin(tilt)
    across = (-(_X - x) * np.sin(tilt) + (_Y - y) * np.cos(tilt)) / squeeze
    inside = size - np.hypot(along, across) + _smooth_noise(rng, 16) * 5
    cover = np.clip(inside / 7.0, 0.0, 1.0) * canvas.alpha * (canvas.grey > 60)
    canvas.grey *= 1 - float(rng.uniform(0.26, 0.44)) * cover
    canvas.tint += cover * float(rng.uniform(0.5, 1.0))
    canvas.defect |= cover > 0.3


def _finish(canvas: _Canvas, defect: str | None) -> RenderedPart:
    """Turn grey and tint into colour, and find the boxes."""
    warmth = float(canvas.rng.normal(0.0, 1.5))
    gains = np.array([1.015, 1.0, 0.985], dtype=np.float32)
    bgr = canvas.grey[..., None] * gains + np.array([-warmth, 0.0, warmth], dtype=np.float32)
    bgr -= canvas.tint[..., None] * np.array([34.0, 14.0, 0.0], dtype=np.float32)
    return RenderedPart(
        bgr=np.clip(bgr, 0, 255).astype(np.uint8),
        alpha=canvas.alpha,
        defect=defect,
        part_box=_bounds(canvas.alpha > 0.5),
        defect_box=None if defect is None else _bounds(canvas.defect),
        defect_mask=canvas.defect,
    )


def _bounds(mask: NDArray[np.bool_]) -> Box:
    """Return the smallest box around the true pixels."""
    columns, rows = np.flatnonzero(mask.any(axis=0)), np.flatnonzero(mask.any(axis=1))
    return Box(
        x=int(columns[0]), y=int(rows[0]), width=int(columns[-1] - columns[0]) + 1, height=int(rows[-1] - rows[0]) + 1
    )
