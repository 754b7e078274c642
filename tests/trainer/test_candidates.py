"""What ``auto`` tries: by the pictures and by counted work, never by a clock."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest

from inspector.domain.picture_range import PictureLook
from inspector.vision.preprocess import Preprocessing
from trainer import candidates as module
from trainer.candidates import Choice, candidates, preferred, train_best
from trainer.dataset import TEST, TRAIN, VAL, Dataset, Sample
from trainer.effort import effort_s
from trainer.evaluation import ConfusionCounts
from trainer.framing import WHOLE, Framing
from trainer.frozen import freezer, nothing
from trainer.methods import Context, Plan, Trained, plan_of
from trainer.networks import BaselineCnn
from trainer.protocol import Command, Epoch, MethodName, Progress, TrainRequest
from trainer.worthwhile import worthwhile_sizes

ASKED = TrainRequest(data="x", out="x")
SQUARE = Framing(part_side=0.7, upright=True)


def drawn(side_px: int, *, pictures: int = 100, mask: Path | None = None, tested: Path | None = None) -> Dataset:
    """Half of the pictures are defective; a fifth are tested and a fifth validate."""
    look = PictureLook(width_px=side_px, height_px=side_px // 2, bits=8, coloured=False)
    samples = []
    for number in range(pictures):
        part = {0: TEST, 1: VAL}.get(number % 5, TRAIN)
        defect = "spot" if number // 5 % 2 else "good"
        shown = (tested if part == TEST else mask) if defect == "spot" else None
        samples.append(
            Sample(Path(f"{number}"), f"{number:03}", defect, part, look=look, mask=shown, fold=number // 5 % 3)
        )
    return Dataset("drawn", tuple(samples))


def mask_of(folder: Path, side_px: int) -> Path:
    """A mask of 1000 × 1000 pixels whose defect has this side; a stray pixel lies beside it."""
    mask = np.zeros((1000, 1000), np.uint8)
    mask[100 : 100 + side_px, 200 : 200 + side_px] = 255
    mask[900, 900] = 255
    path = folder / f"mask-{side_px}.png"
    cv2.imwrite(str(path), mask)
    return path


@pytest.mark.parametrize(
    ("side_px", "sizes"),
    [(72, (224,)), (224, (224,)), (225, (224, 448)), (600, (224, 448, 640)), (4000, (224, 448, 640, 896))],
)
def test_the_sizes_go_up_to_the_pictures_own(side_px: int, sizes: tuple[int, ...]) -> None:
    tried, why = worthwhile_sizes(drawn(side_px), None)
    assert tried == sizes
    assert why == (
        ""
        if sizes[-1] == 896
        else f"The pictures have {side_px} pixels on their longer side: larger inputs show no more."
    )


def test_the_sizes_go_up_to_where_the_smallest_defect_fills_a_cell(tmp_path: Path) -> None:
    large, small = mask_of(tmp_path, 72), mask_of(tmp_path, 8)
    tried, why = worthwhile_sizes(drawn(1000, mask=large), None)
    assert tried == (224, 448)
    assert why == "The smallest defects with a mask are 32 pixels wide at 448 px: that is enough."
    # masks of the test part choose nothing, and one that cannot be read is no reason to stop
    assert worthwhile_sizes(drawn(1000, mask=small, tested=large), None)[0] == (224, 448, 640, 896)
    (tmp_path / "broken.png").write_bytes(b"none")
    assert worthwhile_sizes(drawn(1000, mask=tmp_path / "broken.png"), None)[0] == (224, 448, 640, 896)


def test_a_square_around_the_part_has_its_own_size_and_shows_defects_larger(tmp_path: Path) -> None:
    # the pictures are 1000 × 500: the square has 0.7 of 500
    tried, why = worthwhile_sizes(drawn(1000), None, SQUARE)
    assert tried == (224, 448)
    assert why == "The square around the part has 350 pixels a side: larger inputs show no more."
    mask = mask_of(tmp_path, 36)
    assert worthwhile_sizes(drawn(4000, mask=mask), None)[0] == (224, 448, 640, 896)
    assert worthwhile_sizes(drawn(4000, mask=mask), None, SQUARE)[0] == (224, 448, 640)


def test_the_user_bounds_the_size() -> None:
    assert worthwhile_sizes(drawn(1000), 500) == ((224, 448), "Larger inputs than 500 px were not wanted.")


def test_heads_are_tried_at_every_size_and_memory_with_head_and_layers_up_to_448() -> None:
    always, more = candidates(ASKED, (224, 448, 640))
    assert [(plan.method, plan.size) for plan in always] == [
        ("head", 224), ("head", 448), ("head", 640), ("few", 224), ("few", 448), ("layer4", 224), ("layer4", 448),
    ]  # fmt: skip
    assert [(plan.method, plan.size, plan.pooling, plan.strength) for plan in more] == [
        ("layer4", 448, "mix", 1.0), ("layer4", 448, "average", 0.5), ("layer4", 640, "average", 1.0),
    ]  # fmt: skip
    fixed = ASKED.model_copy(update={"input_size": 320, "pooling": "mix"})
    always, more = candidates(fixed, (224, 448))
    assert [(plan.method, plan.size, plan.pooling, plan.strength) for plan in [*always, *more]] == [
        ("head", 320, "mix", 1.0), ("few", 320, "generalised-mean", 1.0),
        ("layer4", 320, "mix", 1.0), ("layer4", 320, "mix", 0.5),
    ]  # fmt: skip


def trained_of(plan: Plan, loss: float, dataset: Dataset | None = None) -> Trained:
    judged = [] if dataset is None else dataset.of(TRAIN, VAL)
    sure = np.exp(-loss)
    counts = ConfusionCounts(defective_found=1, defective_passed=0, good_rejected=0, good_passed=1)
    epoch = Epoch(
        setting=plan.words, epoch=1, epochs=1, training_loss=loss, validation_loss=loss, validation_f1=1.0,
        threshold=0.5, confusion=counts, best=True,
    )  # fmt: skip
    return Trained(
        network=BaselineCnn(0),
        frozen=nothing(Preprocessing(input_size=64)),
        preprocessing=Preprocessing(input_size=64),
        plan=plan,
        trunk="cnn-2",
        judged=judged,
        scores=np.array([sure if s.defective else 1 - sure for s in judged]),
        loss=loss,
        history=[epoch] if plan.method == "layer4" else [],
    )


def test_what_is_fitted_in_closed_form_is_compared_by_its_folds() -> None:
    def tried(method: MethodName, on_validation: float, in_folds: float) -> tuple[float, Trained]:
        return on_validation, trained_of(plan_of(ASKED, method), in_folds)

    head, few, layers = tried("head", 0.20, 0.32), tried("few", 0.30, 0.25), tried("layer4", 0.28, 0.28)
    # of head and few the folds decide, of the better of them and the layers what both judged unseen
    assert preferred([head, few]).plan.method == "few"
    assert preferred([head, few, layers]).plan.method == "layer4"
    assert preferred([head, few, tried("layer4", 0.31, 0.31)]).plan.method == "few"
    assert preferred([head]).plan.method == "head"


def test_a_larger_input_must_earn_its_time() -> None:
    def at(size: int, loss: float) -> tuple[float, Trained]:
        return loss, trained_of(plan_of(ASKED, "layer4", size=size), loss)

    assert preferred([at(224, 0.105), at(448, 0.1)]).plan.size == 224
    assert preferred([at(224, 0.12), at(448, 0.1)]).plan.size == 448
    assert preferred([at(448, 0.104), at(224, 0.3), at(448, 0.102), at(896, 0.1)]).loss == 0.102


def choose(
    monkeypatch: pytest.MonkeyPatch,
    slowness: float,
    told: Command = Command.RUN,
    *,
    square: Framing = WHOLE,
    square_is_worth: float = 1.0,
    **changes: object,
) -> Choice:
    """Train with ``auto`` where a training takes so many seconds; larger inputs are better.

    Args:
        square: Which pictures show.
        square_is_worth: By how much it lowers the loss.
    """
    clock = {"now": 0.0}

    def train_plan(plan: Plan, dataset: Dataset, context: Context) -> Generator[Progress, None, Trained]:
        yield Progress(stage="training", done=0, total=1)
        clock["now"] += slowness * plan.size
        worth = square_is_worth if plan.framing == square != WHOLE else 1.0
        trained = trained_of(plan, 96 / plan.size / worth, dataset)
        return replace(trained, seconds=slowness * plan.size)

    monkeypatch.setattr(module, "train_plan", train_plan)
    monkeypatch.setattr(module, "parts_of", lambda *_: ([], square))
    monkeypatch.setattr("time.perf_counter", lambda: clock["now"])
    asked = ASKED.model_copy(update=changes)
    context = Context(request=asked, weights=Path(), command=lambda: told, freezer=freezer("float"))
    choosing = train_best(drawn(600), context)
    while True:
        try:
            next(choosing)
        except StopIteration as end:
            choice: Choice = end.value
            return choice


def test_a_slow_machine_tries_the_same_and_keeps_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    quick, slow = (choose(monkeypatch, slowness) for slowness in (0.001, 1000.0))
    assert slow.untried == quick.untried
    assert slow.effort_for_all_s == quick.effort_for_all_s
    assert [note.rsplit(",", 1)[0] for note in slow.notes] == [note.rsplit(",", 1)[0] for note in quick.notes]
    assert slow.trained.plan == quick.trained.plan
    assert slow.trained.plan.size == 640


def test_the_rest_is_tried_with_the_budget_that_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    scarce = choose(monkeypatch, 1.0, budget_s=1.0)
    assert len(scarce.untried) == 3
    assert scarce.effort_for_all_s is not None
    assert f"A budget of {scarce.effort_for_all_s:.0f} s (--budget-s) tries them too." in scarce.notes[-1]
    rest = choose(monkeypatch, 1.0, budget_s=scarce.effort_for_all_s)
    assert (rest.untried, rest.effort_for_all_s) == ((), None)
    assert "layer4, 640 px, average pooling, augmentation 1: validation loss 0.1500, 640 s" in rest.notes
    assert "A part takes about 8.2 times the work of one at 224 px; --largest-size bounds it." in rest.notes[-1]


def test_what_was_stopped_is_said_and_not_called_too_much(monkeypatch: pytest.MonkeyPatch) -> None:
    choice = choose(monkeypatch, 1.0, told=Command.STOP, budget_s=1e6)
    assert choice.trained.plan.size == 224
    assert sum("not tried, the training was told to stop" in note for note in choice.notes) == 9
    assert choice.untried == ()


@pytest.mark.parametrize("method", ["auto", "head", "layer4"])
def test_what_a_head_tells_more_by_is_judged(monkeypatch: pytest.MonkeyPatch, method: str) -> None:
    choice = choose(monkeypatch, 1.0, square=SQUARE, square_is_worth=2.0, method=method)
    assert choice.trained.plan.framing == SQUARE
    heads = [note.split(",")[1] for note in choice.notes if note.startswith("head, 224 px")]
    assert heads == [" 224 px", " 224 px around the part"]
    assert any("what lies beyond it is not: its side is 70 %" in note for note in choice.notes)
    assert choice.trained.plan.size == 224  # the square has 210 pixels
    whole = choose(monkeypatch, 1.0, square=SQUARE, square_is_worth=0.5, method=method)
    assert (whole.trained.plan.framing, whole.trained.plan.size) == (WHOLE, 640 if method == "auto" else 224)
    assert [note for note in whole.notes if note.startswith("head, 224 px around the part")]
    assert not any("what lies beyond it" in note for note in whole.notes)


def test_few_defects_of_level_parts_are_seen_either_way_round_whatever_views_were_asked_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def chosen_view(*_: object) -> Generator[Progress, None, tuple[int, Framing, str]]:
        yield Progress(stage="which size shows more", done=0, total=1)
        return 224, SQUARE, ""

    monkeypatch.setattr(module, "chosen_view", chosen_view)
    assert choose(monkeypatch, 1.0, method="few", views=1).trained.plan.views == 2


def test_told_to_stop_it_compares_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    choice = choose(monkeypatch, 1.0, told=Command.STOP, square=SQUARE, square_is_worth=2.0)
    assert choice.trained.plan == plan_of(ASKED, "head")


def test_a_level_part_is_learnt_either_way_round() -> None:
    head = plan_of(ASKED, "head")
    assert (head.views, head.framed(WHOLE).views, head.framed(SQUARE).views) == (1, 1, 2)
    assert plan_of(ASKED, "layer4").framed(SQUARE).views == 4
    assert head.framed(SQUARE).words == "head, 224 px around the part, generalised-mean pooling"


def test_the_effort_counts_pictures_pixels_and_layers() -> None:
    few, many = drawn(600, pictures=100), drawn(600, pictures=200)
    plan = plan_of(ASKED, "layer4")
    assert effort_s(plan, many, ASKED) == pytest.approx(2 * effort_s(plan, few, ASKED))
    assert 3.5 < effort_s(replace(plan, size=448), few, ASKED) / effort_s(plan, few, ASKED) < 4
    order = ["baseline-svm", "head", "layer4", "deeper"]
    efforts = [effort_s(plan_of(ASKED, method), few, ASKED) for method in order]  # type: ignore[arg-type]
    assert efforts == sorted(efforts)
    # about a minute for 300 pictures
    assert 45 < effort_s(plan, drawn(600, pictures=300), ASKED) < 90
