"""Makes a bundle of a foreign ResNet-50 state dict, such as torchvision's users save as ``model.pth``."""

from __future__ import annotations

import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from pydantic import ValidationError

from inspector.domain.counts import counted, verb
from inspector.domain.errors import BundleError
from inspector.domain.records import Thresholds
from inspector.json_file import faults_in
from inspector.vision.bundle import Bundle, write_bundle
from inspector.vision.graph import BACKBONE, GRAPH_FILE, GRAPH_WEIGHTS_FILE, TORCH_WEIGHTS_FILE
from inspector.vision.manifest import ManifestFields
from inspector.vision.preprocess import Preprocessing
from inspector.vision.weights import load_weights, save_weights

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from torch import Tensor

    from inspector.vision.network import InspectionNetwork

_PLAIN_HEAD, _DROPOUT_HEAD = "fc.weight", "fc.1.weight"
# The state dict does not say how much was dropped in training; at inspection it does not matter.
_ASSUMED_DROPOUT = 0.5
_NAMED_AT_MOST = 4


def import_state_dict(
    weights: Path,
    classes: Sequence[str],
    good: str,
    out: Path,
    *,
    preprocessing: Preprocessing | None = None,
    thresholds: Thresholds | None = None,
    software_version: str = "",
    overwrite: bool = False,
) -> Bundle:
    """Import a ResNet-50 state dict as a bundle; on any error nothing is left behind.

    Args:
        weights: A torch file, ``.safetensors`` or ``.npz`` with torchvision's names; the head may be ``fc`` or, after
            a dropout, ``fc.1``.
        classes: Class names in the network's order. torchvision's ImageFolder numbers classes by the alphabet, so a
            model trained with it on the folders ``defective`` and ``good`` has the order defective, good.
        good: Which of them is good.
        out: The bundle's folder; its name becomes the model's.
        preprocessing: What the network was trained with; None is 224 squashed with ImageNet's mean and deviation.
        thresholds: Operating point; None is 0.5 without a review band.
        software_version: Version of the importing program.
        overwrite: Replace a bundle that is there.

    Raises:
        BundleError: If the file cannot be read, would run code, is not a ResNet-50, has another number of classes or
            values that are not finite; or if the bundle cannot be written.
    """
    if out.exists() and not overwrite:
        raise BundleError(f"{out} exists already", "Choose another name, or say that it shall be replaced.")
    chosen = preprocessing or Preprocessing()
    state = load_weights(weights)
    try:
        fields = ManifestFields(
            name=out.name,
            created=datetime.now(UTC),
            class_names=tuple(classes),
            good_class=good,
            preprocessing=chosen,
            thresholds=thresholds or Thresholds(fail_at=0.5),
            dropout=_ASSUMED_DROPOUT if _DROPOUT_HEAD in state else 0.0,
            training={"method": "imported", "file": weights.name},
            software_version=software_version,
        )
    except ValidationError as error:
        raise BundleError(f"{weights} cannot be imported: {faults_in(error)}", "Correct the names.") from error
    network = build_network(state, len(classes), source=weights)
    from inspector.vision.export import export_openvino  # torch takes seconds
    from inspector.vision.made_answers import made_answers  # openvino likewise

    with tempfile.TemporaryDirectory(prefix="inspector-import-") as name:
        staging = Path(name)
        graph, graph_weights = export_openvino(network, chosen, staging)
        save_weights(network, staging / TORCH_WEIGHTS_FILE)
        files = {
            GRAPH_FILE: graph,
            GRAPH_WEIGHTS_FILE: graph_weights,
            TORCH_WEIGHTS_FILE: staging / TORCH_WEIGHTS_FILE,
        }
        staged = write_bundle(staging / out.name, fields, files)
        answered = fields.model_copy(update={"self_test": made_answers(staged)})
        return write_bundle(out, answered, files, overwrite=overwrite)


def build_network(
    state: Mapping[str, Tensor], class_count: int, *, source: Path, pooling: str = "average", backbone: str = BACKBONE
) -> InspectionNetwork:
    """Build the network of a state dict, after checking that it fits.

    Args:
        state: Tensors by torchvision's names.
        class_count: Wanted number of classes.
        source: The file, for the error's text.
        pooling: Between map and head.
        backbone: A key of `inspector.vision.graph.JUDGED_LAYER`; what lies behind its last layer is left out.

    Raises:
        BundleError: If a tensor is missing, too much, of another shape or not finite, or the class count is another.
    """
    from inspector.vision import locator, memory  # torch takes seconds
    from inspector.vision.network import InspectionNetwork

    state = {
        name: value
        for name, value in state.items()
        if not name.startswith((memory.PREFIX, locator.PREFIX)) and name != "usual"
    }
    head = next((name for name in (_PLAIN_HEAD, _DROPOUT_HEAD) if name in state), None)
    if head is None:
        raise BundleError(
            f"{source} has no head fc or fc.1: it is not a ResNet-50 as torchvision saves it",
            "Save the state dict of a torchvision resnet50.",
        )
    outputs = state[head].shape[0]
    if outputs != class_count:
        raise BundleError(
            f"{source} has a head for {counted(outputs, 'class')}, but {class_count} {verb(class_count, 'was')} named",
            f"Name {counted(outputs, 'class')} in the network's order.",
        )
    dropout = _ASSUMED_DROPOUT if head == _DROPOUT_HEAD else 0.0
    network = InspectionNetwork.blank(class_count, pooling, dropout, backbone)
    own = network.state_dict()
    counters = {name: value.zero_() for name, value in own.items() if name.endswith("num_batches_tracked")}
    _check_fit({**counters, **state}, own, source)  # very old files lack the counters, which nothing reads
    network.load_state_dict({**counters, **state}, strict=True)
    return network.eval()


def _check_fit(state: Mapping[str, Tensor], own: Mapping[str, Tensor], source: Path) -> None:
    faults = [f"{name} is missing" for name in own if name not in state]
    faults += [f"{name} does not belong" for name in state if name not in own]
    faults += [
        f"{name} is {tuple(state[name].shape)}, not {tuple(value.shape)}"
        for name, value in own.items()
        if name in state and state[name].shape != value.shape
    ]
    # numpy: torch's own takes two seconds beside a busy line
    strange = [name for name, value in state.items() if not np.isfinite(value.numpy()).all()]
    faults += [f"{name} has values that are not finite" for name in strange]
    if faults:
        more = f" and {len(faults) - _NAMED_AT_MOST} more" if len(faults) > _NAMED_AT_MOST else ""
        raise BundleError(
            f"{source} is not the state dict of a torchvision ResNet-50: {'; '.join(faults[:_NAMED_AT_MOST])}{more}",
            "Save the state dict of a torchvision resnet50.",
        )
