"""The guard in a batch: verdicts, overlays, and what the batch says of it."""

from __future__ import annotations

import csv
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest

from inspector.batch import Job, export_csv, judge_files, read_table
from inspector.batch.record import OtherResultsError, read_record
from inspector.batch.summary import facts
from inspector.domain.heatmap import HeatmapKind
from inspector.domain.policy import PASSED, REVIEW
from inspector.domain.prediction import heat_of
from inspector.domain.records import Thresholds
from inspector.pictures import read_picture, write_picture
from inspector.vision.overlay import draw_overlay
from tests.batch.samples import R, write_results
from tests.batch.test_run import order, ran
from tests.engine.fakes import GOOD_SCALE, FakeClassifier, strange_middle

if TYPE_CHECKING:
    from pathlib import Path

    from inspector.batch.run import BatchOrder
    from inspector.domain.records import Image

__all__ = ["order"]
GUARDED = Thresholds(fail_at=0.5, strange_from=1.0)


def is_tall(image: Image) -> float:
    return 1.5 if image.shape[0] > image.shape[1] else 0.5


def test_what_decided_is_drawn(tmp_path: Path) -> None:
    tall, wide = np.full((60, 40), 60, np.uint8), np.full((40, 60), 60, np.uint8)
    write_picture(tmp_path / "in" / "tall.png", tall)
    write_picture(tmp_path / "in" / "wide.png", wide)
    job = Job(folder=tmp_path / "in", overlays=tmp_path / "out" / "overlays", thresholds=GUARDED)
    rows = judge_files(["tall.png", "wide.png"], job, FakeClassifier(strangeness=is_tall))
    assert [(row.verdict, row.reason) for row in rows] == [
        ("REVIEW", "unlike good parts here: strangeness 1.5 ≥ 1"),
        ("PASS", ""),
    ]
    write_picture(tmp_path / "wanted.jpg", draw_overlay(tall, heat_of(strange_middle(1.5)), full_scale=1.0))
    drawn, wanted = read_picture(tmp_path / "out" / rows[0].overlay), read_picture(tmp_path / "wanted.jpg")
    np.testing.assert_array_equal(drawn, wanted)


@pytest.mark.parametrize("wanted", [HeatmapKind.GRAD_CAM, HeatmapKind.UNLIKE_GOOD])
def test_the_recipes_choice_is_drawn_and_the_name_says_which(tmp_path: Path, wanted: HeatmapKind) -> None:
    picture = np.full((60, 40), 60, np.uint8)
    write_picture(tmp_path / "in" / "a.png", picture)
    classifier, out = FakeClassifier(strangeness=is_tall), tmp_path / "out" / "overlays"
    judge_files(["a.png"], Job(folder=tmp_path / "in", overlays=out, thresholds=GUARDED), classifier)
    assert [path.name for path in out.iterdir()] == ["a.png.unlike-good.overlay.jpg"]
    job = Job(folder=tmp_path / "in", overlays=out, thresholds=GUARDED, heatmap=wanted)
    (row,) = judge_files(["a.png"], job, classifier)
    assert row.overlay == f"overlays/a.png.{wanted}.overlay.jpg"
    assert [path.name for path in out.iterdir()] == [f"a.png.{wanted}.overlay.jpg"]  # what was drawn before is gone
    shown = replace(classifier.predict(picture), wanted=wanted)
    write_picture(tmp_path / "wanted.jpg", draw_overlay(picture, shown.heatmap, full_scale=1.0))
    np.testing.assert_array_equal(
        read_picture(out / f"a.png.{wanted}.overlay.jpg"), read_picture(tmp_path / "wanted.jpg")
    )


def test_near_the_limit_a_reduced_picture_is_judged_again_from_all_its_pixels(tmp_path: Path) -> None:
    write_picture(tmp_path / "a.jpg", np.full((320, 240, 3), 60, np.uint8))
    classifier = FakeClassifier(strangeness=lambda image: 1.05 if image.shape[0] == 320 else 0.95)
    (row,) = judge_files(["a.jpg"], Job(folder=tmp_path, input_size=60, thresholds=GUARDED), classifier)
    assert (row.verdict, classifier.calls) == ("REVIEW", 2)
    far = FakeClassifier(strangeness=lambda image: 0.5)
    (row,) = judge_files(["a.jpg"], Job(folder=tmp_path, input_size=60, thresholds=GUARDED), far)
    assert (row.verdict, far.calls) == ("PASS", 1)


@pytest.mark.parametrize("rate", [0.005, 0.05, 0.0])
def test_the_rate_makes_the_limit_and_the_record_keeps_both(order: BatchOrder, rate: float) -> None:
    _, outcome = ran(replace(order, guard_rate=rate), FakeClassifier(strangeness=lambda _: 0.97))
    judge = read_record(order.out).judge
    assert judge is not None
    assert judge.good_scale == GOOD_SCALE
    assert judge.thresholds.strange_from == (GOOD_SCALE.limit(rate) if rate else None)
    assert (outcome.tally.passed, outcome.tally.review, outcome.tally.failed) == (
        (0, 10, 6) if rate == 0.05 else (10, 0, 6)
    )


def test_a_model_without_memory_guards_nothing(order: BatchOrder) -> None:
    _, outcome = ran(order, FakeClassifier())
    judge = read_record(order.out).judge
    assert judge is not None
    assert (judge.good_scale, judge.thresholds.strange_from, outcome.tally.passed) == (None, None, 10)


def test_rows_of_another_guard_are_not_gone_on_with(order: BatchOrder) -> None:
    classifier = FakeClassifier(strangeness=lambda _: 0.5)
    ran(replace(order, guard_rate=0.0), classifier)
    with pytest.raises(OtherResultsError, match=r"fail at 0\.5; now fail at 0\.5, guard from 1\)"):
        ran(order, classifier)


def test_rows_hold_the_strangeness_and_table_and_export_have_it(order: BatchOrder, tmp_path: Path) -> None:
    _, outcome = ran(order, FakeClassifier(strangeness=lambda image: 1.25 if image.mean() < 100 else 0.5))
    table, record = read_table(outcome.results), read_record(order.out)
    assert record.judge is not None
    limit = record.judge.thresholds.strange_from
    assert limit is not None
    broken = table.places["good/x.png"]
    judged = np.arange(len(table)) != broken
    assert table.strange_from.tolist() == [round(limit, 6)] * 17
    assert np.isnan(table.strangeness[broken])
    assert table.strangeness[judged].tolist() == [0.5] * 6 + [1.25] * 10
    assert table.count(REVIEW) == 10
    # as if judged otherwise: the guard goes by the strangeness that was recorded
    assert np.count_nonzero(table.verdicts_at(Thresholds(fail_at=0.5)) == PASSED) == 10
    assert np.count_nonzero(table.verdicts_at(Thresholds(fail_at=0.5, strange_from=1.25)) == REVIEW) == 10
    assert np.count_nonzero(table.verdicts_at(Thresholds(fail_at=0.5, strange_from=1.26)) == PASSED) == 10
    for _ in export_csv(table, tmp_path / "exported.csv"):
        pass
    with (tmp_path / "exported.csv").open(newline="", encoding="utf-8-sig") as file:
        exported = list(csv.DictReader(file))
    assert [(row["strangeness"], row["strange_from"]) for row in exported][:1] == [("0.5", str(round(limit, 6)))]
    assert dict(facts(table, record))["Unlike good parts"] == (
        "review from strangeness 1, which 0.5 % of good parts reach; here 10 pictures"
    )


@pytest.mark.parametrize("width", [10, 12])
def test_results_of_before_the_guard_are_read(tmp_path: Path, width: int) -> None:
    path = write_results(tmp_path / "results.csv", [R("a.png", p=0.1)])
    with path.open(newline="", encoding="utf-8") as file:
        rows = [row[:width] for row in csv.reader(file)]
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows(rows)
    table = read_table(path)
    assert (table.p_defective.tolist(), np.isnan(table.strangeness).tolist()) == ([0.1], [True])
    guarded = Thresholds(fail_at=0.5, strange_from=0.1)
    assert table.verdicts_at(guarded).tolist() == [PASSED]  # it is not known how strange it was
