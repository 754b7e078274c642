"""``python -m tests.bench.demo_line``: the shipped model on unseen parts of the demo line, through the real engine.

Every part that passes the trigger line must be counted exactly once; verdicts are compared with the ground truth, and
the heatmap's peak with the box of the defect. The scene's seed was not used in training (those are 10,000 and above).
"""

from __future__ import annotations

import argparse
import json
import tempfile
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from inspector import assembly
from inspector.domain.records import Box, Frame, PartTruth, Verdict
from inspector.engine.engine import Engine
from inspector.engine.status import EngineStatus, PartInspected
from inspector.paths import Home
from inspector.settings import Settings


class Judge:
    """Compares each committed part with the truth in its frame."""

    def __init__(self) -> None:
        self.counted: Counter[int] = Counter()
        self.outcome: Counter[str] = Counter()
        self.near = 0
        self.missed: list[tuple[int, str | None, float | None]] = []

    def on_part(self, event: PartInspected) -> None:
        assert event.part is not None
        assert event.part.region is not None
        region = event.part.region
        truth = min(event.part.frame.truth, key=lambda one: _distance(one, region))
        self.counted[truth.part] += 1
        decision = event.inspection.decision
        rejected = decision.verdict is not Verdict.PASS
        defective = truth.defect is not None
        self.outcome[f"{'defective' if defective else 'good'} {'rejected' if rejected else 'passed'}"] += 1
        if defective != rejected:
            self.missed.append((truth.part, truth.defect, decision.p_defective))
        if defective and rejected and event.prediction is not None and truth.defect_box is not None:
            self.near += _peak_is_near(event.prediction.heatmap, region, truth.defect_box)

    def on_status(self, status: EngineStatus) -> None:
        """Not needed."""

    def on_frame(self, frame: Frame) -> None:
        """Not needed."""


def _distance(truth: PartTruth, region: Box) -> float:
    return abs(truth.part_box.centre[0] - region.centre[0]) + abs(truth.part_box.centre[1] - region.centre[1])


def _peak_is_near(heatmap: np.ndarray[Any, Any], region: Box, defect: Box) -> bool:
    """Say whether the middle of the hottest cell is at most one cell's side away from the defect's box."""
    rows, columns = heatmap.shape
    row, column = np.unravel_index(int(heatmap.argmax()), heatmap.shape)
    cell_x, cell_y = region.width / columns, region.height / rows
    x, y = region.x + (column + 0.5) * cell_x, region.y + (row + 0.5) * cell_y
    off_x = max(defect.x - x, x - (defect.x + defect.width), 0.0)
    off_y = max(defect.y - y, y - (defect.y + defect.height), 0.0)
    return bool(off_x <= cell_x and off_y <= cell_y)


def main() -> int:
    """Run and print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--parts", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=4242)
    parser.add_argument("--defect-rate", type=float, default=0.3)
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    judge = Judge()
    with tempfile.TemporaryDirectory() as folder:
        home = Home(root=Path(folder))
        where = assembly.places(home, Settings())
        log = assembly.open_log(where.log)
        recipe = assembly.demo_recipe()
        options = replace(
            recipe.source_options, seed=arguments.seed, defect_rate=arguments.defect_rate, as_fast_as_possible=True
        )
        recipe = recipe.model_copy(update={"source_options": options})
        engine = Engine()
        engine.subscribe(judge)
        engine.start(assembly.build_job(recipe, Settings(), where, log, max_parts=arguments.parts))
        engine.wait_ended()
        engine.stop()
        log.close()
    found, missed = judge.outcome["defective rejected"], judge.outcome["defective passed"]
    overkill = judge.outcome["good rejected"]
    recall, precision = found / max(1, found + missed), found / max(1, found + overkill)
    figures: dict[str, Any] = {
        "parts": sum(judge.counted.values()),
        "counted_twice": sum(count > 1 for count in judge.counted.values()),
        "left_out": max(judge.counted) - len(judge.counted),
        **{
            key: judge.outcome[key]
            for key in ("defective rejected", "defective passed", "good rejected", "good passed")
        },
        "recall": recall,
        "precision": precision,
        "peak_within_one_cell": judge.near / max(1, found),
        "wrong": judge.missed,
    }
    if arguments.json:
        print(json.dumps(figures))
    else:
        for key, value in figures.items():
            print(f"{key:22}{value}")
    exact = figures["counted_twice"] == 0 and figures["left_out"] == 0
    return 0 if exact and recall >= 0.98 and precision >= 0.98 else 1


if __name__ == "__main__":
    raise SystemExit(main())
