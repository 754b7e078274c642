"""Without a defect: a memory of good judges alone, and everything that cannot be known is said."""

from __future__ import annotations

import json
from pathlib import Path

import cv2
import numpy as np
import pytest
import torch

from inspector.domain.class_folders import Understood
from inspector.domain.class_words import ClassWords, Meaning
from inspector.domain.policy import decide
from inspector.domain.records import Thresholds, Verdict
from inspector.domain.strangeness import GoodScale
from inspector.pictures import read_picture
from inspector.vision.backends import load_classifier, load_reference
from inspector.vision.bundle import Bundle
from inspector.vision.memory import DIMENSIONS, MemoryOfGood
from inspector.vision.scores import OUT_OF_FOLD, read_scores
from trainer.cli import main
from trainer.dataset import TEST, TRAIN, VAL, Dataset, DatasetError, Sample
from trainer.evaluation import untested
from trainer.good_only import asked_for, p_defective, steepness
from trainer.labelled import FLAT
from trainer.loop import train
from trainer.orientation import lie_still
from trainer.protocol import Finding, Result, TrainRequest
from trainer.split import split


def sample(number: int, defect: str = "good", part: str = "") -> Sample:
    name = f"{defect}/{number:02}.png"
    return Sample(path=Path(name), name=name, defect=defect, sha256=f"{defect}{number}", part=part)


def dataset(good: int, defective: int) -> Dataset:
    samples = [sample(n) for n in range(good)] + [sample(n, "scratch") for n in range(defective)]
    return Dataset("test", tuple(samples))


def asked(method: str = "auto", **changes: object) -> TrainRequest:
    return TrainRequest.model_validate({"data": "parts", "out": "m", "method": method, **changes})


@pytest.mark.parametrize(
    ("method", "good", "defective", "taken"),
    [("auto", 5, 0, "good-only"), ("auto", 30, 1, "few"), ("auto", 30, 20, "few"), ("auto", 30, 21, "auto"),
     ("auto", 5, 40, "few"), ("head", 6, 6, "head"), ("few", 5, 40, "few"), ("good-only", 9, 40, "good-only")],
)  # fmt: skip
def test_auto_takes_the_path_by_what_is_there(method: str, good: int, defective: int, taken: str) -> None:
    request, why = asked_for(asked(method), dataset(good, defective))
    assert request.method == taken
    assert bool(why) == (method != taken)
    if why:
        assert f"{defective} defective picture" in why


def test_a_folder_that_the_method_calls_good_is_read_so_again() -> None:
    word = Understood(word="new parts", meaning=Meaning.GOOD, pictures=9)
    flat = Dataset(FLAT, dataset(9, 0).samples, understood=(word,))
    assert asked_for(asked("good-only"), flat)[0].words == ClassWords(good=("new parts",))
    assert asked_for(asked("good-only"), dataset(9, 0))[0].words == ClassWords()


@pytest.mark.parametrize(
    ("request_", "good", "defective", "words"),
    [
        (asked("head"), 30, 5, "30 good and 5 defective pictures; 6 of each are the least for the method head"),
        (asked("auto"), 4, 0, "4 good and 0 defective pictures; 5 good ones are the least"),
        (asked("good-only"), 4, 20, "5 good ones are the least"),
        (asked("auto"), 0, 0, "has no pictures to learn from"),
        (asked("good-only", folds=4), 9, 2, "a cross-test in 4 folds needs defective pictures; there are 2"),
        (asked("few"), 9, 0, "9 good and 0 defective pictures; one defective is the least for the method few"),
        (asked("auto"), 4, 2, "4 good and 2 defective pictures; 5 good ones are the least"),
    ],
)
def test_too_few_pictures_are_refused_with_the_numbers(
    request_: TrainRequest, good: int, defective: int, words: str
) -> None:
    with pytest.raises(DatasetError, match=words):
        asked_for(request_, dataset(good, defective))


@pytest.mark.parametrize(("good", "tested"), [(5, 0), (19, 0), (20, 4), (50, 10)])
def test_every_defect_is_tested_and_good_parts_where_there_are_enough(good: int, tested: int) -> None:
    parts = split(dataset(good, 7), asked("good-only"))
    assert all(s.part == TEST for s in parts.samples if s.defective)
    counts = {part: sum(not s.defective for s in parts.of(part)) for part in (TRAIN, VAL, TEST)}
    assert counts[TEST] == tested
    assert counts[VAL] >= 1
    assert sum(counts.values()) == good


def test_a_given_part_of_a_good_picture_holds() -> None:
    given = Dataset("test", (sample(0, part=TEST), sample(1, part=VAL), *(sample(n) for n in range(2, 9))))
    parts = {s.name: s.part for s in split(given, asked("good-only")).samples}
    assert (parts["good/00.png"], parts["good/01.png"]) == (TEST, VAL)


def test_what_is_nearly_a_tested_good_picture_is_not_learnt_from() -> None:
    given = Dataset("test", (sample(0, part=TEST), *(sample(n) for n in range(1, 9)), sample(0, "scratch")))
    clusters = {"good/00.png": 1, "good/01.png": 1, "good/02.png": 2, "scratch/00.png": 2}
    parts = {s.name: s.part for s in split(given, asked("good-only"), clusters).samples}
    assert parts["good/01.png"] == TEST
    assert parts["good/02.png"] == TRAIN  # beside a defect it stays good


def test_the_odds_are_even_at_the_limit_and_as_the_network_has_them() -> None:
    steep = steepness(GoodScale(pictures=20, mean_log=-0.2, sd_log=0.06))
    values = [0.1, float(np.exp(-0.2)), 1.0, 1.5, 40.0]
    scores = p_defective(values, steep)
    assert scores[1] == pytest.approx(0.05)
    assert scores[2] == pytest.approx(0.5)
    assert (np.diff(scores) > 0).all()
    assert 0.0 < scores[0] < scores[-1] < 1.0
    memory = MemoryOfGood(np.zeros((1, DIMENSIONS), np.float32), steepness=steep)
    told, maps = memory.judged(torch.tensor(values).reshape(-1, 1, 1, 1))
    np.testing.assert_allclose(told[:, 1].numpy(), scores, atol=1e-4)
    np.testing.assert_allclose(told.sum(1).numpy(), 1.0, rtol=1e-6)
    assert not maps[:, 0].any()


def test_parts_lie_still_where_every_picture_shows_the_same_at_the_same_place() -> None:
    rng = np.random.default_rng(0)
    shape = rng.standard_normal((1, 64, DIMENSIONS)).astype(np.float32)
    still = (shape + 0.05 * rng.standard_normal((20, 64, DIMENSIONS))).astype(np.float32)
    turned = np.stack(
        [np.roll(picture.reshape(8, 8, -1), n, axis=n % 2).reshape(64, -1) for n, picture in enumerate(still)]
    )
    texture = rng.standard_normal((20, 64, DIMENSIONS)).astype(np.float32)
    folds = np.arange(20) % 5
    assert [lie_still(cells, folds, 0) for cells in (still, turned, texture)] == [True, False, False]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory, imagenet_weights: Path) -> tuple[list[object], Path, Path]:
    """Seven grey parts with a bright bar, and nothing defective; the reports, the bundle, the pictures."""
    folder = tmp_path_factory.mktemp("parts")
    rng = np.random.default_rng(0)
    (folder / "good").mkdir()
    for number in range(7):
        image = rng.normal(110, 6, (96, 96)).clip(0, 255).astype(np.uint8)
        cv2.rectangle(image, (30, 40), (66, 56), 220, -1)
        cv2.imwrite(str(folder / "good" / f"{number:02}.png"), image)
    out = tmp_path_factory.mktemp("models") / "parts"
    request = asked(data=str(folder), out=str(out), weights=str(imagenet_weights), input_size=64)
    return list(train(request)), out, folder


def test_a_model_of_good_parts_reviews_what_is_unlike_them_and_fails_nothing(
    made: tuple[list[object], Path, Path], tmp_path: Path
) -> None:
    reports, out, folder = made
    bundle = Bundle.load(out)
    assert bundle.manifest.memory is not None
    assert (bundle.manifest.memory.pictures, bundle.manifest.good_scale.pictures) == (7, 7)  # type: ignore[union-attr]
    marred = read_picture(folder / "good" / "03.png").copy()
    cv2.circle(marred, (24, 76), 9, 255, -1)
    for classifier in (load_classifier(bundle), load_reference(bundle)):
        limits = Thresholds(
            fail_at=classifier.thresholds.fail_at, review_from=classifier.thresholds.review_from, strange_from=1.0
        )
        known, strange = (
            decide(classifier.predict(p), limits) for p in (read_picture(folder / "good" / "03.png"), marred)
        )
        assert known.verdict is Verdict.PASS
        assert strange.verdict is Verdict.REVIEW
        assert strange.reason.startswith("unlike good parts here")
        assert "probably" not in strange.reason  # it is one place of a part that is seen whole
        prediction = classifier.predict(marred)
        peak = np.unravel_index(int(prediction.heatmap.argmax()), prediction.heatmap.shape)
        assert abs(peak[0] - 76 / 96 * 8) <= 1.5
        assert abs(peak[1] - 24 / 96 * 8) <= 1.5
        classifier.close()
    assert any(isinstance(report, Finding) and report.code == "good-only" for report in reports)


def test_another_model_can_be_judged_on_its_parts(
    made: tuple[list[object], Path, Path], capsys: pytest.CaptureFixture[str]
) -> None:
    _, out, _ = made
    split_file = str(out / "report" / "split.csv")
    assert main(["evaluate", str(out), "--split", split_file, "--part", "val", "--json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert (answer["pictures"], answer["recall"]) == (1, None)
    assert main(["evaluate", str(out), "--split", split_file]) != 0
    assert "the part “test” of the split has no picture" in capsys.readouterr().err


def test_it_is_not_compared_with_methods_that_have_other_test_pictures(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["compare", "parts", "--methods", "good-only", "head"])
    assert "invalid choice: 'good-only'" in capsys.readouterr().err


def test_its_report_says_what_cannot_be_shown(made: tuple[list[object], Path, Path]) -> None:
    reports, out, _ = made
    result = reports[-1]
    assert isinstance(result, Result)
    assert result.method == "good-only"
    assert (result.test.recall, result.test.f1, result.test.auroc) == (None, None, None)
    page = (out / "report" / "report.html").read_text(encoding="utf-8")
    assert "judges the one validation picture as the network did" in page
    assert "without a miss; there is none. This test says nothing about escapes." in page
    for words in ("learnt from good pictures alone", "nothing is known of recall, F1 or escapes", "each left out once"):
        assert words in page
    assert untested(result.split)
    assert result.test.accuracy is None
    for words in ("test picture;", "test pictures;", "<h2>Test</h2>", "chosen on validation", "rejected from P"):
        assert words not in page
    scores = read_scores(out)
    assert len(scores) == 7
    assert {score.how for score in scores} == {OUT_OF_FOLD}
    # each to a memory without it: to the one that holds it, a picture is like nothing else
    assert all(score.strangeness is not None and score.strangeness > 0.3 for score in scores)
