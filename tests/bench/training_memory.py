"""``python -m tests.bench.training_memory``: memory of a training on 5,000 pictures of 1024 x 1024 pixels.

The pictures are drawn (noise on coloured clouds, a disc, a scratch on every fifth) and saved as JPEG. Reported is the largest private
memory of the process (pages of a memory-mapped file belong to the file, can be dropped, and are not counted), and how large
the activations were, which lie in such a file beyond `trainer.cache.IN_MEMORY_BYTES`.
"""

from __future__ import annotations

import argparse
import tempfile
import threading
import time
from pathlib import Path

import cv2
import numpy as np
import psutil

from inspector.vision.processor import this_processor
from tests.bench.common import inputs
from trainer import cache
from trainer.loop import train
from trainer.protocol import Progress, TrainRequest
from trainer.steps import fast_int8


def draw(folder: Path, count: int) -> None:
    """Write pictures as good/ and scratch/."""
    rng = np.random.default_rng(0)
    noise = [rng.normal(120, 10, (1024, 1024, 3)).clip(0, 255).astype(np.uint8) for _ in range(8)]
    for label in ("good", "scratch"):
        (folder / label).mkdir()
    for number in range(count):
        cells = rng.integers(60, 180, (8, 8, 3), dtype=np.uint8)  # else all would be near duplicates of one another
        image = cv2.addWeighted(
            noise[number % 8], 0.5, cv2.resize(cells, (1024, 1024), interpolation=cv2.INTER_CUBIC), 0.5, 0
        )
        x, y = (int(v) for v in rng.integers(350, 670, 2))
        cv2.circle(image, (x, y), 300, (90, 90, 90), -1)
        label = "good" if number % 5 else "scratch"
        if label == "scratch":
            cv2.line(image, (x - 80, y), (x + 80, y + 40), (230, 230, 230), 6)
        cv2.imwrite(str(folder / label / f"{number:05}.jpg"), image, [cv2.IMWRITE_JPEG_QUALITY, 70])


def anonymous_bytes() -> int:
    """What belongs to this process alone and to no file; where the system does not tell files apart, with their pages."""
    status = Path("/proc/self/status")
    if not status.is_file():
        return int(psutil.Process().memory_full_info().uss)
    line = next(one for one in status.read_text(encoding="ascii").splitlines() if one.startswith("RssAnon:"))
    return 1024 * int(line.split()[1])


def main() -> int:
    """Train one epoch and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pictures", type=int, default=5000)
    parser.add_argument("--views", type=int, default=4)
    parser.add_argument("--epochs", type=int, default=1)
    arguments = parser.parse_args()
    _, weights = inputs(parser)
    peak, done = [0.0], threading.Event()

    def watch() -> None:
        while not done.wait(0.5):
            peak[0] = max(peak[0], anonymous_bytes())

    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder) / "data"
        data.mkdir()
        draw(data, arguments.pictures)
        thread = threading.Thread(target=watch, daemon=True)
        thread.start()
        began = time.perf_counter()
        request = TrainRequest(
            data=str(data),
            out=f"{folder}/m",
            weights=str(weights),
            method="layer4",
            views=arguments.views,
            epochs=arguments.epochs,
            unseen="no",
        )
        stage = ""
        for report in train(request):
            if isinstance(report, Progress) and report.stage != stage:
                stage = report.stage
                print(f"{time.perf_counter() - began:6.0f} s  {stage}", flush=True)
        done.set()
        thread.join()
    # 64 % are learnt from; an int8 trunk gives the plain view in float once more
    room = (
        cache.bytes_per_view("layer3", 224)
        * 0.64
        * arguments.pictures
        * (arguments.views + fast_int8(this_processor()))
    )
    print(
        f"{arguments.pictures} pictures, {arguments.views} views: peak private memory {peak[0] / 1e9:.2f} GB, ", end=""
    )
    print(f"activations {room / 1e9:.1f} GB, {time.perf_counter() - began:.0f} s with {arguments.epochs} epoch(s)")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
