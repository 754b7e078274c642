"""What a training learns of outlines: in units that no good picture exceeds, or that none is known."""

from __future__ import annotations

import numpy as np

from inspector.domain.outline import outline_of, small_picture
from tests.bench.wrong_views import scaled
from tests.domain.test_outline import part
from trainer.outlines import good_outlines

RNG = np.random.default_rng(1)


def test_no_good_picture_exceeds_the_limit_and_the_unit_says_so() -> None:
    usual = [outline_of(small_picture(part())) for _ in range(9)]
    odd = outline_of(small_picture(scaled(part(), 1.15)))  # a good one, too
    known, apart = good_outlines([*usual, odd], np.arange(10))
    assert known is not None
    assert apart.max() == 1.0
    assert int(apart.argmax()) == 9
    assert known.unit > 1.0
    assert known.strangeness(odd) < 1.0
    plain, beside = good_outlines(usual, np.arange(9) % 3)
    assert plain is not None
    assert plain.unit == 1.0
    assert 0.0 < beside.max() < 1.0


def test_where_parts_fill_the_picture_nothing_is_known_and_nothing_is_strange() -> None:
    textures = [outline_of(small_picture(RNG.integers(0, 256, (200, 200, 3), np.uint8))) for _ in range(6)]
    known, apart = good_outlines(textures, np.arange(6))
    assert known is None
    assert not apart.any()
