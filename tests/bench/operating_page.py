"""How long the page Operating point takes from a moved threshold to the painted picture, at 100,000 scores.

``python -m tests.bench.operating_page [--scores N] [--json]``
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtWidgets import QApplication

from inspector.domain.operating_point import LabelledScores
from inspector.domain.records import Thresholds
from inspector.gui import theme
from inspector.gui.operating_point.desk import OperatingPointDesk
from inspector.gui.operating_point.page import OperatingPointPage
from inspector.gui.operating_point.store import OperatingPointReading, OperatingPointStore
from inspector.gui.work import Results, Worker
from inspector.operating_point.parts import LabelledParts
from inspector.operating_point.prices import RecipePrices
from inspector.operating_point.sources import VALIDATION, ScoreSource
from inspector.paths import Home
from inspector.people.actor import system_actor

_MOVES = 200


def measure(count: int) -> dict[str, float]:
    """Return milliseconds per move: 50th and 99th percentile, by the clock and of the GUI thread's own work.

    A move is what a drag by one pixel does: counts, rates, cost, evidence, labels, and the repaint of what changed.
    """
    app = QApplication.instance() or QApplication(sys.argv[:1])
    assert isinstance(app, QApplication)
    app.setStyle("Fusion")
    theme.apply(app, theme.CURRENT.choose("dark"))
    with tempfile.TemporaryDirectory() as folder:
        home = Home(root=Path(folder))
        worker = Worker("work", Results())
        desk = OperatingPointDesk(
            store=OperatingPointStore(home, log=lambda: home.log), worker=worker, actor=system_actor
        )
        page = OperatingPointPage(desk=desk, pictures=worker)
        page.resize(1204, 700)
        page.show()
        begun = time.perf_counter()
        desk.read.emit(_made_up(count))
        app.processEvents()
        shown_ms = 1000 * (time.perf_counter() - begun)
        took, worked = [], []
        for fail_at in np.linspace(0.3, 0.7, _MOVES):
            begun, at_work = time.perf_counter(), time.thread_time()
            page.set_point(Thresholds(fail_at=float(fail_at), review_from=float(fail_at) / 2))
            app.processEvents()
            took.append(1000 * (time.perf_counter() - begun))
            worked.append(1000 * (time.thread_time() - at_work))
        page.hide()
        worker.close()
    return {
        "scores": count,
        "shown_ms": round(shown_ms, 1),
        "move_p50_ms": round(float(np.percentile(took, 50)), 2),
        "move_p99_ms": round(float(np.percentile(took, 99)), 2),
        "move_cpu_p50_ms": round(float(np.percentile(worked, 50)), 2),
        "move_cpu_p99_ms": round(float(np.percentile(worked, 99)), 2),
    }


def _made_up(count: int) -> OperatingPointReading:
    rng = np.random.default_rng(1)
    defective = np.arange(count) % 2 == 1
    odds = rng.normal(np.where(defective, 3.0, -3.0), 2.0)
    scores = LabelledScores(1 / (1 + np.exp(-odds)), defective)
    parts = LabelledParts(
        source="made up",
        scores=scores,
        names=[f"{place}.png" for place in range(count)],
        types=["good" if place % 2 == 0 else "crack" for place in range(count)],
        how="made up",
        picture=lambda _: None,
        held_out=scores,
    )
    return OperatingPointReading(
        recipe="made up",
        key=VALIDATION,
        sources=[ScoreSource(key=VALIDATION, words="made up")],
        parts=parts,
        fault="",
        in_force=Thresholds(fail_at=0.5),
        prices=RecipePrices(),
        undoable=None,
    )


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--scores", type=int, default=100_000)
    parser.add_argument("--json", action="store_true")
    parsed = parser.parse_args()
    figures = measure(parsed.scores)
    if parsed.json:
        print(json.dumps(figures))
    else:
        print(
            f"{figures['scores']:,.0f} scores: shown in {figures['shown_ms']} ms; a move until it is painted: "
            f"p50 {figures['move_p50_ms']} ms, p99 {figures['move_p99_ms']} ms; of these the GUI thread computed "
            f"{figures['move_cpu_p50_ms']} and {figures['move_cpu_p99_ms']} ms"
        )


if __name__ == "__main__":
    main()
