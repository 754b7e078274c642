"""A model that is worse than the one it goes on from is shown, and not offered."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from pytestqt.qtbot import QtBot

from inspector.paths import Home
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
