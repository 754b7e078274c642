"""The classes of a model: the good one may stand anywhere."""

from __future__ import annotations

import numpy as np
import pytest

from inspector.domain.classes import Classes


@pytest.mark.parametrize(
    ("names", "good_index", "defects"),
    [
        (("good", "crack", "dent"), 0, ("crack", "dent")),
        (("crack", "good", "dent"), 1, ("crack", "dent")),
        (("crack", "dent", "good"), 2, ("crack", "dent")),
    ],
)
def test_the_good_class_may_stand_anywhere(names: tuple[str, ...], good_index: int, defects: tuple[str, ...]) -> None:
    classes = Classes(names, "good")
    assert (classes.good_index, classes.defects, len(classes)) == (good_index, defects, 3)
    share = {"good": 0.5, "crack": 0.125, "dent": 0.375}
    probabilities = np.array([share[name] for name in names], np.float32)
    assert classes.p_defective(probabilities) == 0.5
    assert names[classes.likeliest_defect(probabilities)] == "dent"
    assert [names[index] for index in classes.defect_indices] == list(defects)


def test_of_two_defects_that_are_equally_likely_the_first_is_named() -> None:
    assert Classes(("crack", "good", "dent"), "good").likeliest_defect(np.array([0.2, 0.6, 0.2], np.float32)) == 0


def test_a_network_that_says_nan_has_no_probability() -> None:
    assert np.isnan(Classes(("good", "bad"), "good").p_defective(np.array([np.nan, np.nan], np.float32)))


@pytest.mark.parametrize(
    ("names", "good", "words"),
    [
        (("good",), "good", "two or more classes"),
        (("good", "good"), "good", "different names"),
        (("crack", "dent"), "good", "'good' is not among the classes crack, dent"),
    ],
)
def test_classes_that_make_no_sense_are_refused(names: tuple[str, ...], good: str, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        Classes(names, good)
