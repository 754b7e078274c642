"""What a training sees of the heat of known failures: which pictures are asked, and what counts."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, cast

from inspector.domain.known_heat import KnownHeat
from inspector.domain.records import Thresholds
from tests.domain.test_rules import prediction
from trainer.heat import look_at_heat
from trainer.labelled import TEST, TRAIN, VAL

if TYPE_CHECKING:
    from inspector.domain.records import Prediction

#: Name: split, defective, P(defective), outside.
PICTURES: dict[str, tuple[str, bool, float, bool | None]] = {
    "a": (TRAIN, True, 0.9, False),
    "b": (TRAIN, True, 0.9, True),
    "c": (VAL, True, 0.1, True),  # does not fail
    "d": (VAL, True, 0.5, None),  # at the threshold; its outline is not as usual
    "e": (VAL, False, 0.9, True),  # good: its scores are kept, and no failure of a defect
    "f": (TRAIN, False, 0.9, True),  # good and not judged for scores: not asked
    "g": (TEST, True, 0.9, True),  # never looked at
}


class Scripted:
    """Says of each picture, which is its name, what stands in the table."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def predict(self, name: str) -> Prediction:
        self.asked.append(name)
        return replace(prediction(PICTURES[name][2]), heat_outside=PICTURES[name][3])


def looked_at(outlines: object) -> tuple[tuple[KnownHeat | None, dict[str, bool | None]], list[str]]:
    samples = [
        SimpleNamespace(name=name, defective=bad, part=part, picture=lambda name=name: name)
        for name, (part, bad, *_) in PICTURES.items()
    ]
    dataset = SimpleNamespace(of=lambda *parts: [sample for sample in samples if sample.part in parts])
    fields = SimpleNamespace(memory=SimpleNamespace(outlines=outlines), thresholds=Thresholds(fail_at=0.5))
    validation = dataset.of(VAL)
    made = SimpleNamespace(
        draft=SimpleNamespace(fields=fields),
        trained=SimpleNamespace(judged=validation),
        judged={"int8": SimpleNamespace(tolist=lambda: [0.5] * len(validation))},
        precision="int8",
    )
    classifier = Scripted()
    steps = look_at_heat(cast("Any", dataset), cast("Any", made), cast("Any", classifier))
    while True:
        try:
            next(steps)
        except StopIteration as end:
            return end.value, classifier.asked


def test_failures_by_known_defects_are_counted_and_the_test_is_left_alone() -> None:
    (known, places), asked = looked_at(object())
    assert known == KnownHeat(failures=3, outside=1)
    assert asked == ["a", "b", "c", "d", "e"]
    assert places == {name: PICTURES[name][3] for name in asked}


def test_without_an_outline_nothing_is_looked_for() -> None:
    assert looked_at(None) == ((None, {}), [])
