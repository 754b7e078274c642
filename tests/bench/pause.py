"""``python -m tests.bench.pause``: what a pause before a part costs on this machine, with nothing else in the process.

A line sees a part a second or so. Between two parts the processor's caches, and on a virtual machine the host's view of its
memory, forget the model and the picture: the same inference then takes longer than one that follows at once. Reported are
medians (and the slowest) of preprocessing and inference of the shipped model in milliseconds, after pauses of 0 to 1 s: the
part of the line's latency that no program can avoid here.
"""

from __future__ import annotations

import argparse
import json
import statistics
import threading

from inspector.sources.demo_scene import DemoScene
from inspector.vision.backends import load_classifier
from inspector.vision.bundle import Bundle
from tests.conftest import ROOT

PAUSES_S = (0.0, 0.033, 0.3, 1.0)


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--parts", type=int, default=30, help="for each pause")
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    classifier = load_classifier(Bundle.load(ROOT / "models" / "demo"), "cpu", "int8")
    images = [DemoScene(seed=1, defect_rate=0.3).part(number).bgr for number in range(1, 9)]
    for image in images:
        classifier.predict(image)
    rows, nothing = [], threading.Event()
    for pause_s in PAUSES_S:
        times: dict[str, list[float]] = {"preprocess_ms": [], "inference_ms": []}
        for number in range(arguments.parts):
            nothing.wait(pause_s)
            found = classifier.predict(images[number % len(images)])
            times["preprocess_ms"].append(found.preprocess_ms)
            times["inference_ms"].append(found.inference_ms)
        rows.append(
            {
                "pause_s": pause_s,
                **{name: round(statistics.median(values), 1) for name, values in times.items()},
                **{f"{name}_max": round(max(values), 1) for name, values in times.items()},
            }
        )
    classifier.close()
    print(json.dumps({"rows": rows}) if arguments.json else "\n".join(map(str, rows)))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
