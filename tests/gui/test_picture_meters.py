"""The meters under the set-up's picture say what a part would be judged by, live."""

from __future__ import annotations

import re

import cv2
import numpy as np
import pytest
from PySide6.QtCore import Qt

from inspector.assembly import demo_recipe
from inspector.domain.config import QualityLimits
from inspector.domain.geometry import Box
from inspector.domain.quality import BINS, check_quality, measure
from inspector.domain.records import Image
from inspector.gui.settings import picture_meters
from inspector.gui.settings.picture_meters import PictureMeters
from tests.gui.conftest import Station


def noise(low: int, high: int, *, blur: float = 0.0) -> Image:
    image: Image = np.random.default_rng(1).integers(low, high, (1500, 1400), dtype=np.uint8)
    return cv2.GaussianBlur(image, (0, 0), blur) if blur else image


def test_the_figures_are_those_by_which_a_part_is_judged() -> None:
    image = noise(60, 200)
    figures = measure(image)
    assert check_quality(image, QualityLimits(min_sharpness=figures.sharpness - 0.1)) == ""
    assert f"sharpness {figures.sharpness:.1f} <" in check_quality(
        image, QualityLimits(min_sharpness=figures.sharpness + 1)
    )
    assert f"(mean grey {figures.mean:.1f} <" in check_quality(image, QualityLimits(darkest_mean=200))
    assert sum(figures.histogram) == pytest.approx(1.0)
    assert len(figures.histogram) == BINS


@pytest.mark.parametrize("depth", [np.uint8, np.uint16])
def test_pixels_at_full_scale_are_counted(depth: type) -> None:
    image: Image = np.zeros((100, 100), depth)
    image[:25] = np.iinfo(depth).max
    figures = measure(image)
    assert (figures.saturated, figures.histogram[0], figures.histogram[-1]) == (0.25, 0.75, 0.25)
    assert figures.mean == pytest.approx(63.75)


def test_they_colour_what_would_be_an_error_and_keep_the_best_focus(
    station: Station, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(picture_meters, "_EVERY_S", 0.0)
    meters = PictureMeters(station.window)
    recipe = demo_recipe().model_copy(update={"quality": QualityLimits(min_sharpness=100.0)})
    meters.show_image(noise(60, 200), recipe)
    best = round(measure(noise(60, 200)).sharpness)
    assert meters.sharp.text() == f"Sharpness {best}, best {best}"
    assert meters.sharp.property("tone") == "muted"
    assert meters.focus.share == 1.0
    meters.show_image(noise(60, 200, blur=8.0), recipe)
    assert re.fullmatch(rf"Sharpness \d, best {best}", meters.sharp.text())
    assert 0 < meters.focus.share < 0.1
    assert meters.sharp.property("tone") == "error"
    station.qtbot.mouseClick(meters.reset_button, Qt.MouseButton.LeftButton)
    meters.show_image(noise(60, 200, blur=8.0), recipe)
    blurred = round(measure(noise(60, 200, blur=8.0)).sharpness)
    assert (meters.sharp.text(), meters.focus.share) == (f"Sharpness {blurred}, best {blurred}", 1.0)
    meters.show_image(noise(0, 4), recipe)
    assert (meters.light.text(), meters.light.property("tone")) == ("Mean grey 2", "error")
    white = np.full((1500, 1400), 255, np.uint8)
    other = recipe.model_copy(update={"region": Box(x=10, y=10, width=50, height=50)})  # begins anew
    meters.show_image(white, other)
    assert (meters.full.text(), meters.full.property("tone")) == ("At full scale 100.0 %", "error")
    assert meters.sharp.text() == "Sharpness 0, best 0"
    assert (meters.light.text(), meters.focus.share) == ("Mean grey of the region 255", 0.0)
    assert not meters.isHidden()
    meters.show_image(white, recipe.model_copy(update={"region": Box(x=5000, y=0, width=5, height=5)}))
    assert meters.isHidden()


def test_a_preview_of_the_settings_page_fills_them(station: Station) -> None:
    station.window.show_page("settings")
    page = station.window.settings
    page.show_section("Source")
    page.recipe_form.set_value("source", "demo:")
    assert not page.picture.meters.isVisible()
    station.qtbot.mouseClick(page.picture.preview_button, Qt.MouseButton.LeftButton)
    station.until(lambda: page.picture.image is not None)
    station.until(page.picture.meters.isVisible)
    assert re.fullmatch(r"Sharpness \d+, best \d+", page.picture.meters.sharp.text())
    page.toggle_preview()
    page.recipe_form.set_value("source", "camera:77")
    page.toggle_preview()
    assert not page.picture.meters.isVisible()  # it was of another source
