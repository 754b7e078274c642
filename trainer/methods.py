"""The methods: from pictures and a split to a trained network with its scores on validation."""

from __future__ import annotations

import hashlib
import time
from typing import TYPE_CHECKING

import numpy as np
import torch

from inspector.domain.errors import BundleError
from inspector.vision.network import InspectionNetwork
from inspector.vision.preprocess import Preprocessing, ResizePolicy
from trainer.augment import PRESETS, plain_views
from trainer.cache import activations
from trainer.dataset import TEST, TRAIN, VAL, Dataset, Sample, labels
from trainer.few import learn_few, put_into
from trainer.fit import Activations, FitSettings, fit
from trainer.frozen import Frozen, nothing
from trainer.head import cross_validate, fit_rows, scores_of
from trainer.memory import remember, strangeness_of
from trainer.networks import CNN, GRADIENTS, BaselineCnn, CnnTail, GradientHistograms, TrainedTail, backbone, judged_by
from trainer.plan import Context, Plan, Trained, plan_of
from trainer.protocol import Candidate
from trainer.steps import weighted_log_loss
from trainer.svm import machine
from trainer.together import fill_by_all

if TYPE_CHECKING:
    from collections.abc import Generator
    from pathlib import Path

    from numpy.typing import NDArray

    from trainer.protocol import Report, TrainRequest

__all__ = ["Context", "Plan", "Trained", "plan_of", "train_plan"]

_SVM_STRENGTHS = (0.001, 0.01, 0.1, 1.0)


def train_plan(plan: Plan, dataset: Dataset, context: Context) -> Generator[Report, None, Trained]:
    """Train one setting; the generator's value is the network.

    The test part is not touched.

    Args:
        dataset: Already split.

    Raises:
        PictureError: If a picture cannot be read.
        FitError: If it cannot go on.
        CancelledError: If cancelled.
        ResourceError: If memory and disk do not suffice.
    """
    began_s = time.perf_counter()
    yield from context.heed()
    if plan.method == "good-only":
        return (yield from _good_only(plan, dataset, context))
    if plan.method == "baseline-svm":
        trained = yield from _svm(plan, dataset, context)
    elif plan.method == "few":
        trained = yield from _few(plan, dataset, context)
    elif plan.method == "head" and plan.pooling != "mix":
        trained = yield from _head(plan, dataset, context)
    else:
        trained = yield from _gradient(plan, dataset, context)
    trained.seconds = round(time.perf_counter() - began_s, 2)
    yield Candidate(words=plan.words, validation_loss=trained.loss, seconds=trained.seconds)
    return trained


def _gradient(plan: Plan, dataset: Dataset, context: Context) -> Generator[Report, None, Trained]:
    request = context.request
    preprocessing = _preprocessing(plan, request)
    tail: TrainedTail | CnnTail
    network: InspectionNetwork | BaselineCnn
    if plan.method == "baseline-cnn":
        cut, network = "input", BaselineCnn(request.seed)
        tail, groups = CnnTail(network), [(list(network.parameters()), 1.0)]
    else:
        cut = {"head": "layer3", "layer4": "layer3", "deeper": "layer2" if request.unfreeze == "layer3" else "input"}[
            plan.method
        ]
        network = _network(plan, context)
        tail = TrainedTail(network, cut)
        groups = tail.groups()
    training, validation = dataset.of(TRAIN), dataset.of(VAL)
    frozen = nothing(preprocessing)
    if isinstance(network, InspectionNetwork):
        frozen = yield from context.freezer.of(network, cut, preprocessing, training)
    augmentation = PRESETS[request.preset].scaled(plan.strength)
    with (
        activations(cut, plan.size, len(training), plan.views + frozen.ways) as train_room,
        activations(cut, plan.size, len(validation), 1) as val_room,
    ):
        for room, samples, name, also in (
            (train_room, training, "training", frozen.in_float),
            (val_room, validation, "validation", None),
        ):
            filling = fill_by_all(
                context.ranks, room, frozen.extractor, samples, preprocessing, augmentation, request.seed,
                f"features of {name} pictures, {plan.size} px", also=also,
            )  # fmt: skip
            for report in filling:
                yield from context.heed()
                yield report
        settings = FitSettings(
            epochs=plan.epochs,
            patience=plan.patience,
            batch=min(request.batch, max(2, len(training) // 6)),
            rate=plan.rate,
            weight_decay=request.weight_decay,
            loss=request.loss,
            mixing=request.mixing,
            name=plan.words,
        )
        fitted = yield from fit(
            tail,
            groups,
            Activations(train_room, labels(training)),
            Activations(val_room, labels(validation)),
            settings,
            seed=request.seed,
            command=context.command,
            checkpoint=_checkpoint(context, plan, dataset),
            device="cuda" if torch.cuda.is_available() else "cpu",
            ranks=context.ranks,
        )
    network.to("cpu")
    return Trained(
        network=network,
        frozen=frozen,
        preprocessing=preprocessing,
        plan=plan,
        trunk=CNN if isinstance(network, BaselineCnn) else network.backbone,
        judged=validation,
        scores=fitted.scores,
        loss=fitted.loss,
        history=fitted.history,
    )


def _head(plan: Plan, dataset: Dataset, context: Context) -> Generator[Report, None, Trained]:
    """Logistic regression on pooled features; validated in folds of all pictures that are not tested."""
    request = context.request
    preprocessing = _preprocessing(plan, request)
    network = _network(plan, context)
    samples = dataset.of(TRAIN, VAL)
    frozen = yield from context.freezer.of(network, network.last, preprocessing, dataset.of(TRAIN))
    pooled, good = yield from _pooled(network, plan, samples, frozen, context)
    truth = labels(samples)
    folds = np.array([sample.fold for sample in samples], dtype=np.int64)
    tried, plain = [], _plain(preprocessing, frozen)
    for fold in cross_validate(pooled[:, plain], truth, folds, judged_by(network)):
        yield from context.heed()
        tried.append(fold)
        yield Candidate(words=fold.words, validation_loss=fold.loss)
    best = min(tried, key=lambda fold: fold.loss)
    scores = scores_of(best, pooled, truth, folds, len(plain))
    head = fit_rows(pooled, truth, best.strength, best.columns)
    with torch.no_grad():
        network.head.weight.copy_(torch.from_numpy(head.weight))
        network.head.bias.copy_(torch.from_numpy(head.bias))
    network.compare_with_good(good)
    return Trained(
        network=network,
        frozen=frozen,
        preprocessing=preprocessing,
        plan=plan,
        trunk=network.backbone,
        judged=samples,
        scores=scores,
        loss=weighted_log_loss(scores, truth),
    )


def _good_only(plan: Plan, dataset: Dataset, context: Context) -> Generator[Report, None, Trained]:
    """Nothing but the memory of good, which the gate gives every network, is there to judge: nothing is learnt here."""
    began_s = time.perf_counter()
    preprocessing = _preprocessing(plan, context.request)
    network = _network(plan, context)
    frozen = yield from context.freezer.of(network, network.last, preprocessing, dataset.of(TRAIN))
    return Trained(
        network=network,
        frozen=frozen,
        preprocessing=preprocessing,
        plan=plan,
        trunk=network.backbone,
        judged=[sample for sample in dataset.of(TRAIN, VAL) if not sample.defective],
        scores=np.empty(0),
        loss=0.0,
        seconds=round(time.perf_counter() - began_s, 2),
    )


def _few(plan: Plan, dataset: Dataset, context: Context) -> Generator[Report, None, Trained]:
    """The memory of good and a head judge together; validated in folds of all pictures that are not tested."""
    request = context.request
    trained = yield from _good_only(plan, dataset, context)
    turns = PRESETS[request.preset].turns
    remembered = yield from remember(trained, trained.judged, request.seed, turns=turns)
    if remembered is None or not isinstance(trained.network, InspectionNetwork):
        raise BundleError("a memory of good could not be made", "Add good pictures.")
    defective = [sample for sample in dataset.of(TRAIN, VAL) if sample.defective]
    strange = yield from strangeness_of(trained, remembered, defective)
    strangeness = {**remembered.in_graph, **{s.name: v for s, v in zip(defective, strange.tolist(), strict=True)}}
    samples = [sample for sample in dataset.of(TRAIN, VAL) if sample.name in strangeness]
    pooled, good = yield from _pooled(trained.network, plan, samples, trained.frozen, context)
    truth = labels(samples)
    few = learn_few(
        np.array([strangeness[sample.name] for sample in samples]),
        pooled,
        truth,
        np.array([sample.fold for sample in samples], dtype=np.int64),
        _plain(trained.preprocessing, trained.frozen),
        judged_by(trained.network),
    )
    put_into(few, trained.network, remembered)
    trained.network.compare_with_good(good)
    trained.judged, trained.scores, trained.few, trained.remembered = samples, few.scores, few, remembered
    trained.loss = weighted_log_loss(few.scores, truth)
    return trained


def _pooled(
    network: InspectionNetwork, plan: Plan, samples: list[Sample], frozen: Frozen, context: Context
) -> Generator[Report, None, tuple[NDArray[np.float32], torch.Tensor]]:
    """Return (N, V, C) pooled activations, and (C, h, w) the mean of what is pooled of good pictures, as they are.

    A group of pictures at a time, so that memory stays small.
    """
    augmentation = PRESETS[context.request.preset].scaled(plan.strength)
    preprocessing = _preprocessing(plan, context.request)
    features = np.empty((len(samples), plan.views + frozen.ways, network.head.in_features), np.float32)
    good, plain = torch.zeros(()), _plain(preprocessing, frozen)
    group = 32
    for first in range(0, len(samples), group):
        some = samples[first : first + group]
        with activations(frozen.cut, plan.size, len(some), features.shape[1]) as room:
            filling = fill_by_all(
                context.ranks, room, frozen.extractor, some, preprocessing, augmentation, context.request.seed,
                f"features, {plan.size} px", also=frozen.in_float,
            )  # fmt: skip
            for report in filling:
                yield from context.heed()
                yield report.model_copy(update={"done": first + report.done, "total": len(samples)})
            with torch.inference_mode():
                for place, views in enumerate(room, first):
                    seen = torch.from_numpy(views.astype(np.float32))
                    features[place] = network.pooling(seen).numpy()
                    if not samples[place].defective:
                        good = good + network.pooling.weighted(seen[plain]).mean(0)
    return features, good / max(1, sum(not sample.defective for sample in samples))


def _plain(preprocessing: Preprocessing, frozen: Frozen) -> list[int]:
    """Return which of a picture's views, as `_pooled` has them, show it as it is."""
    return [*range(plain_views(upright=preprocessing.upright)), *([-1] if frozen.ways else [])]


def _svm(plan: Plan, dataset: Dataset, context: Context) -> Generator[Report, None, Trained]:
    """Chosen by the validation folds; its scores come from a machine that has not seen the fold."""
    request = context.request
    preprocessing = _preprocessing(plan, request)
    network, frozen = GradientHistograms(), nothing(preprocessing)
    samples = dataset.of(TRAIN, VAL)
    with activations("input", plan.size, len(samples), 1) as room:
        stage = f"features, {plan.size} px"
        for report in fill_by_all(
            context.ranks, room, frozen.extractor, samples, preprocessing, PRESETS["none"], request.seed, stage
        ):
            yield from context.heed()
            yield report
        with torch.inference_mode():
            known = np.concatenate(
                [
                    network.features(torch.from_numpy(room[first : first + 16, 0].astype(np.float32)))
                    .flatten(1)
                    .numpy()
                    for first in range(0, len(samples), 16)
                ]
            )
    truth = labels(samples)
    folds = np.array([sample.fold for sample in samples])
    mean, spread = known.mean(0), known.std(0) + 1e-6
    known = (known - mean) / spread
    tried = []
    for strength in _SVM_STRENGTHS:
        scores = np.empty(len(samples))
        for fold in np.unique(folds):
            inside = folds == fold
            slope, offset = machine(known[~inside], truth[~inside], strength, request.seed)
            scores[inside] = 1 / (1 + np.exp(-(known[inside] @ slope + offset)))
        loss = weighted_log_loss(scores, truth)
        tried.append((loss, strength, scores))
        yield Candidate(words=f"C = {strength:g}", validation_loss=loss)
    loss, strength, scores = min(tried, key=lambda attempt: attempt[0])
    slope, offset = machine(known, truth, strength, request.seed)
    network.put(slope / spread, float(offset - (slope / spread) @ mean))
    return Trained(
        network=network,
        frozen=frozen,
        preprocessing=preprocessing,
        plan=plan,
        trunk=GRADIENTS,
        judged=samples,
        scores=scores,
        loss=loss,
    )


def _network(plan: Plan, context: Context) -> InspectionNetwork:
    """Return as much of the ResNet-50 as a plan has."""
    return backbone(context.weights, plan.pooling, context.request.seed, plan.backbone)


def _preprocessing(plan: Plan, request: TrainRequest) -> Preprocessing:
    return Preprocessing(
        input_size=plan.size,
        resize_policy=ResizePolicy(request.policy),
        part_side=plan.framing.part_side,
        upright=plan.framing.upright,
    )


def _checkpoint(context: Context, plan: Plan, dataset: Dataset) -> Path | None:
    if context.checkpoints is None:
        return None
    tested = ",".join(sample.sha256 for sample in dataset.of(TEST))
    # the pictures' parts and labels stand in the fingerprint, whatever file they come from
    other = {"out", "replace", "budget_s", "deep_maps", "claim", "unseen", "parent", "split", "corrections", "devices"}
    asked = context.request.model_dump_json(exclude=other)
    name = hashlib.sha256(f"{asked}|{plan}|{dataset.fingerprint()}|{tested}".encode()).hexdigest()[:20]
    return context.checkpoints / f"{name}.pt"
