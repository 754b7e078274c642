"""Boxes, pictures, records, identifiers, draws and shifts at the edges of what they take."""

from __future__ import annotations

import hashlib
import os
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import cv2
import numpy as np
import pytest

from inspector.domain import ids
from inspector.domain.classes import Classes
from inspector.domain.config import QualityLimits
from inspector.domain.errors import PictureError
from inspector.domain.ids import new_id
from inspector.domain.quality import check_quality, grey8, sharpness
from inspector.domain.records import Box, Frame, Origin, Part, Prediction, Thresholds, Verdict
from inspector.domain.sampling import draw, is_kept_pass
from inspector.domain.shifts import shift_start
from inspector.domain.tally import Tally

NOISE = np.random.default_rng(0).integers(0, 255, (40, 60, 3), dtype=np.uint8)


def frame(image: np.ndarray) -> Frame:
    return Frame(
        image=image, sequence=0, time_s=0.0, origin=Origin(captured_at=datetime.now(UTC), captured_s=0.0, source="s")
    )


# --- boxes ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("box", "inside"),
    [
        ((2, 3, 4, 5), (2, 3, 4, 5)),
        ((-1, -2, 4, 5), (0, 0, 3, 3)),
        ((57, 38, 4, 5), (57, 38, 3, 2)),
        ((-5, -5, 100, 100), (0, 0, 60, 40)),
        ((59, 39, 9, 9), (59, 39, 1, 1)),
        ((60, 0, 4, 4), None),
        ((0, 40, 4, 4), None),
        ((-4, 0, 4, 4), None),
        ((0, -4, 4, 4), None),
        ((-3, -3, 4, 4), (0, 0, 1, 1)),
    ],
)
def test_the_part_of_a_box_that_is_inside_a_picture(
    box: tuple[int, int, int, int], inside: tuple[int, int, int, int] | None
) -> None:
    whole = Box(x=box[0], y=box[1], width=box[2], height=box[3])
    if inside is None:
        assert whole.clipped(60, 40) is None
        with pytest.raises(PictureError) as caught:
            whole.cut(NOISE)
        assert caught.value.what == f"the region {box[2]}×{box[3]} at {box[0]}, {box[1]} is outside the 60×40 picture"
        assert caught.value.next_step == (
            "Set the region of interest inside the picture (Settings, Trigger and region)."
        )
        return
    x, y, width, height = inside
    assert whole.clipped(60, 40) == Box(x=x, y=y, width=width, height=height)
    np.testing.assert_array_equal(whole.cut(NOISE), NOISE[y : y + height, x : x + width])


@pytest.mark.parametrize(("width", "height"), [(0, 1), (1, 0), (-1, 5)])
def test_a_box_without_a_pixel_is_refused(width: int, height: int) -> None:
    with pytest.raises(ValueError, match=f"a box needs a width and a height of at least 1, got {width} × {height}"):
        Box(x=0, y=0, width=width, height=height)
    assert Box(x=2, y=4, width=1, height=3).centre == (2.5, 5.5)


# --- records ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("shape", [(4, 6), (4, 6, 3), (4, 6, 4)])
@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_a_frame_has_read_only_pixels(shape: tuple[int, ...], dtype: type) -> None:
    item = frame(np.zeros(shape, dtype))
    assert (item.width_px, item.height_px) == (6, 4)
    assert not item.image.flags.writeable
    whole = Part(frame=item, region=None, triggered_s=0.0, trigger="manual")
    assert whole.pixels() is item.image
    cut = replace(whole, region=Box(x=1, y=1, width=2, height=3)).pixels()
    assert cut.shape[:2] == (3, 2)
    assert not cut.flags.writeable


@pytest.mark.parametrize(
    ("shape", "dtype"),
    [
        ((4,), np.uint8),
        ((4, 6, 2), np.uint8),
        ((4, 6, 5), np.uint8),
        ((1, 4, 6, 3), np.uint8),
        ((0, 6), np.uint8),
        ((4, 0, 3), np.uint8),
        ((4, 6), np.float32),
        ((4, 6), np.int16),
    ],
)
def test_what_is_no_picture_is_refused_with_its_shape(shape: tuple[int, ...], dtype: type) -> None:
    image: np.ndarray = np.zeros(shape, dtype)
    with pytest.raises(PictureError) as caught:
        frame(image)
    assert caught.value.what == (
        f"a picture must be (H, W), (H, W, 3) or (H, W, 4) of uint8 or uint16, got {shape} {image.dtype}"
    )
    assert caught.value.next_step == "Check the source's pixel format."


@pytest.mark.parametrize(
    ("probabilities", "maps", "says"),
    [
        ((2,), (2, 3, 3), ""),
        ((3,), (2, 3, 3), "2 classes, but probabilities (3,) and maps (2, 3, 3)"),
        ((1, 2), (2, 3, 3), "2 classes, but probabilities (1, 2) and maps (2, 3, 3)"),
        ((2,), (3, 3, 3), "2 classes, but probabilities (2,) and maps (3, 3, 3)"),
        ((2,), (2, 3), "2 classes, but probabilities (2,) and maps (2, 3)"),
    ],
)
def test_a_prediction_has_as_many_maps_as_classes(
    probabilities: tuple[int, ...], maps: tuple[int, ...], says: str
) -> None:
    values: dict[str, Any] = {
        "classes": Classes(("good", "bad"), "good"),
        "probabilities": np.full(probabilities, 0.5, np.float32),
        "maps": np.ones(maps, np.float32),
        "preprocess_ms": 0.0,
        "inference_ms": 0.0,
    }
    if not says:
        assert Prediction(**values).map_box == (0.0, 0.0, 1.0, 1.0)
        for name in ("probabilities", "maps"):
            broken = values[name].copy()
            broken.flat[0] = np.inf
            with pytest.raises(ValueError, match="^the network returned a value that is not a finite number$"):
                Prediction(**(values | {name: broken}))
        return
    with pytest.raises(ValueError) as caught:
        Prediction(**values)
    assert str(caught.value) == says


def test_thresholds_at_their_limits_are_taken_and_beyond_them_said() -> None:
    for fail_at, review_from in ((0.0, None), (1.0, None), (0.0, 0.0), (1.0, 1.0), (0.5, 0.0)):
        thresholds = Thresholds(fail_at=fail_at, review_from=review_from)
        assert thresholds.has_band is (review_from is not None and review_from < fail_at)
    with pytest.raises(ValueError, match=r"^the fail threshold must be between 0 and 1, got 1\.5$"):
        Thresholds(fail_at=1.5)
    words = r"^the review threshold must be between 0 and the fail threshold 0\.5, got 0\.75$"
    with pytest.raises(ValueError, match=words):
        Thresholds(fail_at=0.5, review_from=0.75)


def test_tallies_add_up_verdict_by_verdict() -> None:
    one, other = Tally(passed=1, failed=2, review=3, error=4), Tally(passed=10, failed=20, review=30, error=40)
    assert one + other == Tally(passed=11, failed=22, review=33, error=44)
    assert Tally.of(np.array([0, 1, 1, 2, 2, 2, 3, 3, 3, 3], np.uint8)) == one
    assert Tally.of(np.array([], np.uint8)) == Tally()
    assert [one.plus(verdict) for verdict in Verdict] == [
        replace(one, passed=2),
        replace(one, failed=3),
        replace(one, review=4),
        replace(one, error=5),
    ]
    assert [one.count(verdict) for verdict in Verdict] == [1, 2, 3, 4]


# --- quality ----------------------------------------------------------------------------------------------------------


def test_grey_is_opencv_s_and_16_bit_is_scaled_by_257() -> None:
    grey = cv2.cvtColor(NOISE, cv2.COLOR_BGR2GRAY)
    np.testing.assert_array_equal(grey8(NOISE), grey)
    with_alpha = np.dstack([NOISE, np.full((40, 60), 7, np.uint8)])
    np.testing.assert_array_equal(grey8(with_alpha), grey)
    np.testing.assert_array_equal(grey8(NOISE.astype(np.uint16) * 257), grey)
    single = NOISE[::2, ::2, 1]
    assert grey8(single).flags.c_contiguous
    np.testing.assert_array_equal(grey8(single), single)


def test_sharpness_is_the_variance_of_the_laplacian() -> None:
    image = np.zeros((5, 5), np.uint8)
    image[2, 2] = 100
    laplacian = np.zeros((5, 5))
    laplacian[2, 2], laplacian[1, 2], laplacian[3, 2], laplacian[2, 1], laplacian[2, 3] = -400, 100, 100, 100, 100
    assert sharpness(image) == pytest.approx(laplacian.var())


@pytest.mark.parametrize(
    ("grey", "limits", "says"),
    [
        (4, QualityLimits(), ""),
        (3, QualityLimits(), "bad image: black (mean grey 3.0 < 4); check the lamp and the lens cap"),
        (9, QualityLimits(darkest_mean=9.5), "bad image: black (mean grey 9.0 < 9.5); check the lamp and the lens cap"),
        (254, QualityLimits(), ""),
        (
            255,
            QualityLimits(),
            "bad image: saturated (100 % of the pixels at full scale > 98 %); lower the exposure",
        ),
        (255, QualityLimits(max_saturated_fraction=1.0), ""),
        (
            100,
            QualityLimits(min_sharpness=0.5),
            "bad image: out of focus (sharpness 0.0 < 0.5); check the focus",
        ),
    ],
)
def test_what_is_wrong_with_a_picture_is_said_with_its_numbers(grey: int, limits: QualityLimits, says: str) -> None:
    assert check_quality(np.full((40, 60), grey, np.uint8), limits) == says


@pytest.mark.parametrize(("columns", "bad"), [(50, False), (51, True)])
def test_as_many_pixels_may_be_saturated_as_the_limit_says(columns: int, bad: bool) -> None:
    image = np.full((10, 100), 100, np.uint8)
    image[:, :columns] = 255
    assert bool(check_quality(image, QualityLimits(max_saturated_fraction=0.5))) is bad


def test_a_picture_is_as_sharp_as_its_limit_and_large_ones_are_looked_at_smaller() -> None:
    limit = sharpness(NOISE)
    assert check_quality(NOISE, QualityLimits(min_sharpness=limit)) == ""
    assert check_quality(NOISE, QualityLimits(min_sharpness=limit + 0.1)).startswith("bad image: out of focus")
    checks = np.indices((8, 640)).sum(0).astype(np.uint8) % 2 * 200
    assert check_quality(checks, QualityLimits(min_sharpness=1000)) == ""  # 640 pixels: as it is
    halved = np.indices((16, 1280)).sum(0).astype(np.uint8) % 2 * 200  # the same pattern, gone when it is halved
    assert check_quality(halved, QualityLimits(min_sharpness=1)) == (
        "bad image: out of focus (sharpness 0.0 < 1); check the focus"
    )
    between = cv2.resize(checks, (960, 12), interpolation=cv2.INTER_NEAREST)
    seen = cv2.resize(between, (640, 8), interpolation=cv2.INTER_AREA)
    assert check_quality(between, QualityLimits(min_sharpness=sharpness(seen))) == ""
    assert check_quality(between, QualityLimits(min_sharpness=sharpness(seen) + 0.1)) != ""


# --- identifiers, draws, shifts ---------------------------------------------------------------------------------------


def test_an_identifier_is_the_time_and_chance(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ids, "_last", 0)
    monkeypatch.setattr(time, "time_ns", lambda: 0x0123456789AB * 1_000_000 + 500_000)
    monkeypatch.setattr(os, "urandom", lambda count: b"\xff" * count)
    assert new_id() == "01234567-89ab-7800-bfff-ffffffffffff"  # half a millisecond is 0x800 of 0x1000
    assert new_id() == "01234567-89ab-7801-bfff-ffffffffffff"
    monkeypatch.setattr(time, "time_ns", lambda: 0x0123456789AC * 1_000_000 - 1)
    assert new_id() == "01234567-89ab-7fff-bfff-ffffffffffff"
    assert new_id() == "01234567-89ac-7000-bfff-ffffffffffff"  # full: the next millisecond
    monkeypatch.setattr(os, "urandom", lambda count: b"\x00" * count)
    monkeypatch.setattr(time, "time_ns", lambda: 0)  # the clock was set back
    assert new_id() == "01234567-89ac-7001-8000-000000000000"


def test_a_draw_is_the_hash_of_salt_and_identifier() -> None:
    digest = hashlib.sha256(b"kept:part 7").digest()
    wanted = sum(byte / 256 ** (place + 1) for place, byte in enumerate(digest[:6]))
    assert draw("part 7", "kept") == pytest.approx(wanted, abs=1e-15)
    assert draw("part 7", "kept") != draw("part 7", "audit")
    assert draw("part \udcff", "kept") == draw("part \\udcff", "kept")
    assert [is_kept_pass(f"{n}", 4) for n in range(50)] == [draw(f"{n}", "kept") < 0.25 for n in range(50)]
    assert all(is_kept_pass(f"{number}", 1) for number in range(50))


def test_a_shift_began_at_its_hour_in_local_time() -> None:
    zone = timezone(timedelta(hours=2))
    now = datetime(2026, 3, 1, 6, 0, 0, 1, tzinfo=zone)
    assert shift_start(now, [22, 6, 14], zone) == datetime(2026, 3, 1, 6, tzinfo=zone)
    assert shift_start(now - timedelta(microseconds=1), [6], zone) == datetime(2026, 3, 1, 6, tzinfo=zone)
    assert shift_start(now - timedelta(microseconds=2), [6, 22], zone) == datetime(2026, 2, 28, 22, tzinfo=zone)
    assert shift_start(now, [0], zone) == datetime(2026, 3, 1, tzinfo=zone)
    assert shift_start(now, [23], zone) == datetime(2026, 2, 28, 23, tzinfo=zone)


@pytest.mark.parametrize("starts", [[], [24], [-1], [6, 24]])
def test_a_shift_starts_at_an_hour_of_the_day(starts: list[int]) -> None:
    words = f"^shifts need at least one starting hour in 0..23, got \\{starts}$"
    with pytest.raises(ValueError, match=words):
        shift_start(datetime(2026, 3, 1, tzinfo=UTC), starts)
