"""The gate: what the station would load must judge the validation pictures as the network did when it was trained."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import torch

from inspector.domain.errors import BundleError
from inspector.vision.backends import load_reference
from inspector.vision.export import Behind
from inspector.vision.graph import MAPS_OUTPUT, PROBABILITIES_OUTPUT, STRANGENESS_OUTPUT, WHOLE_OUTPUT, output_names
from inspector.vision.looks import look_at
from inspector.vision.network import InspectionNetwork
from inspector.vision.preprocess import fit, map_place
from trainer.augment import PRESETS
from trainer.cache import OpenVinoExtractor, Plain
from trainer.calibration import calibrated, temperature
from trainer.checks import INT8_TOLERANCE, OTHER_FEATURES_TOLERANCE, STRANGENESS_TOLERANCE, TOLERANCE, Expected, check
from trainer.dataset import TRAIN, VAL, Dataset, labels
from trainer.export import Draft, export
from trainer.few import few_thresholds
from trainer.good_only import MOST_FEW, THRESHOLDS, p_defective, steepness
from trainer.judge import judge, on_picture
from trainer.locator import locate
from trainer.memory import remember
from trainer.methods import Context, Trained, train_plan
from trainer.networks import calibrate
from trainer.protocol import GOOD_ONLY, Progress
from trainer.thresholds import clear_of, operating_point

if TYPE_CHECKING:
    from collections.abc import Generator, Mapping, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from inspector.domain.records import Image, Thresholds
    from inspector.vision.classifier import Classifier
    from inspector.vision.manifest import Precision, PrecisionCheck
    from trainer.dataset import Sample
    from trainer.protocol import Report, TrainRequest

#: Sharpening beyond this is what few separable pictures ask for, not what they show.
_LEAST_TEMPERATURE = 0.5
_BATCH = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """A model that passed.

    Args:
        trained: Its network is calibrated.
        scores: (N,) calibrated P(defective) of the pictures of `trained.judged`.
        temperature: Divisor of the logits that calibrated it.
        draft: Its files; the precisions stand in its fields.
        judged: (M,) P(defective) of the validation part as the exported model judged it, by precision.
        notes: What the report has to say of it.
    """

    trained: Trained
    scores: NDArray[np.float64]
    temperature: float
    draft: Draft
    judged: Mapping[Precision, NDArray[np.float64]]
    notes: tuple[str, ...] = ()

    @property
    def checks(self) -> Mapping[Precision, PrecisionCheck]:
        """What was checked."""
        return self.draft.fields.precisions

    @property
    def precision(self) -> Precision:
        """What the line will use by default: the fastest that passed."""
        return next(name for name in self.draft.precisions() if self.checks[name].passed)


def make(
    trained: Trained, dataset: Dataset, context: Context, folder: Path
) -> Generator[Report, None, tuple[Made, list[str]]]:
    """Calibrate, choose the operating point, export, and pass the gate; the value is the model, and what happened.

    If the int8 graph does not pass, the same setting is trained once more on float features: every figure of the
    bundle then comes from the precision that the line will use.

    Args:
        trained: Not calibrated yet.
        dataset: Already split; its test part is not touched.
        context: As the network was trained with.
        folder: Takes the drafts; the caller removes it.

    Raises:
        BundleError: If the graph does not judge as the network even in fp32; the text names the picture.
    """
    made = yield from _tried(trained, dataset, context.request, folder / "first")
    checks = dict(made.checks)
    if "int8" not in checks:
        return _with_fp32(made), list(made.notes)
    if checks["int8"].passed:
        return made, list(made.notes)
    note = f"The int8 graph did not pass: {checks['int8'].reason}. The model was trained again in float."
    again = yield from train_plan(trained.plan, dataset, context.in_float())
    second = _with_fp32((yield from _tried(again, dataset, context.request, folder / "second")))
    both = {"int8": checks["int8"], **second.checks}
    draft = second.draft.accepted(both)
    return replace(second, draft=draft), [note, *second.notes]


def expected_of(trained: Trained, samples: Sequence[Sample]) -> Generator[Report, None, Expected]:
    """Judge pictures as the network did in training, in float32.

    With an int8 trunk: what was trained, on the very features it learnt from. Without: the whole network in torch.

    Raises:
        PictureError: If a picture cannot be read.
    """
    scores: list[float] = []
    maps: list[NDArray[np.float32]] = []
    strangeness: list[float] = []
    for first in range(0, len(samples), _BATCH):
        images = [sample.picture() for sample in samples[first : first + _BATCH]]
        pictures = np.stack([fit(image, trained.preprocessing) for image in images])
        probabilities, class_maps, strange = _as_trained(trained, pictures)
        if strange is not None:
            strangeness += [max(value, _view(trained, image)) for value, image in zip(strange, images, strict=True)]
        scores += np.clip(1.0 - probabilities[:, 0].astype(np.float64), 0.0, 1.0).tolist()
        for image, raw in zip(images, class_maps[:, 1], strict=True):
            place = map_place(image, trained.preprocessing)
            maps.append(on_picture(place.laid(raw), image.shape, place.box))
        yield Progress(stage="judging as in training", done=len(scores), total=len(samples))
    return Expected(scores=np.array(scores), maps=maps, strangeness=np.array(strangeness) if strangeness else None)


def _view(trained: Trained, image: Image) -> float:
    """Return how unlike good pictures a picture looks before any network; 0 where that is not known."""
    look = look_at(image, None if trained.remembered is None else trained.remembered.note)
    return look.strangeness or 0.0


def _tried(trained: Trained, dataset: Dataset, request: TrainRequest, folder: Path) -> Generator[Report, None, Made]:
    yield from with_memory(trained, dataset, request)
    if trained.plan.method == GOOD_ONLY:
        return (yield from _tried_good_only(trained, dataset, request, folder))
    truth = labels(trained.judged)
    scale = 1.0
    if trained.few is None:  # there the shares are fitted as probabilities
        scale = max(_LEAST_TEMPERATURE, temperature(trained.scores, truth))
        calibrate(trained.network, scale)
    scores = calibrated(trained.scores, scale)
    expected = yield from expected_of(trained, dataset.of(VAL))
    chosen = points_of(trained, scores, request)
    thresholds = clear_of(expected.scores, chosen)
    notes: tuple[str, ...] = ()
    if thresholds.fail_at != round(chosen.fail_at, 6):
        lowered = f"The threshold was lowered from {chosen.fail_at:.4f} to {thresholds.fail_at:.4f}"
        notes = (f"{lowered}: a validation picture's score lay so near that rounding would have decided on its side.",)
    draft = export(trained, dataset, request, folder, thresholds)
    checks, judged = yield from _checked(expected, draft, dataset.of(VAL), thresholds)
    return Made(
        trained=trained, scores=scores, temperature=scale, draft=draft.accepted(checks), judged=judged, notes=notes
    )


def _tried_good_only(
    trained: Trained, dataset: Dataset, request: TrainRequest, folder: Path
) -> Generator[Report, None, Made]:
    """The memory judges alone: nothing is calibrated or chosen, as there is no defect."""
    memory = trained.remembered
    if memory is None:
        raise BundleError("a memory of good could not be made", "Add good pictures.")
    steep = steepness(memory.note.good_scale)
    for part in (memory.exact, memory.int8):
        if part is not None:
            part.judge(steep)
    trained.judged = [sample for sample in trained.judged if sample.name in memory.in_graph]
    trained.scores = p_defective([memory.in_graph[sample.name] for sample in trained.judged], steep)
    expected = yield from expected_of(trained, dataset.of(VAL))
    draft = export(trained, dataset, request, folder, THRESHOLDS)
    checks, judged = yield from _checked(expected, draft, dataset.of(VAL), THRESHOLDS)
    return Made(trained=trained, scores=trained.scores, temperature=1.0, draft=draft.accepted(checks), judged=judged)


def points_of(trained: Trained, scores: NDArray[np.float64], request: TrainRequest) -> Thresholds:
    """Choose the operating point: from few defects with care (`few_thresholds`), else by the rule that was asked for.

    Args:
        scores: (N,) P(defective) of the pictures of `trained.judged`.
    """
    truth = labels(trained.judged)
    if trained.few is not None and truth.sum() <= MOST_FEW:
        return few_thresholds(trained.few, truth, request)
    return operating_point(scores, truth, request)


def with_memory(trained: Trained, dataset: Dataset, request: TrainRequest) -> Generator[Report]:
    """Give a network its memory of good, and the places of defects where masks tell them; from what is not tested."""
    if trained.remembered is None:  # with few defects it judges by one already
        good = [sample for sample in dataset.of(TRAIN, VAL) if not sample.defective]
        turns = PRESETS[request.preset].turns
        trained.remembered = yield from remember(trained, good, request.seed, turns=turns)
    if trained.remembered is not None and isinstance(trained.network, InspectionNetwork):
        trained.network.memory = trained.remembered.exact
        trained.network.locator = yield from locate(trained, dataset.of(TRAIN, VAL), request.seed)


def _checked(
    expected: Expected, draft: Draft, samples: Sequence[Sample], thresholds: Thresholds
) -> Generator[Report, None, tuple[dict[Precision, PrecisionCheck], dict[Precision, NDArray[np.float64]]]]:
    """Hold every precision against the training; the value is what was checked, and the scores of each."""
    checks: dict[Precision, PrecisionCheck] = {}
    scores: dict[Precision, NDArray[np.float64]] = {}
    for precision in draft.precisions():
        judged = yield from _judged(draft.classifier(precision), samples, f"checking the exported graph in {precision}")
        as_trained = precision == "int8" or "int8" not in draft.precisions()
        checks[precision] = check(
            expected,
            samples,
            judged,
            thresholds,
            tolerance=INT8_TOLERANCE if precision == "int8" else TOLERANCE,
            strangeness_tolerance=STRANGENESS_TOLERANCE if as_trained else OTHER_FEATURES_TOLERANCE,
        )
        scores[precision] = judged.scores
    if checks["fp32"].passed and "int8" in checks:
        # a GPU at the station runs the weights in torch
        judged = yield from _judged(load_reference(draft.bundle), samples, "checking the exported weights in torch")
        torchs = check(expected, samples, judged, thresholds, strangeness_tolerance=OTHER_FEATURES_TOLERANCE)
        checks["fp32"] = min(checks["fp32"], torchs, key=lambda each: (each.passed, -each.largest_difference))
    return checks, scores


def _judged(classifier: Classifier, samples: Sequence[Sample], stage: str) -> Generator[Report, None, Expected]:
    """Judge and close; the value is what it says."""
    try:
        judgement = yield from judge(classifier, samples, stage)
    finally:
        classifier.close()
    return Expected(
        scores=judgement.scores(),
        maps=[judgement.maps[sample.name] for sample in samples],
        strangeness=np.array(judgement.strangeness) if judgement.strangeness else None,
    )


def _as_trained(
    trained: Trained, pictures: NDArray[np.uint8]
) -> tuple[NDArray[np.float32], NDArray[np.float32], NDArray[np.float32] | None]:
    """(N, S, S, 3) uint8 BGR → (N, 2) probabilities, (N, 2, h, w) maps, (N,) strangeness."""
    network = trained.network.eval()
    with torch.inference_mode():
        if isinstance(network, InspectionNetwork) and isinstance(trained.frozen.in_float, OpenVinoExtractor):
            assert isinstance(trained.frozen.extractor, OpenVinoExtractor)
            seen, *cells = trained.frozen.extractor.seen(pictures)
            # float16 is what the cache keeps
            activations = torch.from_numpy(seen.astype(np.float16)).float()
            remembered = trained.remembered.int8 if trained.remembered is not None else None
            there = torch.from_numpy(cells[0]) if cells and remembered is not None else None
            with network.remembering(remembered):
                said = list(Behind(network, trained.frozen.cut)(activations, there))
        else:
            said = list(network(torch.from_numpy(Plain(trained.preprocessing)(pictures))))
    answers = [output.numpy() for output in said]
    named = dict(zip(output_names([answer.ndim for answer in answers]), answers, strict=True))
    if STRANGENESS_OUTPUT not in named:
        return named[PROBABILITIES_OUTPUT], named[MAPS_OUTPUT], None
    strangest = named[STRANGENESS_OUTPUT].max(axis=(1, 2, 3))
    if WHOLE_OUTPUT in named:
        strangest = np.maximum(strangest, named[WHOLE_OUTPUT])
    return named[PROBABILITIES_OUTPUT], named[MAPS_OUTPUT], strangest


def _with_fp32(made: Made) -> Made:
    """Refuse a model in float whose graph does not judge as the network.

    Raises:
        BundleError: If so.
    """
    check = made.checks["fp32"]
    if not check.passed:
        raise BundleError(
            f"the exported graph does not judge as the network did in training: {check.reason}",
            "Nothing was written. Train again with another seed, or report this with the picture.",
        )
    return made
