"""A model that is worse than the one it goes on from is shown, and not offered."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from pytestqt.qtbot import QtBot

from inspector.paths import Home
from inspector.runs.state import ProcessState
from tests.gui.training_bench import Bench


@pytest.fixture
def bench(qtbot: QtBot, home: Home) -> Iterator[Bench]:
    opened = Bench(qtbot, home)
    yield opened
    opened.close()


def test_a_worse_model_cannot_be_promoted_and_the_page_says_why(bench: Bench) -> None:
    bench.finish("worse")
    result = bench.page.result
    assert result.growth.isVisible()
    assert "of 9 defective parts 2 would pass, 0 with before" in result.growth.text()
    assert not result.buttons["promote"].isEnabled()
    assert "2 would pass" in result.buttons["promote"].toolTip()
    bench.finish("quick")
    assert not result.growth.isVisible()
    assert result.buttons["promote"].isEnabled()


def test_a_training_of_what_was_learned_goes_on_from_the_model(bench: Bench) -> None:
    folder = bench.data("quick")
    model = bench.home.models / "tiny"
    bench.page.train_on(str(folder), str(model))
    bench.until(lambda: bench.page.data.contents is not None and bench.page.method.name.text())
    bench.press(bench.page.train.start)
    bench.until_state(ProcessState.DONE)
    assert bench.page.shown is not None
    assert bench.page.shown.request.parent == str(model)
    bench.finish("worse")  # other pictures: it goes on from none
    assert bench.page.shown.request.parent == ""
