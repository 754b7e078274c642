"""Runs of batches made by hand, and the Batch page that looks at them."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractButton

from inspector.batch import Judge, RunRecord
from inspector.batch.record import write_record
from inspector.batch.run_state import PROGRESS_FILE
from inspector.domain.config import QualityLimits
from inspector.domain.heatmap import HeatmapKind
from inspector.domain.records import Prediction, Thresholds
from inspector.gui.batch.page import BatchPage
from inspector.gui.batch.runs_dialog import RunsDialog
from inspector.paths import Home
from inspector.runs.processes import mark_of
from inspector.runs.work_folder import PROCESS_FILE
from tests.batch.samples import R, write_results
from tests.gui.conftest import Station, picture
from tests.waits import WAIT_MS

#: One escape, one overkill, a review and an error among them.
ROWS = (
    R("good/1.png", "PASS", 0.01),
    R("good/2.png", "FAIL", 0.9),
    R("good/3.png", "REVIEW", 0.4),
    R("dent/1.png", "FAIL", 0.99),
    R("dent/2.png", "PASS", 0.2),
    R("scratch/1.png", "FAIL", 0.8),
    R("cut.png", "ERROR", None, reason="unreadable: truncated"),
)
POINTS = Thresholds(fail_at=0.5, review_from=0.3)


def real_rows(folder: Path, *rows: R) -> list[R]:
    """Write a picture for every row, with a red spot where it failed; return the rows with the files' stamps."""
    written = []
    for row in rows:
        path = folder / row.path
        path.parent.mkdir(parents=True, exist_ok=True)
        picture(path, bad=row.verdict == "FAIL")
        status = path.stat()
        written.append(R(row.path, row.verdict, row.p, status.st_size, status.st_mtime_ns, row.reason))
    return written


def make_run(
    home: Home,
    pictures: Path,
    rows: Sequence[R],
    *,
    name: str = "20260101T080000Z-parts",
    model: str = "tiny",
    stage: str = "done",
    total: int | None = None,
    points: Thresholds = POINTS,
    trained_on: str = "",
    bit_depth: int | None = None,
    heatmap: HeatmapKind = HeatmapKind.DEFECT,
) -> Path:
    """Write a run; with stage "judging" it belongs to this very process, so that it runs.

    Args:
        home: The station's.
        pictures: Its folder of pictures.
        rows: Its results.
        name: Of its folder.
        model: Name of a bundle in the home.
        stage: The last word of its process: "judging", "done" or "interrupted".
        total: Of how many pictures; None for as many as there are rows.
        points: The operating point.
        trained_on: Data set of the model.
        bit_depth: As its recipe's source had it.
        heatmap: As its recipe had it.
    """
    folder = home.batches / name
    bundle = home.models / model
    digest = sha256((bundle / "manifest.json").read_bytes()).hexdigest()
    folder.mkdir(parents=True)
    judge = Judge(
        model_name=model,
        model_folder=str(bundle),
        model_sha256=digest,
        device="CPU",
        precision="fp32",
        backend="openvino",
        thresholds=points,
        quality=QualityLimits(),
        software_version="1.0",
        trained_on=trained_on,
        bit_depth=bit_depth,
        heatmap=heatmap,
    )
    record = RunRecord(
        folder=str(pictures), recursive=True, model=model, started=datetime.now(UTC), who="sam", judge=judge
    )
    write_record(folder, record)
    write_results(folder / "results.csv", rows, model=digest)
    count = len(rows) if total is None else total
    say(folder, stage, len(rows), count)
    return folder


def say(folder: Path, stage: str, done: int, total: int) -> None:
    """Write the last word of a run's process."""
    line = {"stage": stage, "done": done, "total": total, "rate": 20.0, "seconds_left": (total - done) / 20}
    judging = json.dumps({**line, "stage": "judging"})
    (folder / PROGRESS_FILE).write_text(f"{judging}\n{json.dumps(line)}\n", encoding="utf-8")
    if stage == "judging":
        (folder / PROCESS_FILE).write_text(mark_of(os.getpid()).model_dump_json(), encoding="utf-8")


def digest_of(folder: Path) -> str:
    """Return the SHA-256 of the model of a run that was made here."""
    digest: str = json.loads((folder / "run.json").read_bytes())["judge"]["model_sha256"]
    return digest


class BatchHand:
    """The Batch page of a station, used as by hand."""

    def __init__(self, station: Station) -> None:
        self.station = station
        self.page: BatchPage = station.window.batch
        with station.qtbot.waitSignal(self.page.desk.history_read, timeout=WAIT_MS):
            station.window.show_page("batch")
        station.until(lambda: self.page.bar.judge.count() > 0)

    def until_rows(self, count: int) -> None:
        """Wait until so many rows are shown."""
        self.station.until(lambda: len(self.names()) == count)

    def names(self) -> list[str]:
        """The pictures that are shown, in order."""
        rows = self.page.results.rows
        return [] if rows is None else [rows.table.path(int(place)) for place in rows.indexes]

    def current(self) -> str:
        """The chosen picture."""
        rows, place = self.page.results.rows, self.page.results.current
        return rows.table.path(place) if rows is not None and place >= 0 else ""

    def label(self, view: int = 0) -> str:
        """What is written on a picture that is shown; empty where there is none."""
        shown = self.page.details.picture.views[view]
        return shown.accessibleDescription().partition("; ")[0] if shown.picture_size is not None else ""

    def heatmap(self) -> Prediction | str | None:
        """The heatmap of the chosen picture, or why there is none."""
        reading = self.page.details.picture.reading
        return None if reading is None else reading.heatmaps[0]

    def compare(self) -> RunsDialog:
        """Lay the first run that is offered beside the one that is shown; return the dialog."""
        page = self.page
        self.click(page.bar.compare)
        self.station.until(lambda: page.chooser.dialog is not None and page.chooser.dialog.isVisible())
        assert page.chooser.dialog is not None
        self.click(page.chooser.dialog.take_button)
        self.station.until(page.details.comparison.isVisible)
        return page.chooser.dialog

    def click(self, button: QAbstractButton) -> None:
        """Press a button."""
        self.station.qtbot.mouseClick(button, Qt.MouseButton.LeftButton)

    def type_folder(self, folder: Path | str) -> None:
        """Type a folder and press Return."""
        field = self.page.bar.folder.lineEdit()
        assert field is not None
        field.setText(str(folder))
        self.station.qtbot.keyClick(field, Qt.Key.Key_Return)
