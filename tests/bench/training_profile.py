"""``python -m tests.bench.training_profile``: where the time of `trainer fit --method layer4` goes.

Three things, on the magnetic tiles (or another set):

- a whole training, by what it reports at the moment, and by the stages that stand in its report;
- the feature pass: views (reading, resizing, augmenting, on all cores), the graph of the frozen part, the same in float,
  keeping; each alone, and what all that together would allow, beside what the pass reaches;
- a step of layer4 and head with 10 pictures, by the operators of torch's own profiler, beside the time in which its
  products (three times the forward's multiplications) would be done at the rate of one large product of matrices on this machine.
"""

from __future__ import annotations

import argparse
import json
import statistics
import tempfile
import time
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from torch.profiler import ProfilerActivity, profile

from inspector.pictures import read_picture
from inspector.vision.preprocess import Preprocessing
from tests.bench.common import inputs, last
from trainer.augment import STANDARD, views
from trainer.cache import activations, fill
from trainer.dataset import TRAIN, Dataset, hashed, labels, read_dataset
from trainer.fitting import Activations, FitRun, FitSettings
from trainer.frozen import freezer
from trainer.loop import train
from trainer.networks import TrainedTail, backbone
from trainer.protocol import Progress, Result, TrainRequest
from trainer.split import split
from trainer.steps import fast_bf16

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from numpy.typing import NDArray

CUT, VIEWS, BATCH = "layer3", 4, 10
_ROUNDS, _STEPS = 5, 12
#: By the start of an operator's name.
_KINDS = {
    "aten::convolution_backward": "3×3 convolutions, back",
    "aten::mkldnn_convolution": "3×3 convolutions, forward",
    "aten::mm": "1×1 convolutions as products, forward and back",
    "aten::addmm": "1×1 convolutions as products, forward and back",
    "mkldnn::_linear_pointwise": "1×1 convolutions as products, forward and back",
    "aten::linear": "1×1 convolutions as products, forward and back",
    "aten::native_batch_norm": "batch norm, activations, additions",
    "aten::threshold_backward": "batch norm, activations, additions",
    "aten::clamp_min": "batch norm, activations, additions",
    "aten::relu": "batch norm, activations, additions",
    "aten::add": "batch norm, activations, additions",
    "aten::copy_": "copies between bfloat16, float32 and layouts",
    "aten::_fused_adamw_": "AdamW",
    "aten::lerp_": "moving average of the weights",
    "aten::linalg_vector_norm": "clipping",
    "aten::mul_": "clipping",
}


def whole(data: Path, weights: Path) -> dict[str, Any]:
    """Train once as the command does; seconds by what was reported last, and by the report's stages."""
    spent: dict[str, float] = defaultdict(float)
    with tempfile.TemporaryDirectory() as folder:
        request = TrainRequest(data=str(data), out=f"{folder}/m", weights=str(weights), method="layer4", unseen="no")
        now = time.perf_counter()
        doing = "starting"
        for report in train(request):
            before, now = now, time.perf_counter()
            if isinstance(report, Progress):
                doing = report.stage
            spent["epochs" if doing.startswith("epoch ") else doing] += now - before
    assert isinstance(report, Result)
    return {"seconds": report.seconds, "split": report.split, "stages": report.stages, "reported": dict(spent)}


def features(dataset: Dataset, weights: Path) -> dict[str, Any]:
    """Milliseconds per picture of the parts of the feature pass, and of the pass."""
    samples, preprocessing = dataset.of(TRAIN), Preprocessing()
    frozen = last(freezer("auto").of(backbone(weights, "average", 0), CUT, preprocessing, samples))
    size = preprocessing.input_size

    def load(number: int) -> NDArray[np.uint8]:
        rng = np.random.default_rng(number)
        return views(read_picture(samples[number].path), preprocessing, STANDARD, VIEWS, rng)

    some = range(min(48, len(samples)))
    with ThreadPoolExecutor(4) as pool, activations(CUT, size, len(samples), VIEWS + frozen.ways) as room:
        seen = np.concatenate(list(pool.map(load, some)))
        batches = [seen[start : start + 8] for start in range(0, len(seen), 8)]
        plain = seen[::VIEWS]
        kept = frozen.extractor(batches[0])
        parts: dict[str, Callable[[], object]] = {
            "reading and views": lambda: list(pool.map(load, some)),
            "frozen part": lambda: [frozen.extractor(one) for one in batches],
            "keeping": lambda: [room.__setitem__((slice(0, 2), slice(0, VIEWS)), _shaped(kept)) for _ in batches],
            "the whole pass": lambda: last(
                fill(
                    room[: len(some)], frozen.extractor, samples[: len(some)], preprocessing, STANDARD, 0, "",
                    also=frozen.in_float,
                )
            ),
        }  # fmt: skip
        if frozen.in_float is not None:
            in_float = frozen.in_float
            parts["frozen part in float, plain views"] = lambda: [in_float(plain[i : i + 2]) for i in some[::2]]
        found = {name: statistics.median(_timed(one) for _ in range(_ROUNDS)) for name, one in parts.items()}
    each = {name: 1000 * seconds / len(some) for name, seconds in found.items()}
    together = sum(value for name, value in each.items() if name != "the whole pass")
    return {"views": VIEWS, "ms": each, "sum_ms": together, "of_the_sum": together / each["the whole pass"]}


def _shaped(kept: NDArray[np.float32]) -> NDArray[np.float32]:
    return kept.reshape(2, VIEWS, *kept.shape[1:])


def _timed(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def step(dataset: Dataset, weights: Path) -> dict[str, Any]:
    """Milliseconds of a step by kind of operator, and what its products need at the machine's rate."""
    tail = TrainedTail(backbone(weights, "average", 0), CUT)
    cells = Preprocessing().input_size // 16
    rng = np.random.default_rng(0)
    count = 4 * BATCH
    room = np.maximum(rng.standard_normal((count, VIEWS, 1024, cells, cells), np.float32), 0).astype(np.float16)
    truth = np.resize(labels(dataset.of(TRAIN)), count)
    truth[:2] = 0, 1
    run = FitRun(
        tail, tail.groups(), Activations(room, truth), FitSettings(epochs=_STEPS, batch=BATCH, rate=5e-4), 0, "cpu"
    )
    batches = run.order(0)

    def steps() -> None:
        for number in range(_STEPS):
            run.step(batches[number % len(batches)], number)

    steps()
    seconds = statistics.median(_timed(steps) for _ in range(_ROUNDS)) / _STEPS
    with profile(activities=[ProfilerActivity.CPU]) as seen:
        steps()
    kinds: dict[str, float] = defaultdict(float)
    for one in seen.key_averages():
        kinds[next((kind for name, kind in _KINDS.items() if one.key.startswith(name)), "the rest")] += (
            one.self_cpu_time_total / 1000 / _STEPS
        )
    total = sum(kinds.values())
    products = 3 * _multiplications(tail, cells) * BATCH
    return {
        "pictures": BATCH,
        "ms": 1000 * seconds,
        "pictures_per_s": BATCH / seconds,
        "shares": {kind: value / total for kind, value in sorted(kinds.items(), key=lambda one: -one[1])},
        "products_ms": 1000 * products / _product_rate(),
    }


def _multiplications(tail: TrainedTail, cells: int) -> int:
    """Multiplications of one picture's forward pass behind the cut."""
    found = 0

    def count(layer: torch.nn.Module, _given: object, answer: torch.Tensor) -> None:
        nonlocal found
        found += answer[0, 0].numel() * sum(
            weights.numel() for name, weights in layer.named_parameters() if name == "weight"
        )

    hooks = [one.register_forward_hook(count) for one in tail.modules() if isinstance(one, torch.nn.Conv2d)]
    with torch.inference_mode():
        tail.eval()(torch.zeros(1, 1024, cells, cells))
    for one in hooks:
        one.remove()
    return found


def _product_rate() -> float:
    """Multiplications per second of a product of 2048 × 2048 matrices, in what a step computes in."""
    kind = torch.bfloat16 if fast_bf16() else torch.float32
    a, b = (torch.randn(2048, 2048).to(kind) for _ in range(2))
    torch.mm(a, b)
    return 2048**3 / statistics.median(_timed(lambda: torch.mm(a, b)) for _ in range(9))


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--set", default="magnetic_tile")
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    root, weights = inputs(parser)
    data = root / arguments.set
    dataset = split(hashed(read_dataset(data)), TrainRequest(data="-", out="-"))
    found = {"step": step(dataset, weights), "features": features(dataset, weights), "whole": whole(data, weights)}
    if arguments.json:
        print(json.dumps(found))
        return 0
    all_of_it = found["whole"]
    print(f"{arguments.set}, {all_of_it['split']}: {all_of_it['seconds']:.0f} s")
    for name in ("stages", "reported"):
        print(f"  {name}: " + ", ".join(f"{what} {seconds:.1f} s" for what, seconds in all_of_it[name].items()))
    one = found["features"]
    print(f"a picture of the feature pass, {one['views']} views:")
    print("  " + ", ".join(f"{what} {value:.1f} ms" for what, value in one["ms"].items()))
    print(f"  its parts take {one['sum_ms']:.1f} ms, {one['of_the_sum']:.2f} of what the pass takes")
    one = found["step"]
    print(f"a step, {one['pictures']} pictures: {one['ms']:.0f} ms, {one['pictures_per_s']:.0f} pictures/s")
    print("  " + ", ".join(f"{what} {share:.0%}" for what, share in one["shares"].items()))
    print(f"  at the rate of a large product its products would take {one['products_ms']:.0f} ms")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
