"""``python -m tests.bench.predecessor``: our methods against the student project's, on identical splits.

The predecessor's method, re-implemented: ResNet-50 with layer4 and a head with dropout 0.5 trained; Resize 256,
RandomCrop 224 (centre crop when tested), horizontal and vertical flips, ColorJitter 0.1, rotation by 10 degrees,
RandomErasing 0.1; AdamW 1e-4 with weight decay 1e-4; cross-entropy weighted by inverse frequency; at most 15 epochs,
patience 3; batches of 64; its threshold is 0.5. Splits are stratified, 80/10/10. Both read the same backbone file, and
run in turn in one process, so that the ratio of their times means something. Seconds count from the folder to a model
that has judged the test part; ours include the audit, the export, its check and the report. Where the test part has masks,
ours are also held against these: pointing game (the share of heatmaps whose peak lies in the mask) and pixel AUROC.

``--quick-predecessor`` trains the predecessor in bfloat16 (torch.autocast, channels last) and resizes each picture once
instead of in every epoch: the same method in less time, for its figures of merit. Times mean nothing then: none is kept
or printed, and a run with times trains again what stands in ``--results`` without them.
"""

from __future__ import annotations

import argparse
import functools
import json
import statistics
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np
import torch
from torch import nn
from torch.nn import functional

from inspector.vision.network import InspectionNetwork
from inspector.vision.torchvision_compat import import_torchvision
from inspector.vision.weights import load_weights
from tests.bench.common import inputs
from tests.bench.store import Store
from trainer.dataset import TEST, TRAIN, VAL, Dataset, Sample, hashed, labels, read_dataset
from trainer.loop import train
from trainer.metrics import figures
from trainer.protocol import Result, TrainRequest
from trainer.split import split
from trainer.split_file import split_csv

if TYPE_CHECKING:
    from collections.abc import Sequence

FIGURES = ("f1", "auroc")
POINTING = ("pointing_game", "pixel_auroc")
SETS = ("bottle", "magnetic_tile", "deeppcb", "all")
EPOCHS, PATIENCE, BATCH = 15, 3, 64
MEAN, STD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)


def predecessor(dataset: Dataset, weights: Path, seed: int, *, quick: bool = False) -> tuple[dict[str, Any], float]:
    """Train and test as the predecessor does; returns the test figures and the seconds."""
    began_s = time.perf_counter()
    import_torchvision()
    from torchvision.transforms import v2 as transforms

    normal = [transforms.ToDtype(torch.float32, scale=True), transforms.Normalize(MEAN, STD)]
    resize = transforms.Resize((256, 256), antialias=True)
    resized = functools.lru_cache(maxsize=None if quick else 0)(lambda path: resize(_read(path)))
    training = transforms.Compose(
        [
            transforms.RandomCrop(224),
            transforms.RandomHorizontalFlip(),
            transforms.RandomVerticalFlip(),
            transforms.ColorJitter(0.1, 0.1, 0.1),
            transforms.RandomRotation(10),
            *normal,
            transforms.RandomErasing(p=0.1),
        ]
    )
    testing = transforms.Compose([transforms.CenterCrop(224), *normal])
    torch.manual_seed(seed)
    network = InspectionNetwork(2, dropout=0.5)
    state = {name: value for name, value in load_weights(weights).items() if not name.startswith("fc.")}
    missing = network.load_state_dict(state, strict=False).missing_keys
    assert all(name.startswith("fc.") for name in missing), missing
    network.requires_grad_(False)
    if quick:
        network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    trained = [*network.layer4.parameters(), *network.fc.parameters()]
    for parameter in trained:
        parameter.requires_grad_(True)
    optimiser = torch.optim.AdamW(trained, lr=1e-4, weight_decay=1e-4)
    learnt, validation, tested = dataset.of(TRAIN), dataset.of(VAL), dataset.of(TEST)
    truth = torch.from_numpy(labels(learnt))
    counts = torch.bincount(truth, minlength=2).float()
    loss_of = nn.CrossEntropyLoss(weight=len(learnt) / (2 * counts))

    def logits_of(samples: Sequence[Sample]) -> torch.Tensor:
        network.eval()
        groups = [samples[first : first + BATCH] for first in range(0, len(samples), BATCH)]
        with torch.inference_mode(), torch.autocast("cpu", torch.bfloat16, enabled=quick):
            found = [
                network.logits(_laid_out(torch.stack([testing(resized(one.path)) for one in group]), quick=quick))
                for group in groups
            ]
        return torch.cat(found).float()

    best, best_loss, waited = None, float("inf"), 0
    for _ in range(EPOCHS):
        network.train()
        for chosen in torch.randperm(len(learnt)).split(BATCH):
            if len(chosen) < 2:
                continue  # batch norm needs two
            batch = torch.stack([training(resized(learnt[int(index)].path)) for index in chosen])
            with torch.autocast("cpu", torch.bfloat16, enabled=quick):
                logits = network.logits(_laid_out(batch, quick=quick))
            loss = loss_of(logits.float(), truth[chosen])
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
        logits = logits_of(validation)
        value = float(functional.cross_entropy(logits, torch.from_numpy(labels(validation)), loss_of.weight))
        if value < best_loss:
            best_loss, waited = value, 0
            best = {name: one.clone() for name, one in network.state_dict().items()}
        else:
            waited += 1
            if waited >= PATIENCE:
                break
    assert best is not None
    network.load_state_dict(best)
    scores = torch.softmax(logits_of(tested).double(), 1)[:, 1].numpy()
    return figures(scores, labels(tested), 0.5).model_dump(mode="json"), time.perf_counter() - began_s


def ours(dataset: Dataset, data: Path, weights: Path, seed: int, method: str) -> tuple[dict[str, Any], float]:
    """Train and test with one of our methods, from the folder to the bundle with its report."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "split.csv"
        file.write_text(split_csv(dataset), encoding="utf-8")
        request = TrainRequest.model_validate(
            {
                "data": str(data),
                "out": f"{folder}/model",
                "weights": str(weights),
                "seed": seed,
                "method": method,
                "split": str(file),
                "unseen": "no",
            }
        )
        began_s = time.perf_counter()
        *_, last = train(request)
        seconds = time.perf_counter() - began_s
        assert isinstance(last, Result)
        pointing = json.loads((Path(last.bundle) / "report" / "metrics.json").read_bytes())["pointing"]
    measured: dict[str, Any] = pointing.get("Grad-CAM, closed form", {})
    return {
        **last.test.model_dump(mode="json"),
        **{name: measured[name] for name in POINTING if name in measured},
    }, seconds


def main() -> int:
    """Compare, and print a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sets", nargs="+", choices=SETS, default=SETS)
    parser.add_argument("--methods", nargs="*", default=["layer4", "head"])
    parser.add_argument("--quick-predecessor", action="store_true", help="figures of merit only; see above")
    parser.add_argument("--seeds", nargs="+", type=int, default=[0, 1, 2, 3, 4])
    parser.add_argument("--results", type=Path, help="JSON lines; trainings that stand there are not done again")
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    root, weights = inputs(parser)
    store = Store(arguments.results, ("set", "seed", "method"))
    timed = not arguments.quick_predecessor
    found: dict[str, Any] = {}
    for name in arguments.sets:
        data = root if name == "all" else root / name
        plain = hashed(read_dataset(data))
        rows: dict[str, list[dict[str, Any]]] = {}
        for seed in arguments.seeds:
            asked = TrainRequest(data=str(data), out="-", seed=seed, test_fraction=0.1, validation_fraction=0.1)
            dataset = split(plain, asked)
            for method in ("predecessor", *arguments.methods):
                one = store.get(name, seed, method)
                if one is None or (timed and one["seconds"] is None):
                    if method == "predecessor":
                        tested, seconds = predecessor(dataset, weights, seed, quick=not timed)
                    else:
                        tested, seconds = ours(dataset, data, weights, seed, method)
                    one = {"set": name, "seed": seed, "method": method, "figures": tested}
                    one |= {"bfloat16": method == "predecessor" and not timed, "seconds": seconds if timed else None}
                    store.put(one)
                rows.setdefault(method, []).append(one)
        found[name] = {method: _summary(values, rows["predecessor"], timed=timed) for method, values in rows.items()}
        for method, row in found[name].items():
            listed = ", ".join(f"{figure} {row[figure]:.3f} (sd {row[f'{figure}_sd']:.3f})" for figure in FIGURES)
            times = f", {row['seconds']:.0f} s, {row['ratio']:.1f} x faster" if timed else ""
            pointing = "".join(f", {figure} {row[figure]:.3f}" for figure in POINTING if figure in row)
            print(f"{name:14}{method:14}{listed}{pointing}{times}", flush=True)
    if arguments.json:
        print(json.dumps({"seeds": arguments.seeds, "sets": found}))
    return 0


def _summary(rows: Sequence[dict[str, Any]], base: Sequence[dict[str, Any]], *, timed: bool) -> dict[str, Any]:
    row: dict[str, Any] = {}
    if timed:
        row["seconds"] = statistics.mean(one["seconds"] for one in rows)
        row["ratio"] = sum(one["seconds"] for one in base) / sum(one["seconds"] for one in rows)
    values = [one["figures"] for one in rows]
    for figure in FIGURES:
        known = [float(one[figure]) for one in values]
        row[figure], row[f"{figure}_sd"] = statistics.mean(known), statistics.stdev(known) if len(known) > 1 else 0.0
        row[f"{figure}_values"] = known
    for figure in POINTING:
        measured = [float(one[figure]) for one in values if one.get(figure) is not None]
        if measured:
            row[figure] = statistics.mean(measured)
    return row


def _read(path: Path) -> torch.Tensor:
    image = cv2.imread(str(path), cv2.IMREAD_COLOR)
    assert image is not None, path
    return torch.from_numpy(np.ascontiguousarray(image[..., ::-1])).permute(2, 0, 1)


def _laid_out(batch: torch.Tensor, *, quick: bool) -> torch.Tensor:
    return batch.contiguous(memory_format=torch.channels_last) if quick else batch


if __name__ == "__main__":
    raise SystemExit(main())
