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
