"""``python -m tests.bench.drawn_training --weights FILE --drawn screw pill``: how well trainings tell hard, drawn parts.

Each product is drawn once to be trained from, with as many defects as the goal names, and once more by another seed: those
pictures are judged by the bundle as the line would, and choose nothing. F1 counts REVIEW as passed, as the report does.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from pathlib import Path

import numpy as np
from sklearn.metrics import f1_score, roc_auc_score

from inspector.vision.backends import load_classifier
from inspector.vision.bundle import Bundle
from tests.bench.common import last
from tests.bench.drawn_parts import draw
from trainer.dataset import read_dataset
from trainer.loop import train
from trainer.protocol import TrainRequest

GOOD, DEFECTIVE = 200, {"screw": 119, "pill": 46}
#: What is judged is drawn by a seed so far from that of what is learnt from.
_OTHER = 1000


def measured(bundle: Path, folder: Path) -> dict[str, float]:
    """Judge a folder of drawn parts by a bundle."""
    classifier = load_classifier(Bundle.load(bundle))
    try:
        samples = read_dataset(folder, least=0).samples
        seen = [classifier.predict(sample.picture()) for sample in samples]
    finally:
        classifier.close()
    truth = np.array([sample.defective for sample in samples])
    scores = np.array([said.p_defective for said in seen])
    failed = scores >= classifier.thresholds.fail_at
    return {
        "f1": round(float(f1_score(truth, failed)), 3),
        "auroc": round(float(roc_auc_score(truth, scores)), 3),
        "found": int((failed & truth).sum()),
        "defective": int(truth.sum()),
        "good_failed": int((failed & ~truth).sum()),
        "good": int((~truth).sum()),
    }


def main() -> None:
    """Train, and print a line of JSON for each product and seed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--weights", type=Path, required=True)
    parser.add_argument("--drawn", nargs="+", choices=list(DEFECTIVE), default=list(DEFECTIVE))
    parser.add_argument("--drawing", type=int, default=5, help="seed that they are drawn by")
    parser.add_argument("--seeds", type=int, nargs="+", default=[0], help="of the trainings")
    parser.add_argument("--method", default="auto")
    parsed = parser.parse_args()
    with tempfile.TemporaryDirectory() as room:
        for kind in parsed.drawn:
            learnt, judged = (
                draw(Path(room) / f"{kind}-{seed}", kind, GOOD, DEFECTIVE[kind], seed)
                for seed in (parsed.drawing, parsed.drawing + _OTHER)
            )
            for seed in parsed.seeds:
                out = Path(room) / f"model-{kind}-{seed}"
                began_s = time.process_time()
                request = TrainRequest(
                    data=str(learnt), out=str(out), method=parsed.method, weights=str(parsed.weights), seed=seed,
                    unseen="no",
                )  # fmt: skip
                last(train(request))
                spent_s = round(time.process_time() - began_s)
                setting = json.loads((out / "report" / "metrics.json").read_text())["config"]["setting"]
                row = {"drawn": kind, "seed": seed, "setting": setting, "processor_s": spent_s, **measured(out, judged)}
                print(json.dumps(row), flush=True)


if __name__ == "__main__":
    main()
