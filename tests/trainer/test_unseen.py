"""What happens to defects of a type that the model has never seen: what is measured, what is not, and what is said."""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

import numpy as np
import pytest

from inspector.domain.policy import verdict_of
from inspector.domain.rates import Rate
from inspector.domain.records import Verdict
from inspector.domain.strangeness import DEFAULT_RATE, GoodScale
from inspector.vision.bundle import Bundle
from inspector.vision.manifest import MemoryNote
from inspector.vision.memory import DIMENSIONS, MemoryOfGood
from tests.trainer.toy_parts import draw_types, random_weights
from trainer import unseen
from trainer.checks import Expected
from trainer.dataset import TEST, Dataset, Sample, labels
from trainer.evaluation import Unseen, UnseenType
from trainer.examine import examine
from trainer.fit import CancelledError, FitError
from trainer.frozen import freezer
from trainer.gate import expected_of
from trainer.loop import train
from trainer.memory import Remembered
from trainer.methods import Context, Trained, plan_of, train_plan
from trainer.notes import EvaluationNote
from trainer.protocol import Candidate, Command, Progress, Result, TrainRequest
from trainer.report_metrics import Metrics
from trainer.split import split
from trainer.thresholds import operating_point
from trainer.unseen import measure_unseen
from trainer.unseen_words import UNSEEN_HEADS, held_sentence, unseen_rows, unseen_sentence

GOOD, OF_TYPE = 20, 8
TYPES = ("bar", "hole", "spot")
GUARD = ("passed_with_guard", "good_to_review")

Answer = TypeVar("Answer")


@pytest.fixture(scope="module")
def three(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return draw_types(tmp_path_factory.mktemp("three"), GOOD, dict.fromkeys(TYPES, OF_TYPE), radius=9, dark=5)


@pytest.fixture(scope="module")
def backbone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return random_weights(tmp_path_factory.mktemp("weights"))


@pytest.fixture(scope="module")
def svm(three: Path) -> tuple[Trained, Dataset]:
    """The chosen model and the split that it was trained on."""
    return chosen(three)


def request(data: Path, out: Path, **changes: object) -> TrainRequest:
    values = {"data": str(data), "out": str(out), "method": "baseline-svm", "input_size": 64, "precision": "float"}
    return TrainRequest.model_validate(values | changes)


def ended(reports: Generator[object, None, Answer]) -> tuple[Answer, list[object]]:
    """Run a generator to its end."""
    seen: list[object] = []
    while True:
        try:
            seen.append(next(reports))
        except StopIteration as end:
            return end.value, seen


def context(asked: TrainRequest, command: Callable[[], Command] = lambda: Command.RUN) -> Context:
    return Context(request=asked, weights=Path(), command=command, freezer=freezer("float"))


def chosen(data: Path) -> tuple[Trained, Dataset]:
    asked = request(data, data / "unused")
    (dataset, _, clusters), _ = ended(examine(asked))
    dataset = split(dataset, asked, clusters)
    return ended(train_plan(plan_of(asked, "baseline-svm"), dataset, context(asked)))[0], dataset


def measure(
    model: tuple[Trained, Dataset], command: Callable[[], Command] = lambda: Command.RUN, /, **changes: object
) -> Unseen | None:
    asked = request(Path("data"), Path("out"), **changes)
    return ended(measure_unseen(*model, context(asked, command)))[0]


class Learnt:
    """Watches what the trainings without a type learn from, and what they are then asked."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.datasets: list[Dataset] = []
        self.judged: list[tuple[Trained, list[Sample], Expected]] = []

        def watched(plan: object, dataset: Dataset, context: object) -> object:
            self.datasets.append(dataset)
            return train_plan(plan, dataset, context)  # type: ignore[arg-type]

        def answered(trained: Trained, samples: list[Sample]) -> Generator[object, None, Expected]:
            said = yield from expected_of(trained, samples)
            self.judged.append((trained, list(samples), said))
            return said

        monkeypatch.setattr(unseen, "train_plan", watched)
        monkeypatch.setattr(unseen, "expected_of", answered)


def test_each_type_is_judged_by_a_model_that_never_saw_it(
    three: Path, backbone: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    learnt = Learnt(monkeypatch)
    asked = request(three, tmp_path / "m", method="head", weights=str(backbone))
    result, reports = ended(train(asked))
    measured = result.unseen
    assert measured is not None
    assert [each.name for each in measured.types] == list(TYPES)
    assert measured.notes == ()
    for name, dataset in zip(TYPES, learnt.datasets, strict=True):
        assert {sample.defect for sample in dataset.samples} == {"good", *TYPES} - {name}
        assert len(dataset.samples) == GOOD + 2 * OF_TYPE
        assert f"{name}/" not in "".join(sample.name for sample in dataset.samples)
    for figures, (trained, samples, said) in zip(measured.types, learnt.judged, strict=True):
        good = [sample for sample in samples if not sample.defective]
        assert [sample.defect for sample in samples] == [figures.name] * OF_TYPE + ["good"] * measured.good
        assert {sample.part for sample in good} == {TEST}
        assert figures.parts == OF_TYPE
        assert trained.remembered is not None
        points = operating_point(trained.scores, labels(trained.judged), asked)
        limit = trained.remembered.note.good_scale.limit(DEFAULT_RATE)
        assert said.strangeness is not None
        passes = [verdict_of(float(p), points) is Verdict.PASS for p in said.scores]
        unlike = [float(value) >= limit for value in said.strangeness]
        held_back = [would and strange for would, strange in zip(passes, unlike, strict=True)]
        assert figures.passed == sum(passes[:OF_TYPE])
        assert figures.passed_with_guard == figures.passed - sum(held_back[:OF_TYPE])
        assert figures.good_to_review == sum(held_back[OF_TYPE:])
    # the settings and epochs of these trainings are not the model's
    progress = [report.stage for report in reports if isinstance(report, Progress)]
    assert any(stage.startswith("without “hole” (2 of 3): ") for stage in progress)
    first = next(n for n, r in enumerate(reports) if isinstance(r, Progress) and r.stage.startswith("without"))
    assert not [report for report in reports[first:] if isinstance(report, Candidate)]

    assert Result.model_validate_json(result.model_dump_json()) == result
    folder = tmp_path / "m"
    kept = Metrics.model_validate_json((folder / "report" / "metrics.json").read_bytes())
    assert kept.unseen == measured
    note = EvaluationNote.model_validate(Bundle.load(folder).manifest.metrics)
    assert note.unseen == measured
    assert Bundle.load(folder).manifest.good_scale is not None
    page = (folder / "report" / "report.html").read_text(encoding="utf-8")
    first_page = page[: page.index("<h2>Test</h2>")]
    assert unseen_sentence(measured) in first_page
    for cell in (*UNSEEN_HEADS, *(cell for row in unseen_rows(measured) for cell in row)):
        assert f">{cell}</t" in first_page


@pytest.mark.parametrize("guard", [True, False])
def test_what_the_guard_holds_back_and_its_price_are_counted(
    svm: tuple[Trained, Dataset], monkeypatch: pytest.MonkeyPatch, guard: bool
) -> None:
    def judged(trained: Trained, samples: Sequence[Sample]) -> Generator[object, None, Expected]:
        """Rejects the first part of the type and the first good one; the next three parts and good one are strange."""
        yield Progress(stage="judging", done=0, total=1)
        scores, strangeness = np.zeros(len(samples)), np.full(len(samples), 0.5)
        scores[[0, OF_TYPE]] = 1.0
        strangeness[[0, 1, 2, 3, OF_TYPE, OF_TYPE + 1]] = 3.0
        return Expected(scores=scores, maps=[], strangeness=strangeness if guard else None)

    def remembering(trained: Trained, dataset: Dataset, asked: TrainRequest) -> Generator[object]:
        yield Progress(stage="memory of good", done=0, total=1)
        scale = GoodScale(pictures=20, mean_log=-0.5, sd_log=0.1)
        note = MemoryNote(pictures=20, rows=9, dimensions=9, position=0.0, good_scale=scale, beyond=0)
        memory = MemoryOfGood(np.zeros((1, DIMENSIONS), np.float32))
        trained.remembered = (
            Remembered(exact=memory, int8=None, note=note, strangeness={}, in_graph={}) if guard else None
        )

    monkeypatch.setattr(unseen, "expected_of", judged)
    monkeypatch.setattr(unseen, "with_memory", remembering)
    measured = measure(svm)
    assert measured is not None
    known = {"passed_with_guard": 4, "good_to_review": 1} if guard else dict.fromkeys(GUARD)
    assert list(measured.types) == [UnseenType(name=name, parts=8, passed=7, **known) for name in TYPES]
    words, rows = unseen_sentence(measured), unseen_rows(measured)
    assert "of 24 parts 21 would pass (95 % interval 69.0 to 95.7 %)" in words
    if guard:
        assert "and 12 with the guard (31.4 to 68.6 %)" in words
        assert f"The price: in the mean the guard sent 1 of {measured.good} good test parts to REVIEW." in words
        assert rows[0][:4] == ["bar", "8", "7 (52.9 to 97.8 %)", "4 (21.5 to 78.5 %)"]
    else:
        assert "no memory of good, so no guard can hold them back" in words
        assert [row[3:] for row in rows] == [["no guard", "no guard"]] * 3


@pytest.mark.parametrize(
    ("types", "changes", "said"),
    [
        (2, {}, "there are 2 defect types; unasked it is measured from 3 on."),
        (1, {"unseen": "yes"}, "there is one type, “bar”; without it there is nothing to learn from."),
        (3, {"budget_s": 0.5}, "3 more trainings of 0 s of work each would exceed the budget of 0 s; unasked"),
    ],
)
def test_what_is_not_measured_is_said_with_its_reason(
    svm: tuple[Trained, Dataset], monkeypatch: pytest.MonkeyPatch, types: int, changes: dict[str, object], said: str
) -> None:
    learnt = Learnt(monkeypatch)
    trained, dataset = svm
    some = tuple(sample for sample in dataset.samples if sample.defect in {"good", *TYPES[:types]})
    measured = measure((trained, replace(dataset, samples=some)), **changes)
    assert learnt.datasets == []
    assert measured is not None
    assert measured.types == ()
    assert measured.notes[0].startswith(said)
    assert f"has never seen: not measured. {said[:1].upper()}{said[1:]}" in unseen_sentence(measured)


def test_two_types_are_measured_where_asked_and_nothing_where_refused(svm: tuple[Trained, Dataset]) -> None:
    trained, dataset = svm
    two = replace(dataset, samples=tuple(sample for sample in dataset.samples if sample.defect != "spot"))
    measured = measure((replace(trained, seconds=1e6), two), unseen="yes", budget_s=0.01)
    assert measured is not None
    assert [(each.name, each.parts) for each in measured.types] == [("bar", OF_TYPE), ("hole", OF_TYPE)]
    assert measure(svm, unseen="no") is None
    assert measure((replace(trained, plan=replace(trained.plan, method="good-only")), dataset)) is None
    assert measure((trained, replace(dataset, samples=tuple(s for s in dataset.samples if not s.defective)))) is None


def test_a_type_that_most_defective_pictures_show_is_left_out(
    svm: tuple[Trained, Dataset], monkeypatch: pytest.MonkeyPatch
) -> None:
    trained, dataset = svm
    few = tuple(s for s in dataset.samples if s.defect in {"good", "spot"} or int(Path(s.name).stem) < 3)
    learnt = Learnt(monkeypatch)
    measured = measure((trained, replace(dataset, samples=few)))
    assert measured is not None
    assert [each.name for each in measured.types] == ["bar", "hole"]
    assert [len(each.samples) for each in learnt.datasets] == [GOOD + OF_TYPE + 3] * 2
    assert measured.notes == ("spot: without it too few defective pictures are left to learn from.",)
    assert "Left out: spot: without it" in unseen_sentence(measured)


def test_the_model_is_not_lost_where_a_training_without_a_type_fails(
    svm: tuple[Trained, Dataset], monkeypatch: pytest.MonkeyPatch
) -> None:
    def failing(plan: object, dataset: Dataset, context: object) -> Generator[Progress]:
        yield Progress(stage="features", done=0, total=1)
        raise FitError("the loss became nan", "Lower the learning rate.")

    monkeypatch.setattr(unseen, "train_plan", failing)
    measured = measure(svm)
    assert measured is not None
    assert measured.notes == tuple(f"{name}: the loss became nan." for name in TYPES)


def test_stop_measures_no_training_that_it_may_have_cut_short_and_cancel_cancels(
    svm: tuple[Trained, Dataset],
) -> None:
    told = Command.RUN
    reports = measure_unseen(*svm, context(request(Path("data"), Path("out")), lambda: told))
    next(reports)
    told = Command.STOP  # within the training without the first type
    measured, _ = ended(reports)
    assert measured is not None
    assert measured.types == ()
    assert measured.notes == tuple(f"{name}: the training was told to stop." for name in TYPES)
    with pytest.raises(CancelledError):
        measure(svm, lambda: Command.CANCEL)


@pytest.mark.parametrize(
    ("held", "worthless"), [(Rate(0, 30), True), (Rate(14, 30), True), (Rate(15, 30), False), (Rate(30, 30), False)]
)
def test_what_the_guard_is_worth_by_itself_is_said(held: Rate, *, worthless: bool) -> None:
    words = held_sentence(held)
    assert words.startswith(f"By the memory of good alone {held.count} of 30 defective test parts would go to REVIEW")
    assert ("lets most of what the model has never seen pass" in words) is worthless
