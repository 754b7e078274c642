"""Heat outside the part at the line and in a batch: REVIEW, and whatever judges the row anew says the same."""

from __future__ import annotations

import csv
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from inspector.batch import read_table
from inspector.batch.rows import HEADER, make_row
from inspector.domain.operating_point import LabelledScores
from inspector.domain.policy import VERDICTS, decide, verdict_of
from inspector.domain.records import Thresholds, Verdict
from inspector.outputs.rows import from_row, to_row
from inspector.pictures import write_picture
from inspector.pictures.content import KnownContent
from tests.batch.test_run import order, ran
from tests.domain.test_rules import prediction
from tests.engine.fakes import BAD, GOOD, FakeClassifier, FakeSource, frame, make_job
from tests.outputs.test_rows import WHOLE

if TYPE_CHECKING:
    from inspector.batch.run import BatchOrder
    from tests.engine.conftest import Rig

__all__ = ["order"]
BESIDE = BAD + 30  # grey of a part that fails, with its heat outside
REASON = "the heat lies outside the part: P(defective) 0.900 ≥ 0.5"


def outside(image: np.ndarray) -> bool:
    return float(image.mean()) > BAD + 15


def script() -> FakeSource:
    return FakeSource([frame(number, grey) for number, grey in enumerate((GOOD, BAD, BESIDE))])


@pytest.mark.parametrize(
    ("allowed", "wanted", "verdicts"),
    [
        (True, True, ["PASS", "FAIL", "REVIEW"]),
        (True, False, ["PASS", "FAIL", "FAIL"]),
        (False, True, ["PASS", "FAIL", "FAIL"]),
    ],
)
def test_the_line_spares_where_recipe_and_model_let_it(
    rig: Rig, allowed: bool, wanted: bool, verdicts: list[str]
) -> None:
    classifier = FakeClassifier(outside=outside)
    classifier.identity = replace(classifier.identity, may_spare=allowed)
    recipe = make_job(script(), rig.log).recipe.model_copy(update={"spares_outside": wanted})
    assert rig.run(script(), classifier=classifier, recipe=recipe) == verdicts
    asked = allowed and wanted
    decisions = [part.decision for part in rig.log.committed]
    assert [decision.heat_outside for decision in decisions] == ([False, False, True] if asked else [None] * 3)
    assert {decision.thresholds.spares_outside for decision in decisions} == {asked}
    assert (decisions[2].reason == REASON) is asked


def test_a_batch_says_what_the_line_says_and_keeps_it(order: BatchOrder) -> None:
    write_picture(Path(order.record.folder) / "good" / "beside.png", np.full((8, 8), BESIDE, np.uint8))
    _, outcome = ran(order, FakeClassifier(outside=outside))
    table = read_table(outcome.results)
    place = table.places["good/beside.png"]
    assert (outcome.tally.failed, outcome.tally.review) == (6, 1)
    assert table.reason(place) == REASON
    assert table.heat_outside.tolist().count(True) == 1
    assert table.verdicts_at(outcome.judge.thresholds).tolist() == table.verdicts.tolist()
    moved = replace(outcome.judge.thresholds, fail_at=0.95)
    assert VERDICTS[table.verdicts_at(moved)[place]] is Verdict.PASS
    off = replace(order, spares_outside=False, restart=True)
    assert ran(off, FakeClassifier(outside=outside))[1].tally.failed == 7


PS = st.sampled_from([0.0, 0.125, 0.25, 0.375, 0.5, 0.75, 1.0])
POINTS = st.builds(
    Thresholds,
    fail_at=st.sampled_from([0.5, 0.75, 1.0]),
    review_from=st.none() | st.sampled_from([0.0, 0.25, 0.5]),
    strange_from=st.none() | st.just(1.0),
    spares_outside=st.booleans(),
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(PS, st.sampled_from([0.5, 1.5]), st.none() | st.booleans(), POINTS)
def test_what_is_judged_anew_has_the_verdict_that_it_had(
    tmp_path: Path, p: float, strangeness: float, heat_outside: bool | None, points: Thresholds
) -> None:
    """The log's row, the batch's row and the operating point's figures hold all that the verdict follows from."""
    strange = np.full((2, 2), strangeness, np.float32)
    seen = replace(prediction(p), strangeness_map=strange, heat_outside=heat_outside)
    live = decide(seen, points)
    kept = from_row(to_row(replace(WHOLE, decision=live))).decision
    assert kept == live
    assert p == kept.p_defective
    assert verdict_of(p, kept.thresholds, kept.strangeness, kept.heat_outside) is live.verdict
    row = make_row("good/a.png", KnownContent(None), live, seen, overlay="", model="a" * 64)
    with (tmp_path / "results.csv").open("w", newline="") as file:
        csv.writer(file).writerows([HEADER, row.values()])
    table = read_table(tmp_path / "results.csv")
    assert VERDICTS[table.verdicts[0]] is VERDICTS[table.verdicts_at(points)[0]] is live.verdict
    scores = LabelledScores([p], [False], [strangeness], [kept.heat_outside is True])
    assert scores.cell(points, defective=False, verdict=live.verdict).tolist() == [0]
