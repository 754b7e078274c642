from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from inspector.domain.errors import PictureError
from inspector.vision.preprocess import ColourOrder, Preprocessing, ResizePolicy, fit, input_box, preprocess
from inspector.vision.resample import Span, resample
from inspector.vision.torchvision_compat import import_torchvision

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from tests.vision.conftest import Bottles

PLAIN = Preprocessing(input_size=32, mean=(0.0, 0.0, 0.0), std=(1.0, 1.0, 1.0))


def torchvision_like(image: NDArray[np.uint8], preprocessing: Preprocessing, *, as_float: bool) -> NDArray[np.float32]:
    """Resize(antialias=True), CenterCrop where asked for, Normalize: from torchvision itself."""
    import_torchvision()
    from torchvision.transforms import v2

    size = preprocessing.input_size
    resize: list[Any] = (
        [v2.Resize(size, antialias=True), v2.CenterCrop(size)]
        if preprocessing.resize_policy is ResizePolicy.CENTRE_CROP
        else [v2.Resize((size, size), antialias=True)]
    )
    tensor = torch.from_numpy(np.ascontiguousarray(image[..., ::-1])).permute(2, 0, 1)
    if as_float:
        tensor = tensor.float() / 255
    resized = v2.Compose(resize)(tensor).float()
    result: NDArray[np.float32] = v2.Normalize(preprocessing.mean, preprocessing.std)(
        resized if as_float else resized / 255
    ).numpy()
    return result


@pytest.mark.parametrize("policy", [ResizePolicy.SQUASH, ResizePolicy.CENTRE_CROP])
@pytest.mark.parametrize("size", [224, 160, 320])
def test_equals_torchvisions_antialiased_resize_and_normalize(
    bottles: Bottles, policy: ResizePolicy, size: int
) -> None:
    preprocessing = Preprocessing(input_size=size, resize_policy=policy)
    for image in (bottles.images[0], bottles.images[7][:400, :711], bottles.images[-1][:, 100:401]):
        ours = preprocess(image, preprocessing)
        # ours are whole grey levels: at most half a level from the float path
        assert np.abs(ours - torchvision_like(image, preprocessing, as_float=True)).max() < 0.5 / 255 / 0.224 + 1e-4
        # torchvision's own 8-bit path rounds after each axis: at most one level apart, 1 / 255 / 0.224
        assert np.abs(ours - torchvision_like(image, preprocessing, as_float=False)).max() < 1.0001 / 255 / 0.224


@settings(max_examples=40)
@given(
    # from 2: torch 2.13 itself gives a constant for a column of one pixel (2×1 to 3×1)
    size=st.tuples(st.integers(2, 90), st.integers(2, 90)),
    out=st.tuples(st.integers(2, 60), st.integers(2, 60)),
    channels=st.sampled_from([1, 3]),
    seed=st.integers(0, 99),
)
def test_resample_is_the_antialiased_triangle_filter(
    size: tuple[int, int], out: tuple[int, int], channels: int, seed: int
) -> None:
    image = np.random.default_rng(seed).random((*size, channels), np.float32)
    expected = torch.nn.functional.interpolate(
        torch.from_numpy(image).permute(2, 0, 1)[None], out, mode="bilinear", antialias=True, align_corners=False
    )[0].numpy()
    result = resample(image, Span(out[0], 0, out[0]), Span(out[1], 0, out[1]))
    assert result.shape == (*out, channels)
    assert np.abs(result.transpose(2, 0, 1) - expected).max() < 2e-5


def test_resample_of_a_single_column() -> None:
    column = np.array([[0.0], [1.0]], np.float32)
    assert resample(column, Span(4, 0, 4), Span(1, 0, 1)).ravel().tolist() == [0.0, 0.25, 0.75, 1.0]
    assert resample(column.T, Span(1, 0, 1), Span(4, 0, 4)).ravel().tolist() == [0.0, 0.25, 0.75, 1.0]


@settings(max_examples=30)
@given(start=st.integers(0, 30), wanted=st.integers(1, 20), seed=st.integers(0, 99))
def test_a_span_is_a_part_of_the_whole(start: int, wanted: int, seed: int) -> None:
    image = np.random.default_rng(seed).random((37, 23), np.float32)
    whole = resample(image, Span(51, 0, 51), Span(50, 0, 50))
    part = resample(image, Span(51, start, wanted), Span(50, start, wanted))
    assert np.abs(part - whole[start : start + wanted, start : start + wanted]).max() < 1e-6


def test_the_same_picture_in_every_form_gives_the_same_input() -> None:
    grey = np.random.default_rng(0).integers(0, 256, (45, 77), np.uint8)
    expected = preprocess(grey, Preprocessing())
    bgr = np.repeat(grey[..., None], 3, axis=2)
    opaque = np.concatenate([bgr, np.full((45, 77, 1), 255, np.uint8)], axis=2)
    sixteen = grey.astype(np.uint16) * 257
    for form in (grey[..., None], bgr, opaque, sixteen, opaque.astype(np.uint16) * 257):
        assert np.abs(preprocess(form, Preprocessing()) - expected).max() < 1e-5


def test_colour_order() -> None:
    red = np.zeros((8, 8, 3), np.uint8)
    red[..., 2] = 255
    assert preprocess(red, PLAIN)[:, 0, 0].tolist() == [1.0, 0.0, 0.0]
    assert preprocess(red, PLAIN.model_copy(update={"colour_order": ColourOrder.BGR}))[:, 0, 0].tolist() == [0, 0, 1]


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_colours_hidden_under_transparent_pixels_do_not_count(dtype: type[np.unsignedinteger[Any]]) -> None:
    full = np.iinfo(dtype).max
    picture = np.full((600, 20, 4), full, dtype)
    picture[:300, :, 3] = 0
    result = preprocess(picture, PLAIN)
    assert result[:, :15].max() == 0.0
    assert result[:, 17:].min() == pytest.approx(1.0)


@pytest.mark.parametrize(("order", "colour"), [(ColourOrder.RGB, (104, 116, 124)), (ColourOrder.BGR, (124, 116, 104))])
def test_letterbox_keeps_the_shape_and_fills_with_the_mean(order: ColourOrder, colour: tuple[int, int, int]) -> None:
    picture = np.full((50, 100, 3), 255, np.uint8)
    preprocessing = Preprocessing(input_size=64, resize_policy=ResizePolicy.LETTERBOX, colour_order=order)
    result = fit(picture, preprocessing)
    filled = np.flatnonzero((result == 255).all(axis=(1, 2)))
    assert (filled[0], filled[-1], len(filled)) == (16, 47, 32)
    assert (result[:16] == colour).all()
    assert (result[48:] == colour).all()
    assert np.abs(preprocess(picture, preprocessing)[:, :16]).max() <= 0.5001 / 255 / 0.224


def test_the_float_input_is_the_normalised_bytes(bottles: Bottles) -> None:
    preprocessing = Preprocessing(input_size=96)
    for picture in (bottles.images[0], bottles.images[0][..., 0], bottles.images[0].astype(np.uint16) * 250):
        square = fit(picture, preprocessing)
        assert square.shape == (96, 96, 3)
        assert square.dtype == np.uint8
        expected = (square[..., ::-1] / 255.0 - preprocessing.mean) / preprocessing.std
        assert np.abs(preprocess(picture, preprocessing) - expected.transpose(2, 0, 1)).max() < 1e-5


def test_halves_are_rounded_up_and_sixteen_bits_only_at_the_end() -> None:
    preprocessing = Preprocessing(input_size=32)
    halves = np.tile(np.array([[10, 11]], np.uint8), (64, 32))  # each output lies between two columns
    assert (fit(halves, preprocessing)[:, 1:-1] == 11).all()
    sixteen = np.full((64, 64), 1000 * 257 // 10, np.uint16)  # 100 levels of 8 bit
    sixteen[::2] += 60  # 0.23 of a level, 0.12 on average: gone, not rounded up line by line
    assert (fit(sixteen, preprocessing) == 100).all()


def test_a_given_place_is_filled() -> None:
    batch = np.zeros((2, 32, 32, 3), np.uint8)
    assert fit(np.full((9, 9), 7, np.uint8), PLAIN, out=batch[1]).base is batch
    assert (batch[1] == 7).all()
    assert not batch[0].any()


@pytest.mark.parametrize("policy", list(ResizePolicy))
@pytest.mark.parametrize("shape", [(1, 1), (1, 5000), (5000, 1), (2, 3, 4), (20000, 20000)])
def test_any_size(policy: ResizePolicy, shape: tuple[int, ...]) -> None:
    picture = np.broadcast_to(np.uint8(200), shape)  # 20000 × 20000 pixels without 400 MB
    result = preprocess(picture, Preprocessing(resize_policy=policy))
    assert result.shape == (3, 224, 224)
    assert result.dtype == np.float32
    assert result.flags.c_contiguous
    assert np.isfinite(result).all()


def test_the_picture_is_left_alone() -> None:
    picture = np.random.default_rng(0).integers(0, 256, (40, 50, 4), np.uint8)
    before = picture.copy()
    picture.setflags(write=False)
    preprocess(picture[3:, ::2], Preprocessing())
    assert (picture == before).all()


@pytest.mark.parametrize(
    "bad",
    [np.zeros((0, 5), np.uint8), np.zeros((5, 5, 2), np.uint8), np.zeros((5, 5), np.float32), np.zeros(5, np.uint8)],
)
def test_what_is_not_a_picture_is_refused(bad: NDArray[Any]) -> None:
    with pytest.raises(PictureError, match="a picture must be"):
        preprocess(bad, Preprocessing())


@pytest.mark.parametrize(
    ("policy", "box"),
    [
        (ResizePolicy.SQUASH, (0.0, 0.0, 1.0, 1.0)),
        (ResizePolicy.LETTERBOX, (0.0, -0.5, 1.0, 1.5)),
        (ResizePolicy.CENTRE_CROP, (0.25, 0.0, 0.75, 1.0)),
    ],
)
def test_where_the_input_lies_on_the_picture(policy: ResizePolicy, box: tuple[float, ...]) -> None:
    assert input_box(448, 224, Preprocessing(resize_policy=policy)) == box


@pytest.mark.parametrize(
    "fields", [{"input_size": 31}, {"std": (0.0, 1.0, 1.0)}, {"resize_policy": "stretch"}, {"gamma": 2.2}]
)
def test_preprocessing_that_makes_no_sense_is_refused(fields: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Preprocessing(**fields)
