"""What the Training page says of figures and of pictures that change sides."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from inspector.domain.rates import Rate
from inspector.gui.training.flips import NewFigures, flips_of
from inspector.gui.training.result import ResultCard
from inspector.gui.training.words import escape_words, figure, has_epochs, percent, progress_words, untested_words
from inspector.gui.words import duration
from inspector.runs.state import ProcessState
from inspector.runs.trainings import Training
from tests.fake_trainer import figures
from trainer.evaluation import ConfusionCounts, Evaluation, LabelAudit, ModelEvaluation, Suspect
from trainer.protocol import Epoch, Finding, Progress, Result, RunFolder, TrainRequest


def test_escape_words_carry_the_interval_and_what_a_claim_needs() -> None:
    assert escape_words(Rate(0, 7), 0.01) == (
        "Escapes 0 of 7: between 0 % and 35 % at 95 % confidence. "
        "To claim ≤ 1 % you need 299 defective test parts, all of them found."
    )
    assert escape_words(Rate(0, 0), 0.01) == "There is no defective picture: nothing can be said of escapes."


def test_figures_are_written_as_they_deserve() -> None:
    test = figures(f1=None)
    shown = [
        figure(test, key, kind)
        for key, kind in (("auroc", "share"), ("f1", "share"), ("pictures", "count"), ("overkill", "rate"))
    ]
    assert shown == ["0.991", "–", "30", "1 of 23  (0.77 % to 21 %)"]
    assert figure(test, "escape", "rate") == "0 of 7  (0 % to 35 %)"
    assert figure(None, "auroc", "share") == "–"
    assert figure(_good_only(), "escape", "rate") == "–"


def _good_only() -> Evaluation:
    confusion = ConfusionCounts(defective_found=0, defective_passed=0, good_rejected=0, good_passed=8)
    return figures(pictures=8, confusion=confusion, recall=None, f1=None, auroc=None)


@pytest.mark.parametrize(
    ("test", "split", "words"),
    [
        (_good_only(), {"train": 7, "val": 1, "test": 0}, "No picture was kept for a test. The figures are of 8 good"),
        (_good_only(), {"train": 30, "val": 4, "test": 8}, "No defective picture was tested"),
        (figures(), {"train": 30, "val": 4, "test": 30}, ""),
    ],
)
def test_what_a_test_cannot_show_is_said(test: Evaluation, split: dict[str, int], words: str) -> None:
    result = Result(bundle="m", method="good-only", threshold=1, validation=test, test=test, split=split, seconds=1)
    said = untested_words(result)
    assert said.startswith(words)
    assert bool(said) == bool(words)


def test_a_model_that_fails_nothing_changes_sides_where_it_sends_to_review() -> None:
    predictions = [{"name": "a", "defect": "broken", "p_defective": 0.9}]
    new = NewFigures.model_validate({"threshold": 1.0, "review_from": 0.5, "predictions": predictions})
    current = ModelEvaluation(**dict(figures(threshold=0.3)), model="m", bundle="b", pointing={}, verdicts={"a": 0.1})
    assert [flip.better for flip in flips_of(new, current, Path("data"))] == [True]


@pytest.mark.parametrize(("seconds", "words"), [(0, "0:00"), (64.4, "1:04"), (3723, "1:02:03"), (-3, "0:00")])
def test_a_duration_reads_like_a_clock(seconds: float, words: str) -> None:
    assert duration(seconds) == words


@pytest.mark.parametrize(("share", "words"), [(0, "0 %"), (0.0077, "0.77 %"), (0.0123, "1.2 %"), (0.354, "35 %")])
def test_small_shares_keep_their_digits(share: float, words: str) -> None:
    assert percent(share) == words


def test_flips_are_the_pictures_that_change_sides_the_new_errors_first() -> None:
    kinds = {"a": "good", "b": "broken", "c": "broken", "d": "good"}
    scores = {"a": 0.1, "b": 0.9, "c": 0.2, "d": 0.3}
    predictions = [
        {"name": name, "defect": kinds[name], "category": "", "p_defective": p} for name, p in scores.items()
    ]
    new = NewFigures.model_validate({"threshold": 0.5, "predictions": predictions, "title": "more than is needed"})
    current = ModelEvaluation(
        **dict(figures(threshold=0.3)), model="m", bundle="b", pointing={},
        verdicts={"a": 0.4, "b": 0.9, "c": 0.8, "e": 0.1},
    )  # fmt: skip
    flips = flips_of(new, current, Path("data"))
    assert [(flip.name, flip.better, flip.path) for flip in flips] == [
        ("c", False, Path("data/c")),
        ("a", True, Path("data/a")),
    ]
    assert [flip.path for flip in flips_of(new, current, Path("data/list.csv"))] == [Path("data/c"), Path("data/a")]


@pytest.mark.parametrize(
    ("stage", "done", "total", "shown"),
    [
        ("features, 224 px", 16, 64, ("Features, 224 px, 16 of 64", 0.25)),
        ("quantising what is frozen", 0, 1, ("Quantising what is frozen", None)),
        ("epoch 2 of 4", 5, 10, ("Epoch 2 of 4", 0.375)),
    ],
)
def test_a_step_that_cannot_be_counted_is_not_counted(
    stage: str, done: int, total: int, shown: tuple[str, float | None], tmp_path: Path
) -> None:
    training = Training(
        id="1",
        folder=RunFolder(tmp_path),
        request=TrainRequest(data="d", out="o"),
        begun=datetime.now(UTC),
        state=ProcessState.RUNNING,
        reports=(Progress(stage=stage, done=done, total=total),),
    )
    assert progress_words(training)[:2] == shown


def test_trainings_side_by_side_are_named_and_the_curves_stay_at_one(tmp_path: Path) -> None:
    lanes = {"layer4, 448 px": "epoch 3 of 9", "head, 224 px": "epoch 1 of 9"}
    said = [Progress(stage=stage, done=1, total=2, lane=lane) for lane, stage in lanes.items()]
    epoch = Epoch(
        setting="", epoch=1, epochs=9, training_loss=1, validation_loss=1, validation_f1=1, threshold=0.5, best=True,
        confusion=ConfusionCounts(defective_found=1, defective_passed=0, good_rejected=0, good_passed=1),
    )  # fmt: skip
    epochs = [
        epoch.model_copy(update={"setting": lane, "epoch": number})
        for lane, number in (("gone", 9), *((lane, number) for number in (1, 2, 3) for lane in lanes))
    ]
    training = Training(
        id="1",
        folder=RunFolder(tmp_path),
        request=TrainRequest(data="d", out="o"),
        begun=datetime.now(UTC),
        state=ProcessState.PAUSED,
        reports=(Progress(stage="features", done=1, total=2), *epochs, *said),
    )
    words = "Paused. Side by side: head, 224 px (epoch 1 of 9); layer4, 448 px (epoch 3 of 9)"
    assert progress_words(training) == (words, None, "")
    assert [(shown.setting, shown.epoch) for shown in training.epochs] == [("layer4, 448 px", n) for n in (1, 2, 3)]


@pytest.mark.parametrize(
    ("method", "code", "shown"), [("auto", "proof", True), ("auto", "good-only", False), ("good-only", "proof", False)]
)
def test_a_training_from_good_parts_alone_has_no_epochs_to_wait_for(
    method: str, code: str, shown: bool, tmp_path: Path
) -> None:
    training = Training(
        id="1",
        folder=RunFolder(tmp_path),
        request=TrainRequest.model_validate({"data": "d", "out": "o", "method": method}),
        begun=datetime.now(UTC),
        state=ProcessState.RUNNING,
        reports=(Finding(severity="note", code=code, what="said", action="done"),),
    )
    assert has_epochs(training) is shown


def test_labels_that_look_wrong_are_said_with_their_evidence(qtbot: QtBot, tmp_path: Path) -> None:
    suspect = Suspect(
        rank=1, name="good/7.png", sha256="1", part="train", label="good", wrong=True, against=0.97, p_defective=0.97,
        strangeness=None, evidence="labelled good; 0.97 defective when it was not learnt from",
    )  # fmt: skip
    card = ResultCard()
    qtbot.addWidget(card)
    for wrong, suspects in ((1, (suspect,)), (0, ())):
        audit = LabelAudit(pictures=40, wrong=wrong, wrong_in_test=0, suspects=suspects)
        result = Result(
            bundle="m", method="head", threshold=1, validation=figures(), test=figures(), seconds=1, labels=audit
        )
        training = Training(
            id="1", folder=RunFolder(tmp_path), request=TrainRequest(data="d", out="m"), begun=datetime.now(UTC),
            state=ProcessState.DONE, reports=(result,),
        )  # fmt: skip
        card.show_result(training, "")
        assert card.labels.isHidden() == (not wrong)
        if wrong:
            assert card.labels.text().startswith("1 label of 40 looks wrong. The report shows them")
            assert card.labels.toolTip() == f"good/7.png: {suspect.evidence}"
