"""Data Matrix and QR codes are read in pictures: turned, blurred, light on dark, at any depth; or they are not."""

from __future__ import annotations

import sys

import numpy as np
import pytest

from inspector.domain.part_code import CodeKinds
from inspector.pictures.codes import CodeLibraryError, read_codes
from tests.pictures.drawn_codes import code, scene

DATA_MATRIX, QR, EITHER = CodeKinds.DATA_MATRIX, CodeKinds.QR, CodeKinds.EITHER


@pytest.mark.parametrize("angle", [0, 17, 45, 90, 133, 180, 270])
@pytest.mark.parametrize("qr", [False, True])
def test_a_code_is_read_at_any_angle(angle: float, qr: bool) -> None:
    picture = scene(code("SN-0001", qr=qr), angle=angle)
    assert read_codes(picture, EITHER) == ("SN-0001",)
    assert read_codes(picture, QR if qr else DATA_MATRIX) == ("SN-0001",)
    assert read_codes(picture, DATA_MATRIX if qr else QR) == ()


def test_blur_is_borne_up_to_a_point() -> None:
    assert read_codes(scene(code("SN-0001"), blur=1.5), DATA_MATRIX) == ("SN-0001",)
    assert read_codes(scene(code("SN-0001"), blur=12), DATA_MATRIX) == ()


def test_where_there_is_none_none_is_read() -> None:
    noise = np.random.default_rng(3).integers(0, 255, (300, 400, 3), np.uint8)
    for picture in (scene(), noise, np.zeros((5, 5), np.uint8)):
        assert read_codes(picture, EITHER) == ()


def test_two_codes_are_two_and_a_half_one_is_none() -> None:
    both = read_codes(scene(code("SN-0001"), code("SN-0002")), DATA_MATRIX)
    assert sorted(both) == ["SN-0001", "SN-0002"]
    mixed = read_codes(scene(code("SN-0001"), code("SN-0002", qr=True)), EITHER)
    assert sorted(mixed) == ["SN-0001", "SN-0002"]
    half = code("SN-0001")
    half[:, half.shape[1] // 2 :] = 150
    assert read_codes(scene(half), DATA_MATRIX) == ()


def test_light_on_dark_and_every_depth() -> None:
    picture = scene(code("SN-0001"))
    assert read_codes(255 - picture, DATA_MATRIX) == ("SN-0001",)
    assert read_codes(picture[:, :, 0], DATA_MATRIX) == ("SN-0001",)
    assert read_codes(picture.astype(np.uint16) * 257, DATA_MATRIX) == ("SN-0001",)
    assert read_codes(np.dstack([picture, picture[:, :, 0]]), DATA_MATRIX) == ("SN-0001",)
    assert read_codes(picture[50:250, 50:350], DATA_MATRIX) == ("SN-0001",)


def test_what_has_no_shape_is_written_out() -> None:
    assert read_codes(scene(code("SN\x1dA\r\n")), DATA_MATRIX) == ("SN<GS>A<CR><LF>",)
    assert read_codes(scene(code("(01)09501101530003(21)ABC", gs1=True)), DATA_MATRIX) == ("(01)09501101530003(21)ABC",)


def test_without_the_library_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "zxingcpp", None)
    with pytest.raises(CodeLibraryError) as caught:
        read_codes(scene(), EITHER)
    assert "inspector-station[line]" in caught.value.next_step
