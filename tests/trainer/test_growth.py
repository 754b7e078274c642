"""A model that goes on from another is judged beside it, and is not offered where it is worse."""

from __future__ import annotations

import json
from pathlib import Path

import cv2
import numpy as np
import pytest

from inspector.domain.agreement import Agreement
from inspector.domain.errors import BundleError
from inspector.vision.bundle import Bundle
from trainer.cli import main
from trainer.evaluation import Growth, GrowthStage
from trainer.growth_words import GROWTH_HEADS, growth_columns, growth_rows, why_worse
from trainer.loop import train
from trainer.notes import TrainingNote
from trainer.protocol import Result, TrainRequest


def agreement(only_first: int, only_second: int, both_right: int = 20) -> Agreement:
    return Agreement(both_right=both_right, only_first=only_first, only_second=only_second, both_wrong=0)


SAME = agreement(0, 0)


@pytest.mark.parametrize(
    ("escapes", "held", "failed", "words"),
    [
        ((4, 4, 30), SAME, SAME, ""),
        ((4, 0, 30), agreement(4, 0), SAME, ""),  # four more of 24 may be chance: one in sixteen
        ((4, 5, 30), SAME, SAME, "of 30 defective parts 5 would pass, 4 with before"),
        (
            (4, 0, 30),
            agreement(5, 0),
            SAME,
            "of 25 good parts 5 would not pass, 0 with before, which is more than chance",
        ),
        ((0, 0, 30), agreement(9, 9), agreement(5, 0), "of 25 good parts 5 would fail, 0 with before"),
    ],
)
def test_one_more_escape_is_worse_and_good_parts_where_chance_does_not_explain_it(
    escapes: tuple[int, int, int], held: Agreement, failed: Agreement, words: str
) -> None:
    said = why_worse("before", escapes=escapes, held=held, failed=failed)
    assert words in said
    assert bool(said) == bool(words)
    if said:
        assert said.endswith("It is not offered for promotion.")


def stage(name: str, method: str, **counts: int) -> GrowthStage:
    zero = dict.fromkeys(
        ("good", "defective", "good_tested", "good_failed", "good_to_review", "defective_tested", "defective_passed",
         "defective_to_review"), 0,
    )  # fmt: skip
    return GrowthStage.model_validate(
        {"name": name, "created": "2026-01-02T03:04:05+00:00", "method": method} | zero | counts
    )


def test_the_stages_stand_side_by_side() -> None:
    first = stage("p1", "good-only", good=5)
    second = stage("p2", "few", good=5, defective=2, good_tested=20, good_to_review=1, defective_tested=9)
    growth = Growth(stages=(first, second), worse="", notes=("What is not known.",))
    rows = growth_rows(growth)
    assert [len(row) for row in rows] == [len(GROWTH_HEADS)] * 2
    tables = growth_columns(growth.model_copy(update={"stages": [*growth.stages, *growth.stages]}))
    names = [row[0] for row in rows]
    assert [heads for heads, _ in tables] == [["Model", *names, names[0]], ["Model", names[1]]]
    assert [[cells[0] for cells in body] for _, body in tables] == [list(GROWTH_HEADS[1:])] * 2
    assert tables[1][1][0] == ["Made", rows[1][1]]
    assert rows[0] == ["p1", "2026-01-02 03:04", "good-only", "5 good, 0 defective", *["not tested"] * 4]
    assert rows[1][3:6] == ["5 good, 2 defective", "0 of 20 (0.0 to 16.1 %)", "1 of 20 (0.9 to 23.6 %)"]
    assert growth.sentence == "What is not known."
    assert growth.model_copy(update={"worse": "It is worse."}).sentence.startswith("It is worse. What")


@pytest.fixture(scope="module")
def grown(tmp_path_factory: pytest.TempPathFactory, imagenet_weights: Path) -> tuple[Path, Result, Result, Result]:
    """A model of good parts; one of the same pictures and two defects that goes on from it; one without a test of these.

    The first is the folder of models.
    """
    folder, models = tmp_path_factory.mktemp("parts"), tmp_path_factory.mktemp("models")
    rng = np.random.default_rng(0)
    rows = ["path,label,defect_type,split"]
    for number in range(26):
        image = rng.normal(110, 6, (96, 96)).clip(0, 255).astype(np.uint8)
        cv2.rectangle(image, (30, 40), (66, 56), 220, -1)
        if number >= 20:
            cv2.circle(image, (20 + 2 * number, 76), 9, 255, -1)
        cv2.imwrite(str(folder / f"{number:02}.png"), image)
        part = "test" if number < 6 or number >= 22 else ""
        rows.append(f"{number:02}.png,{'good' if number < 20 else 'defective'},{'spot' if number >= 20 else ''},{part}")
    (folder / "first.csv").write_text("\n".join(row for row in rows if not row.startswith(("20", "21"))) + "\n")
    (folder / "second.csv").write_text("\n".join(rows) + "\n")
    untested = [row.removesuffix("test") if ",spot," in row else row for row in rows]
    (folder / "third.csv").write_text("\n".join(untested) + "\n")

    def made(table: str, name: str, parent: str = "") -> Result:
        request = TrainRequest(
            data=str(folder / table),
            out=str(models / name),
            weights=str(imagenet_weights),
            input_size=64,
            parent=parent,
        )
        result = list(train(request))[-1]
        assert isinstance(result, Result)
        return result

    first = made("first.csv", "p1")
    second, third = (
        made(f"{table}.csv", name, str(models / "p1")) for table, name in (("second", "p2"), ("third", "p3"))
    )
    return models, first, second, third


def test_both_are_judged_on_the_same_test_pictures(grown: tuple[Path, Result, Result, Result]) -> None:
    _, first, second, _ = grown
    assert (first.method, second.method) == ("good-only", "few")
    assert first.growth is None
    assert second.growth is not None
    assert second.growth.worse == ""
    assert [(s.name, s.method, s.good, s.defective) for s in second.growth.stages] == [
        ("p1", "good-only", 14, 0), ("p2", "few", 14, 2),
    ]  # fmt: skip
    for stage in second.growth.stages:
        assert (stage.good_tested, stage.defective_tested, stage.defective_passed) == (6, 4, 0)
    assert second.growth.stages[0].defective_to_review == 4  # what the first could only review …
    assert second.growth.stages[1].defective_to_review < 4  # … the second fails


def test_defects_that_neither_has_learnt_from_are_judged_where_none_was_kept_for_a_test(
    grown: tuple[Path, Result, Result, Result],
) -> None:
    _, _, _, third = grown
    assert third.growth is not None
    before, now = third.growth.stages
    assert (before.method, now.method) == ("good-only", "few")
    # the model of good parts knows none of the six; the new one has judged each without itself
    assert (before.defective_tested, now.defective_tested) == (6, 6)
    assert before.defective_to_review + before.defective_passed == 6
    assert (before.good_tested, now.good_tested) == (6, 6)
    assert "No defective picture was kept for a test: each was judged by a model without it." in third.growth.notes


def test_the_manifest_says_which_model_it_goes_on_from(grown: tuple[Path, Result, Result, Result]) -> None:
    models, _, _, _ = grown
    note = TrainingNote.model_validate(Bundle.load(models / "p2").manifest.training)
    assert note.parent is not None
    assert (note.parent.name, note.parent.sha256) == ("p1", Bundle.load(models / "p1").sha256)
    page = (models / "p2" / "report" / "report.html").read_text(encoding="utf-8")
    for words in ("no worse than p1 on the same test pictures", "Good parts that fail", "14 good, 2 defective"):
        assert words in page
    metrics = json.loads((models / "p2" / "report" / "metrics.json").read_text(encoding="utf-8"))
    assert len(metrics["growth"]["stages"]) == 2


def test_a_parent_that_is_none_is_refused_before_anything_is_trained(
    grown: tuple[Path, Result, Result], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    request = TrainRequest(data=str(tmp_path), out=str(tmp_path / "m"), parent=str(tmp_path / "gone"))
    with pytest.raises(BundleError, match="gone"):
        list(train(request))
    assert main(["fit", str(tmp_path), "--out", str(tmp_path / "m"), "--parent", str(tmp_path / "gone")]) == 1
    assert "gone" in capsys.readouterr().err
