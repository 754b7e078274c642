"""What the bar of the Batch page says of a folder and of the run that is looked at."""

from __future__ import annotations

from pathlib import Path

from pytestqt.qtbot import QtBot

from inspector.batch.run_state import BatchRun, read_run
from inspector.batch.survey import Survey
from inspector.gui.batch.bar import BatchBar
from inspector.paths import Home
from inspector.runs.state import ProcessState
from tests.batch.samples import R
from tests.gui.batch_hand import make_run, real_rows


def test_a_run_that_loads_its_model_is_not_said_to_be_judged_by_the_one_before(
    qtbot: QtBot, home: Home, tmp_path: Path
) -> None:

    rows = real_rows(tmp_path / "parts", R("good/1.png", "PASS", 0.002))
    done = read_run(make_run(home, tmp_path / "parts", rows))
    done = BatchRun(
        id=done.id,
        folder=done.folder,
        record=done.record.model_copy(update={"survey": Survey(pictures=1, good=1)}),
        state=done.state,
    )
    bar = BatchBar()
    qtbot.addWidget(bar)
    bar.show_run(done, 1)
    assert "tiny" in bar.words.text()
    record = done.record.model_copy(update={"survey": None, "judge": None})
    bar.show_run(BatchRun(id="next", folder=done.folder, record=record, state=ProcessState.STARTING), 0)
    assert bar.words.text().startswith("1 picture")
    assert "tiny" not in bar.words.text()
