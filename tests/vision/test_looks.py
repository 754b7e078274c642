"""What a picture looks like before any network: strange outlines, and empty views."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from inspector.domain.outline import GoodOutlines, outline_of, small_picture
from inspector.domain.policy import decide
from inspector.domain.records import Thresholds
from inspector.domain.views import EMPTY, LIGHT, PRODUCT, GoodViews, view_of
from inspector.vision.bundle import Bundle, ManifestFields
from inspector.vision.looks import look_at, words_of
from inspector.vision.manifest import Manifest, MemoryNote
from inspector.vision.prediction import Outputs, make_prediction
from inspector.vision.preprocess import Preprocessing, ResizePolicy
from tests.bench.wrong_views import cut_out, lit, scaled
from tests.bundles import make_bundle
from tests.domain.test_outline import part
from tests.domain.test_views import other
from tests.vision.test_memory import NOTE

if TYPE_CHECKING:
    from pathlib import Path

GUARDED = Thresholds(fail_at=0.5, review_from=0.25, strange_from=1.0)


@pytest.fixture(scope="module")
def memory() -> MemoryNote:
    pictures = [part() for _ in range(8)]
    outlines = GoodOutlines.of([outline_of(small_picture(picture)) for picture in pictures])
    return NOTE.model_copy(
        update={"whole": True, "outlines": outlines, "views": GoodViews.of([view_of(picture) for picture in pictures])}
    )


def manifest_of(folder: Path, memory: MemoryNote, policy: ResizePolicy = ResizePolicy.SQUASH) -> Manifest:
    """The manifest of a bundle with such a memory, as it is read back."""
    made = Bundle.load(make_bundle(folder / "model", memory=memory)).manifest
    assert made.memory == memory  # outlines and views come through the file as they are
    assert (made.guard_lacks == "") is (memory.whole and memory.outlines is not None)
    fields = made.model_dump(exclude={"files", "seal", "format_version", "preprocessing"})
    preprocessing = Preprocessing(input_size=64, resize_policy=policy)
    whole = ManifestFields(**fields, preprocessing=preprocessing)
    return made.model_copy(update={"preprocessing": whole.preprocessing})


def said(p: float, x: float, y: float) -> Outputs:
    """What a network says whose heat has its peak at a share of its input's sides."""
    strange = np.full((28, 28), 0.4, np.float32)
    strange[min(27, int(28 * y)), min(27, int(28 * x))] = 0.9
    return Outputs(np.array([1 - p, p], np.float32), np.zeros((2, 7, 7), np.float32), strange)


def test_models_of_before_say_nothing_of_it(tmp_path: Path) -> None:
    older = manifest_of(tmp_path, NOTE)
    assert make_prediction(older, part(), said(0.1, 0.5, 0.5), preprocess_ms=0.0, inference_ms=0.0).view is None


def test_a_part_that_is_too_small_never_passes_whatever_the_network_says(tmp_path: Path, memory: MemoryNote) -> None:
    manifest = manifest_of(tmp_path, memory)
    prediction = make_prediction(
        manifest, scaled(part(), 0.6), said(0.1, 0.5, 0.5), preprocess_ms=0.0, inference_ms=0.0
    )
    assert prediction.view == prediction.strangeness
    assert decide(prediction, GUARDED).reason.startswith(
        "unlike good parts here, probably of another size (it covers 3"
    )


def test_an_even_picture_is_empty_where_no_outline_is_known_either(memory: MemoryNote) -> None:
    free = memory.model_copy(update={"outlines": None})
    even = np.full((300, 400, 3), 243, np.uint8)
    look = look_at(even, free)
    assert look.strangeness is not None
    assert look.strangeness >= 1.0
    assert words_of(look, even, free, None) == EMPTY
    usual = look_at(part(), free)
    assert usual.strangeness is not None
    assert usual.strangeness < 0.2
    assert words_of(usual, part(), free, 0.1) == ""
    dark = lit(part(), 0.5)
    assert words_of(look_at(dark, memory), dark, memory, 2.0).startswith(LIGHT)
    assert look_at(even, None) == (None, None)


def test_what_fills_the_picture_is_not_said_to_be_cut_off_alone(memory: MemoryNote) -> None:
    stripes = other()
    words = words_of(look_at(stripes, memory), stripes, memory, 2.0)
    assert words.startswith(f"{PRODUCT}, or ")
    cut = cut_out(part(), 0.0, 0.0, 0.5)
    assert words_of(look_at(cut, memory), cut, memory, 2.0) == "cut off by the picture's edge"


def test_dirt_beside_a_part_is_not_the_part(memory: MemoryNote) -> None:
    look = look_at(part(dirt=True), memory)
    assert look.strangeness is not None
    assert look.strangeness < 1.0
