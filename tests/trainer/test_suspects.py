"""Labels that look wrong: the evidence, the order, the words, and what a training makes of them."""

from __future__ import annotations

import csv
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import cv2
import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from inspector.vision.bundle import Bundle
from inspector.vision.preprocess import Preprocessing, preprocess
from tests.trainer.toy_parts import random_weights
from trainer import label_evidence
from trainer.dataset import GOOD, TEST, TRAIN, Sample
from trainer.evaluation import LabelAudit, Suspect
from trainer.label_evidence import LabelEvidence, Looked, evidence, judged, ridge_margins, told_by_memory
from trainer.looks import Summaries, _left_out
from trainer.loop import train
from trainer.networks import backbone as load_network
from trainer.protocol import Result, TrainRequest
from trainer.report_metrics import Metrics
from trainer.suspects import _strangeness, ranking
from trainer.suspects_words import audit_sentence

COUNT, TURNED = 200, 10


def looked(seed: int = 0, *, apart: float = 1.0, memory: bool = False) -> tuple[Looked, set[int]]:
    """Two clouds of pictures in 40 numbers, a fifth of them for the test; a twentieth of the labels is turned over."""
    rng = np.random.default_rng(seed)
    truth = np.arange(COUNT) % 3 == 0
    features = [rng.normal(size=(COUNT, 40)).astype(np.float32) for _ in range(2)]
    for kind in features:
        kind[truth, :8] += apart
    strangeness = np.exp(rng.normal(size=COUNT) + 3 * truth) if memory else np.full(COUNT, np.nan)
    turned = set(rng.choice(COUNT, TURNED, replace=False).tolist())
    labels = truth ^ np.isin(np.arange(COUNT), list(turned))
    learnt = rng.random(COUNT) > 0.2
    return (
        Looked(features=features, strangeness=strangeness, defective=labels, learnt=learnt, groups=np.arange(COUNT)),
        turned,
    )


def first_tenth(weighed: LabelEvidence) -> set[int]:
    return set(np.argsort(-weighed.against)[: COUNT // 10].tolist())


@pytest.mark.parametrize("seed", range(3))
def test_turned_labels_stand_first_also_those_of_the_test(seed: int) -> None:
    known, turned = looked(seed)
    weighed = evidence(known, seed=0)
    assert len(first_tenth(weighed) & turned) >= 0.8 * TURNED
    called = set(np.flatnonzero(weighed.wrong).tolist())
    assert called
    assert len(called & turned) >= 0.7 * len(called)


def test_where_all_labels_are_right_few_are_called_wrong() -> None:
    known, turned = looked(apart=2.0)
    right = replace(known, defective=known.defective ^ np.isin(np.arange(COUNT), list(turned)))
    assert evidence(right, seed=0).wrong.sum() <= 1


def test_where_nothing_parts_the_classes_no_label_is_called_wrong() -> None:
    known, _ = looked(apart=0.0)
    assert evidence(known, seed=0).wrong.sum() <= 0.05 * COUNT


def test_the_memory_counts_as_much_as_it_tells_apart() -> None:
    faint, turned = looked(apart=0.3)
    helped = replace(faint, strangeness=looked(memory=True)[0].strangeness)
    alone, both = evidence(faint, seed=0), evidence(helped, seed=0)
    assert told_by_memory(faint) == 0.0
    assert told_by_memory(helped) > 0.5
    assert len(first_tenth(both) & turned) > len(first_tenth(alone) & turned)


def test_margins_in_closed_form_are_those_of_fits_without_the_group(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(label_evidence, "RIDGES", (0.01,))
    known, _ = looked(apart=0.5)
    features, truth, groups = known.features[0][:60], known.defective[:60], np.repeat(np.arange(20), 3)
    margins, _, _ = ridge_margins(features, truth, groups, features[:0])
    scaled = (features - features.mean(axis=0)) / features.std(axis=0)
    kernel = scaled @ scaled.T / scaled.shape[1] + 1.0
    root = np.sqrt(np.where(truth, 0.5 / truth.mean(), 0.5 / (1 - truth.mean())))
    for group in (0, 7):
        rest, inside = groups != group, groups == group
        inner = kernel[np.ix_(rest, rest)] * np.outer(root[rest], root[rest]) + 0.01 * 60 * np.eye(57)
        solved = np.linalg.solve(inner, np.where(truth[rest], 1.0, -1.0) * root[rest])
        assert kernel[np.ix_(inside, rest)] @ (root[rest] * solved) == pytest.approx(margins[inside], abs=1e-4)


def test_one_and_the_same_label_does_not_speak_for_itself() -> None:
    known, _ = looked(apart=0.8)
    index = int(np.flatnonzero(known.learnt)[0])
    turned = known.defective.copy()
    turned[index] ^= True
    before, after = evidence(known, seed=0), evidence(replace(known, defective=turned), seed=0)
    assert after.p_defective[index] == pytest.approx(before.p_defective[index], abs=0.03)
    assert after.against[index] == pytest.approx(1 - before.against[index], abs=0.03)


def test_nothing_learns_from_the_test() -> None:
    known, _ = looked()
    other = np.where(known.learnt, known.defective, ~known.defective)
    before, after = evidence(known, seed=0), evidence(replace(known, defective=other), seed=0)
    assert np.array_equal(before.p_defective, after.p_defective)


def test_large_sets_are_looked_at_in_lots(monkeypatch: pytest.MonkeyPatch) -> None:
    known, turned = looked(apart=1.5)
    whole = evidence(known, seed=0)
    monkeypatch.setattr(label_evidence, "LOT", 60)
    lots = evidence(known, seed=0)
    assert not np.array_equal(whole.p_defective, lots.p_defective)
    assert len(first_tenth(lots) & turned) >= 0.8 * TURNED


def test_with_good_pictures_only_strangeness_is_the_evidence() -> None:
    p_defective = np.array([0.04, 0.05, 0.06, 0.97, 0.02])
    weighed = judged(p_defective, np.array([False, False, False, False, True]), np.array([True] * 4 + [False]))
    assert weighed.wrong.tolist() == [False, False, False, True, True]


def sample(name: str, defect: str, sha256: str, part: str = TRAIN) -> Sample:
    return Sample(path=Path(name), name=name, defect=defect, sha256=sha256, part=part)


def ranked(
    samples: list[Sample], p_defective: list[float], groups: list[int], strangeness: NDArray[np.float64]
) -> list[Suspect]:
    truth = np.array([one.defective for one in samples])
    known = Looked(
        features=(), strangeness=strangeness, defective=truth, learnt=np.array([one.part != TEST for one in samples]),
        groups=np.array(groups),
    )  # fmt: skip
    probabilities = np.array(p_defective)
    return list(ranking(samples, known, judged(probabilities, truth, known.learnt)).rows)


def test_words_say_what_speaks_against_a_label() -> None:
    samples = [
        sample("a", GOOD, "1"), sample("b", GOOD, "2"), sample("c", GOOD, "3"), sample("d", "crack", "4"),
        sample("e", "crack", "5"), sample("f", "crack", "6", TEST),
    ]  # fmt: skip
    strangeness = np.array([2.4, 0.6, 0.7, 3.0, 3.1, 0.5])
    rows = ranked(samples, [0.97, 0.1, 0.1, 0.9, 0.9, 0.02], list(range(6)), strangeness)
    assert [row.name for row in rows[:2]] == ["f", "a"]
    assert [row.wrong for row in rows] == [True, True, False, False, False, False]
    assert rows[1].evidence == (
        "labelled good; 0.97 defective when it was not learnt from; nothing like it among the good ones (strangeness 2.4)"
    )
    assert rows[0].evidence == (
        "labelled crack; 0.02 defective when it was not learnt from; no stranger than good ones (strangeness 0.5)"
    )
    unknown = ranked(samples, [0.97, 0.1, 0.1, 0.9, 0.9, 0.02], list(range(6)), np.full(6, np.nan))
    assert not any("strange" in row.evidence for row in unknown)
    assert {row.strangeness for row in unknown} == {None}


def test_near_duplicates_with_other_labels_are_named_and_copies_come_first() -> None:
    samples = [
        sample("a", GOOD, "1"), sample("b", "crack", "1"), sample("c", GOOD, "2"), sample("d", "crack", "3"),
        sample("e", GOOD, "4"), sample("f", "crack", "5"),
    ]  # fmt: skip
    rows = ranked(samples, [0.5, 0.5, 0.6, 0.7, 0.1, 0.9], [0, 0, 1, 1, 2, 3], np.full(6, np.nan))
    assert [row.name for row in rows[:3]] == ["a", "b", "c"]
    assert [row.near_duplicate for row in rows[:4]] == ["b", "a", "d", "c"]
    assert [row.wrong for row in rows] == [True, True, True, False, False, False]
    assert rows[0].evidence.endswith("; the same file is labelled crack: b")
    assert rows[2].evidence.endswith("; nearly the same picture is labelled crack: d")


def test_no_outline_counts_for_what_the_memory_holds_as_for_the_rest() -> None:
    remembered = SimpleNamespace(strangeness={"a": 1.0}, in_graph={"a": 0.5})
    trained: Any = SimpleNamespace(remembered=remembered)
    held, rest = sample("a", GOOD, "1"), sample("b", "crack", "2")
    assert _left_out(np.array([0.1, 2.0]), trained, [held, rest]).tolist() == [0.5, 2.0]
    with pytest.raises(StopIteration) as end:
        next(_strangeness(trained, trained.remembered, [held]))
    assert end.value.value.tolist() == [0.5]


def test_the_sentence_counts() -> None:
    assert audit_sentence(LabelAudit(pictures=40, wrong=0, wrong_in_test=0)) == "No label of 40 pictures looks wrong."
    assert audit_sentence(LabelAudit(pictures=40, wrong=1, wrong_in_test=0)) == "1 label of 40 looks wrong."
    said = audit_sentence(LabelAudit(pictures=40, wrong=7, wrong_in_test=2))
    assert said == "7 labels of 40 look wrong, 2 of them in the test part."


@pytest.fixture(scope="module")
def backbone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return random_weights(tmp_path_factory.mktemp("weights"))


@pytest.fixture(scope="module")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Grey noise; defective ones are half bright. One picture of each lies in the other's folder."""
    folder = tmp_path_factory.mktemp("parts")
    rng = np.random.default_rng(0)
    for label in ("good", "stain"):
        (folder / label).mkdir()
        for number in range(16):
            image = rng.normal(110, 12, (72, 72))
            if (label == "stain") != (number == 7):
                image[:, 36:] += 90
            cv2.imwrite(str(folder / label / f"{number:02}.png"), image.clip(0, 255).astype(np.uint8))
    return folder


def test_a_training_lists_the_wrong_labels(pictures: Path, backbone: Path, tmp_path: Path) -> None:
    asked = TrainRequest(
        data=str(pictures), out=str(tmp_path / "m"), method="head", weights=str(backbone), input_size=64,
        precision="float", unseen="no",
    )  # fmt: skip
    result = list(train(asked))[-1]
    assert isinstance(result, Result)
    assert result.labels is not None
    assert {one.name for one in result.labels.suspects} == {"good/07.png", "stain/07.png"}
    assert all(Path(one.path).is_file() for one in result.labels.suspects)
    report = tmp_path / "m" / "report"
    rows = list(csv.DictReader((report / "suspects.csv").read_text().splitlines()))
    assert [row["rank"] for row in rows] == [str(number) for number in range(1, 33)]
    assert {row["path"] for row in rows[:2]} == {"good/07.png", "stain/07.png"}
    assert [row["looks_wrong"] for row in rows].count("yes") == 2
    assert "report/suspects.csv" in Bundle.load(tmp_path / "m").manifest.files
    page = (report / "report.html").read_text(encoding="utf-8")
    assert "2 labels of 32 look wrong" in page
    assert result.labels.suspects[0].evidence in page
    told = Metrics.model_validate_json((report / "metrics.json").read_bytes()).labels
    assert told is not None
    assert [one.name for one in told.suspects] == [one.name for one in result.labels.suspects]
    assert {one.path for one in told.suspects} == {""}


def test_summaries_are_of_the_maps(backbone: Path, pictures: Path) -> None:
    network = load_network(backbone, "average", 0)
    image = cv2.imread(str(pictures / "good" / "00.png"))
    assert image is not None
    batch = torch.from_numpy(preprocess(image, Preprocessing(input_size=64))[None])
    with torch.inference_mode():
        means, coarse, most = Summaries(network.eval())(batch)
    assert (means.shape, coarse.shape, most.shape) == ((1, 512), (1, 1024), (1, 1024))
    assert bool((most >= coarse).all())
