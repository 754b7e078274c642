"""What a recipe says of an industrial camera is what the camera says afterwards, or it is refused in a sentence."""

from __future__ import annotations

from typing import Any

import pytest

from inspector.domain.errors import SourceError
from inspector.domain.pixel_format import PixelFormat
from inspector.domain.source_options import FrameStart, SignalEdge, SourceOptions
from inspector.sources.camera_settings import Value, apply_settings
from tests.sources.industrial_fakes import FakeFeatures

MODERN: dict[str, Value] = {
    "AcquisitionMode": "Continuous", "PixelFormat": "Mono8", "Width": 640, "Height": 480, "OffsetX": 8, "OffsetY": 4,
    "ExposureAuto": "Continuous", "ExposureTime": 1000.0, "GainAuto": "Continuous", "Gain": 3.0,
    "BalanceWhiteAuto": "Continuous", "BalanceRatioSelector": "Green", "BalanceRatio": 1.0,
    "AcquisitionFrameRateEnable": False, "AcquisitionFrameRate": 30.0, "GevSCPSPacketSize": 1500,
    "TriggerSelector": "AcquisitionStart", "TriggerMode": "On", "TriggerSource": "Line1", "TriggerActivation": "AnyEdge",
}  # fmt: skip


def applied(features: FakeFeatures, **options: Any) -> list[tuple[str, Value]]:
    apply_settings(features, SourceOptions(**options), name="genicam:7")
    return features.log


@pytest.mark.parametrize(
    ("options", "log"),
    [
        ({}, []),
        ({"pixel_format": PixelFormat.BAYER_RG12P}, [("PixelFormat", "BayerRG12p")]),
        (
            {"width_px": 800, "height_px": 600, "left_px": 16},
            [("OffsetX", 0), ("OffsetY", 0), ("Width", 800), ("Height", 600), ("OffsetX", 16)],
        ),
        ({"exposure_us": 500}, [("ExposureAuto", "Off"), ("ExposureTime", 500.0)]),
        ({"gain": 0}, [("GainAuto", "Off"), ("Gain", 0.0)]),
        (
            {"balance_red": 1.5, "balance_blue": 2.0},
            [
                *[("BalanceWhiteAuto", "Off"), ("BalanceRatioSelector", "Red"), ("BalanceRatio", 1.5)],
                *[("BalanceRatioSelector", "Blue"), ("BalanceRatio", 2.0)],
            ],
        ),
        ({"fps": 12}, [("AcquisitionFrameRateEnable", True), ("AcquisitionFrameRate", 12.0)]),
        ({"packet_bytes": 8000}, [("GevSCPSPacketSize", 8000)]),
    ],
)
def test_what_is_given_is_set_and_the_rest_is_left(options: dict[str, Any], log: list[tuple[str, Value]]) -> None:
    assert applied(FakeFeatures(**MODERN), **options) == [
        *log,
        ("TriggerSelector", "FrameStart"),
        ("TriggerMode", "Off"),
    ]


@pytest.mark.parametrize(
    ("options", "log"),
    [
        ({"frame_start": FrameStart.SOFTWARE}, [("TriggerSource", "Software")]),
        ({"frame_start": FrameStart.EVENT}, [("TriggerSource", "Software")]),
        (
            {"frame_start": FrameStart.LINE2, "signal_edge": SignalEdge.FALLING},
            [("TriggerSource", "Line2"), ("TriggerActivation", "FallingEdge")],
        ),
        ({"frame_start": FrameStart.LINE1}, [("TriggerActivation", "RisingEdge")]),
    ],
)
def test_a_signal_starts_each_picture(options: dict[str, Any], log: list[tuple[str, Value]]) -> None:
    features = FakeFeatures(**MODERN)
    assert applied(features, **options) == [("TriggerSelector", "FrameStart"), *log]
    assert features.values["TriggerMode"] == "On"


def test_older_cameras_have_older_names() -> None:
    features = FakeFeatures(ExposureTimeAbs=10.0, GainRaw=1, AcquisitionFrameRateAbs=5.0)
    assert applied(features, exposure_us=500, gain=200, fps=4) == [
        ("ExposureTimeAbs", 500.0), ("GainRaw", 200.0), ("AcquisitionFrameRateAbs", 4.0),
    ]  # fmt: skip


def test_a_time_is_rounded_by_the_camera_but_not_far() -> None:
    features = FakeFeatures(ExposureTime=1.0)
    features.rounds["ExposureTime"] = 20.0
    assert apply_settings(features, SourceOptions(exposure_us=508), name="c") == "exposure 500 µs"
    with pytest.raises(SourceError, match="c was told “Exposure time” 30 and says 40"):
        apply_settings(features, SourceOptions(exposure_us=30), name="c")


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (
            {"width_px": 700},
            "genicam:7 refuses “Width”, Width = 700 pixels: it takes 16 to 640. Correct that field, or leave it empty.",
        ),
        (
            {"pixel_format": PixelFormat.MONO16},
            "genicam:7 refuses “Pixel format”, PixelFormat = Mono16: it takes Mono8, RGB8",
        ),
        ({"exposure_us": 5}, "genicam:7 has no feature ExposureTime, which the recipe's “Exposure time” needs."),
        (
            {"frame_start": FrameStart.LINE0},
            "has no feature TriggerSelector, which the recipe's “A picture starts” needs",
        ),
    ],
)
def test_what_the_camera_does_not_do_is_said(options: dict[str, Any], said: str) -> None:
    features = FakeFeatures(Width=640, PixelFormat="Mono8")
    features.ranges |= {"Width": range(16, 641), "PixelFormat": ("Mono8", "RGB8")}
    with pytest.raises(SourceError) as caught:
        applied(features, **options)
    assert said in str(caught.value)


def test_a_camera_that_always_runs_freely_needs_no_trigger() -> None:
    features = FakeFeatures(TriggerSelector="AcquisitionStart", AcquisitionMode="MultiFrame")
    features.ranges |= {"TriggerSelector": ("AcquisitionStart",), "AcquisitionMode": ("MultiFrame",)}
    assert applied(features) == []
