"""Draws two hard products for measurements: a printed pill that lies still, and a screw that lies at any angle.

Good parts vary: specks, light, noise, a little in place. Defects are small: scratches, spots, chips, a print that lacks a
piece, a flattened thread. Nothing is like a defect of the sets that methods were chosen on.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np

from trainer.dataset import GOOD

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from numpy.typing import NDArray

    Plane = NDArray[np.float32]

_SIDE = 800
PILL_DEFECTS = ("chip", "crack", "print", "scratch", "spot", "tint")
SCREW_DEFECTS = ("bent tip", "flat thread", "head nick", "neck scratch", "thread burr")


def pill(rng: np.random.Generator, defect: str = "") -> NDArray[np.uint8]:
    """Draw a white, speckled pill with two printed letters; (800, 800, 3) uint8 BGR."""
    y, x = (np.mgrid[:_SIDE, :_SIDE].astype(np.float32) - _SIDE / 2) / np.array([150.0, 280.0])[:, None, None]
    height = np.clip(1 - (np.abs(x) ** 2.4 + np.abs(y) ** 2.2), 0, None).astype(np.float32)
    part = (height > 0).astype(np.float32)
    shade = 205 * (0.55 + 0.45 * np.sqrt(height)) * (1 - 0.05 * x - 0.08 * y)
    colour = np.repeat((shade * part)[..., None], 3, axis=2).astype(np.float32)
    specks = np.zeros((_SIDE, _SIDE), np.uint8)
    for _ in range(int(rng.integers(60, 110))):
        _fill(specks, _inside(rng, 0.93), float(rng.uniform(1.5, 4.5)), rng, int(rng.integers(80, 200)))
    _blend(colour, _softened(specks, 1.0), np.array([95.0, 90.0, 190.0]), 1.0)
    _imprint(colour, rng, defect == "print")
    if defect == "scratch":
        _blend(colour, _line(_inside(rng, 0.7), rng, length=(50, 130), width=2), np.zeros(3) + 120, 0.55)
    elif defect == "crack":
        edge = _on_edge(rng)
        _blend(colour, _line(edge, rng, length=(40, 90), width=3, inward=True), np.zeros(3) + 60, 0.7)
    elif defect == "spot":
        tone = np.array([rng.uniform(20, 200), rng.uniform(20, 200), rng.uniform(20, 120)])
        _blend(colour, _blob(_inside(rng, 0.8), float(rng.uniform(5, 10)), rng), tone, 0.75)
    elif defect == "tint":
        _blend(colour, _blob(_inside(rng, 0.6), float(rng.uniform(30, 55)), rng), np.array([150.0, 205.0, 215.0]), 0.35)
    elif defect == "chip":
        _blend(colour, _blob(_on_edge(rng), float(rng.uniform(10, 18)), rng), np.zeros(3) + 12, 1.0)
    colour[part == 0] = 12
    turned = _moved(colour, float(rng.uniform(-1.5, 1.5)), rng.uniform(-5, 5, 2), (12, 12, 12))
    return _photographed(turned, rng)


def screw(
    rng: np.random.Generator,
    defect: str = "",
    angle: float | None = None,
    shift: NDArray[np.float64] | None = None,
) -> NDArray[np.uint8]:
    """Draw a grey screw on a light ground; (800, 800, 3) uint8 BGR.

    Args:
        rng: All else comes from it.
        defect: One of `SCREW_DEFECTS`; empty for none.
        angle: By which it is turned about the picture's middle, degrees, as OpenCV counts them; None: any.
        shift: (2,) by which it is moved then, x and y in pixels; None: up to 25 either way.
    """
    x = np.arange(_SIDE, dtype=np.float32)
    along = x - 150.0  # 0 at the head's face, 500 at the tip
    shank = np.where(along < 60, 62 - 0.62 * along, 26.0)
    pitch = 17.0
    threaded = (along > 150) & (along < 470)
    ridge = np.abs(((along / pitch) % 1.0) - 0.5) * 2
    upper, lower = (np.where(threaded, 22 + 13 * r, shank) for r in (ridge, 1 - ridge))
    taper = np.clip((500 - along) / 45, 0, 1)
    upper, lower = upper * taper, lower * taper
    if defect in {"flat thread", "thread burr"}:
        at = float(rng.uniform(180, 430))
        near = np.abs(along - at) < (rng.uniform(9, 20) if defect == "flat thread" else 5)
        changed = np.where(near, 26.0 if defect == "flat thread" else upper + rng.uniform(6, 11), upper)
        upper, lower = (changed, lower) if rng.random() < 0.5 else (upper, np.where(near, changed, lower))
    offset = np.zeros_like(x)
    if defect == "bent tip":
        offset = rng.choice([-1, 1]) * np.clip(along - 455, 0, None) * float(rng.uniform(0.25, 0.5))
    across = np.arange(_SIDE, dtype=np.float32)[:, None] - _SIDE / 2 - offset
    inside = (along >= 0) & (along <= 500) & (across > -upper) & (across < lower)
    round_ = np.sqrt(np.clip(1 - (across / np.maximum(1, np.maximum(upper, lower))) ** 2, 0, 1))
    grooves = np.where(threaded, 18 * np.cos(2 * np.pi * (along / pitch + across / 90)), 0)
    metal = 55 + 95 * round_ + grooves + 8 * _noise(rng, 3)
    colour = np.repeat(np.where(inside, metal, 0)[..., None], 3, axis=2).astype(np.float32)
    if defect == "neck scratch":
        place = np.array([150 + rng.uniform(70, 140), _SIDE / 2 + rng.uniform(-15, 15)])
        _blend(colour, _line(place, rng, length=(22, 45), width=3), np.zeros(3) + 215, 0.8)
    elif defect == "head nick":
        place = np.array([150 + rng.uniform(4, 40), _SIDE / 2 + rng.uniform(-34, 34)])
        _blend(colour, _blob(place, float(rng.uniform(5, 9)), rng), np.zeros(3) + rng.choice([20, 220]), 0.85)
    mask = np.repeat(inside[..., None], 3, axis=2)
    ground = (200 + 6 * _noise(rng, 60) + np.zeros((_SIDE, _SIDE)))[..., None] * np.ones(3)
    angle = float(rng.uniform(0, 360)) if angle is None else angle
    shift = rng.uniform(-25, 25, 2) if shift is None else shift
    cover = _moved(mask.astype(np.float32), angle, shift, (0, 0, 0))
    seen = cover * _moved(colour, angle, shift, (0, 0, 0)) + (1 - cover) * ground
    return _photographed(seen.astype(np.float32), rng)


def draw(folder: Path, kind: str, good: int, defective: int, seed: int = 0) -> Path:
    """Write pictures of a product as a folder to train from; returns it.

    Args:
        folder: Gets ``good/`` and a folder for each type of defect.
        kind: "pill" or "screw".
        good: Good pictures.
        defective: Defective ones, over all types.
        seed: Of everything.
    """
    make: Callable[..., NDArray[np.uint8]] = pill if kind == "pill" else screw
    types = PILL_DEFECTS if kind == "pill" else SCREW_DEFECTS
    for number in range(good + defective):
        defect = "" if number < good else types[number % len(types)]
        place = folder / (defect or GOOD)
        place.mkdir(parents=True, exist_ok=True)
        cv2.imwrite(str(place / f"{number:03}.png"), make(np.random.default_rng([seed, number]), defect))
    return folder


def _noise(rng: np.random.Generator, sigma: float) -> Plane:
    """(800, 800) smooth noise of spread 1."""
    small = max(8, round(_SIDE / sigma))
    plane = cv2.resize(
        rng.standard_normal((small, small)).astype(np.float32), (_SIDE, _SIDE), interpolation=cv2.INTER_CUBIC
    )
    return np.asarray(plane / plane.std(), np.float32)


def _blend(colour: Plane, cover: Plane, tone: NDArray[np.float64], strength: float) -> None:
    weight = (strength * cover)[..., None]
    colour += (weight * (tone - colour)).astype(np.float32)


def _inside(rng: np.random.Generator, reach: float) -> NDArray[np.float64]:
    """Return a place on the pill, x and y."""
    angle, far = rng.uniform(0, 2 * np.pi), reach * np.sqrt(rng.uniform())
    return np.asarray(_SIDE / 2 + far * np.array([280 * np.cos(angle), 150 * np.sin(angle)]))


def _on_edge(rng: np.random.Generator) -> NDArray[np.float64]:
    angle = rng.uniform(0, 2 * np.pi)
    return np.asarray(_SIDE / 2 + np.array([274 * np.cos(angle), 146 * np.sin(angle)]))


def _blob(place: NDArray[np.float64], size: float, rng: np.random.Generator) -> Plane:
    """Return how much of each pixel a roundish spot covers."""
    canvas = np.zeros((_SIDE, _SIDE), np.uint8)
    _fill(canvas, place, size, rng, 255)
    return _softened(canvas, 1.0)


def _fill(
    canvas: NDArray[np.uint8], place: NDArray[np.float64], size: float, rng: np.random.Generator, value: int
) -> None:
    turns = np.linspace(0, 2 * np.pi, 14, endpoint=False)
    far = size * rng.uniform(0.7, 1.3, 14)
    points = place + np.stack([far * np.cos(turns), far * np.sin(turns)], axis=1)
    cv2.fillPoly(canvas, [np.round(16 * points).astype(np.int32)], value, cv2.LINE_AA, 4)


def _line(
    place: NDArray[np.float64], rng: np.random.Generator, length: tuple[int, int], width: int, *, inward: bool = False
) -> Plane:
    """Return how much of each pixel a crooked line covers."""
    towards = np.arctan2(*(_SIDE / 2 - place)[::-1]) if inward else rng.uniform(0, 2 * np.pi)
    steps = 8
    bend = np.cumsum(rng.normal(0, 0.2, steps)) + towards
    step = rng.uniform(*length) / steps
    points = place + np.cumsum(step * np.stack([np.cos(bend), np.sin(bend)], axis=1), axis=0)
    canvas = np.zeros((_SIDE, _SIDE), np.uint8)
    cv2.polylines(canvas, [np.round(16 * points).astype(np.int32)], False, 255, width, cv2.LINE_AA, 4)
    return _softened(canvas, 0.8)


def _softened(canvas: NDArray[np.uint8], sigma: float) -> Plane:
    """(800, 800) uint8 → how much of each pixel is covered, 0 to 1."""
    return np.asarray(cv2.GaussianBlur(canvas, (0, 0), sigma).astype(np.float32) / 255)


def _imprint(colour: Plane, rng: np.random.Generator, faulty: bool) -> None:
    canvas = np.zeros((_SIDE, _SIDE), np.uint8)
    for letter, x in (("F", 300), ("K", 420)):
        cv2.putText(canvas, letter, (x, 450), cv2.FONT_HERSHEY_SIMPLEX, 4.2, 255, 9, cv2.LINE_AA)
    cover = _softened(canvas, 2.0)
    if faulty:
        place = np.array([rng.choice([315.0, 440.0]), rng.uniform(360, 440)])
        cover = cover * (1 - _blob(place, float(rng.uniform(16, 26)), rng))
    slope = np.roll(cover, 3, axis=0) - np.roll(cover, -3, axis=0)
    colour += (55 * slope - 25 * cover)[..., None] * (colour > 40)


def _moved(colour: Plane, angle: float, shift: NDArray[np.float64], border: tuple[int, int, int]) -> Plane:
    matrix = cv2.getRotationMatrix2D((_SIDE / 2, _SIDE / 2), angle, 1.0)
    matrix[:, 2] += shift
    return np.asarray(
        cv2.warpAffine(colour, matrix, (_SIDE, _SIDE), flags=cv2.INTER_LINEAR, borderValue=border), np.float32
    )


def _photographed(colour: Plane, rng: np.random.Generator) -> NDArray[np.uint8]:
    """Blur, light and noise as a camera has them."""
    light = rng.uniform(0.95, 1.05) * (1 + 0.02 * _noise(rng, 300))[..., None]
    seen = cv2.GaussianBlur(colour, (0, 0), float(rng.uniform(0.9, 1.3))) * light
    return np.asarray(np.clip(seen + rng.normal(0, 2.5, seen.shape), 0, 255), np.uint8)
