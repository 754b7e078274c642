"""“Try the rest”: what the work budget did not reach is offered, and goes on from what was tried."""

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


def test_the_rest_is_tried_from_what_was_tried_with_the_same_pictures_and_settings(bench: Bench) -> None:
    page = bench.page
    bench.press(page.method.fold_button)
    page.method.form.set_value("seed", "7")
    bench.finish("scarce")
    first = page.shown
    assert first is not None
    assert page.result.rest.text().startswith(
        "Not tried, as the work budget did not reach so far: layer4, 448 px, mix pooling; what passes of a defect type"
    )
    assert "With all of it a training is 26:40 of work" in page.result.rest.text()
    page.method.form.set_value("seed", "8")  # for another training; the rest is tried as the first was
    bench.press(page.result.rest_button)
    bench.until(lambda: page.data.goes_on.text().startswith("Tries what scarce-1 did not"))
    bench.press(page.train.start)
    bench.until(lambda: page.shown is not None and page.shown.name == "scarce-2")
    bench.until_state(ProcessState.DONE)
    second = page.shown
    assert second is not None
    changed = {"out", "budget_s", "unseen"}
    assert second.request.model_dump(exclude=changed) == first.request.model_dump(exclude=changed)
    assert (second.request.budget_s, second.request.unseen) == (900.0, "yes")
    assert second.folder.checkpoints.is_dir()  # as the first had left them
    assert not first.folder.checkpoints.exists()
    bench.until(lambda: not page.result.rest_button.isVisible())
    assert not page.result.rest.isVisible()
    bench.finish("quick")  # other pictures go on from nothing
    assert not page.result.rest_button.isVisible()
    assert page.data.basis.goes_on is None
