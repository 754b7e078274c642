"""Pictures for the screen: exact, only what is seen, and small in memory."""

from __future__ import annotations

import os

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import tracemalloc
from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray
from PySide6.QtGui import QImage

from inspector.domain.classes import Classes
from inspector.domain.palette import DARK
from inspector.domain.records import Box, Prediction
from inspector.gui.widgets.render import Scene, View, render, to_qimage


def pixels(image: QImage) -> NDArray[np.uint8]:
    """(h, w, 3) uint8 BGR."""
    assert image.format() is QImage.Format.Format_RGB32
    flat = np.frombuffer(image.constBits(), np.uint8)
    return (
        flat.reshape(image.height(), image.bytesPerLine())[:, : 4 * image.width()]
        .reshape(image.height(), image.width(), 4)[..., :3]
        .copy()
    )  # the view would outlive the image


def prediction() -> Prediction:
    maps = np.zeros((2, 7, 7), np.float32)
    maps[1, 1, 5] = 1.0
    maps[1, 4, 2] = 0.4
    return Prediction(
        classes=Classes(("good", "defective"), "good"),
        probabilities=np.array([0.1, 0.9], np.float32),
        maps=maps,
        preprocess_ms=0.0,
        inference_ms=0.0,
    )


@pytest.mark.parametrize("width", [1, 2, 3, 5, 64])
def test_a_picture_keeps_its_pixels_whatever_its_kind(width: int) -> None:
    rng = np.random.default_rng(width)
    colour = rng.integers(0, 256, (4, width, 3), dtype=np.uint8)
    np.testing.assert_array_equal(pixels(to_qimage(colour)), colour)
    np.testing.assert_array_equal(pixels(to_qimage(colour[:, ::-1])), colour[:, ::-1])
    grey = colour[..., 0]
    np.testing.assert_array_equal(pixels(to_qimage(grey)), np.repeat(grey[..., None], 3, axis=2))
    deep = colour.astype(np.uint16) * 257
    np.testing.assert_array_equal(pixels(to_qimage(deep)), colour)


def test_the_picture_is_scaled_to_the_view_and_the_original_is_left_alone() -> None:
    image = np.zeros((1024, 1280, 3), np.uint8)
    image[:, 640:] = 200
    image.setflags(write=False)
    shown = render(Scene(image=image, label=""), View(width=400, height=502))
    drawn = pixels(shown.image)
    assert drawn.shape == (320, 400, 3)
    assert (drawn[:, :199] == 0).all()
    assert (drawn[:, 201:] == 200).all()
    assert shown.size == (1280, 1024)


def test_a_part_of_the_heatmap_looks_as_it_does_in_the_whole() -> None:
    image = np.full((400, 400, 3), 120, np.uint8)
    scene = Scene(image=image, label="", heatmap=prediction(), opacity=0.8)
    whole = pixels(render(scene, View(width=1600, height=1600)).image)
    part = render(scene, View(width=400, height=400, zoom=4.0, centre=(0.375, 0.625)))
    assert part.source == (100.0, 200.0, 100.0, 100.0)
    difference = pixels(part.image).astype(np.int64) - whole[800:1200, 400:800]
    assert int(np.abs(difference).max()) <= 1  # the outline of the hottest place is elsewhere


def test_the_outline_stays_that_of_the_whole_map() -> None:
    scene = Scene(image=np.full((400, 400, 3), 120, np.uint8), label="", heatmap=prediction(), opacity=0.0)
    away = pixels(render(scene, View(width=400, height=400, zoom=4.0, centre=(0.375, 0.625))).image)
    assert (away == 120).all()
    near = pixels(render(scene, View(width=400, height=400, zoom=4.0, centre=(0.7, 0.3))).image)
    assert (near == 255).any()


def test_zooming_far_into_a_heatmap_takes_no_more_memory_than_the_view() -> None:
    scene = Scene(
        image=np.full((1024, 1280, 3), 90, np.uint8),
        label="",
        heatmap=prediction(),
        region=Box(x=200, y=100, width=900, height=900),
    )
    tracemalloc.start()
    render(scene, View(width=800, height=600, zoom=16.0, centre=(0.5, 0.5)))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 60_000_000  # the region at that zoom has 130 million pixels


@pytest.mark.parametrize("zoom", [1.0, 4.0])
def test_the_outline_of_a_part_is_drawn_where_heat_outside_it_spared_it(zoom: float) -> None:
    image = np.full((400, 400, 3), 240, np.uint8)
    image[100:300, 100:300] = 60
    view = View(width=400, height=400, zoom=zoom, centre=(0.25, 0.5))
    accent = np.array([int(DARK.accent[place : place + 2], 16) for place in (5, 3, 1)])

    def drawn(*, spared: bool) -> NDArray[np.bool_]:
        scene = Scene(image=image, label="", heatmap=replace(prediction(), spared=spared), opacity=0.0)
        return np.asarray(np.abs(pixels(render(scene, view).image) - accent).max(axis=2) <= 2, np.bool_)

    assert not drawn(spared=False).any()
    columns = np.flatnonzero(drawn(spared=True)[200])
    left = 100 if zoom == 1.0 else 4 * (100 - 50)
    assert (np.abs(columns - left) <= 4 * zoom).any()
