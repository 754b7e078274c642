"""``python -m tests.bench.batch_throughput``: pictures per second of ``inspector batch`` against what the cores can do.

For each format, in turn within every round: decoding alone and the network alone, each on all cores; the batch itself,
from the files to the rows on the disk; and a loop of PIL, torchvision's transforms, eager torch and pytorch-grad-cam,
one picture at a time, as it is commonly written (random weights of the same shape where the bundle has none). Two
bounds: the smaller of decoding and network alone, which only a machine could reach whose decoding runs on other cores
than its network; and 1 / (1/decoding + 1/network), which is all that cores can do that share both. Ratios are medians
of the rounds' own. The profile says where the core-seconds of a picture go.

The pictures are MVTec AD bottle and DeepPCB, resized.
"""

from __future__ import annotations

import argparse
import csv
import itertools
import json
import os
import statistics
import tempfile
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any

import cv2

from inspector import assembly
from inspector.batch import (
    Job,
    Listing,
    ResultTable,
    judge_listing,
    list_pictures,
    prepare_process,
    worker_count,
)
from inspector.domain.config import QualityLimits
from inspector.domain.quality import check_quality
from inspector.paths import Home
from inspector.pictures import encode_picture, find_pictures, read_picture
from inspector.vision.bundle import Bundle
from inspector.vision.preprocess import Preprocessing, fit
from tests.conftest import ROOT, find_test_data

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from inspector.vision.classifier import Classifier

FORMATS = {"1024² PNG": (1024, ".png"), "1024² JPEG": (1024, ".jpg"), "300² JPEG": (300, ".jpg")}
ORIGINALS = 16
BATCH = 8


def make_pictures(data: Path, folder: Path, side: int, suffix: str, count: int) -> None:
    """Write resized real pictures, and hard links to them up to a number of names."""
    folder.mkdir()
    found = [find_pictures(data / name, recursive=True) for name in ("bottle/test", "deeppcb")]
    chosen = [path for paths in found for path in paths[:: max(1, len(paths) // (ORIGINALS // 2))][: ORIGINALS // 2]]
    for number in range(count):
        path = folder / f"part {number}{suffix}"
        if number >= len(chosen):
            os.link(folder / f"part {number % len(chosen)}{suffix}", path)
            continue
        image = read_picture(chosen[number])
        way = cv2.INTER_AREA if side < image.shape[0] else cv2.INTER_CUBIC
        path.write_bytes(encode_picture(cv2.resize(image, (side, side), interpolation=way), suffix))


def rate(work: Callable[[Any], object], things: Sequence[Any], seconds: float, workers: int) -> float:
    """Call a function on things, over and over, in threads; returns things per second."""
    source, lock = itertools.cycle(things), threading.Lock()
    begun_s = time.perf_counter()

    def loop() -> int:
        done = 0
        while time.perf_counter() - begun_s < seconds:
            with lock:
                thing = next(source)
            work(thing)
            done += 1
        return done

    with ThreadPoolExecutor(workers) as pool:
        done = sum(pool.map(lambda _: loop(), range(workers)))
    return done / (time.perf_counter() - begun_s)


class Contenders:
    """What is measured for one format."""

    def __init__(
        self, listing: Listing, classifier: Classifier, preprocessing: Preprocessing, workers: int, reference: Any
    ) -> None:
        self.listing, self.classifier, self.workers, self.reference = listing, classifier, workers, reference
        self.preprocessing = preprocessing
        side = preprocessing.input_size
        self.job = job = Job(folder=listing.folder, input_size=side)
        self.paths = [listing.path(index) for index in range(min(ORIGINALS, len(listing)))]
        self.images = [read_picture(path, at_least=job.at_least) for path in self.paths]
        small = [cv2.resize(image, (side, side), interpolation=cv2.INTER_AREA) for image in self.images]
        self.groups = [small[first : first + BATCH] for first in range(0, len(small) - BATCH + 1, BATCH)]

    def decoding(self, seconds: float) -> float:
        """Read and decode, nothing else."""
        return rate(lambda path: read_picture(path, at_least=self.job.at_least), self.paths, seconds, self.workers)

    def network(self, seconds: float) -> float:
        """The network on pictures that are in memory at its own size: the best of one caller and one per core."""
        callers = {1, self.workers}
        return BATCH * max(
            rate(self.classifier.predict_batch, self.groups, seconds / len(callers), count) for count in callers
        )

    def batch(self, _: float) -> float:
        """The whole of it."""
        with tempfile.TemporaryDirectory() as out:
            begun_s = time.perf_counter()
            with ResultTable(Path(out), self.listing, self.classifier.identity.sha256) as table:
                left, stop = table.left(), threading.Event()
                judged = judge_listing(self.listing, left, self.job, self.classifier, stop=stop, workers=self.workers)
                for index, row in (pair for pairs in judged for pair in pairs):
                    assert row is not None
                    table.add(index, row)
                table.finish()
            spent_s = time.perf_counter() - begun_s
            with table.path.open(newline="", encoding="utf-8-sig") as file:
                rows = list(csv.DictReader(file))
        assert len(rows) == len(self.listing)
        assert all(row["verdict"] in {"PASS", "FAIL"} for row in rows)
        return len(self.listing) / spent_s

    def loop(self, seconds: float) -> float:
        """PIL, torchvision, eager torch, pytorch-grad-cam."""
        return rate(self.reference, self.paths, seconds, 1)

    def profile(self) -> dict[str, float]:
        """Core-milliseconds per picture by stage, each alone in one thread (the network: of the whole process)."""
        stages: dict[str, Callable[[], object]] = {
            "read and decode": lambda: [read_picture(path, at_least=self.job.at_least) for path in self.paths],
            "quality": lambda: [check_quality(image, QualityLimits()) for image in self.images],
            "resize": lambda: [fit(image, self.preprocessing) for image in self.images],
            "network": lambda: [self.classifier.predict_batch(group) for group in self.groups],
        }
        found = {}
        for name, stage in stages.items():
            count = BATCH * len(self.groups) if name == "network" else len(self.paths)
            spent = []
            for _ in range(3):
                begun_s = time.process_time()
                stage()
                spent.append(1e3 * (time.process_time() - begun_s) / count)
            found[name] = round(min(spent), 2)
        return found


def reference_loop(bundle: Bundle) -> Callable[[Path], float]:
    """Return what judges one file as it is commonly written."""
    import torch

    from inspector.vision.network import InspectionNetwork
    from inspector.vision.torch_backend import load_network
    from inspector.vision.torchvision_compat import import_torchvision

    import_torchvision()
    from PIL import Image as Pillow
    from pytorch_grad_cam import GradCAM
    from pytorch_grad_cam.utils.model_targets import ClassifierOutputTarget
    from torchvision import transforms

    manifest = bundle.manifest
    side = manifest.preprocessing.input_size
    inner = load_network(bundle) if bundle.weights_path else InspectionNetwork(2, manifest.pooling).eval()

    class Logits(torch.nn.Module):
        """The network without our closed-form maps."""

        def __init__(self) -> None:
            super().__init__()
            self.network = inner

        def forward(self, pictures: torch.Tensor) -> torch.Tensor:
            return self.network.logits(pictures)

    cam = GradCAM(model=Logits(), target_layers=[inner.layer4[-1]])
    change = transforms.Compose(
        [
            transforms.Resize((side, side)),
            transforms.ToTensor(),
            transforms.Normalize(manifest.preprocessing.mean, manifest.preprocessing.std),
        ]
    )

    def judge(path: Path) -> float:
        with Pillow.open(path) as image:
            picture = change(image.convert("RGB"))[None]
        heatmap = cam(input_tensor=picture, targets=[ClassifierOutputTarget(1)])
        assert heatmap.shape == (1, side, side)
        return float(torch.softmax(cam.outputs.detach(), 1)[0, 1])

    return judge


def measure(contenders: Contenders, rounds: int, seconds: float) -> dict[str, Any]:
    """Measure all in turn, several times, and put their ratios together."""
    names = ("decoding", "network", "batch", "loop")
    runs: dict[str, list[float]] = {name: [] for name in names}
    for name in names:  # what is compiled or allocated at first use
        getattr(contenders, name)(0.1)
    for _ in range(rounds):
        for name in names:
            runs[name].append(getattr(contenders, name)(seconds))
    both = list(zip(*(runs[name] for name in names), strict=True))
    ratios = {
        "to_smaller": [batch / min(decode, net) for decode, net, batch, _ in both],
        "to_shared": [batch * (1 / decode + 1 / net) for decode, net, batch, _ in both],
        "to_loop": [batch / loop for _, _, batch, loop in both],
    }
    medians = {name: statistics.median(values) for name, values in (runs | ratios).items()}
    return medians | {"rounds": runs, "core_ms_per_picture": contenders.profile()}


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--formats", nargs="+", choices=list(FORMATS), default=list(FORMATS))
    parser.add_argument("--model", type=Path, default=ROOT / "models" / "demo")
    parser.add_argument("--count", type=int, default=256, help="files in the batch")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=1.5, help="of each of the other measurements")
    parser.add_argument("--workers", type=int, default=worker_count())
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    data = find_test_data()
    if data is None:
        parser.error("set INSPECTOR_TEST_DATA")
    prepare_process()
    bundle = Bundle.load(arguments.model)
    reference = reference_loop(bundle)
    found: dict[str, Any] = {}
    with tempfile.TemporaryDirectory() as root:
        classifier = assembly.load_classifier(str(arguments.model), Home(root=Path(root) / "home"), device="cpu")
        for name in arguments.formats:
            side, suffix = FORMATS[name]
            folder = Path(root) / name
            make_pictures(data, folder, side, suffix, arguments.count)
            preprocessing = bundle.manifest.preprocessing
            contenders = Contenders(list_pictures(folder), classifier, preprocessing, arguments.workers, reference)
            row = found[name] = measure(contenders, arguments.rounds, arguments.seconds)
            if not arguments.json:
                print(
                    f"{name:11} batch {row['batch']:.1f}/s, decoding alone {row['decoding']:.1f}/s, network alone "
                    f"{row['network']:.1f}/s: {row['to_smaller']:.2f} of the smaller, {row['to_shared']:.2f} of what "
                    f"shared cores can do; {row['to_loop']:.1f} × the common loop ({row['loop']:.1f}/s); core-ms: "
                    + ", ".join(f"{stage} {ms}" for stage, ms in row["core_ms_per_picture"].items()),
                    flush=True,
                )
        classifier.close()
    if arguments.json:
        print(json.dumps({"cores": arguments.workers, "model": bundle.manifest.name, "formats": found}))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
