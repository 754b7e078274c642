"""With few defects: memory and head judge together, what is known fails, and what is strange goes to review."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from sklearn.metrics import roc_auc_score

from inspector.domain.guard import in_force
from inspector.domain.policy import decide
from inspector.domain.records import Thresholds, Verdict
from inspector.domain.statistics import logits
from inspector.domain.strangeness import DEFAULT_RATE
from inspector.pictures import read_picture
from inspector.vision.backends import load_classifier, load_reference
from inspector.vision.bundle import Bundle
from inspector.vision.memory import DIMENSIONS, PREFIX, MemoryOfGood
from inspector.vision.preprocess import Preprocessing
from trainer.dataset import TEST, TRAIN, VAL, Dataset, DatasetError, Sample
from trainer.evaluation import untested
from trainer.few import FAIL_RATE, REVIEW_RATE, Few, few_thresholds, learn_few, said_of_few
from trainer.frozen import nothing
from trainer.gate import points_of
from trainer.head import Columns, cross_validate, fit_rows, scores_of
from trainer.judged import CLIP
from trainer.loop import train
from trainer.networks import BaselineCnn
from trainer.plan import Trained, plan_of
from trainer.protocol import Finding, Result, TrainRequest
from trainer.split import split
from trainer.thresholds import operating_point


def asked(method: str = "few", **changes: object) -> TrainRequest:
    return TrainRequest.model_validate({"data": "parts", "out": "m", "method": method, **changes})


def dataset(good: int, defective: int, part: str = "") -> Dataset:
    def sample(number: int, defect: str, part: str = "") -> Sample:
        name = f"{defect}/{number:02}.png"
        return Sample(path=Path(name), name=name, defect=defect, sha256=name, part=part)

    return Dataset(
        "test",
        (*(sample(n, "good") for n in range(good)), *(sample(n, "scratch", part) for n in range(defective))),
    )


def learnt(good: int, defective: int, *, memory_tells: bool, features_tell: bool) -> tuple[Few, NDArray[np.int64]]:
    """Learn of drawn pictures, where memory or features or both tell good from defective."""
    rng = np.random.default_rng(3)
    truth = np.repeat([0, 1], [good, defective])
    strangeness = np.exp(-0.25 + 0.08 * rng.standard_normal(len(truth)) + 0.6 * truth * memory_tells)
    features = rng.standard_normal((len(truth), 2, 40)).astype(np.float32)
    features[:, :, 0] += 8 * truth[:, None] * features_tell
    folds = np.concatenate([np.arange(good), np.arange(defective)]) % 5
    return learn_few(strangeness, features, truth, folds), truth


def test_with_one_defect_the_memory_judges_alone() -> None:
    few, _ = learnt(12, 1, memory_tells=True, features_tell=True)
    assert (few.shares.head, few.shares.part_of_head, few.head) == (0.0, 0.0, None)


@pytest.mark.parametrize("telling", ["layer2", "layer3", "layer2 and layer3"])
def test_a_head_judges_by_the_features_that_validate_best(telling: str) -> None:
    rng = np.random.default_rng(4)
    truth = np.repeat([0, 1], [30, 20])
    features = rng.standard_normal((50, 2, 300)).astype(np.float32)
    told = {"layer2": (3,), "layer3": (200,), "layer2 and layer3": (3, 200)}[telling]
    features[:, :, list(told)] += 3 * truth[:, None, None]
    choices = (
        Columns("layer2 and layer3", slice(None)),
        Columns("layer2", slice(0, 100)),
        Columns("layer3", slice(100, None)),
    )
    best = min(cross_validate(features, truth, np.arange(50) % 5, choices), key=lambda tried: tried.loss)
    assert best.columns.words == telling
    assert best.words.startswith(f"{telling}, C = ")
    head = fit_rows(features, truth, best.strength, best.columns)
    weighty = np.flatnonzero(head.weight[1])
    assert head.weight.shape == (2, 300)
    assert weighty.tolist() == np.arange(300)[best.columns.place].tolist()
    assert roc_auc_score(truth, head.p_defective(features[:, 0])) > 0.99


def test_scores_come_from_heads_that_learnt_from_as_many_views_as_the_last_one() -> None:
    """Of other views the margin of a good picture shrinks, and a threshold by plain views alone would lie too low."""
    rng = np.random.default_rng(5)
    truth = np.repeat([0, 1], [60, 20])
    features = rng.standard_normal((80, 5, 60)).astype(np.float32)
    features[:, :, :6] += 1.2 * truth[:, None, None]
    features[:, 1:] += rng.standard_normal((80, 4, 60)).astype(np.float32)
    folds, strangeness = np.arange(80) % 5, np.full(80, 0.8)
    few = learn_few(strangeness, features, truth, folds)
    best = min(cross_validate(features[:, :1], truth, folds), key=lambda tried: tried.loss)
    margins = {ways: logits(scores_of(best, features[:, :ways], truth, folds, 1), CLIP) for ways in (1, 5)}
    np.testing.assert_array_equal(margins[1], logits(best.scores, CLIP))
    by_all, by_plain = (1 / (1 + np.exp(-few.shares.log_odds(strangeness, margins[ways]))) for ways in (5, 1))
    np.testing.assert_allclose(few.scores, by_all)
    assert np.abs(by_plain - by_all).max() > 0.02


@pytest.mark.parametrize(("memory_tells", "low", "high"), [(False, 0.25, 1.0), (True, 0.0, 0.3)])
def test_with_twenty_the_head_has_the_part_that_cross_validation_gives(
    memory_tells: bool, low: float, high: float
) -> None:
    few, truth = learnt(40, 20, memory_tells=memory_tells, features_tell=not memory_tells)
    assert low <= few.shares.part_of_head <= high
    assert np.median(few.scores[truth == 1]) > 0.8
    assert np.median(few.scores[truth == 0]) < 0.2


def test_the_head_counts_for_more_the_more_defects_there_are() -> None:
    parts = [
        learnt(40, count, memory_tells=False, features_tell=True)[0].shares.part_of_head for count in (1, 2, 6, 20)
    ]
    assert parts == sorted(parts)
    assert parts[0] == 0.0 < parts[-1]


@pytest.mark.parametrize("defective", [1, 6, 20])
def test_no_more_good_parts_fail_or_go_to_review_than_is_allowed(defective: int) -> None:
    few, truth = learnt(200, defective, memory_tells=False, features_tell=False)  # defects look like good parts
    points = few_thresholds(few, truth, asked())
    good = few.scores[truth == 0]
    assert points.review_from is not None
    assert points.review_from <= points.fail_at
    assert float((good >= points.fail_at).mean()) <= 10 * FAIL_RATE
    assert float((good >= points.review_from).mean()) <= REVIEW_RATE


def test_of_many_defects_the_usual_rule_chooses() -> None:
    judged: list[Thresholds] = []
    for defective in (20, 21):
        few, truth = learnt(40, defective, memory_tells=True, features_tell=True)
        trained = Trained(
            network=BaselineCnn(0),
            frozen=nothing(Preprocessing(input_size=64)),
            preprocessing=Preprocessing(input_size=64),
            plan=plan_of(asked(), "few"),
            trunk="",
            judged=list(dataset(40, defective).samples),
            scores=few.scores,
            loss=0.1,
            few=few,
        )
        points = points_of(trained, few.scores, asked())
        usual = operating_point(few.scores, truth, asked())
        assert points == (few_thresholds(few, truth, asked()) if defective == 20 else usual)
        judged.append(points)
        said = " ".join(said_of_few(few, truth, points))
        assert ("learnt from few defects" in said, "A memory of good and a head judge together" in said) == (
            defective == 20, defective == 21,
        )  # fmt: skip
    assert judged[0].review_from is not None
    assert judged[1].review_from is None


def test_a_rule_that_names_its_price_is_followed() -> None:
    few, truth = learnt(40, 20, memory_tells=False, features_tell=False)
    points = few_thresholds(few, truth, asked(rule="escapes", escape_limit=0.0))
    assert points.review_from is not None
    assert (few.scores[truth == 1] >= points.review_from).all()


@pytest.mark.parametrize(("good", "defective", "tested"), [(5, 1, 0), (60, 9, 0), (19, 12, 0), (60, 20, 16)])
def test_pictures_are_tested_where_there_are_enough(good: int, defective: int, tested: int) -> None:
    parts = split(dataset(good, defective), asked())
    assert len(parts.of(TEST)) == tested
    assert any(not sample.defective for sample in parts.of(VAL))
    assert any(sample.defective for sample in parts.of(TRAIN, VAL))
    assert all(sample.fold >= 0 for sample in parts.of(TRAIN, VAL))


def test_what_is_kept_for_the_test_is_not_learnt_from() -> None:
    given = Dataset("test", (*dataset(9, 2).samples, *dataset(0, 4, TEST).samples[2:]))
    assert len([sample for sample in split(given, asked()).of(TEST) if sample.defective]) == 2
    with pytest.raises(DatasetError, match="9 pictures are good and 0 defective; 5 good and 1 defective are the least"):
        split(dataset(9, 4, TEST), asked())


def test_the_head_is_added_in_the_network_and_kept_in_its_weights() -> None:
    memory = MemoryOfGood(np.zeros((1, DIMENSIONS), np.float32), steepness=8.0)
    memory.judge(8.0, with_head=True)
    state = {PREFIX + name: value for name, value in memory.state_dict().items()}
    again = MemoryOfGood.of(state)
    assert again is not None
    assert (again.judges, again.with_head) == (True, True)
    strangeness = torch.tensor([0.9, 1.2]).reshape(2, 1, 1, 1)
    told, _ = again.judged(strangeness, torch.tensor([[0.5, -0.5], [-1.0, 1.0]]))
    odds = 8.0 * np.log([0.9, 1.2]) + np.array([-1.0, 2.0])
    np.testing.assert_allclose(told[:, 1].numpy(), 1 / (1 + np.exp(-odds)), atol=1e-5)
    del state[PREFIX + "head"]  # as models of good parts alone were written before
    older = MemoryOfGood.of(state)
    assert older is not None
    assert not older.with_head


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory, imagenet_weights: Path) -> tuple[list[object], Path, Path]:
    """Nine grey parts with a bright bar, and three with a white spot; the reports, the bundle, the pictures."""
    folder = tmp_path_factory.mktemp("parts")
    rng = np.random.default_rng(0)
    for kind in ("good", "spot"):
        (folder / kind).mkdir()
    for number in range(12):
        image = rng.normal(110, 6, (96, 96)).clip(0, 255).astype(np.uint8)
        cv2.rectangle(image, (30, 40), (66, 56), 220, -1)
        if number >= 9:
            cv2.circle(image, (20 + 3 * number, 76), 9, 255, -1)
        cv2.imwrite(str(folder / ("good" if number < 9 else "spot") / f"{number:02}.png"), image)
    out = tmp_path_factory.mktemp("models") / "parts"
    request = asked("auto", data=str(folder), out=str(out), weights=str(imagenet_weights), input_size=64)
    return list(train(request)), out, folder


def test_what_is_like_known_defects_fails_and_good_parts_pass_in_both_back_ends(
    made: tuple[list[object], Path, Path],
) -> None:
    _, out, folder = made
    bundle = Bundle.load(out)
    points = in_force(None, bundle.manifest.thresholds, bundle.manifest.good_scale, DEFAULT_RATE)
    image = read_picture(folder / "good" / "03.png").copy()
    spotted = image.copy()
    cv2.circle(spotted, (40, 74), 9, 255, -1)
    for classifier in (load_classifier(bundle), load_reference(bundle)):
        good, spot = classifier.predict(image), classifier.predict(spotted)
        assert decide(good, points).verdict is Verdict.PASS
        assert decide(spot, points).verdict is Verdict.FAIL
        classifier.close()


def test_auto_takes_it_says_why_and_what_few_defects_show(made: tuple[list[object], Path, Path]) -> None:
    reports, out, _ = made
    result = reports[-1]
    assert isinstance(result, Result)
    assert result.method == "few"
    assert untested(result.split)
    assert result.test.pictures == 12
    finding = next(report for report in reports if isinstance(report, Finding) and report.code == "few")
    assert "as there are 3 defective pictures to learn from" in finding.what
    page = (out / "report" / "report.html").read_text(encoding="utf-8")
    for words in ("learnt from few defects", "Each picture judged without itself: of 3 defective pictures"):
        assert words in page
    assert "<h2>Pictures, each judged without itself</h2>" in page
    assert "<h2>Test</h2>" not in page
