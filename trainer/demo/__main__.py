"""``python -m trainer.demo --out models/demo``: makes the shipped demo model, from nothing, in about half an hour."""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import torch

import inspector
from inspector.domain.policy import rejected
from inspector.domain.records import Thresholds
from inspector.files import write_bytes
from inspector.vision.bundle import ManifestFields, write_bundle
from inspector.vision.export import save_graph
from inspector.vision.made_answers import with_made_answers
from inspector.vision.preprocess import Preprocessing
from trainer.demo.compress import Answers, ask, figures, quantise
from trainer.demo.crops import CROP_PX, Crops, make_crops
from trainer.demo.fit import STAGES, fit, new_network
from trainer.thresholds import choose_thresholds

if TYPE_CHECKING:
    from collections.abc import Callable

    from inspector.vision.network import InspectionNetwork

INPUT_PX = 224
CALIBRATION_PICTURES = 300


class ScenePlan(NamedTuple):
    """Which scenes the pictures of one purpose come from; see `make_crops`."""

    first_seed: int
    scenes: int
    parts_per_scene: int
    defect_rate: float


#: Seeds of the scenes; the demo line that users see has seeds below 10,000.
PARTS: dict[str, ScenePlan] = {
    "training": ScenePlan(first_seed=10_000, scenes=100, parts_per_scene=100, defect_rate=0.5),
    "validation": ScenePlan(first_seed=20_000, scenes=20, parts_per_scene=100, defect_rate=0.3),
    "test": ScenePlan(first_seed=30_000, scenes=10, parts_per_scene=100, defect_rate=0.3),
}


def main() -> int:
    """Train, compress, compare, and write the bundle."""
    parser = argparse.ArgumentParser(prog="python -m trainer.demo", description=__doc__)
    parser.add_argument("--out", type=Path, required=True, help="folder of the bundle")
    parser.add_argument("--seed", type=int, default=1, help="seed of the training")
    parser.add_argument("--keep", type=Path, help="also save the float network's weights here (.safetensors)")
    arguments = parser.parse_args()
    crops = {name: _crops(name) for name in PARTS}
    network = new_network(arguments.seed)
    for number, stage in enumerate(STAGES, 1):
        fit(network, crops["training"], stage, seed=arguments.seed, report=_reporter(number, stage.steps))
    if arguments.keep:
        from safetensors.torch import save  # only here

        write_bytes(arguments.keep, save(network.state_dict()))
    write(network, crops, arguments.out, seed=arguments.seed)
    return 0


def write(network: InspectionNetwork, crops: dict[str, Crops], out: Path, *, seed: int) -> None:
    """Compress the network, choose its threshold on validation pictures, try it once on test pictures, write it.

    Args:
        network: The trained network.
        crops: Pictures by the names of `PARTS`.
        out: The bundle's folder; an older one is replaced.
        seed: As it was trained with; it stands in the manifest.
    """
    network.eval()
    preprocessing = Preprocessing(input_size=INPUT_PX)
    original, compressed = quantise(network, preprocessing, crops["training"], CALIBRATION_PICTURES)
    plain, small = ask(original, crops["validation"]), ask(compressed, crops["validation"])
    truth = (crops["validation"].kinds > 0).astype(np.int64)
    threshold = choose_thresholds(small.p_defective.astype(np.float64), truth).fail_at
    test_plain, test_small = ask(original, crops["test"]), ask(compressed, crops["test"])
    measured = figures(test_small, crops["test"], threshold)
    report = {
        "made_by": "python -m trainer.demo",
        "parts": {name: plan._asdict() for name, plan in PARTS.items()},
        "threshold_from_validation": threshold,
        "validation_int8": figures(small, crops["validation"], threshold),
        "validation_fp32": figures(plain, crops["validation"], threshold),
        "validation_flips_int8_against_fp32": _flips(small, plain, threshold),
        "test_int8": measured,
        "test_fp32": figures(test_plain, crops["test"], threshold),
        "test_flips_int8_against_fp32": _flips(test_small, test_plain, threshold),
    }
    _say(json.dumps(report, indent=2))
    fields = ManifestFields(
        name=out.name,
        created=datetime.now(UTC).replace(microsecond=0),
        class_names=("good", "defective"),
        good_class="good",
        preprocessing=preprocessing,
        thresholds=Thresholds(fail_at=round(threshold, 4)),
        graph_precision="int8",
        data_fingerprint=_fingerprint(crops["training"]),
        metrics=dict(measured),
        training={
            "method": "from scratch, class and place supervised",
            "seed": seed,
            "crop_px": CROP_PX,
            "torch": torch.__version__,
        },
        software_version=inspector.__version__,
    )
    with tempfile.TemporaryDirectory() as folder:
        graph, weights = save_graph(compressed, Path(folder))
        files: dict[str, Path | bytes] = {
            graph.name: graph,
            weights.name: weights,
            "report/report.json": (json.dumps(report, indent=2) + "\n").encode(),
        }
        with_made_answers(write_bundle(out, fields, files, overwrite=True))


def _crops(name: str) -> Crops:
    started = time.perf_counter()
    crops = make_crops(**PARTS[name]._asdict(), size_px=INPUT_PX)
    _say(f"{name}: {len(crops.kinds)} parts rendered in {time.perf_counter() - started:.0f} s")
    return crops


def _flips(first: Answers, other: Answers, threshold: float) -> int:
    return int((rejected(first.p_defective, threshold) != rejected(other.p_defective, threshold)).sum())


def _fingerprint(crops: Crops) -> str:
    return hashlib.sha256(np.ascontiguousarray(crops.pictures).tobytes() + crops.kinds.tobytes()).hexdigest()


def _reporter(stage: int, steps: int) -> Callable[[int, float, float], None]:
    started = time.perf_counter()

    def report(step: int, by_class: float, by_place: float) -> None:
        spent = time.perf_counter() - started
        _say(f"stage {stage}: step {step}/{steps}, class {by_class:.4f}, place {by_place:.4f}, {spent:.0f} s")

    return report


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    raise SystemExit(main())
