"""A batch from its folder to its rows: what it says on the way, what comes of it, and that it goes on."""

from __future__ import annotations

import re
import threading
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

from inspector.batch import run
from inspector.batch.progress import BatchStage, RunProgress
from inspector.batch.record import RunError, RunRecord, read_record
from inspector.batch.run import BatchOrder, BatchOutcome, run_batch
from inspector.domain.config import QualityLimits
from inspector.domain.errors import InspectorError, ModelChangedError
from inspector.domain.records import Thresholds
from inspector.domain.tally import Tally
from inspector.pictures import write_picture
from tests.engine.fakes import BAD, GOOD, FakeClassifier

if TYPE_CHECKING:
    from inspector.domain.records import Image, Prediction


@pytest.fixture
def order(tmp_path: Path) -> BatchOrder:
    """Ten good pictures, six defective ones and a broken one."""
    pictures = tmp_path / "parts"
    for number in range(16):
        kind, level = ("good", GOOD) if number < 10 else ("dent", BAD)
        write_picture(pictures / kind / f"{number}.png", np.full((8, 8), level, np.uint8))
    (pictures / "good" / "x.png").write_bytes(b"no picture")
    record = RunRecord(folder=str(pictures), recursive=True, model="fake", started=datetime.now(UTC), who="sam")
    return BatchOrder(
        record=record,
        pictures=pictures,
        labels_file=None,
        out=tmp_path / "out",
        model_folder=tmp_path / "fake",
        trained_on="",
        input_size=8,
        thresholds=Thresholds(fail_at=0.5),
        quality=QualityLimits(),
    )


def ran(
    order: BatchOrder, classifier: FakeClassifier, stop: threading.Event | None = None
) -> tuple[list[RunProgress], BatchOutcome]:
    """Run a batch to its end; return what it said and what came of it."""
    steps, said = run_batch(order, lambda: classifier, stop=stop or threading.Event()), []
    while True:
        try:
            said.append(next(steps))
        except StopIteration as end:
            return said, end.value


def test_it_says_what_it_is_at_and_at_the_end_what_came_of_it(order: BatchOrder) -> None:
    classifier = FakeClassifier()
    said, outcome = ran(order, classifier)
    assert [step.stage for step in said[:3]] == [BatchStage.LISTING, BatchStage.LOADING, BatchStage.JUDGING]
    assert (said[2].done, said[2].total, said[2].rate, said[2].seconds_left) == (0, 17, None, None)
    last = said[-1]
    assert (last.stage, last.done, last.total, last.seconds_left) == (BatchStage.JUDGING, 17, 17, 0.0)
    assert last.rate is not None
    assert last.rate > 0
    assert outcome.tally == Tally(passed=10, failed=6, error=1)
    assert (outcome.survey.good, outcome.survey.defective, outcome.gone, outcome.interrupted) == (11, 6, 0, False)
    assert len(outcome.results.read_text().splitlines()) == 18
    record = read_record(order.out)
    assert record.judge is not None
    assert (record.judge.model_name, record.judge.thresholds, record.survey) == (
        "fake",
        order.thresholds,
        outcome.survey,
    )
    assert classifier.closed == 1


def test_what_is_stopped_goes_on_where_it_ended(order: BatchOrder) -> None:
    stop = threading.Event()
    said, outcome = ran(order, FakeClassifier(act=lambda call: stop.set() if call == 3 else None), stop)
    assert outcome.interrupted
    assert 0 < outcome.tally.inspected < 17
    assert said[-1].done == outcome.tally.inspected
    again = FakeClassifier()
    said, whole = ran(order, again)
    assert (said[2].done, said[-1].done) == (outcome.tally.inspected, 17)
    assert (whole.tally, whole.interrupted) == (Tally(passed=10, failed=6, error=1), False)
    assert again.calls == 16 - (outcome.tally.passed + outcome.tally.failed)
    # told to stop before it has looked whether the files still hold what was judged
    stopped = threading.Event()
    stopped.set()
    outcome = ran(order, FakeClassifier(), stopped)[1]
    assert (outcome.interrupted, outcome.tally) == (True, whole.tally)
    nothing = FakeClassifier()
    assert ran(order, nothing)[1].interrupted is False
    assert nothing.calls == 0


def test_rows_of_another_operating_point_are_not_mixed_unless_they_are_thrown_away(order: BatchOrder) -> None:
    ran(order, FakeClassifier())
    strict, classifier = replace(order, thresholds=Thresholds(fail_at=0.05)), FakeClassifier()
    with pytest.raises(RunError, match=r"another operating point \(fail at 0.5; now fail at 0.05\)"):
        ran(strict, classifier)
    assert (classifier.calls, classifier.closed) == (0, 1)
    assert ran(replace(strict, restart=True), FakeClassifier())[1].tally == Tally(failed=16, error=1)


def test_pictures_with_heatmaps_are_written_beside_and_never_judged(order: BatchOrder) -> None:
    inside = replace(order, out=Path(str(order.pictures)) / "results", overlays=True)
    ran(inside, FakeClassifier())
    assert len(list(inside.overlay_folder.rglob("*.*"))) == 16
    assert ran(inside, FakeClassifier())[1].survey.pictures == 17


@pytest.mark.parametrize(
    ("folder", "says"),
    [("empty", "there is no picture in .*empty. Check the path"), ("masks", "no picture in .* but 1 masks")],
)
def test_a_folder_without_pictures_is_refused_before_the_model_is_loaded(
    order: BatchOrder, tmp_path: Path, folder: str, says: str
) -> None:
    (tmp_path / "empty").mkdir()
    write_picture(tmp_path / "masks" / "ground_truth" / "1.png", np.zeros((8, 8), np.uint8))
    classifier = FakeClassifier()
    with pytest.raises(InspectorError, match=says):
        ran(replace(order, pictures=tmp_path / folder), classifier)
    assert classifier.closed == 0


def test_a_model_that_has_changed_by_the_end_is_said_with_the_rows_in_doubt(order: BatchOrder) -> None:
    class Changing(FakeClassifier):
        def predict(self, image: Image) -> Prediction:
            self.changed = "the model fake does not judge its test picture as before"
            return super().predict(image)

    with pytest.raises(ModelChangedError) as caught:
        ran(order, Changing())
    assert re.fullmatch(
        r"the model fake does not judge its test picture as before\. Rows that were written since \d\d:\d\d may be wrong",
        caught.value.what,
    )
    assert caught.value.next_step.startswith("Judge the folder again from its beginning. ")


def test_a_model_is_tested_every_hour(order: BatchOrder, monkeypatch: pytest.MonkeyPatch) -> None:
    classifier = FakeClassifier()
    ran(order, classifier)
    assert classifier.tests == 1  # at the end
    monkeypatch.setattr(run, "TEST_EVERY_S", 0.0)
    again = FakeClassifier()
    ran(replace(order, restart=True), again)
    assert again.tests > 2
