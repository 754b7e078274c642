"""A click on something grey sets the camera's white balance, and what it took is read back."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt

from inspector.gui.settings.page import SettingsPage
from inspector.sources import gentl
from inspector.sources.camera_settings import Value
from inspector.sources.industrial import Grab
from tests.gui.conftest import Station
from tests.sources.industrial_fakes import FakeFeatures, FakeIndustrialCamera

SIZE = 64
#: What the camera sees of a grey wall by its own light, before its ratios: red, green, blue.
WALL = (60.0, 120.0, 90.0)


class ColourFeatures(FakeFeatures):
    """Has a ratio for each colour, behind a selector."""

    def __init__(self) -> None:
        super().__init__(PixelFormat="RGB8", Width=SIZE, Height=SIZE, BalanceRatioSelector="Red", BalanceRatio=1.0)
        self.values["BalanceWhiteAuto"] = "Continuous"
        self.ratios = {"Red": 1.0, "Blue": 1.0}

    def get(self, name: str) -> Value:
        return self.ratios[str(self.values["BalanceRatioSelector"])] if name == "BalanceRatio" else super().get(name)

    def set(self, name: str, value: Value) -> None:
        if name == "BalanceRatio":
            self.ratios[str(self.values["BalanceRatioSelector"])] = float(value)
        super().set(name, value)


class ColourCamera(FakeIndustrialCamera):
    """Shows a grey wall with a dark stripe at the left, in the colours that its ratios make of it."""

    def grab(self, timeout_s: float) -> Grab | None:
        features = self.features
        assert isinstance(features, ColourFeatures)
        image = np.zeros((SIZE, SIZE, 3), np.uint8)
        red, green, blue = WALL
        image[:, 16:] = np.clip([red * features.ratios["Red"], green, blue * features.ratios["Blue"]], 0, 255)
        return Grab(frame_id=1, data=image.tobytes(), code=0x02180014, width_px=SIZE, height_px=SIZE)


@pytest.fixture
def cameras(monkeypatch: pytest.MonkeyPatch) -> list[ColourCamera]:
    made: list[ColourCamera] = []

    def connect(*_: str) -> ColourCamera:
        assert all(camera.closed for camera in made), "a camera has one user at a time"
        made.append(ColourCamera(ColourFeatures()))
        return made[-1]

    monkeypatch.setattr(gentl, "connect", connect)
    return made


@pytest.fixture
def page(station: Station) -> Iterator[SettingsPage]:
    station.window.show_page("settings")
    page = station.window.settings
    page.show_section("Source")
    yield page
    page.picture.release()


def click_at(station: Station, page: SettingsPage, share: float) -> None:
    """Click in the middle of the picture's height, at a share of its width."""
    view = page.picture.view
    side = min(view.width(), view.height())
    x = (view.width() - side) / 2 + share * side
    station.qtbot.mouseClick(view, Qt.MouseButton.LeftButton, pos=QPoint(round(x), view.height() // 2))


def test_a_click_on_grey_sets_the_camera_and_what_it_took_is_said(
    station: Station, page: SettingsPage, cameras: list[ColourCamera]
) -> None:
    page.recipe_form.set_value("source", "genicam:7")
    picture = page.picture
    station.qtbot.mouseClick(picture.balance_button, Qt.MouseButton.LeftButton)
    assert picture.told.text() == "White balance is taken from the live preview: start it first."
    station.qtbot.mouseClick(picture.preview_button, Qt.MouseButton.LeftButton)
    station.until(lambda: picture.view.shown is not None)
    assert picture.told.text() == "The camera says: RGB8, 64 × 64, white balance red 1, blue 1"
    station.qtbot.mouseClick(picture.balance_button, Qt.MouseButton.LeftButton)
    assert picture.view.asks
    click_at(station, page, 0.05)  # the dark stripe
    assert "White balance is as it was: the patch is too dark: red 0, green 0, blue 0" in picture.told.text()
    assert (len(cameras), picture.view.asks) == (1, "")
    station.qtbot.mouseClick(picture.balance_button, Qt.MouseButton.LeftButton)
    click_at(station, page, 0.7)
    station.until(lambda: "white balance red 2, blue 1.33" in picture.told.text())
    features = cameras[-1].features
    assert isinstance(features, ColourFeatures)
    assert (features.ratios["Red"], features.ratios["Blue"]) == (2.0, 1.333)
    assert features.values["BalanceWhiteAuto"] == "Off"
    station.until(lambda: picture.image is not None)
    assert picture.image is not None
    assert picture.image[32, 40].tolist() == [119, 120, 120]
    station.qtbot.mouseClick(page.apply_button, Qt.MouseButton.LeftButton)
    station.until(lambda: station.session.recipe is not None and station.session.recipe.version == 2)
    assert station.session.recipe is not None
    options = station.session.recipe.source_options
    assert (options.balance_red, options.balance_blue) == (2.0, 1.333)


def test_escape_leaves_it_and_a_camera_without_it_says_so(
    station: Station, page: SettingsPage, cameras: list[ColourCamera]
) -> None:
    page.recipe_form.set_value("source", "genicam:7")
    picture = page.picture
    picture.preview_button.click()
    station.until(lambda: picture.view.shown is not None)
    station.qtbot.mouseClick(picture.balance_button, Qt.MouseButton.LeftButton)
    station.qtbot.keyClick(picture.view, Qt.Key.Key_Escape)
    assert not picture.view.asks
    click_at(station, page, 0.7)
    assert len(cameras) == 1
    picture.preview_button.click()
    page.recipe_form.set_value("source", "demo:")
    assert not picture.balance_button.isVisible()  # no device
    del_ratio = ColourFeatures.has

    def has(features: ColourFeatures, name: str) -> bool:
        return name != "BalanceRatio" and del_ratio(features, name)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ColourFeatures, "has", has)
        page.recipe_form.set_value("source", "genicam:8")
        picture.preview_button.click()
        station.until(lambda: picture.view.shown is not None)
        station.qtbot.mouseClick(picture.balance_button, Qt.MouseButton.LeftButton)
    assert picture.told.text() == "genicam:8 has no white balance that the station could set."
