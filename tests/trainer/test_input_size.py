"""Which size of the input good-only takes: told by small defects that are drawn onto good pictures."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from inspector.vision.graph import SHORT_BACKBONE
from tests.bench.common import last
from trainer.dataset import Dataset, Sample
from trainer.framing import WHOLE
from trainer.frozen import freezer
from trainer.input_size import LARGE, SMALL, Told, chosen_view, enough_with, verdict
from trainer.methods import Context
from trainer.protocol import Command, TrainRequest
from trainer.pseudo_defects import KINDS, marred


def told(*better: float, cost_s: float = 1.0) -> Told:
    return Told(better=np.array(better), cost_s=cost_s)


@pytest.mark.parametrize(
    ("small", "large", "size"),
    [
        ((0.6, 0.7, 0.8, 0.5), (0.9, 1.0, 1.0, 0.9), LARGE),
        ((0.98, 0.99, 1.0, 0.98), (1.0, 1.0, 1.0, 1.0), SMALL),  # better, but by little
        ((0.0, 1.0, 0.5, 0.9), (1.0, 0.2, 0.9, 0.8), SMALL),  # better by much, which may be chance
        ((0.9, 0.9, 1.0, 0.9), (0.6, 0.7, 0.8, 0.5), SMALL),
    ],
)
def test_the_larger_size_is_taken_only_where_it_is_clearly_better(
    small: tuple[float, ...], large: tuple[float, ...], size: int
) -> None:
    chosen, why = verdict(told(*small), told(*large, cost_s=4.0))
    assert chosen == size
    assert why.startswith(f"Input of {size} pixels: of good pictures with small defects")
    assert "4.0 times as long" in why
    assert f"{np.mean(small):.2f}" in why
    assert f"{np.mean(large):.2f}" in why


def test_the_larger_size_is_not_asked_where_it_could_not_be_clearly_better() -> None:
    perfect = told(1.0, 1.0, 1.0, 1.0)
    assert enough_with(told(0.9, 0.98, 1.0, 0.99)) == ""
    assert verdict(told(0.96, 0.97, 0.96, 0.97), perfect)[0] == LARGE
    assert enough_with(told(0.96, 0.97, 0.96, 0.97)) == ""
    for small in (told(0.97, 0.98, 1.0, 0.96), perfect):
        assert "could not be clearly better" in enough_with(small)
        assert verdict(small, perfect)[0] == SMALL


@pytest.mark.parametrize("kind", range(KINDS))
@pytest.mark.parametrize("channels", [(), (3,)])
def test_a_drawn_defect_is_small_and_lies_on_the_part(kind: int, channels: tuple[int, ...]) -> None:
    rng = np.random.default_rng(1)
    picture = np.full((400, 300, *channels), 20, np.uint8)
    cv2.circle(picture, (150, 200), 90, (200,) * (channels or (1,))[0], -1)
    other = rng.integers(0, 256, (350, 500, 3), np.uint8)
    before = picture.copy()
    for _ in range(20):
        image = marred(picture, other, kind, rng)
        plain = before if channels else cv2.cvtColor(before, cv2.COLOR_GRAY2BGR)
        y, x = np.nonzero((image != plain).any(axis=2))
        assert 0 < len(y) < 0.01 * 400 * 300
        assert np.hypot(y.mean() - 200, x.mean() - 150) < 90 + 12
    np.testing.assert_array_equal(picture, before)


def test_pictures_that_are_small_themselves_are_not_enlarged(tmp_path: Path) -> None:
    samples = []
    for number in range(5):
        path = tmp_path / f"{number}.png"
        cv2.imwrite(str(path), np.full((300, 640), number, np.uint8))
        samples.append(Sample(path=path, name=path.name, defect="good", part="train"))
    request = TrainRequest(data="parts", out="m", method="good-only")
    context = Context(request=request, weights=Path(), command=lambda: Command.RUN, freezer=freezer("float"))
    size, framing, why = last(chosen_view(Dataset("test", tuple(samples)), context, SHORT_BACKBONE))
    assert (size, framing) == (SMALL, WHOLE)
    assert "the pictures' shorter side has 300" in why
