"""When the square around the part is judged, and when it is turned: told by outlines of good pictures."""

from __future__ import annotations

import json
from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from inspector.domain.guard import in_force
from inspector.domain.policy import decide
from inspector.domain.records import Verdict
from inspector.domain.strangeness import DEFAULT_RATE
from inspector.vision.backends import load_classifier, load_reference
from inspector.vision.bundle import Bundle
from inspector.vision.overlay import fit_to_picture
from inspector.vision.preprocess import Preprocessing
from tests.bench.common import last
from tests.vision.test_framing import bar
from trainer.augment import PRESETS, views
from trainer.framing import WHOLE, Framing, framing_of, words_of
from trainer.loop import train
from trainer.orientation import copies_of
from trainer.protocol import TrainRequest


def disc(x: int, radius: int) -> NDArray[np.uint8]:
    picture = np.full((400, 440, 3), 200, np.uint8)
    cv2.circle(picture, (x, 200), radius, (60, 60, 60), -1)
    return picture


_ANGLES = (0.0, 40.0, 80.0, 120.0, 160.0)


@pytest.mark.parametrize(
    ("pictures", "turns", "upright", "share"),
    [
        ([bar(angle) for angle in _ANGLES], True, True, (0.58, 0.68)),
        ([bar(angle) for angle in _ANGLES], False, False, (0.58, 0.68)),
        ([bar(angle) for angle in (0.0, 1.0, 2.0, -1.0, 178.0)], True, False, (0.58, 0.68)),
        ([disc(200 + 4 * number, 80) for number in range(5)], True, False, (0.42, 0.5)),
    ],
    ids=["any angle", "turns matter", "lies still", "round"],
)
def test_the_square_is_as_long_as_the_parts_and_turned_where_they_lie_anyhow(
    pictures: list[NDArray[np.uint8]], turns: bool, upright: bool, share: tuple[float, float]
) -> None:
    framing = framing_of(pictures, turns=turns)
    assert framing.upright is upright
    assert framing.part_side is not None
    assert share[0] < framing.part_side < share[1]
    assert ("turned so that the part lies level" in words_of(framing)) is upright


@pytest.mark.parametrize(
    "pictures",
    [
        [np.random.default_rng(seed).integers(0, 255, (300, 300, 3), np.uint8) for seed in range(5)],
        [disc(220, 170) for _ in range(5)],
        [disc(220, 60), *(disc(220, 120) for _ in range(4))],
        [*(bar(angle) for angle in _ANGLES), np.minimum(bar(0.0, 210.0, 60.0), bar(0.0, 210.0, 340.0))],
    ],
    ids=["texture", "fills the picture", "sizes differ", "two in one"],
)
def test_the_whole_picture_is_judged_where_no_part_is_known(pictures: list[NDArray[np.uint8]]) -> None:
    assert framing_of(pictures, turns=True) == WHOLE == Framing()
    assert words_of(WHOLE) == ""


def test_what_lies_level_is_remembered_either_way_round() -> None:
    assert copies_of(3, 448, turn=False, upright=True) == [(0, 180), (1, 180), (2, 180)]
    many = copies_of(500, 448, turn=True, upright=True)
    assert 40 < len(many) <= 66
    assert {angle for _, angle in many} == {180}
    assert copies_of(3, 448, turn=False, upright=False) == []
    assert len(copies_of(3, 224, turn=True, upright=False)) == 33


def test_views_of_a_level_part_are_turned_by_no_right_angle() -> None:
    level = Preprocessing(input_size=64, part_side=0.61, upright=True)
    shown = PRESETS["standard"]
    seen = views(bar(40.0), level, shown, 12, np.random.default_rng(3))
    np.testing.assert_array_equal(seen[1], seen[0, ::-1, ::-1])
    lying = [np.ptp(np.nonzero(view[..., 0] < 130)[1]) > 2 * np.ptp(np.nonzero(view[..., 0] < 130)[0]) for view in seen]
    assert all(lying)
    free = views(bar(0.0), Preprocessing(input_size=64), shown, 12, np.random.default_rng(3))
    assert any(np.ptp(np.nonzero(view[..., 0] < 130)[1]) < np.ptp(np.nonzero(view[..., 0] < 130)[0]) for view in free)
    # where the user says that orientation matters nothing is turned but by a little
    assert not PRESETS["orientation-matters"].of_level_parts().half_turns


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory, imagenet_weights: Path) -> Bundle:
    """A bundle that has learnt from ten bars at any angle and place."""
    folder = tmp_path_factory.mktemp("bars")
    (folder / "good").mkdir()
    for number in range(10):
        cv2.imwrite(str(folder / "good" / f"{number:02}.png"), grained(number))
    out = tmp_path_factory.mktemp("models") / "bars"
    request = TrainRequest(
        data=str(folder), out=str(out), method="good-only", weights=str(imagenet_weights), input_size=96
    )
    last(train(request))
    return Bundle.load(out)


def place(number: int) -> tuple[float, float]:
    """Where a bar lies, x and y."""
    x, y = np.random.default_rng(number).uniform(-20, 20, 2)
    return 220.0 + float(x), 200.0 + float(y)


def grained(number: int, *, hole: bool = False) -> NDArray[np.uint8]:
    """A bar at an angle and place of its own, as a camera sees it; with a hole in its middle it is defective."""
    x, y = place(number)
    picture = bar(37.0 * number, x, y)
    if hole:
        cv2.circle(picture, (round(x), round(y)), 11, (255, 255, 255), -1)
    noise = np.random.default_rng(number).normal(0, 2, picture.shape)
    return np.asarray(np.clip(picture + noise, 0, 255), np.uint8)


def test_a_training_judges_the_square_and_says_so(made: Bundle) -> None:
    preprocessing = made.manifest.preprocessing
    assert preprocessing.upright
    assert preprocessing.part_side == pytest.approx(0.61, abs=0.06)
    report = json.loads((made.folder / "report" / "metrics.json").read_text())
    assert "turned so that the part lies level" in " ".join(report["comparison"])


def test_both_back_ends_tell_good_parts_at_other_angles_from_strange_ones(made: Bundle) -> None:
    two = np.minimum(bar(0.0, 210.0, 60.0), bar(0.0, 210.0, 340.0))
    answers = []
    for classifier in (load_classifier(made), load_reference(made)):
        limits = in_force(None, classifier.thresholds, classifier.identity.good_scale, DEFAULT_RATE)
        good = [classifier.predict(grained(number)) for number in (20, 23)]
        holed = [classifier.predict(grained(number, hole=True)) for number in (21, 24)]
        assert [decide(seen, limits).verdict for seen in good] == [Verdict.PASS] * 2
        assert [decide(seen, limits).verdict for seen in holed] == [Verdict.REVIEW] * 2
        assert decide(classifier.predict(two), limits).verdict is Verdict.REVIEW
        for number, seen in zip((21, 24), holed, strict=True):
            assert seen.strangeness_map is not None
            hot = fit_to_picture(seen.strangeness_map, 440, 400, map_box=seen.map_box, full_scale=9.0)
            where = np.unravel_index(int(cv2.GaussianBlur(hot, (0, 0), 6).argmax()), hot.shape)
            assert np.hypot(where[1] - place(number)[0], where[0] - place(number)[1]) < 30
        answers.append([float(seen.strangeness or 0.0) for seen in (*good, *holed)])
        classifier.close()
    np.testing.assert_allclose(answers[0], answers[1], rtol=0.15)
