"""Growing: a model that goes on from another is judged beside it on the same pictures, and must be no worse."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from pydantic import ValidationError

from inspector.domain.agreement import Agreement
from inspector.domain.errors import BundleError, InspectorError
from inspector.domain.guard import in_force
from inspector.domain.policy import FAILED, PASSED, REVIEW, verdicts_of
from inspector.domain.strangeness import DEFAULT_RATE
from inspector.vision.backends import load_classifier
from inspector.vision.bundle import Bundle
from inspector.vision.learnt import learnt_from
from inspector.vision.scores import ScorePart, read_scores
from trainer.dataset import TEST, TRAIN, VAL
from trainer.evaluation import Growth, GrowthStage
from trainer.growth_words import why_worse
from trainer.judge import judge
from trainer.notes import TrainingNote
from trainer.protocol import Parent
from trainer.scores import validated

if TYPE_CHECKING:
    from collections.abc import Generator, Mapping, Sequence
    from datetime import datetime

    from numpy.typing import NDArray

    from inspector.domain.records import Thresholds
    from inspector.vision.manifest import ManifestFields
    from trainer.dataset import Dataset, Sample
    from trainer.gate import Made
    from trainer.judge import JudgedPictures
    from trainer.protocol import Report
    from trainer.scores import KeptMeasures

#: So many models before this one are looked at, at most.
_MOST_STAGES = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdicts:
    """What a model says of pictures that it has not learnt from, as codes of `inspector.domain.policy`.

    Args:
        tested: Of the newest model's test part, by name.
        left_out: Of others, each judged by a model without it, by the SHA-256 of the file.
    """

    tested: Mapping[str, int]
    left_out: Mapping[str, int]

    def of(self, sample: Sample) -> int | None:
        """Return what it says of a picture; None where it has learnt from it, or does not know it."""
        return self.tested.get(sample.name, self.left_out.get(sample.sha256))


@dataclass(frozen=True, slots=True, kw_only=True)
class Before:
    """A model from which another one goes on: its bundle, how it was made, and what it says."""

    bundle: Bundle
    note: TrainingNote
    said: Verdicts


def parent_of(folder: Path) -> Parent:
    """Return what a manifest says of the model that it goes on from.

    Raises:
        BundleError: If the bundle cannot be used.
    """
    bundle = Bundle.load(folder)
    return Parent(name=bundle.manifest.name, folder=str(folder.absolute()), sha256=bundle.sha256)


def grown(
    made: Made,
    tested: JudgedPictures,
    measures: KeptMeasures,
    dataset: Dataset,
    clusters: Mapping[str, int],
    parent: Parent | None,
) -> Generator[Report, None, Growth | None]:
    """Judge the models before this one on its test pictures; the value is None where it goes on from none.

    A model before is judged on the test pictures that it has not learnt from, nor from a near duplicate of one. Of a
    class without such a test picture those count that it does not know, or that it left out when it judged them, and
    that the new one left out; so each is judged by a model that does not know it. A model that is gone or altered ends
    the row, and that is said.

    Args:
        made: The new model.
        tested: What it says of its test part.
        measures: Of its validation pictures.
        dataset: Already split.
        clusters: Number by the picture's name; equal numbers are near duplicates.
        parent: Which model it goes on from.

    Raises:
        PictureError: If a picture cannot be read.
    """
    if parent is None:
        return None
    own = _own(made, tested, measures, dataset)
    stages: list[GrowthStage] = []
    notes: list[str] = []
    worse, before = "", parent
    compared: list[Sample] = []
    while len(stages) < _MOST_STAGES:
        try:
            earlier = yield from _before(before, dataset, clusters)
        except (InspectorError, ValidationError) as error:
            why = error.what if isinstance(error, InspectorError) else "its manifest is of another version"
            notes.append(f"The model {before.name} could not be judged beside it: {why}.")
            break
        if not stages:
            compared, more = _compared(before.name, earlier.said, own, dataset)
            notes += more
            worse = _worse(before.name, earlier.said, own, compared)
        manifest = earlier.bundle.manifest
        stages.insert(
            0,
            _stage(manifest.name, manifest.created, earlier.note.method, earlier.note.counts, earlier.said, compared),
        )
        if earlier.note.parent is None:
            break
        before = earlier.note.parent
    fields = made.draft.fields
    samples = compared or dataset.of(TEST)
    stages.append(_stage(fields.name, fields.created, made.trained.plan.method, dataset.counts(), own, samples))
    return Growth(stages=tuple(stages), worse=worse, notes=tuple(notes))


# --- inside -----------------------------------------------------------------------------------------------------------


def _own(made: Made, tested: JudgedPictures, measures: KeptMeasures, dataset: Dataset) -> Verdicts:
    limits = _limits(made.draft.fields)
    samples, scores, _ = validated(dataset, made)
    strange = [measures.strangeness.get(sample.name, np.nan) for sample in samples]
    codes = verdicts_of(scores, limits, strange, [measures.heat_outside.get(sample.name) is True for sample in samples])
    return Verdicts(
        tested=_tested(tested, limits),
        left_out={sample.sha256: int(code) for sample, code in zip(samples, codes, strict=True)},
    )


def _before(parent: Parent, dataset: Dataset, clusters: Mapping[str, int]) -> Generator[Report, None, Before]:
    folder = Path(parent.folder)
    bundle = Bundle.load(folder)
    if bundle.sha256 != parent.sha256:
        raise BundleError(f"{folder} holds another model now", "Nothing is compared with it.")
    note = TrainingNote.model_validate(bundle.manifest.training)
    hashes = learnt_from(folder).hashes
    taken = {clusters[s.name] for s in dataset.samples if s.sha256 in hashes and s.name in clusters}
    unknown = [
        sample
        for sample in dataset.samples
        if sample.sha256 not in hashes and clusters.get(sample.name, -1) not in taken
    ]
    shown = [sample for sample in unknown if sample.part == TEST]
    for defective in (False, True):
        if not any(sample.defective is defective for sample in shown):  # the newer one judges these without each
            shown += [sample for sample in unknown if sample.defective is defective]
    classifier = load_classifier(bundle)
    try:
        judged = yield from judge(classifier, shown, f"judging by {parent.name}")
    finally:
        classifier.close()
    limits = _limits(bundle.manifest)
    kept = [score for score in read_scores(folder) if score.part is ScorePart.VALIDATION]
    strange = [np.nan if score.strangeness is None else score.strangeness for score in kept]
    outside = [score.heat_outside is True for score in kept]
    codes = verdicts_of([score.p_defective for score in kept], limits, strange, outside)
    left_out = {score.sha256: int(code) for score, code in zip(kept, codes, strict=True)}
    return Before(bundle=bundle, note=note, said=Verdicts(tested=_tested(judged, limits), left_out=left_out))


def _limits(fields: ManifestFields) -> Thresholds:
    """Return the thresholds in force where a recipe says nothing else: with the guard at its usual rate."""
    return in_force(None, fields.thresholds, fields.good_scale, DEFAULT_RATE, spares_outside=fields.may_spare)


def _tested(said: JudgedPictures, limits: Thresholds) -> dict[str, int]:
    if not said.judged:
        return {}
    outside = [value is True for value in said.heat_outside]
    codes = verdicts_of(said.scores(), limits, said.strangeness or None, outside)
    return {picture.name: int(code) for picture, code in zip(said.judged, codes, strict=True)}


def _compared(parent: str, first: Verdicts, second: Verdicts, dataset: Dataset) -> tuple[list[Sample], list[str]]:
    """Return the pictures that two models are compared by, and what is to be said of them."""
    chosen: list[Sample] = []
    notes = []
    for word, defective in (("good", False), ("defective", True)):
        own = [sample for sample in dataset.samples if sample.defective is defective]
        both = [sample for sample in own if sample.name in first.tested and sample.name in second.tested]
        if not both:
            both = [sample for sample in own if first.of(sample) is not None and second.of(sample) is not None]
            if both:
                notes.append(f"No {word} picture was kept for a test: each was judged by a model without it.")
            else:
                notes.append(
                    f"There is no {word} picture that both {parent} and this model can be judged by: whether it is "
                    "worse there is not known."
                )
        chosen += both
    return chosen, notes


def _stage(
    name: str,
    created: datetime,
    method: str,
    counts: Mapping[str, Mapping[str, int]],
    said: Verdicts,
    samples: Sequence[Sample],
) -> GrowthStage:
    learnt = [counts.get(part, {}) for part in (TRAIN, VAL)]
    good = sum(kinds.get("good", 0) for kinds in learnt)
    codes: dict[bool, list[int]] = {False: [], True: []}
    for sample in samples:
        code = said.of(sample)
        if code is not None:
            codes[sample.defective].append(code)
    return GrowthStage(
        name=name,
        created=created.isoformat(),
        method=method,
        good=good,
        defective=sum(sum(kinds.values()) for kinds in learnt) - good,
        good_tested=len(codes[False]),
        good_failed=codes[False].count(FAILED),
        good_to_review=codes[False].count(REVIEW),
        defective_tested=len(codes[True]),
        defective_passed=codes[True].count(PASSED),
        defective_to_review=codes[True].count(REVIEW),
    )


def _worse(parent: str, first: Verdicts, second: Verdicts, samples: Sequence[Sample]) -> str:
    """Say why the second model is worse than the first on the same pictures; empty where it is not."""

    def right(said: Verdicts, *, defective: bool, wrong: set[int]) -> NDArray[np.bool_]:
        return np.array([said.of(s) not in wrong for s in samples if s.defective is defective], np.bool_)

    escapes = [right(said, defective=True, wrong={PASSED}) for said in (first, second)]
    held = [right(said, defective=False, wrong={FAILED, REVIEW}) for said in (first, second)]
    failed = [right(said, defective=False, wrong={FAILED}) for said in (first, second)]
    return why_worse(
        parent,
        escapes=(int((~escapes[0]).sum()), int((~escapes[1]).sum()), len(escapes[0])),
        held=Agreement.of(held[0], held[1]),
        failed=Agreement.of(failed[0], failed[1]),
    )
