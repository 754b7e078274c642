"""From a trained network to the files of a bundle: the graphs, the weights, and the bundle itself."""

from __future__ import annotations

import importlib.metadata
import json
import os
import platform
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch

import inspector
from inspector.domain.picture_range import PictureRange
from inspector.vision.backends import load_classifier
from inspector.vision.bundle import Bundle, ManifestFields, write_bundle
from inspector.vision.export import convert, convert_behind, save_graph
from inspector.vision.graph import (
    GRAPH_FILE,
    INT8_GRAPH_FILE,
    INT8_GRAPH_WEIGHTS_FILE,
    TORCH_WEIGHTS_FILE,
)
from inspector.vision.graphs import has_bf16
from inspector.vision.made_answers import made_answers
from inspector.vision.network import InspectionNetwork
from inspector.vision.openvino_core import openvino_core
from inspector.vision.processor import this_processor
from inspector.vision.weights import save_weights
from trainer.dataset import DEFECTIVE, GOOD, TRAIN, VAL

if TYPE_CHECKING:
    from collections.abc import Mapping

    from inspector.domain.known_heat import KnownHeat
    from inspector.domain.records import Thresholds
    from inspector.vision.classifier import Classifier
    from inspector.vision.manifest import Precision, PrecisionCheck
    from trainer.dataset import Dataset
    from trainer.methods import Trained
    from trainer.notes import EvaluationNote, TrainingNote
    from trainer.protocol import TrainRequest

CLASSES = (GOOD, DEFECTIVE)
_PACKAGES = ("torch", "torchvision", "openvino", "numpy", "opencv-python-headless", "scikit-learn")


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A bundle that can be loaded and tried, before it is written where it belongs.

    Args:
        bundle: A complete bundle, but for the report.
        files: Content of graphs and weights, by name in the bundle.
        fields: What its manifest says; no precision is checked yet.
    """

    bundle: Bundle
    files: Mapping[str, Path | bytes]
    fields: ManifestFields

    def precisions(self) -> tuple[Precision, ...]:
        """Return in which precisions this processor can run it, from the fastest to the most exact."""
        bf16 = has_bf16(openvino_core(), "CPU", this_processor())
        has: dict[Precision, bool] = {"int8": INT8_GRAPH_FILE in self.files, "bf16": bf16, "fp32": True}
        return tuple(name for name, there in has.items() if there)

    def classifier(self, precision: Precision) -> Classifier:
        """Load it as the station does; the caller closes it.

        Raises:
            BundleError: If the graph cannot be used.
            DeviceError: If this processor cannot compute so.
        """
        return load_classifier(self.bundle, "cpu", precision)

    def noted(self, heat: KnownHeat | None) -> Draft:
        """Return it with what was seen of the heat of known failures; None where nothing was looked for."""
        memory = self.fields.memory
        if memory is None or heat is None:
            return self
        update = {"memory": memory.model_copy(update={"heat": heat})}
        return replace(self, fields=self.fields.model_copy(update=update))

    def accepted(self, checks: Mapping[Precision, PrecisionCheck]) -> Draft:
        """Return it with what was checked; an int8 graph that did not pass is left out."""
        files = dict(self.files)
        if "int8" in checks and not checks["int8"].passed:
            for name in (INT8_GRAPH_FILE, INT8_GRAPH_WEIGHTS_FILE):
                files.pop(name, None)
        return replace(self, files=files, fields=self.fields.model_copy(update={"precisions": dict(checks)}))


def export(trained: Trained, dataset: Dataset, request: TrainRequest, folder: Path, thresholds: Thresholds) -> Draft:
    """Export into a folder of drafts; the final bundle gets the files and the report.

    Args:
        trained: Its network is calibrated.
        dataset: Already split.
        folder: Is made; the caller removes it.
    """
    folder.mkdir()
    fields = ManifestFields(
        name=Path(request.out).name,
        created=datetime.now(UTC).replace(microsecond=0),
        class_names=CLASSES,
        good_class=GOOD,
        preprocessing=trained.preprocessing,
        thresholds=thresholds,
        backbone=trained.trunk,
        pooling=trained.plan.pooling,
        memory=None if trained.remembered is None else trained.remembered.note,
        data_fingerprint=dataset.fingerprint(),
        pictures=PictureRange.of(sample.look for sample in dataset.of(TRAIN, VAL) if sample.look is not None),
        software_version=inspector.__version__,
    )
    written: list[Path] = []
    for name, graph in _graphs(trained).items():
        written += save_graph(graph, folder, name=name)
    if isinstance(trained.network, InspectionNetwork):
        written.append(folder / TORCH_WEIGHTS_FILE)
        save_weights(trained.network, written[-1])
    files: dict[str, Path | bytes] = {path.name: path for path in written}
    return Draft(bundle=write_bundle(folder / "bundle", fields, files), files=files, fields=fields)


def _graphs(trained: Trained) -> dict[str, Any]:
    """Return the graphs by their files' names; what was frozen is there already, as it was learnt from."""
    frozen, network = trained.frozen, trained.network
    if frozen.model is None or not isinstance(network, InspectionNetwork):
        return {GRAPH_FILE: convert(network, trained.preprocessing)}
    models = {GRAPH_FILE: frozen.model, INT8_GRAPH_FILE: frozen.int8}
    names = [name for name, model in models.items() if model is not None]
    memory = trained.remembered
    memories = None if memory is None else [memory.int8 if name == INT8_GRAPH_FILE else memory.exact for name in names]
    whole = convert_behind([models[name] for name in names], network, frozen.cut, memories)
    return dict(zip(names, whole, strict=True))


def write_final(
    request: TrainRequest,
    draft: Draft,
    report: Mapping[str, bytes],
    *,
    evaluation: EvaluationNote,
    training: TrainingNote,
) -> Bundle:
    """Write the bundle in one step.

    Args:
        request: It names the bundle's folder.
        draft: As the gate accepted it.
        report: Files of the report, the split among them.

    Raises:
        BundleError: If it cannot be written.
    """
    notes = {"metrics": evaluation.model_dump(mode="json"), "training": training.model_dump(mode="json")}
    answers = made_answers(draft.bundle)
    if INT8_GRAPH_FILE not in draft.files:
        answers = {way: answer for way, answer in answers.items() if not way.startswith("int8")}
    described = draft.fields.model_copy(update={**notes, "self_test": answers})
    extra = {"report/environment.json": (json.dumps(environment(), indent=2) + "\n").encode()}
    return write_bundle(Path(request.out), described, {**draft.files, **report, **extra}, overwrite=request.replace)


def environment() -> dict[str, str]:
    """Return versions and hardware."""
    versions = {name: importlib.metadata.version(name) for name in _PACKAGES if _installed(name)}
    return versions | {
        "inspector": inspector.__version__,
        "python": platform.python_version(),
        "system": platform.platform(),
        "processor": f"{platform.machine()}, {os.cpu_count()} logical cores",
        "cuda": torch.cuda.get_device_name(0) if torch.cuda.is_available() else "none",
    }


def _installed(name: str) -> bool:
    try:
        importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return False
    return True
