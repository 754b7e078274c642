"""The training as a generator of reports: whoever iterates it decides where it runs, and stopping is leaving it."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import torch

from inspector.domain.errors import BundleError
from inspector.vision.importer import build_network
from inspector.vision.network import InspectionNetwork
from inspector.vision.preprocess import Preprocessing, ResizePolicy
from inspector.vision.weights import load_weights
from trainer.dataset import TEST, TRAIN, Dataset, Sample, labels, read_dataset, split
from trainer.evaluate import choose_threshold, evaluate
from trainer.export import write_model
from trainer.features import features
from trainer.head import Head, Validated, cross_validate, fit_head
from trainer.protocol import Candidate, Found, Progress, Report, Result, TrainRequest
from trainer.weights import imagenet_weights

if TYPE_CHECKING:
    from collections.abc import Generator, Sequence

    from numpy.typing import NDArray


def train(request: TrainRequest) -> Generator[Report]:
    """Train as asked; the bundle is written at the very end, in one step.

    Args:
        request: What to train.

    Yields:
        What was found, progress, candidates, and last the result.

    Raises:
        DatasetError: If the pictures cannot be trained on.
        PictureError: If a picture cannot be read.
        BundleError: If the weights cannot be used, or the bundle cannot be written.
    """
    started_s = time.perf_counter()
    out = Path(request.out)
    if out.exists() and not request.replace:
        raise BundleError(f"{out} exists already", "Choose another name, or add --replace.")
    unsplit = read_dataset(Path(request.data))
    dataset = split(unsplit, seed=request.seed, test_fraction=request.test_fraction)
    yield Found(layout=dataset.layout, counts=dataset.counts())
    weights = Path(request.weights) if request.weights else None
    if weights is None:
        weights = yield from imagenet_weights()
    network, preprocessing = _backbone(request, weights)
    known = yield from _features(network, preprocessing, dataset.of(TRAIN), TRAIN)
    truth = labels(dataset.of(TRAIN))
    best = yield from _choose(dataset, known)
    threshold = choose_threshold(best.scores, truth)
    head = fit_head(known, truth, best.strength)
    # only now, with everything chosen, is a test picture looked at
    tested = yield from _features(network, preprocessing, dataset.of(TEST), TEST)
    on_validation = evaluate(best.scores, truth, threshold)
    on_test = evaluate(head.p_defective(tested), labels(dataset.of(TEST)), threshold)
    _put_head(network, head)
    yield Progress(stage="export", done=0, total=1)
    bundle = write_model(
        request,
        network,
        preprocessing,
        dataset,
        threshold=threshold,
        strength=best.strength,
        backbone_file=weights.name,
        on_validation=on_validation,
        on_test=on_test,
        scores=head.p_defective(tested),
    )
    yield Result(
        bundle=str(bundle.folder),
        threshold=bundle.manifest.thresholds.fail_at,
        validation=on_validation,
        test=on_test,
        seconds=round(time.perf_counter() - started_s, 2),
    )


def _backbone(request: TrainRequest, weights: Path) -> tuple[InspectionNetwork, Preprocessing]:
    """Load the backbone; the head in the file, of whatever number of classes, is not used."""
    torch.manual_seed(request.seed)
    state = load_weights(weights)
    state = {name: value for name, value in state.items() if not name.startswith("fc.")}
    fresh = InspectionNetwork(2)
    state |= {name: value for name, value in fresh.state_dict().items() if name.startswith("fc.")}
    network = build_network(state, 2, source=weights)
    network.eval()
    return network.to(memory_format=torch.channels_last), Preprocessing(  # type: ignore[call-overload]
        input_size=request.input_size, resize_policy=ResizePolicy(request.policy)
    )


def _features(
    network: InspectionNetwork, preprocessing: Preprocessing, samples: Sequence[Sample], stage: str
) -> Generator[Report, None, NDArray[np.float32]]:
    """Compute the features of a part; the generator's value is the (N, 2048) array."""
    found: list[NDArray[np.float32]] = []
    done = 0
    for group in features(network, preprocessing, samples):
        found.append(group)
        done += len(group)
        yield Progress(stage=f"features, {stage}", done=done, total=len(samples))
    return np.concatenate(found)


def _choose(dataset: Dataset, known: NDArray[np.float32]) -> Generator[Report, None, Validated]:
    """Cross-validate every strength; the generator's value is the best."""
    folds = np.array([sample.fold for sample in dataset.of(TRAIN)], dtype=np.int64)
    tried: list[Validated] = []
    for one in cross_validate(known, labels(dataset.of(TRAIN)), folds):
        tried.append(one)
        yield Candidate(regularisation=one.strength, validation_loss=one.loss)
    return min(tried, key=lambda one: one.loss)


def _put_head(network: InspectionNetwork, head: Head) -> None:
    with torch.no_grad():
        network.head.weight.copy_(torch.from_numpy(head.weight))
        network.head.bias.copy_(torch.from_numpy(head.bias))
