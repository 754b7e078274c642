"""Another bit depth than the model's is said, the same is not."""

from __future__ import annotations

import pytest

from inspector.domain.depth import depth_doubt


@pytest.mark.parametrize(
    ("trained", "here", "said"),
    [
        (None, None, ""),
        (12, 12, ""),
        (12, None, "12, and here it is as the files say"),
        (None, 10, "say, and here it is 10"),
    ],
)
def test_another_bit_depth_than_the_models_is_said(trained: int | None, here: int | None, said: str) -> None:
    doubt = depth_doubt(trained, here)
    assert said in doubt
    assert bool(doubt) is bool(said)
