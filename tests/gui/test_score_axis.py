"""The axis of scores: what is in force can be read wherever the handles are."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from PySide6.QtCore import QRectF
from pytestqt.qtbot import QtBot

from inspector.domain.operating_point import LabelledScores
from inspector.domain.records import Thresholds
from inspector.gui.operating_point.score_axis import ScoreAxis
from inspector.gui.theme import CURRENT, lively


@pytest.mark.parametrize("width", [420, 720, 1300])
def test_words_of_what_is_in_force_are_not_under_a_handle(qtbot: QtBot, width: int) -> None:
    axis = ScoreAxis()
    qtbot.addWidget(axis)
    axis.resize(width, 240)
    axis.show()
    scores = np.concatenate([np.linspace(0.001, 0.01, 40), np.linspace(0.95, 0.9999, 20)])
    axis.show_scores(LabelledScores(scores, np.arange(60) >= 40))
    places = (0.001, 0.1, 0.2, 0.45, 0.5, 0.55, 0.9, 0.999)
    for review, fail in itertools.combinations(places, 2):
        point, in_force = Thresholds(fail_at=fail, review_from=review), Thresholds(fail_at=0.5, review_from=0.2)
        axis.show_point(point, in_force)
        marks = axis.marks_in_force()
        words = [] if point == in_force else ["fail, in force", "review, in force"]
        assert [mark.words for mark in marks] == words
        for mark in marks:
            assert QRectF(axis.rect()).contains(mark.box)
            for handle in (axis.review, axis.fail):
                assert not mark.box.intersects(QRectF(handle.geometry())), (review, fail, mark)


def test_parts_of_which_the_model_is_certain_are_drawn(qtbot: QtBot) -> None:
    axis = ScoreAxis()
    qtbot.addWidget(axis)
    axis.resize(720, 240)
    axis.show()
    axis.show_scores(LabelledScores(np.array([0.0, 0.0, 0.3, 1.0, 1.0]), np.arange(5) >= 3))
    axis.show_point(Thresholds(fail_at=0.5), None)
    image = axis.grab().toImage()
    for p, verdict in ((0.0, "good"), (1.0, "fail")):
        x = round(axis.x_of(p))
        colours = [image.pixelColor(x, y).name() for y in range(image.height())]
        assert colours.count(lively(CURRENT.theme, verdict).name()) > 10
